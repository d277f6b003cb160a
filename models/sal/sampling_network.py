"""Many sampling networks that learn Boltzmann distributions, in one run of one compiled program."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    Quantity,
    StateMonitor,
    Synapses,
    defaultclock,
    ms,
    second,
)

from models.base import Model, attach, link, param
from models.sal import sampling


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_networks: int = param(50, "independent networks", "K", "our design")
    n_neurons: int = param(7, "neurons of a network", "N", "authors' program")
    dt: Quantity = param(0.2 * ms, "time step, tau_ref / 50", r"\Delta t", "authors' program")
    t_psp: Quantity = param(9.8 * ms, "length of the PSP: tau_ref less one step", r"t_\mathrm{psp}", "authors' program")
    t_ref: Quantity = param(10 * ms, "length of the refractoriness", r"t_\mathrm{ref}", "authors' program")
    cycle: Quantity = param(1 * second, "length of a learning cycle", "T", "authors' program: 10 s")
    sample: Quantity = param(5 * ms, "interval between two samples of the state", r"t_s", "authors' program")
    record: Quantity = param(399 * second, "interval between two records of the weights", r"t_r", "our design")


@dataclass(frozen=True)
class Inputs:
    """Which networks there are: all combinations of noise levels, arms, targets and initial values."""

    n_targets: int = param(5, "target distributions: seeds 4321 to 4324 and 4235", r"n^*", "authors' program")
    n_initial: int = param(1, "initial values of every target: seeds from 9002 on", r"n_0", "authors' program: 4")
    n_levels: int = param(2, "noise levels, the first is 0", r"n_\sigma", "authors' program: 6")
    step: float = param(0.8, "from one noise level to the next", r"\Delta\sigma", "authors' program: 0.2")


@dataclass(frozen=True)
class NoisyInputs(Inputs):
    """The same; the noise levels are those of the learning rule."""

    sigma_init: float = param(0.2, "noise of the initial weights", r"\sigma_0", "authors' program")


FINAL = ["synapses.w", "neurons.b"]


def objects(synapse: Model) -> dict[str, Model]:
    """Return the objects that have parameters or arrays, and what they are.

    Parameters
    ----------
    synapse : Model
        What learns: of ``models.sal.sampling``.

    Returns
    -------
    dict
        Name of the object to its model.
    """
    return {
        "neurons": sampling.neuron,
        "synapses": synapse,
        "schedule": sampling.schedule,
        "bins": sampling.histogram,
    }


def wire(p: Structure, models: Mapping[str, Model]) -> Network:
    """Build all networks, block by block; neuron k of network n has index N n + k.

    Parameters
    ----------
    p : Structure
        Sizes and durations.
    models : Mapping
        From `objects`.

    Returns
    -------
    Network
        Ready to be compiled.
    """
    defaultclock.dt = p.dt
    models = {**models, "states": sampling.state}
    n_states = 2**p.n_neurons
    schedule = NeuronGroup(p.n_networks, dt=p.cycle, name="schedule", **models["schedule"].kwargs())
    neurons = NeuronGroup(p.n_networks * p.n_neurons, name="neurons", **models["neurons"].kwargs())
    states = NeuronGroup(p.n_networks, dt=p.sample, name="states", **sampling.state.kwargs())
    bins = NeuronGroup(p.n_networks * n_states, dt=p.cycle, name="bins", **models["bins"].kwargs())
    link([schedule, neurons, states, bins], models)

    synapses = Synapses(neurons, neurons, name="synapses", delay={"off": p.t_psp}, **models["synapses"].kwargs())
    block = np.arange(p.n_networks)[:, None] * p.n_neurons
    pre, post = np.nonzero(1 - np.eye(p.n_neurons, dtype=int))
    synapses.connect(i=(block + pre).ravel(), j=(block + post).ravel())
    activity = Synapses(neurons, states, name="activity", delay={"ends": p.t_ref}, **sampling.activity.kwargs())
    activity.connect(i=np.arange(len(neurons)), j=np.arange(len(neurons)) // p.n_neurons)
    counting = Synapses(states, bins, name="counting", **sampling.counting.kwargs())
    counting.connect(i=np.arange(len(bins)) // n_states, j=np.arange(len(bins)))
    summation = Synapses(bins, schedule, name="summation", **sampling.summation.kwargs())
    summation.connect(i=np.arange(len(bins)), j=np.arange(len(bins)) // n_states)
    # A sample sees the activity of the step before.
    pathways = (counting.pre, synapses.off, synapses.on, synapses.post, activity.ends, activity.begins)
    for order, pathway in enumerate(pathways):
        pathway.order = order

    attach([schedule, neurons, synapses, bins], models, cycle=p.cycle)
    divergence = EventMonitor(schedule, "evaluated", "divergence", when="after_thresholds", order=1, name="divergence")
    index = list(range(p.n_networks * p.n_neurons * (p.n_neurons - 1)))
    weights = StateMonitor(synapses, "w", record=index, dt=p.record, when="start", order=2, name="weights")
    return Network(schedule, neurons, states, bins, synapses, activity, counting, summation, divergence, weights)
