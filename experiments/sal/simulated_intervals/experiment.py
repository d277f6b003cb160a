"""Pairs of neurons with random weights and biases; the intervals between their spikes are counted while they run."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, Synapses, defaultclock, ms

from models.base import attach, param
from models.sal import alignment

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


OBJECTS = {
    "neurons": alignment.shaped_neuron,
    "synapses": alignment.fixed_synapse,
    "intervals": alignment.interval_counter,
}
FINAL = ["intervals.number"]


def network(p: Structure) -> Network:
    """Return pairs of neurons and the synapses that count their intervals.

    Neuron 1 of pair k has index 2 k, neuron 2 has 2 k + 1; the pairs of a condition follow each other. Intervals that
    end with a spike of neuron 2 (1) are counted by row 2 k (2 k + 1) of ``t_max - 1`` synapses.
    """
    defaultclock.dt = p.dt
    index, row = np.arange(2 * N_CONDITIONS * p.n_pairs), p.t_max - 1
    neurons = NeuronGroup(index.size, name="neurons", **OBJECTS["neurons"].kwargs())
    synapses = Synapses(neurons, neurons, name="synapses", **OBJECTS["synapses"].kwargs())
    synapses.connect(i=index, j=index ^ 1)
    intervals = Synapses(neurons, neurons, name="intervals", **OBJECTS["intervals"].kwargs())
    intervals.connect(i=np.repeat(index, row), j=np.repeat(index ^ 1, row))
    attach([neurons, synapses, intervals], OBJECTS)
    together = Network(neurons, synapses, intervals)
    together.schedule = alignment.SCHEDULE
    return together
