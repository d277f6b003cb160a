"""A recurrent spiking network learns to draw three independent patterns at once."""

from dataclasses import dataclass

from brian2 import Network, Quantity, ms

from models.base import param
from models.eprop.network import FINAL, build, objects
from models.eprop.network import Structure as Sizes

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure(Sizes):
    """Sizes of the network and of its tables."""

    n_in: int = param(20, "input neurons", r"n_\mathrm{in}", "public re-implementation")
    n_rec: int = param(600, "recurrent neurons", r"n_\mathrm{rec}", "paper")
    n_out: int = param(3, "readouts", r"n_\mathrm{out}", "paper")
    n_pattern: int = param(5000, "entries of the table of spike probabilities", r"n_p", "our design")
    n_target: int = param(3000, "entries of the table of targets", r"n_y", "our design")


@dataclass(frozen=True)
class Inputs:
    """The task, and what the feedback is like."""

    feedback: str = param(
        "random",
        "random, symmetric, uniform, adaptive, or none (readout alone)",
        valid="one of symmetric, random, uniform, adaptive, none",
    )
    n_iterations: int = param(1000, "trials", r"n_\mathrm{it}", "public re-implementation")
    n_groups: int = param(5, "groups of inputs that are active one after the other", r"n_g", "public re-implementation")
    interval: Quantity = param(10 * ms, "between two spikes of an active group", r"t_g", "public re-implementation")


OBJECTS = objects()


def network(p: Structure) -> Network:
    """Return clock-like inputs, LIF neurons, and three readouts with a bias."""
    return build(p, OBJECTS)
