"""Sequences, their order, time constants, and initial weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets.base import Dataset
from datasets.mnist1d import load_mnist1d


def dataset(p: Mapping[str, Any]) -> Dataset:
    """Load the sequences.

    Parameters
    ----------
    p : Mapping
        Resolved configuration.

    Returns
    -------
    Dataset
        As long as a sample is shown.
    """
    return load_mnist1d(length=p["network.n_steps"])


def order_of(
    p: Mapping[str, Any], rng: np.random.Generator, n_train: int, n_test: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw which copy is shown which sample, and which batches are taught.

    Parameters
    ----------
    p : Mapping
        Resolved configuration.
    rng : numpy.random.Generator
        Generator of the point.
    n_train, n_test : int
        Samples; those of the test set follow those of the training set in the table.

    Returns
    -------
    order : ndarray of int, shape (batches, copies)
        In every epoch, taught samples in a new order; the first ones of the test set in theirs.
    teach : ndarray, shape (batches,)
        1 or 0.
    """
    taught, unseen, b = p["network.n_taught"], p["network.n_unseen"], p["network.n_copies"]
    if taught * b > n_train or unseen * b > n_test:
        raise ValueError(
            f"network.n_taught and n_unseen: {taught * b} and {unseen * b} samples in an epoch, "
            f"but there are {n_train} and {n_test}"
        )
    epochs = [
        np.concatenate([rng.permutation(n_train)[: taught * b], n_train + np.arange(unseen * b)])
        for _ in range(p["network.n_epochs"])
    ]
    teach = np.tile(np.repeat([1.0, 0.0], [taught, unseen]), p["network.n_epochs"])
    return np.concatenate(epochs).reshape(-1, b), teach


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


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point.

    Parameters
    ----------
    p : Mapping
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Tables, time constants and transfer functions of all copies, weights and biases.
    """
    if p["inputs.epochs"] > p["network.n_epochs"]:
        raise ValueError(f"inputs.epochs is {p['inputs.epochs']}, but network.n_epochs is {p['network.n_epochs']}")
    data, b, n_layers = dataset(p), p["network.n_copies"], 7
    sizes = [1] + [p["network.n_hidden"]] * (n_layers - 1) + [p["network.n_classes"]]
    sequences = np.concatenate([data["x"], data["x_test"]])
    if sequences.shape[0] > p["network.n_samples"]:
        raise ValueError(f"network.n_samples is {p['network.n_samples']}, but there are {len(sequences)}")
    order, teach = order_of(p, rng, len(data["x"]), len(data["x_test"]))
    batches = (p["network.n_taught"] + p["network.n_unseen"]) * p["inputs.epochs"]
    given: dict[str, Any] = {
        "order.values": order.astype(float).ravel(),
        "teach.values": teach,
        "samples.values": np.pad(
            sequences.ravel().astype(float), (0, p["network.n_samples"] * p["network.n_steps"] - sequences.size)
        ),
        "labels.values": np.pad(
            np.concatenate([data["y"], data["y_test"]]).astype(float), (0, p["network.n_samples"] - len(sequences))
        ),
        "unit.r": np.ones(b),
        f"layer_{n_layers}.odds": np.ones(b * sizes[-1]),
        f"layer_{n_layers}.n_copies": b,
        # One step more completes the last epoch; half a step guards against rounding.
        "run.duration": (batches * p["network.n_steps"] + 1.5) * p["network.dt"],
    }
    for k, (below, size) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1):
        tau_m, tau_r = populations(p, k, size)
        given[f"layer_{k}.tau_m"], given[f"layer_{k}.tau_r"] = np.tile(tau_m, b), np.tile(tau_r, b)
        given[f"layer_{k}.linear"] = np.full(b * size, float(k in (1, n_layers)))
        bound = 1 / np.sqrt(below)
        given[f"to_{k}.w"] = rng.uniform(-bound, bound, (size, below)).T.ravel()
        given[f"bias_{k}.w"] = rng.uniform(-bound, bound, size)
    return given
