"""Pairs of neurons with plastic weights, for three shapes of the postsynaptic potential and five pairs of biases."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, defaultclock, ms, second

from models.base import attach, param
from models.sal import alignment

N_SHAPES, N_BIASES = 5, 5


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_pairs: int = param(8, "independent pairs of neurons, each shape and bias", r"n", "choice")
    dt: Quantity = param(1 * ms, "time step, tau_ref / 10", r"\Delta t", "authors' program")
    epoch: Quantity = param(600 * ms, "learning epoch, 60 tau_ref", r"T", "as in Fig. 2d")
    record: Quantity = param(6 * second, "time between two recorded weights", r"\Delta t_\mathrm{rec}", "choice")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    w: float = param(0.75, "initial weight, both directions", r"W", "choice")
    b_max: float = param(1.0, "largest bias of neuron 1, opposite to neuron 2", r"b_\mathrm{max}", "as in Fig. 11")
    tau_short: Quantity = param(
        10 / 3 * ms, "time constant of the short alpha-shaped PSP", r"\tau_\mathrm{short}", "authors' program"
    )
    tau_long: Quantity = param(
        5 * ms, "time constant of the long alpha-shaped PSP", r"\tau_\mathrm{long}", "authors' program"
    )


OBJECTS = {"neurons": alignment.shaped_neuron, "synapses": alignment.nearest_synapse}
FINAL = ["synapses.w"]


def network(p: Structure) -> Network:
    """Return pairs of neurons: neuron 1 of pair k has index 2 k, neuron 2 has 2 k + 1.

    Pairs are ordered by shape, then by bias.
    """
    defaultclock.dt = p.dt
    index = np.arange(2 * p.n_pairs * N_SHAPES * N_BIASES)
    neurons = NeuronGroup(index.size, name="neurons", **OBJECTS["neurons"].kwargs())
    synapses = Synapses(neurons, neurons, name="synapses", **OBJECTS["synapses"].kwargs())
    synapses.connect(i=index, j=index ^ 1)
    attach([neurons, synapses], OBJECTS, epoch=p.epoch)
    weights = StateMonitor(synapses, "w", record=list(index), dt=p.record, when="end", order=0, name="weights")
    together = Network(neurons, synapses, weights)
    together.schedule = alignment.SCHEDULE
    return together
