"""Images, order of presentation and initial weights of all ten digits."""

from typing import Any

import numpy as np

from base.values import Values
from experiments.gupta.common.digits import dataset, split, task
from experiments.gupta.common.protocol import anatomy, epochs, initial_weights, shown

__all__ = ["dataset", "inputs"]


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
        Anatomy, initial weights, images and presentations; see `experiments.gupta.common.protocol`.
    """
    digits, n_train, n_test = task(p)
    x_train, y_train, x_test, y_test = split(dataset(p), digits, n_train, n_test, rng)
    weights = initial_weights(p, rng)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    presentations = shown(p, x, y, *epochs(n_train, n_test, p.inputs.n_epochs, rng))
    return {**anatomy(p), "synapses.w": weights, **presentations}
