"""Pairs of integrate-and-fire neurons with plastic weights, and uncoupled neurons that show the activation function."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, defaultclock, ms, second

from models.base import attach, param
from models.sal import alignment, lif

N_CONDITIONS = 2 * 4 * 3 * 4  # sign, heterogeneity, shape, membrane
N_ACTIVATION = 4 * 9  # membrane, bias


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_pairs: int = param(4, "independent pairs of neurons, each condition", r"n", "choice")
    n_copies: int = param(4, "uncoupled neurons, each membrane and bias", r"n_0", "choice")
    dt: Quantity = param(0.2 * ms, "time step", r"\Delta t", "choice")
    epoch: Quantity = param(600 * ms, "learning epoch, 60 tau_ref", r"T", "as in Fig. 2d")
    record: Quantity = param(3 * second, "time between two recorded weights", r"\Delta t_\mathrm{rec}", "choice")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    w_21: float = param(0.5, "size of the initial weight from neuron 1 to neuron 2", r"W_{21}", "as in Fig. 2d")
    w_12: float = param(1.5, "size of the initial weight from neuron 2 to neuron 1", r"W_{12}", "as in Fig. 2d")
    bias: float = param(0.5, "unlike biases: neuron 1 has -bias, neuron 2 has bias", r"b", "choice")
    tau_ratio: float = param(1.4, "unlike membranes: tau_m is divided and multiplied by this", r"\rho_\tau", "choice")
    gain: float = param(1.25, "unlike gains: the slope is divided and multiplied by this", r"\rho_\alpha", "choice")
    tau_single: Quantity = param(
        10 * ms, "time constant of the exponential current", r"\tau_\mathrm{exp}", "choice: tau_ref, as in LIF sampling"
    )
    tau_double: Quantity = param(
        10 / 3 * ms, "time constant of the alpha-shaped current", r"\tau_\alpha", "as in Fig. 11"
    )


OBJECTS = {"neurons": lif.neuron, "synapses": alignment.nearest_synapse}
FINAL = ["neurons.n_spikes"]


def network(p: Structure) -> Network:
    """Return pairs of neurons, 2 k and 2 k + 1, condition by condition, and after them the uncoupled neurons."""
    defaultclock.dt = p.dt
    n = 2 * p.n_pairs * N_CONDITIONS
    neurons = NeuronGroup(n + p.n_copies * N_ACTIVATION, name="neurons", **OBJECTS["neurons"].kwargs())
    synapses = Synapses(neurons, neurons, name="synapses", **OBJECTS["synapses"].kwargs())
    index = np.arange(n)
    synapses.connect(i=index, j=index ^ 1)
    attach([neurons, synapses], OBJECTS, epoch=p.epoch)
    weights = StateMonitor(synapses, "w", record=list(index), dt=p.record, when="end", order=0, name="weights")
    together = Network(neurons, synapses, weights)
    together.schedule = alignment.SCHEDULE
    return together
