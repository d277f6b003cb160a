"""Samples, order of presentation and initial weights of one pair of iris species."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.datasets import load_iris

from experiments.gupta.protocol import anatomy, epochs, initial_weights, shown


def split(
    first: int, second: int, n_train: int, n_test: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Split two species into training and test rows and encode them.

    Features are scaled to [0, 1] with the smallest and largest value of the training rows and clipped. Each gives two
    inputs, its scaled value z and 1 - z, so that a small value too produces an early spike.

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
    features, species = load_iris(return_X_y=True)
    train, test = n_train // 2, n_test // 2
    chosen = [rng.permutation(np.flatnonzero(species == one)) for one in (first, second)]
    if min(len(rows) for rows in chosen) < train + test:
        raise ValueError(f"a species has too few rows for {train} training and {test} test samples")
    x_train = np.concatenate([features[rows[:train]] for rows in chosen])
    x_test = np.concatenate([features[rows[train : train + test]] for rows in chosen])
    low, high = x_train.min(axis=0), x_train.max(axis=0)
    scaled = [np.clip((x - low) / (high - low), 0.0, 1.0) for x in (x_train, x_test)]
    x_train, x_test = (np.concatenate([z, 1.0 - z], axis=1) for z in scaled)
    return x_train, np.repeat([0, 1], train), x_test, np.repeat([0, 1], test)


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Draw everything that distinguishes one point from another.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Anatomy, initial weights, samples and presentations; see `experiments.gupta.protocol`.
    """
    n_train, n_test = p["inputs.n_train"], p["inputs.n_test"]
    x_train, y_train, x_test, y_test = split(p["inputs.first"], p["inputs.second"], n_train, n_test, rng)
    weights = initial_weights(p, rng)
    order, learning = epochs(n_train, n_test, p["inputs.n_epochs"], rng)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    watched = learning & (order == p["inputs.watched"])
    return {**anatomy(p), "synapses.w": weights, **shown(p, x, y, order, learning, watched)}
