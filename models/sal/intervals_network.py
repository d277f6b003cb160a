"""Pairs of neurons with frozen weights, and synapses that count the intervals between their spikes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, Synapses, defaultclock

from models.base import Model, attach
from models.sal import alignment


def objects(neuron: Model) -> dict[str, Model]:
    """Name the objects of the network; what differs is the neuron."""
    return {"neurons": neuron, "synapses": alignment.fixed_synapse, "intervals": alignment.interval_counter}


def build(p: Any, models: Mapping[str, Model], n_conditions: int) -> Network:
    """Build pairs of neurons and the synapses that count their intervals.

    Neuron 1 of pair k has index 2 k, neuron 2 has 2 k + 1; the pairs of a condition follow each other. Intervals that
    end with a spike of neuron 2 (1) are counted by row 2 k (2 k + 1) of ``t_max - 1`` synapses.

    Parameters
    ----------
    p : object
        Structure with ``n_pairs`` (of a condition), ``t_max`` (longest interval that counts, plus one) and ``dt``.
    models : Mapping
        What `objects` returns.
    n_conditions : int
        Conditions.
    """
    defaultclock.dt = p.dt
    index, row = np.arange(2 * n_conditions * p.n_pairs), p.t_max - 1
    neurons = NeuronGroup(index.size, name="neurons", **models["neurons"].kwargs())
    synapses = Synapses(neurons, neurons, name="synapses", **models["synapses"].kwargs())
    synapses.connect(i=index, j=index ^ 1)
    intervals = Synapses(neurons, neurons, name="intervals", **models["intervals"].kwargs())
    intervals.connect(i=np.repeat(index, row), j=np.repeat(index ^ 1, row))
    attach([neurons, synapses, intervals], models)
    together = Network(neurons, synapses, intervals)
    together.schedule = alignment.SCHEDULE
    return together
