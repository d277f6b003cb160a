"""What the classifiers whose copies share weights are given: samples, their order, and initial weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from base.values import Values
from datasets.base import Dataset


def some_classes(data: Dataset, n_classes: int) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Return the samples of the first classes.

    Parameters
    ----------
    data : Dataset
        ``x``, ``y``, ``x_test``, ``y_test``.
    n_classes : int
        Classes that are kept.

    Returns
    -------
    samples, labels : ndarray
        Those of the training set, then those of the test set.
    n_train, n_test : int
        How many there are of either.
    """
    known, known_test = data["y"] < n_classes, data["y_test"] < n_classes
    samples = np.concatenate([data["x"][known], data["x_test"][known_test]])
    labels = np.concatenate([data["y"][known], data["y_test"][known_test]])
    return samples, labels, int(known.sum()), int(known_test.sum())


def order_of(p: Values, rng: np.random.Generator, n_train: int, n_test: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw which copy is shown which sample, and which batches are taught.

    Parameters
    ----------
    p : Values
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
    taught, unseen, b = p.network.n_taught, p.network.n_unseen, p.network.n_copies
    if taught * b > n_train or unseen * b > n_test:
        raise ValueError(
            f"network.n_taught and n_unseen: {taught * b} and {unseen * b} samples in an epoch, "
            f"but there are {n_train} and {n_test}"
        )
    epochs = [
        np.concatenate([rng.permutation(n_train)[: taught * b], n_train + np.arange(unseen * b)])
        for _ in range(p.network.n_epochs)
    ]
    teach = np.tile(np.repeat([1.0, 0.0], [taught, unseen]), p.network.n_epochs)
    return np.concatenate(epochs).reshape(-1, b), teach


def presented(
    p: Values, samples: np.ndarray, labels: np.ndarray, order: np.ndarray, teach: np.ndarray, n_layers: int
) -> dict[str, Any]:
    """Return the tables that all copies look up, and how long they do.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    samples, labels : ndarray, first axis samples
        Training set and test set.
    order, teach : ndarray
        See `order_of`.
    n_layers : int
        Layers, the output included.

    Returns
    -------
    dict
        Object and variable to values.

    Raises
    ------
    ValueError
        More epochs or samples than the network has room for.
    """
    if p.inputs.epochs > p.network.n_epochs:
        raise ValueError(f"inputs.epochs is {p.inputs.epochs}, but network.n_epochs is {p.network.n_epochs}")
    spare, b = p.network.n_samples - len(samples), p.network.n_copies
    if spare < 0:
        raise ValueError(f"network.n_samples is {p.network.n_samples}, but there are {len(samples)}")
    n_batches = (p.network.n_taught + p.network.n_unseen) * p.inputs.epochs
    return {
        "order.values": order.astype(float).ravel(),
        "teach.values": teach,
        "samples.values": np.pad(samples.ravel().astype(float), (0, spare * samples[0].size)),
        "labels.values": np.pad(labels.astype(float), (0, spare)),
        "bias_unit.r": np.ones(b),
        f"layer_{n_layers}.odds": np.ones(b * p.network.n_classes),
        f"layer_{n_layers}.n_copies": b,
        # One step more completes the last epoch; half a step guards against rounding.
        "run.duration": (n_batches * p.network.n_steps + 1.5) * p.network.dt,
    }


def populations(p: Values, size: int, hidden: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the time constants of one copy of a layer.

    Half of the slow neurons of a hidden layer have half of the longest membrane time constant, half of them all of it;
    their rates do not look ahead further than a time step. Fast neurons are instantaneous.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    size : int
        Neurons of the layer.
    hidden : bool
        Whether it is a hidden layer; all neurons of the output are instantaneous.

    Returns
    -------
    tau_m, tau_r : ndarray, shape (size,)
        In seconds.
    """
    tau, n_slow = p.inputs.tau, p.inputs.n_slow if hidden else 0
    if not 0 <= n_slow <= size:
        raise ValueError(f"inputs.n_slow is {n_slow}, but a hidden layer has {size} neurons")
    tau_m, tau_r = np.full(size, tau), np.full(size, tau)
    tau_m[: n_slow // 2] = tau / 2
    tau_r[:n_slow] = p.network.dt
    return tau_m, tau_r


def initial(sizes: Sequence[int], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw weights and biases, layer by layer, uniform within 1 / sqrt(inputs of the layer), as PyTorch does.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, then the neurons of every layer.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        ``to_1.w``, ``bias_1.w`` and so on.
    """
    given = {}
    for k, (below, size) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1):
        bound = 1 / np.sqrt(below)
        given[f"to_{k}.w"] = rng.uniform(-bound, bound, (size, below)).T.ravel()
        given[f"bias_{k}.w"] = rng.uniform(-bound, bound, size)
    return given
