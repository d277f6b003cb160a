"""The adjoint method on the same network, input and initial weights."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.gle.lag_net.adjoint_method import descend

SHARED = ("layer_1.prospective", "layer_2.prospective", "layer_3.prospective")


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Learn with adjoint variables.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: nothing is random.

    Returns
    -------
    dict of DataFrame
        adjoint : one row per recorded step; x (input), target, output, top (adjoint variable of the output), first_i,
            first_r (of the first hidden layer), w_i, w_r (weights).
    """
    dt = p.network.dt * 1e3
    every = round(p.network.record / p.network.dt)
    steps = np.arange(round(p.run.duration / p.network.dt)) * dt
    x = sum(np.sin(omega * 1e-3 * steps) for omega in (p.input.omega_1, p.input.omega_2, p.input.omega_3))
    found = descend(x, np.array([p.inputs.w_i, p.inputs.w_r]), dt)
    columns = {name: found[name] for name in ("target", "output", "top")}
    for name in ("first", "w"):
        columns |= {f"{name}_i": found[name][:, 0], f"{name}_r": found[name][:, 1]}
    return {"adjoint": DataFrame({"x": x, **columns})[::every].reset_index(drop=True)}
