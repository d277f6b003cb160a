"""Pairs of neurons with frozen weights; the intervals between their spikes are counted while they run."""

from dataclasses import dataclass

from brian2 import Network, Quantity, ms

from models.base import param
from models.sal import alignment
from models.sal.intervals_network import build, objects

N_CONDITIONS = 4


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_pairs: int = param(200, "independent pairs of neurons, each condition", r"n", "choice")
    t_max: int = param(102, "longest interval that counts, plus one, in steps", r"t_\mathrm{max}", "authors' program")
    dt: Quantity = param(0.2 * ms, "time step, tau_ref / 50", r"\Delta t", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    w_21: float = param(0.8, "weight from neuron 1 to neuron 2, asymmetric excitation", r"W_{21}", "authors' program")
    w_12: float = param(0.4, "weight from neuron 2 to neuron 1", r"W_{12}", "authors' program")
    b: float = param(-0.5, "bias", r"b", "authors' program")


OBJECTS = objects(alignment.lagged_neuron)
FINAL = ["intervals.number"]


def network(p: Structure) -> Network:
    """Return pairs of neurons in four conditions, and the synapses that count their intervals."""
    return build(p, OBJECTS, N_CONDITIONS)
