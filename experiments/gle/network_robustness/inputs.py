"""Sequences of `gle/lag_bank`, and two networks on a substrate that is not exact."""

from typing import Any

import numpy as np

from base.values import Values
from experiments.gle.common.classification import initial, order_of, populations, presented, some_classes
from experiments.gle.lag_bank.inputs import N_CHANNELS, lags
from experiments.gle.mnist_1d.inputs import dataset

__all__ = ["dataset", "inputs"]

N_LAYERS = 4
DESIGNS = ("populations", "bank")
KINDS = ("nothing", "look-ahead", "feedback", "noise", "spread")
LEAST = 0.2  # factors are not smaller


def inputs(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Generator of the point. What is not exact is drawn last: points of one seed have the same samples and weights.

    Returns
    -------
    dict
        Tables, time constants and transfer functions of all copies, weights, biases, and what is not exact.

    Raises
    ------
    ValueError
        More epochs or samples than the network has; there is no such design or perturbation; a share of the feedback
        beyond 0 to 1.
    """
    design, kind, strength = p.inputs.design, p.inputs.perturbed, float(p.inputs.strength)
    if design not in DESIGNS:
        raise ValueError(f"inputs.design must be populations or bank, not '{design}'")
    if kind not in KINDS:
        raise ValueError(f"inputs.perturbed must be nothing, look-ahead, feedback, noise or spread, not '{kind}'")
    if kind == "feedback" and not 0 <= strength <= 1:
        raise ValueError(f"inputs.strength is {strength:g}, but the random share of the feedback is between 0 and 1")
    samples, labels, n_train, n_test = some_classes(dataset(p), p.network.n_classes)
    order, teach = order_of(p, rng, n_train, n_test)
    given = presented(p, samples, labels, order, teach, N_LAYERS)
    sizes = [N_CHANNELS] + [p.network.n_hidden] * (N_LAYERS - 1) + [p.network.n_classes]
    given |= initial(sizes, rng)
    b, dt = p.network.n_copies, p.network.dt
    channels = lags(p.updated({"inputs.bank": "lags" if design == "bank" else "none"}))
    given["bank.tau_r"] = np.full(b * N_CHANNELS, dt)
    for k, size in enumerate(sizes[1:], start=1):
        linear = k == N_LAYERS or (design == "populations" and k == 1)
        given[f"layer_{k}.linear"] = np.full(b * size, float(linear))
        given[f"layer_{k}.sigma"] = strength if kind == "noise" else 0.0

    def spread(values: np.ndarray) -> np.ndarray:
        drawn = np.maximum(LEAST, 1 + strength * rng.standard_normal(values.shape))
        return values * drawn if kind == "spread" else values

    # Low-pass filters shorter than a time step would not be stable.
    given["bank.tau_m"] = np.tile(np.maximum(dt, spread(channels)), b)
    for k, (below, size) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1):
        if design == "bank":
            tau_m = tau_r = np.full(size, p.inputs.tau_behind)
        else:
            tau_m, tau_r = populations(p, size, hidden=k < N_LAYERS)
        given[f"layer_{k}.tau_m"] = np.tile(np.maximum(dt, spread(tau_m)), b)
        given[f"layer_{k}.tau_r"] = np.tile(spread(tau_r), b)
        ahead = strength if kind == "look-ahead" else 1.0
        given[f"layer_{k}.tau_e"] = np.tile(ahead * spread(tau_m), b)
        given[f"layer_{k}.tau_v"] = np.tile(np.maximum(dt, spread(tau_r)), b)
        if k == 1:
            continue
        bound, share = 1 / np.sqrt(below), strength if kind == "feedback" else 0.0
        given[f"to_{k}.f_back"] = spread(np.full(below * size, 1 - share))
        given[f"to_{k}.w_back"] = share * rng.uniform(-bound, bound, below * size)
    return given
