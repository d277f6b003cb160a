"""Layers of stochastic spiking neurons, connected forwards and backwards: what is built wherever SAL aligns layers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, StateMonitor, Synapses, defaultclock

from models.base import Model, attach
from models.sal import layered


def build(
    p: Any, objects: Mapping[str, Model], forward_ends: np.ndarray, feedback_ends: np.ndarray, watched: Sequence[int]
) -> Network:
    """Build the network.

    Parameters
    ----------
    p : object
        Structure with ``n_0`` to ``n_3``, ``dt``, ``cycle`` (between two updates) and ``record``.
    objects : Mapping
        Models of ``neurons`` and ``feedback``.
    forward_ends, feedback_ends : ndarray of int, shape (2, n)
        Pre- and postsynaptic neuron of every synapse; numbers run through the layers.
    watched : sequence of int
        Feedback synapses whose weights are recorded.

    Returns
    -------
    Network
        ``neurons``, ``forward``, ``feedback``, ``memory``, and the monitor ``weights``.
    """
    defaultclock.dt = p.dt
    ends = 10 * p.dt
    neurons = NeuronGroup(p.n_0 + p.n_1 + p.n_2 + p.n_3, name="neurons", **objects["neurons"].kwargs())
    forward = Synapses(neurons, neurons, name="forward", delay={"off": ends}, **layered.forward.kwargs())
    feedback = Synapses(neurons, neurons, name="feedback", delay={"off": ends}, **objects["feedback"].kwargs())
    delay = {"recovers": ends, "leaves": 2 * ends}
    memory = Synapses(neurons, neurons, name="memory", delay=delay, **layered.memory.kwargs())
    forward.connect(i=forward_ends[0], j=forward_ends[1])
    feedback.connect(i=feedback_ends[0], j=feedback_ends[1])
    memory.connect(j="i")
    pathways = (memory.leaves, memory.recovers, forward.off, feedback.off, forward.on, feedback.on, feedback.post)
    for order, pathway in enumerate(pathways):
        pathway.order = order
    attach([neurons, feedback], objects, cycle=p.cycle)
    weights = StateMonitor(feedback, "w", record=watched, dt=p.record, when="start", order=2, name="weights")
    return Network(neurons, forward, feedback, memory, weights)
