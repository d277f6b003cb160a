"""Images, order of presentation and initial weights of one digit against the others."""

from typing import Any

import numpy as np

from base.values import Values
from experiments.gupta.common.digits import dataset
from experiments.gupta.common.one_against_all import Rows, chosen, trained

__all__ = ["dataset", "inputs", "split"]


def split(p: Values, rng: np.random.Generator) -> Rows:
    """Split images into those that train and those that test; half of both show the digit.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Fresh generator of the point.

    Returns
    -------
    tuple of ndarray
        Intensities, shape (n_train, 784), and classes (1 is the digit) of the training images; the same of the test.
    """
    data = dataset(p)
    train, test = ((n // 2, n // 18) for n in (p.inputs.n_train, p.inputs.n_test))
    rows = chosen(data["labels"], p.inputs.one, train, test, rng)
    x_train, x_test = (data["images"][some] / 255.0 for some in rows)
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
