"""Time constants of the neurons of every layer."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def populations(p: Mapping[str, Any], layer: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the time constants of one copy of a layer.

    Half of the slow neurons of a hidden layer have half of the longest membrane time constant, half of them all of it;
    their rates do not look ahead further than a time step. Fast neurons, and the output, are instantaneous.

    Parameters
    ----------
    p : Mapping
        Resolved configuration in SI base units.
    layer : int
        Number of the layer, from 1; the last one is the output.
    size : int
        Its neurons.

    Returns
    -------
    tau_m, tau_r : ndarray, shape (size,)
        In seconds.
    """
    tau, n_slow = p["inputs.tau"], p["inputs.n_slow"] if layer < 7 else 0
    if not 0 <= n_slow <= size:
        raise ValueError(f"inputs.n_slow is {n_slow}, but a hidden layer has {size} neurons")
    tau_m, tau_r = np.full(size, tau), np.full(size, tau)
    tau_m[: n_slow // 2] = tau / 2
    tau_r[:n_slow] = p["network.dt"]
    return tau_m, tau_r
