"""The gradient that Gupta's rule is compared with: that of its own network, with rates in the place of spike times."""

from collections.abc import Sequence

import numpy as np
from scipy.special import expit, softmax


def gradient(
    layers: Sequence[tuple[np.ndarray, np.ndarray]], x: np.ndarray, y: np.ndarray, beta: float
) -> list[np.ndarray]:
    """Return the derivative of the cross-entropy with respect to the weights.

    A layer of spikes is a sigmoid of its voltage, rounded to the levels of a window; the gradient leaves the rounding
    out. Probabilities are the softmax of the voltages of the output, times `beta`.

    Parameters
    ----------
    layers : sequence of (ndarray of shape (n_pre, n_post), ndarray of shape (n_post,))
        Weights and biases, first hidden layer first.
    x : ndarray, shape (rows, n_0)
        Intensities in [0, 1].
    y : ndarray of int, shape (rows,)
        Classes.
    beta : float
        Gain of the sigmoid.

    Returns
    -------
    list of ndarray, shape (n_pre, n_post)
        Summed over rows, layer by layer.
    """
    rates = [x]
    for w, b in layers[:-1]:
        rates.append(expit(beta * (rates[-1] @ w + b)))
    w, b = layers[-1]
    back = beta * (softmax(beta * (rates[-1] @ w + b), axis=1) - np.eye(len(b))[y])
    found = []
    for (w, _), rate in zip(layers[::-1], rates[::-1], strict=True):
        found.insert(0, rate.T @ back)
        back = beta * (back @ w.T) * rate * (1 - rate)
    return found
