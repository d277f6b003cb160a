"""Layers of mixed time constants predict a chaotic series at several horizons."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, TimedArray, ms

from experiments.gle.mackey_glass.inputs import HORIZONS, N_LAYERS
from models.base import attach, param
from models.gle import latent_equilibrium, stimuli
from models.gle import series as gle_series
from models.gle.layers import parts


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_layer: int = param(40, "neurons of each hidden layer", "n", "our design")
    n_series: int = param(20000, "values of the series; it is shown again and again", r"n_x", "our design")
    dt: Quantity = param(0.2 * ms, "time step, one unit of the series", r"\Delta t", "as on MNIST-1D")


@dataclass(frozen=True)
class Inputs:
    """The series, and how it is tested."""

    tau: float = param(17.0, "delay of the series", r"\tau_\mathrm{MG}", "chaotic")
    n_test: int = param(3000, "values of the test part, in which nothing is learned", r"n_\mathrm{test}", "our design")
    n_free: int = param(1000, "time steps in which the network hears itself", r"n_\mathrm{free}", "our design")
    n_batches: int = param(2000, "batches from which the reference learns backwards in time", "", "our design")


OBJECTS = {**parts(N_LAYERS, latent_equilibrium.output), "input": gle_series.series}
ROUTES = {"targets": stimuli.stimulus, "target": latent_equilibrium.target, "loop": gle_series.loop}
FINAL = [f"to_{k}.w" for k in range(1, N_LAYERS + 1)]


def network(p: Structure) -> Network:
    """Build input, three hidden layers, one output for each horizon, and the way from the first output to the input.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        Groups ``input``, ``layer_1`` to ``layer_4``, ``targets``; timed arrays ``samples``, ``future``; monitor
        ``predictions``.
    """
    samples = TimedArray(np.zeros(p.n_series), dt=p.dt, name="samples")
    future = TimedArray(np.zeros((p.n_series, len(HORIZONS))), dt=p.dt, name="future")
    once = TimedArray(np.zeros(1), dt=p.dt, name="once")
    sizes = {"input": 1, **{f"layer_{k}": p.n_layer for k in range(1, N_LAYERS)}, f"layer_{N_LAYERS}": len(HORIZONS)}
    groups = {"input": NeuronGroup(1, dt=p.dt, name="input", **OBJECTS["input"].kwargs(samples=samples))}
    for name, n in list(sizes.items())[1:]:
        groups[name] = NeuronGroup(n, dt=p.dt, name=name, **OBJECTS[name].kwargs())
    told = {"samples": future, "order": once, "shown": p.n_series, "rows": p.n_series}
    targets = NeuronGroup(len(HORIZONS), dt=p.dt, name="targets", **stimuli.stimulus.kwargs(**told))
    links = {}
    names = list(groups)
    for k, (below, above) in enumerate(zip(names[:-1], names[1:], strict=True), start=1):
        name = f"to_{k}"
        links[name] = Synapses(groups[below], groups[above], dt=p.dt, name=name, **OBJECTS[name].kwargs())
        links[name].connect()
    top = groups[f"layer_{N_LAYERS}"]
    target = Synapses(targets, top, dt=p.dt, name="target", **latent_equilibrium.target.kwargs())
    target.connect(j="i")
    loop = Synapses(top, groups["input"], dt=p.dt, name="loop", **gle_series.loop.kwargs())
    loop.connect(i=0, j=0)
    attach([targets, *groups.values(), *links.values(), target, loop], OBJECTS | ROUTES)
    predictions = StateMonitor(top, "r", record=True, dt=p.dt, when="end", order=0, name="predictions")
    return Network(*groups.values(), targets, *links.values(), target, loop, predictions)
