"""The adjoint method on the same network, input and initial weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pandas import DataFrame

from experiments.gle.lag_net.adjoint_method import descend

SHARED = ("layer_1.prospective", "layer_2.prospective", "layer_3.prospective")


def reference(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, DataFrame]:
    """Learn with adjoint variables.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: nothing is random.

    Returns
    -------
    dict of DataFrame
        adjoint : one row per recorded step; x (input), target, output, top (adjoint variable of the output), first_i,
            first_r (of the first hidden layer), w_i, w_r (weights).
    """
    dt = p["network.dt"] * 1e3
    every = round(p["network.record"] / p["network.dt"])
    steps = np.arange(round(p["run.duration"] / p["network.dt"])) * dt
    x = sum(np.sin(p[f"input.omega_{k}"] * 1e-3 * steps) for k in (1, 2, 3))
    found = descend(x, np.array([p["inputs.w_i"], p["inputs.w_r"]]), dt)
    columns = {name: found[name] for name in ("target", "output", "top")}
    for name in ("first", "w"):
        columns |= {f"{name}_i": found[name][:, 0], f"{name}_r": found[name][:, 1]}
    return {"adjoint": DataFrame({"x": x, **columns})[::every].reset_index(drop=True)}
