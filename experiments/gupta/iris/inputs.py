"""Samples, order of presentation and initial weights of one pair of iris species; then samples that mislead."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from datasets.base import Dataset
from datasets.iris import load_iris
from experiments.gupta.common.attacks import RateNetwork, trained_network
from experiments.gupta.common.protocol import anatomy, epochs, initial_weights, shown


def dataset(p: Values) -> Dataset:  # noqa: ARG001 - every experiment has the same signature
    """Load Fisher's table.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment; nothing depends on them.

    Returns
    -------
    Dataset
        Features and species.
    """
    return load_iris()


def encoded(x_train: np.ndarray, x_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Encode features as intensities: each gives two inputs, so that a small value too produces an early spike.

    Parameters
    ----------
    x_train, x_test : ndarray, shape (rows, 4)
        Features.

    Returns
    -------
    tuple of ndarray, shape (rows, 8)
        Features z, scaled to [0, 1] with the smallest and largest value of the training rows and clipped; then 1 - z.
    """
    low, high = x_train.min(axis=0), x_train.max(axis=0)
    train, test = (np.clip((x - low) / (high - low), 0.0, 1.0) for x in (x_train, x_test))
    return np.concatenate([train, 1.0 - train], axis=1), np.concatenate([test, 1.0 - test], axis=1)


def split(
    first: int, second: int, n_train: int, n_test: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Split two species into training and test rows and encode them (`encoded`).

    Parameters
    ----------
    first, second : int
        Species of class 0 and of class 1.
    n_train, n_test : int
        Rows of both classes together; each class gives half of them.
    rng : numpy.random.Generator
        Source of the random split; of a fresh generator these are the first numbers drawn.

    Returns
    -------
    x_train : ndarray, shape (n_train, 8)
        Intensities in [0, 1], class 0 first.
    y_train : ndarray of int, shape (n_train,)
        Class, 0 or 1.
    x_test : ndarray, shape (n_test, 8)
        Intensities of the test rows, class 0 first.
    y_test : ndarray of int, shape (n_test,)
        Class, 0 or 1.

    Raises
    ------
    ValueError
        If a class has fewer rows than asked for.
    """
    data = load_iris()
    features, species = data["features"], data["labels"]
    train, test = n_train // 2, n_test // 2
    chosen = [rng.permutation(np.flatnonzero(species == one)) for one in (first, second)]
    if min(len(rows) for rows in chosen) < train + test:
        raise ValueError(f"a species has too few rows for {train} training and {test} test samples")
    x_train = np.concatenate([features[rows[:train]] for rows in chosen])
    x_test = np.concatenate([features[rows[train : train + test]] for rows in chosen])
    x_train, x_test = encoded(x_train, x_test)
    return x_train, np.repeat([0, 1], train), x_test, np.repeat([0, 1], test)


def moved(model: RateNetwork, x: np.ndarray, y: np.ndarray, epsilon: float) -> np.ndarray:
    """Move every feature by `epsilon` against the margin, once, and encode it again.

    Parameters
    ----------
    model : RateNetwork
        The network that is attacked.
    x : ndarray, shape (rows, 8)
        Intensities: scaled features z, then 1 - z.
    y : ndarray of int, shape (rows,)
        Classes.
    epsilon : float
        Size of the step, as a share of the range of a feature.

    Returns
    -------
    ndarray, shape (rows, 8)
        Intensities in [0, 1].
    """
    on, off = np.hsplit(model.gradient(x, y), 2)
    z = np.clip(x[:, : x.shape[1] // 2] - epsilon * np.sign(on - off), 0.0, 1.0)
    return np.concatenate([z, 1.0 - z], axis=1)


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """First round: train. Second round: show test samples that were moved to mislead the trained network.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Yields
    ------
    dict
        Anatomy, weights, samples and presentations; see `experiments.gupta.common.protocol`.
    """
    n_train, n_test = p.inputs.n_train, p.inputs.n_test
    x_train, y_train, x_test, y_test = split(p.inputs.first, p.inputs.second, n_train, n_test, rng)
    weights = initial_weights(p, rng)
    order, learning = epochs(n_train, n_test, p.inputs.n_epochs, rng)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    watched = learning & (order == p.inputs.watched)
    trained = yield {**anatomy(p), "synapses.w": weights, **shown(p, x, y, order, learning, watched)}

    local, w, b = trained_network(p, trained["final"])
    rows = np.concatenate([moved(local, x_test, y_test, epsilon) for epsilon in p.inputs.epsilons])
    nothing = np.zeros(len(rows), dtype=bool)
    presentations = shown(p, rows, np.resize(y_test, len(rows)), np.arange(len(rows)), nothing, nothing)
    yield {**anatomy(p), "synapses.w": w, "neurons.b": b, **presentations}
