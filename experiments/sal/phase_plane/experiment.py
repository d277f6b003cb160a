"""Two reciprocally connected neurons, many times over, whose weights should meet."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, defaultclock, ms

from models.base import attach, param
from models.sal import alignment


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_pairs: int = param(20, "independent pairs of neurons", r"n", "authors' program")
    dt: Quantity = param(0.4 * ms, "time step, tau_ref / 25", r"\Delta t", "authors' program")
    epoch: Quantity = param(600 * ms, "learning epoch, 60 tau_ref", r"T", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    w_21: float = param(0.5, "initial weight from neuron 1 to neuron 2", r"W_{21}", "authors' program")
    w_12: float = param(1.5, "initial weight from neuron 2 to neuron 1", r"W_{12}", "authors' program")
    b_1: float = param(-0.5, "bias of neuron 1", r"b_1", "authors' program")
    b_2: float = param(-0.2, "bias of neuron 2", r"b_2", "authors' program")
    both: bool = param(True, "both weights are plastic; otherwise only the one onto neuron 2")


OBJECTS = {"neurons": alignment.neuron, "synapses": alignment.synapse}
FINAL = ["synapses.w"]


def network(p: Structure) -> Network:
    """Return pairs of neurons: neuron 1 of pair k has index 2 k, neuron 2 has 2 k + 1."""
    defaultclock.dt = p.dt
    neurons = NeuronGroup(2 * p.n_pairs, name="neurons", **OBJECTS["neurons"].kwargs())
    synapses = Synapses(neurons, neurons, name="synapses", **OBJECTS["synapses"].kwargs())
    index = np.arange(2 * p.n_pairs)
    synapses.connect(i=index, j=index ^ 1)
    attach([neurons, synapses], OBJECTS, epoch=p.epoch)
    weights = StateMonitor(synapses, "w", record=list(index), dt=p.epoch, when="end", order=0, name="weights")
    together = Network(neurons, synapses, weights)
    together.schedule = alignment.SCHEDULE
    return together
