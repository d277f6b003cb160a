"""Template: pairs of neurons that know nothing of each other, and what STDP makes of that. Replace everything."""

from dataclasses import dataclass

from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, defaultclock, ms

from experiments._template import model  # yours: from models.<family> import <model>
from models.base import attach, param


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program: keys network.<name> of config.yaml."""

    n: int = param(500, "pairs of neurons", "n", "our design")
    dt: Quantity = param(0.1 * ms, "time step", r"\Delta t", "our design")


@dataclass(frozen=True)
class Inputs:
    """What `inputs` makes arrays from: keys inputs.<name>."""

    w: float = param(0.5, "mean of the initial weights", r"w_0", "our design")
    spread: float = param(0.1, "their standard deviation", r"\sigma_w", "our design")


OBJECTS = {"before": model.neuron, "after": model.neuron, "synapses": model.synapse}  # keys <object>.<parameter>
FINAL = ["synapses.w"]  # state variables whose end values are stored


def network(p: Structure) -> Network:
    """Return the Brian2 network: objects with names, monitors with names, no values, no seeds, no loops."""
    defaultclock.dt = p.dt
    before, after = (NeuronGroup(p.n, name=name, **OBJECTS[name].kwargs()) for name in ("before", "after"))
    synapses = Synapses(before, after, name="synapses", **OBJECTS["synapses"].kwargs())
    synapses.connect(j="i")
    # Explicit: Brian2 breaks ties by name.
    synapses.pre.order, synapses.post.order = 0, 1
    attach([before, after, synapses], OBJECTS)  # what the models say of summed variables, and their steps
    weights = StateMonitor(synapses, "w", record=range(p.n), dt=500 * ms, when="start", order=0, name="weights")
    return Network(before, after, synapses, weights)
