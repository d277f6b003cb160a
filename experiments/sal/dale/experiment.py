"""Systems of two excitatory and two inhibitory neurons: frozen ones on a grid, a test of rates, and plastic ones."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, defaultclock, ms, second

from models.base import attach, param
from models.sal import alignment

N_RATES = 9
# Synapses of a system: pre and post, sorted; neurons are e1, e2, i1, i2.
PATHS = np.array([(0, 1), (0, 2), (1, 0), (1, 3), (2, 1), (3, 0)])


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_row: int = param(7, "frozen weights of either direction: one system for every combination", r"n_W", "choice")
    n_plastic: int = param(16, "systems with plastic excitatory weights", r"n", "choice")
    dt: Quantity = param(0.4 * ms, "time step, tau_ref / 25", r"\Delta t", "authors' program")
    epoch: Quantity = param(600 * ms, "learning epoch, 60 tau_ref", r"T", "as in Fig. 2d")
    record: Quantity = param(6 * second, "time between two recorded weights", r"\Delta t_\mathrm{rec}", "choice")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    row: int = param(1, "offset of the grid of W_21, in steps of the fine grid", r"o_{21}", "choice")
    column: int = param(1, "offset of the grid of W_12", r"o_{12}", "choice")
    fine: float = param(0.1, "step of the fine grid, a third of that of a point", r"\Delta W", "authors' program")
    w_ie_1: float = param(3.9479, "weight from e1 to i1", r"W_{i1,e1}", "authors' program, its random numbers")
    w_ie_2: float = param(4.2320, "weight from e2 to i2", r"W_{i2,e2}", "authors' program, its random numbers")
    w_ei_1: float = param(-1.0426, "weight from i1 to e2", r"W_{e2,i1}", "authors' program, its random numbers")
    w_ei_2: float = param(-1.0985, "weight from i2 to e1", r"W_{e1,i2}", "authors' program, its random numbers")
    b_i_1: float = param(-2.2544, "bias of i1", r"b_{i1}", "authors' program, its random numbers")
    b_i_2: float = param(-2.1838, "bias of i2", r"b_{i2}", "authors' program, its random numbers")


OBJECTS = {"neurons": alignment.lagged_neuron, "synapses": alignment.nearest_synapse}
FINAL = ["synapses.pairs", "neurons.n_spikes"]


def network(p: Structure) -> Network:
    """Return the systems one after the other: grid, test of rates with and without interneurons, plastic.

    System k has the neurons 4 k to 4 k + 3 and the synapses 6 k to 6 k + 5.
    """
    defaultclock.dt = p.dt
    n = p.n_row**2 + 2 * N_RATES + p.n_plastic
    neurons = NeuronGroup(4 * n, name="neurons", **OBJECTS["neurons"].kwargs())
    synapses = Synapses(neurons, neurons, name="synapses", **OBJECTS["synapses"].kwargs())
    pre, post = (PATHS + 4 * np.arange(n)[:, None, None]).reshape(-1, 2).T
    synapses.connect(i=pre, j=post)
    attach([neurons, synapses], OBJECTS, epoch=p.epoch)
    first = n - p.n_plastic
    plastic = (6 * np.arange(first, n)[:, None] + [0, 2]).ravel()
    weights = StateMonitor(synapses, "w", record=list(plastic), dt=p.record, when="end", order=0, name="weights")
    together = Network(neurons, synapses, weights)
    together.schedule = alignment.SCHEDULE
    return together
