"""A grid of pairs with frozen weights; the intervals between their spikes are counted while they run."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, defaultclock, ms, second

from models.base import attach, param
from models.sal import alignment


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_grid: int = param(9, "frozen weights of either direction: one pair for every combination", r"n_W", "choice")
    t_max: int = param(30, "longest interval that counts, plus one, in steps", r"t_\mathrm{max}", "authors' program")
    dt: Quantity = param(0.4 * ms, "time step, tau_ref / 15", r"\Delta t", "choice")
    block: Quantity = param(30 * second, "time between two looks at the histograms", r"T_\mathrm{b}", "choice")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    w_max: float = param(2.0, "largest weight of the grid", r"W_\mathrm{max}", "authors' program")


OBJECTS = {
    "neurons": alignment.lagged_neuron,
    "synapses": alignment.fixed_synapse,
    "intervals": alignment.interval_counter,
}


def network(p: Structure) -> Network:
    """Return frozen pairs and the synapses that count their intervals.

    Neuron 1 of pair k has index 2 k, neuron 2 has 2 k + 1; the pair has W_21 number ``k // n_grid`` and W_12 number
    ``k % n_grid``. Intervals that end with a spike of neuron 2 (1) are counted by row 2 k (2 k + 1) of ``t_max - 1``
    synapses.
    """
    defaultclock.dt = p.dt
    index, row = np.arange(2 * p.n_grid**2), p.t_max - 1
    neurons = NeuronGroup(index.size, name="neurons", **OBJECTS["neurons"].kwargs())
    synapses = Synapses(neurons, neurons, name="synapses", **OBJECTS["synapses"].kwargs())
    synapses.connect(i=index, j=index ^ 1)
    intervals = Synapses(neurons, neurons, name="intervals", **OBJECTS["intervals"].kwargs())
    intervals.connect(i=np.repeat(index, row), j=np.repeat(index ^ 1, row))
    attach([neurons, synapses, intervals], OBJECTS)
    counts = StateMonitor(intervals, "number", record=True, dt=p.block, when="end", order=0, name="counts")
    together = Network(neurons, synapses, intervals, counts)
    together.schedule = alignment.SCHEDULE
    return together
