"""Rows, order of presentation and initial weights of one species against the others."""

from typing import Any

import numpy as np

from base.values import Values
from datasets.base import Dataset
from datasets.iris import load_iris
from experiments.gupta.common.one_against_all import Rows, chosen, trained
from experiments.gupta.iris.inputs import dataset as table
from experiments.gupta.iris.inputs import encoded


def dataset(p: Values) -> Dataset:
    """Load Fisher's table; nothing depends on the keys."""
    return table(p)


def split(p: Values, rng: np.random.Generator) -> Rows:
    """Split all species into training and test rows, and encode them.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Fresh generator of the point.

    Returns
    -------
    tuple of ndarray
        Intensities, shape (n_train, 8), and classes (1 is the one species) of the training rows; the same of the test.
    """
    data = load_iris()
    train, test = p.inputs.n_train // 3, p.inputs.n_test // 3
    rows = chosen(data["labels"], p.inputs.one, (train, train), (test, test), rng)
    x_train, x_test = encoded(*(data["features"][some] for some in rows))
    y_train, y_test = ((data["labels"][some] == p.inputs.one).astype(int) for some in rows)
    return x_train, y_train, x_test, y_test


def inputs(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw everything that distinguishes one point from another.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        See `experiments.gupta.common.one_against_all.trained`.
    """
    return trained(p, split(p, rng), rng)
