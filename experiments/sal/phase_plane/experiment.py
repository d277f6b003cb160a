"""Reciprocally connected neurons whose weights should meet, and a grid of pairs whose weights are frozen."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, defaultclock, ms, second

from models import sal
from models.base import param


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_pairs: int = param(20, "independent pairs of neurons, each condition", r"n", "authors' program")
    n_grid: int = param(9, "frozen weights of either direction: one pair for every combination", r"n_W", "choice")
    t_max: int = param(30, "longest interval on the grid, plus one, in steps", r"t_\mathrm{max}", "authors' program")
    dt: Quantity = param(0.4 * ms, "time step: tau_ref / 25, or / 15 on the grid", r"\Delta t", "authors' program")
    epoch: Quantity = param(600 * ms, "learning epoch, 60 tau_ref", r"T", "authors' program")
    block: Quantity = param(30 * second, "time between two looks at the histograms", r"T_\mathrm{b}", "choice")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    w_21: float = param(0.5, "initial weight from neuron 1 to neuron 2", r"W_{21}", "authors' program")
    w_12: float = param(1.5, "initial weight from neuron 2 to neuron 1", r"W_{12}", "authors' program")
    b_1: float = param(-0.5, "bias of neuron 1", r"b_1", "authors' program")
    b_2: float = param(-0.2, "bias of neuron 2", r"b_2", "authors' program")
    w_max: float = param(
        2.0, "largest weight of the grid, the smallest is -w_max", r"W_\mathrm{max}", "authors' program"
    )


OBJECTS = {
    "neurons": sal.neuron,
    "synapses": sal.synapse,
    "grid_neurons": sal.lagged_neuron,
    "grid_synapses": sal.interval_synapse,
    "bins": sal.histogram,
    "tally": sal.tally,
}
FINAL = ["synapses.w"]


def network(p: Structure) -> Network:
    """Return plastic pairs, frozen pairs, and the bins in which the intervals of the latter are counted.

    Neuron 1 of pair k has index 2 k, neuron 2 has 2 k + 1. In the first half of the plastic pairs both weights learn,
    in the second half one. Frozen pair k has W_21 number ``k // n_grid`` and W_12 number ``k % n_grid``; its intervals
    that end with a spike of neuron 2 (1) fill row 2 k (2 k + 1) of the bins, ``t_max - 1`` in a row.
    """
    defaultclock.dt = p.dt
    index = np.arange(4 * p.n_pairs)
    neurons = NeuronGroup(index.size, name="neurons", **sal.neuron.kwargs())
    synapses = Synapses(neurons, neurons, name="synapses", **sal.synapse.kwargs())
    synapses.connect(i=index, j=index ^ 1)
    synapses.pre.order = -1
    synapses.post.order = 1
    sal.synapse.add_steps(synapses, epoch=p.epoch)
    weights = StateMonitor(synapses, "w", record=list(index), dt=p.epoch, when="end", order=2, name="weights")

    index, row = np.arange(2 * p.n_grid**2), p.t_max - 1
    grid_neurons = NeuronGroup(index.size, name="grid_neurons", **sal.lagged_neuron.kwargs())
    grid_synapses = Synapses(grid_neurons, grid_neurons, name="grid_synapses", **sal.interval_synapse.kwargs())
    bins = NeuronGroup(index.size * row, name="bins", **sal.histogram.kwargs())
    tally = Synapses(grid_neurons, bins, name="tally", **sal.tally.kwargs())
    grid_synapses.connect(i=index, j=index ^ 1)
    tally.connect(i=np.repeat(index, row), j=((index ^ 1)[:, None] * row + np.arange(row)).ravel())
    grid_synapses.post.order = 2
    tally.pre.order = 3
    counts = StateMonitor(bins, "number", record=True, dt=p.block, when="end", order=3, name="counts")
    return Network(neurons, synapses, weights, grid_neurons, grid_synapses, bins, tally, counts)
