"""Layers that only send rates upwards: the wiring of `models.gle.inference`, the same on every device."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from brian2 import NeuronGroup, Quantity, Synapses, TimedArray, defaultclock

from models.base import Model
from models.gle import inference


def parts(n_layers: int) -> dict[str, Model]:
    """Return the models of the objects of `feedforward`, by name."""
    layers = {f"layer_{k}": inference.neuron for k in range(1, n_layers + 1)}
    return {"input": inference.series, **layers, **{f"to_{k}": inference.synapse for k in range(1, n_layers + 1)}}


def feedforward(models: Mapping[str, Model], sizes: Sequence[int], dt: Quantity, n_series: int) -> dict[str, Any]:
    """Build one input neuron and the layers behind it, each connected to all of the next.

    Parameters
    ----------
    models : Mapping
        Model of each object, as `parts` names them.
    sizes : sequence of int
        Neurons of each layer.
    dt : Quantity
        Time step, that of the input too.
    n_series : int
        Values of the timed array ``samples``, which the input shows.

    Returns
    -------
    dict
        ``input``, ``layer_1``, ``layer_2``, ..., then ``to_1``, ``to_2``, ...
    """
    defaultclock.dt = dt
    samples = TimedArray(np.zeros(n_series), dt=dt, name="samples")
    groups = {}
    for name, n in {"input": 1, **{f"layer_{k}": n for k, n in enumerate(sizes, start=1)}}.items():
        tables = {"samples": samples} if name == "input" else {}
        groups[name] = NeuronGroup(n, name=name, **models[name].kwargs(**tables))
        models[name].add_steps(groups[name])
    below, links = groups["input"], {}
    for k in range(1, len(sizes) + 1):
        links[f"to_{k}"] = Synapses(below, groups[f"layer_{k}"], name=f"to_{k}", **models[f"to_{k}"].kwargs())
        links[f"to_{k}"].connect()
        below = groups[f"layer_{k}"]
    return {**groups, **links}
