"""The static task for e-prop: a recurrent network of LIF neurons that is shown a sample for some time."""

from dataclasses import dataclass

from experiments.contest.common.keys import Static
from experiments.contest.common.recurrent import FINAL, OBJECTS, Recurrent, network
from experiments.contest.common.recurrent import Structure as Common
from models.base import param

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure(Common):
    """Sizes of the network and of the tables of samples and classes."""

    n_in: int = param(64, "inputs", r"n_\mathrm{in}", "8 x 8 digits")
    n_rec: int = param(52, "recurrent neurons", r"n_\mathrm{rec}", "our design: as many plastic weights as GLE has")
    n_out: int = param(10, "classes", r"n_\mathrm{out}", "data")
    n_steps: int = param(20, "time steps that a sample is shown, the first of them without input", "T", "our design")
    n_pattern: int = param(448000, "intensities of a round: 7 epochs", r"n_p", "our design")
    n_target: int = param(140000, "time steps of a round", r"n_y", "our design")


@dataclass(frozen=True)
class Inputs(Recurrent, Static):
    """The task, and how the network starts."""

    asked: int = param(15, "time steps at the end in which the readout answers", r"T_y", "our design", valid=">= 1")
