"""Sequences of `gle/lag_bank`, and two networks on a substrate that is not exact."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets.base import Dataset
from experiments.gle.common.classification import initial, order_of, presented, some_classes
from experiments.gle.lag_bank.inputs import N_CHANNELS, lags
from experiments.gle.lag_bank.inputs import dataset as all_classes

N_LAYERS = 4
DESIGNS = ("populations", "bank")
KINDS = ("nothing", "look-ahead", "feedback", "noise", "spread")
LEAST = 0.2  # factors are not smaller


def dataset(p: Mapping[str, Any]) -> Dataset:
    """Load the sequences.

    Parameters
    ----------
    p : Mapping
        Resolved configuration.

    Returns
    -------
    Dataset
        As long as a sample is shown; all classes.
    """
    return all_classes(p)


def populations(p: Mapping[str, Any], layer: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact time constants of one copy of a layer.

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
        In seconds. In design ``populations``, of the neurons of a hidden layer that only look back one half has half of
        the longest membrane time constant, the other all of it; all others are instantaneous.
    """
    if p["inputs.design"] == "bank":
        return np.full(size, p["inputs.tau_behind"]), np.full(size, p["inputs.tau_behind"])
    tau, n_slow = p["inputs.tau"], p["inputs.n_slow"] if layer < N_LAYERS else 0
    if not 0 <= n_slow <= size:
        raise ValueError(f"inputs.n_slow is {n_slow}, but a hidden layer has {size} neurons")
    tau_m, tau_r = np.full(size, tau), np.full(size, tau)
    tau_m[: n_slow // 2] = tau / 2
    tau_r[:n_slow] = p["network.dt"]
    return tau_m, tau_r


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point.

    Parameters
    ----------
    p : Mapping
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
    design, kind, strength = p["inputs.design"], p["inputs.perturbed"], float(p["inputs.strength"])
    if design not in DESIGNS:
        raise ValueError(f"inputs.design must be populations or bank, not '{design}'")
    if kind not in KINDS:
        raise ValueError(f"inputs.perturbed must be nothing, look-ahead, feedback, noise or spread, not '{kind}'")
    if kind == "feedback" and not 0 <= strength <= 1:
        raise ValueError(f"inputs.strength is {strength:g}, but the random share of the feedback is between 0 and 1")
    samples, labels, n_train, n_test = some_classes(dataset(p), p["network.n_classes"])
    order, teach = order_of(p, rng, n_train, n_test)
    given = presented(p, samples, labels, order, teach, N_LAYERS)
    sizes = [N_CHANNELS] + [p["network.n_hidden"]] * (N_LAYERS - 1) + [p["network.n_classes"]]
    given |= initial(sizes, rng)
    b, dt = p["network.n_copies"], p["network.dt"]
    channels = lags({**p, "inputs.bank": "lags" if design == "bank" else "none"})
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
        tau_m, tau_r = populations(p, k, size)
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
