"""Images, order of presentation and initial weights of one pair of digits."""

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
        Anatomy, initial weights, images and presentations; see `gupta.common.protocol`. The spikes of the test
        images are recorded after the last epoch, and those of the first presentation.
    """
    digits, n_train, n_test = task(p)
    n_epochs = p.inputs.n_epochs
    x_train, y_train, x_test, y_test = split(dataset(p), digits, n_train, n_test, rng)
    weights = initial_weights(p, rng)
    order, learning = epochs(n_train, n_test, n_epochs, rng)
    number = np.arange(len(order))
    watched = (number == 0) | ((number // (n_train + n_test) == n_epochs - 1) & ~learning)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    return {**anatomy(p), "synapses.w": weights, **shown(p, x, y, order, learning, watched)}
