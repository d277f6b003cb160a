"""The network of `benchmarks.devices`: leaky integrate-and-fire neurons, as many synapses a neuron as asked."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, Synapses, defaultclock, ms

from models.base import param
from models.sal.alignment import SCHEDULE

OBJECTS: dict[str, object] = {}
FINAL = ["neurons.n_spikes"]


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n: int = param(1000, "neurons")
    degree: int = param(100, "synapses that leave a neuron")
    dt: Quantity = param(0.1 * ms, "time step")


def network(p: Structure) -> Network:
    """Return neurons that are driven over their threshold, at rates around 30 Hz, and hardly move each other.

    So the work does not depend on the dynamics, and every device must count nearly the same spikes.
    """
    defaultclock.dt = p.dt
    neurons = NeuronGroup(
        p.n,
        "dv/dt = (drive - v) / (20*ms) : 1\ndrive : 1 (constant)\nn_spikes : 1",
        threshold="v > 1",
        reset="v = 0; n_spikes += 1",
        method="exact",
        name="neurons",
    )
    neurons.drive = np.linspace(1.05, 1.5, p.n)
    synapses = Synapses(neurons, neurons, "w : 1", on_pre="v_post += w", name="synapses")
    source = np.repeat(np.arange(p.n), p.degree)
    synapses.connect(i=source, j=(source + 1 + np.tile(np.arange(p.degree), p.n) * (p.n // p.degree)) % p.n)
    synapses.w = 1e-6
    together = Network(neurons, synapses)
    together.schedule = SCHEDULE
    return together
