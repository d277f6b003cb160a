"""The temporal tasks for e-prop: a recurrent network of LIF neurons, or of LIF and adaptive LIF neurons."""

from dataclasses import dataclass

from experiments.contest.common.keys import Temporal
from experiments.contest.common.recurrent import FINAL, OBJECTS, Recurrent, network
from experiments.contest.common.recurrent import Structure as Common
from models.base import param

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure(Common):
    """Sizes of the network and of the tables of sequences and classes."""

    n_in: int = param(1, "inputs", r"n_\mathrm{in}", "data")
    n_rec: int = param(57, "recurrent neurons", r"n_\mathrm{rec}", "our design: as many plastic weights as GLE has")
    n_out: int = param(2, "classes", r"n_\mathrm{out}", "data")
    n_steps: int = param(61, "time steps of a sequence: one without input, then one for each number", "T", "our design")
    n_pattern: int = param(427000, "numbers of a round: 7 epochs", r"n_p", "our design")
    n_target: int = param(427000, "time steps of a round", r"n_y", "our design")


@dataclass(frozen=True)
class Inputs(Recurrent, Temporal):
    """The task, how the network starts, and how the true gradient learns in its place."""

    bptt: tuple = param(
        (0.0, 0.0, 0.0), "BPTT: eta, c_reg and v_th of its own; 0: those of e-prop", "", "our design", ">= 0"
    )
    truncated: tuple = param((0.0, 0.0, 0.0), "the same of truncated BPTT", "", "our design", ">= 0")
    piece: int = param(10, "truncated BPTT: time steps that errors are sent back at most", "k", "our design", ">= 1")
