"""Pairs of neurons with frozen weights; the intervals between their spikes are counted while they run."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, Synapses, defaultclock, ms

from models.base import attach, param
from models.sal import alignment

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


OBJECTS = {
    "neurons": alignment.lagged_neuron,
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
    n, row = 2 * N_CONDITIONS * p.n_pairs, p.t_max - 1
    neurons = NeuronGroup(n, name="neurons", **OBJECTS["neurons"].kwargs())
    index = np.arange(n)
    synapses = Synapses(neurons, neurons, name="synapses", **OBJECTS["synapses"].kwargs())
    synapses.connect(i=index, j=index ^ 1)
    intervals = Synapses(neurons, neurons, name="intervals", **OBJECTS["intervals"].kwargs())
    intervals.connect(i=np.repeat(index, row), j=np.repeat(index ^ 1, row))
    attach([neurons, synapses, intervals], OBJECTS)
    together = Network(neurons, synapses, intervals)
    together.schedule = alignment.SCHEDULE
    return together
