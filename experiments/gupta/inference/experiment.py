"""A trained layered network names iris species: inference alone, on every device."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, SpikeMonitor, StateMonitor, Synapses, TimedArray, defaultclock, ms

from models.base import attach, param
from models.gupta import inference


@dataclass(frozen=True)
class Structure:
    """Sizes of the layers and of the table of samples."""

    n_0: int = param(8, "input neurons", r"n_0", "gupta/iris")
    n_1: int = param(20, "neurons of hidden layer 1", r"n_1", "gupta/iris")
    n_2: int = param(20, "neurons of hidden layer 2", r"n_2", "gupta/iris")
    n_3: int = param(2, "output neurons, one a class", r"n_3", "gupta/iris")
    n_rows: int = param(30, "samples that one run can show", r"n_\mathrm{rows}", "gupta/iris: test samples")
    dt: Quantity = param(0.5 * ms, "time step", r"\mathrm{d}t", "gupta/iris")


@dataclass(frozen=True)
class Inputs:
    """What is shown."""

    n_test: int = param(
        30, "test samples, the first ones of the network's own test set", r"n_\mathrm{test}", "gupta/iris"
    )


OBJECTS = {"neurons": inference.neuron, "synapses": inference.synapse}
FINAL: list[str] = []


def network(p: Structure) -> Network:
    """Build the layered network; neurons are numbered layer by layer.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        Groups ``neurons``, ``synapses``; timed array ``pattern``; monitors ``spikes`` (all neurons) and ``outputs``
        (voltages of the output neurons at the start of a time step, before a new sample may be shown).
    """
    defaultclock.dt = p.dt
    sizes = [p.n_0, p.n_1, p.n_2, p.n_3]
    layer = np.repeat(np.arange(len(sizes)), sizes)
    pattern = TimedArray(np.zeros((p.n_rows, layer.size)), dt=p.dt, name="pattern")
    neurons = NeuronGroup(layer.size, name="neurons", **OBJECTS["neurons"].kwargs(pattern=pattern))
    attach([neurons], OBJECTS)
    synapses = Synapses(neurons, neurons, name="synapses", **OBJECTS["synapses"].kwargs())
    pre, post = np.nonzero(layer[:, None] + 1 == layer[None, :])
    synapses.connect(i=pre, j=post)
    spikes = SpikeMonitor(neurons, name="spikes")
    last = list(range(layer.size - p.n_3, layer.size))
    outputs = StateMonitor(neurons, "V", record=last, when="start", order=-1, name="outputs")
    together = Network(neurons, synapses, spikes, outputs)
    together.schedule = inference.SCHEDULE
    return together
