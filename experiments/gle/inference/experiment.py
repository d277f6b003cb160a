"""A trained network predicts a chaotic series: inference alone, on every device."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, TimedArray, defaultclock, ms

from models.base import param
from models.gle import inference

N_LAYERS = 4


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_layer: int = param(40, "neurons of each hidden layer", "n", "gle/mackey_glass")
    n_horizons: int = param(6, "outputs, one for each horizon", r"n_h", "gle/mackey_glass")
    n_series: int = param(20000, "values of the series", r"n_x", "gle/mackey_glass")
    dt: Quantity = param(0.2 * ms, "time step, one unit of the series", r"\Delta t", "gle/mackey_glass")


@dataclass(frozen=True)
class Inputs:
    """What is predicted."""

    n_test: int = param(3000, "values that are shown", r"n_\mathrm{test}", "gle/mackey_glass")


OBJECTS = {
    "input": inference.series,
    **{f"layer_{k}": inference.neuron for k in range(1, N_LAYERS + 1)},
    **{f"to_{k}": inference.synapse for k in range(1, N_LAYERS + 1)},
}
FINAL: list[str] = []


def network(p: Structure) -> Network:
    """Build input, three hidden layers, and one output for each horizon.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        Groups ``input``, ``layer_1`` to ``layer_4``; timed array ``samples``; monitor ``predictions``.
    """
    defaultclock.dt = p.dt
    samples = TimedArray(np.zeros(p.n_series), dt=p.dt, name="samples")
    sizes = {"input": 1, **{f"layer_{k}": p.n_layer for k in range(1, N_LAYERS)}, f"layer_{N_LAYERS}": p.n_horizons}
    groups = {}
    for name, n in sizes.items():
        tables = {"samples": samples} if name == "input" else {}
        groups[name] = NeuronGroup(n, name=name, **OBJECTS[name].kwargs(**tables))
        OBJECTS[name].add_steps(groups[name])
    names, links = list(groups), []
    for k, (below, above) in enumerate(zip(names[:-1], names[1:], strict=True), start=1):
        links.append(Synapses(groups[below], groups[above], name=f"to_{k}", **OBJECTS[f"to_{k}"].kwargs()))
        links[-1].connect()
    top = groups[f"layer_{N_LAYERS}"]
    predictions = StateMonitor(top, "r", record=True, when="end", order=0, name="predictions")
    together = Network(*groups.values(), *links, predictions)
    together.schedule = inference.SCHEDULE
    return together
