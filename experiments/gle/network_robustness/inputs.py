"""Sequences of `gle/lag_bank`, and two networks on a substrate that is not exact."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets.base import Dataset
from experiments.gle.lag_bank.inputs import N_CHANNELS, lags
from experiments.gle.lag_bank.inputs import dataset as all_classes
from experiments.gle.mnist_1d.inputs import order_of

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
    if p["inputs.epochs"] > p["network.n_epochs"]:
        raise ValueError(f"inputs.epochs is {p['inputs.epochs']}, but network.n_epochs is {p['network.n_epochs']}")
    data, b, n_steps, dt = dataset(p), p["network.n_copies"], p["network.n_steps"], p["network.dt"]
    sizes = [N_CHANNELS] + [p["network.n_hidden"]] * (N_LAYERS - 1) + [p["network.n_classes"]]
    known = [data[f"y{part}"] < sizes[-1] for part in ("", "_test")]
    sequences = np.concatenate([data["x"][known[0]], data["x_test"][known[1]]]).astype(float)
    labels = np.concatenate([data["y"][known[0]], data["y_test"][known[1]]]).astype(float)
    spare = p["network.n_samples"] - len(sequences)
    if spare < 0:
        raise ValueError(f"network.n_samples is {p['network.n_samples']}, but there are {len(sequences)}")
    order, teach = order_of(p, rng, int(known[0].sum()), int(known[1].sum()))
    batches = (p["network.n_taught"] + p["network.n_unseen"]) * p["inputs.epochs"]
    channels = lags({**p, "inputs.bank": "lags" if design == "bank" else "none"})
    given: dict[str, Any] = {
        "order.values": order.astype(float).ravel(),
        "teach.values": teach,
        "samples.values": np.pad(sequences.ravel(), (0, spare * n_steps)),
        "labels.values": np.pad(labels, (0, spare)),
        "unit.r": np.ones(b),
        "bank.tau_r": np.full(b * N_CHANNELS, dt),
        f"layer_{N_LAYERS}.odds": np.ones(b * sizes[-1]),
        f"layer_{N_LAYERS}.n_copies": b,
        # One step more completes the last epoch; half a step guards against rounding.
        "run.duration": (batches * n_steps + 1.5) * dt,
    }
    for k, (below, size) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1):
        bound = 1 / np.sqrt(below)
        given[f"to_{k}.w"] = rng.uniform(-bound, bound, (size, below)).T.ravel()
        given[f"bias_{k}.w"] = rng.uniform(-bound, bound, size)
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
