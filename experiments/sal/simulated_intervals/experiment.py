"""Pairs of neurons with random weights and biases; the intervals between their spikes are counted while they run."""

from dataclasses import dataclass

from brian2 import Network, Quantity, ms

from models.base import param
from models.sal import alignment
from models.sal.intervals_network import build, objects

N_CONDITIONS = 6


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_pairs: int = param(50, "independent pairs of neurons, each condition", r"n", "choice")
    t_max: int = param(60, "longest interval that counts, plus one, in steps", r"t_\mathrm{max}", "authors' program")
    dt: Quantity = param(1 * ms, "time step, tau_ref / 30", r"\Delta t", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    tau_syn: Quantity = param(
        10 * ms,
        "time constant of the alpha-shaped PSP",
        r"\tau_\mathrm{syn}",
        "authors' program",
        valid=">= network.dt",
    )
    draw: int = param(14, "seed of weights and biases", "", "our choice; the authors' program has none", ">= 0")


OBJECTS = objects(alignment.shaped_neuron)
FINAL = ["intervals.number"]


def network(p: Structure) -> Network:
    """Return pairs of neurons in six conditions, and the synapses that count their intervals."""
    return build(p, OBJECTS, N_CONDITIONS)
