"""Ordinary backpropagation with Adam, in NumPy: the same layers, images and batches."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def forward(x: np.ndarray, w: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the rates of all layers: tanh, the last one linear.

    Parameters
    ----------
    x : ndarray, shape (images, pixels)
        Images.
    w, b : sequence of ndarray
        Weights, shape (n_in, n_out), and biases of every layer.

    Returns
    -------
    list of ndarray
        Images, then rates layer by layer.
    """
    rates = [x]
    for k, (weights, biases) in enumerate(zip(w, b, strict=True), start=1):
        drive = rates[-1] @ weights + biases
        rates.append(drive if k == len(w) else np.tanh(drive))
    return rates


def errors(rates: Sequence[np.ndarray], y: np.ndarray, w: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the errors of all layers for a cross-entropy; they point towards the target.

    Parameters
    ----------
    rates : sequence of ndarray
        What `forward` returns.
    y : ndarray of int, shape (images,)
        Classes.
    w : sequence of ndarray
        Weights.

    Returns
    -------
    list of ndarray
        From the first layer to the last.
    """
    odds = np.exp(rates[-1])
    p = odds / odds.sum(axis=1, keepdims=True)
    found = [np.eye(p.shape[1])[y] - p]
    for weights, rate in zip(w[:0:-1], rates[-2:0:-1], strict=True):
        found.insert(0, (found[0] @ weights.T) * (1 - rate**2))
    return found


def train(
    x: np.ndarray,
    y: np.ndarray,
    order: np.ndarray,
    w: Sequence[np.ndarray],
    b: Sequence[np.ndarray],
    *,
    rate: float,
    batch: int,
    test: int,
) -> dict[str, Any]:
    """Train for some epochs.

    Parameters
    ----------
    x, y : ndarray
        Images and classes; the last ones are not learned.
    order : ndarray, shape (epochs, n_train)
        Images of every epoch.
    w, b : sequence of ndarray
        Initial weights and biases; they are not changed.
    rate : float
        Learning rate of Adam.
    batch : int
        Images between two steps of Adam.
    test : int
        How many images are not learned.

    Returns
    -------
    dict
        ``test`` and ``training``: accuracies, one entry each epoch, that of training images before they are learned;
        ``w``, ``b``.
    """
    n = len(w)
    values = [a.copy() for a in (*w, *b)]
    first, square, count = [0 * a for a in values], [0 * a for a in values], 0
    seen, learned = [], []
    for epoch in order:
        right = 0
        for images in epoch.reshape(-1, batch):
            rates = forward(x[images], values[:n], values[n:])
            right += int((rates[-1].argmax(axis=1) == y[images]).sum())
            found = errors(rates, y[images], values[:n])
            count += 1
            gradients = [r.T @ e for r, e in zip(rates[:-1], found, strict=True)] + [e.sum(axis=0) for e in found]
            for k, g in enumerate(gradients):
                first[k] += 0.1 * (g - first[k])
                square[k] += 0.001 * (g**2 - square[k])
                root = np.sqrt(square[k] / (1 - 0.999**count)) + 1e-8
                values[k] += rate * first[k] / (1 - 0.9**count) / root
        chosen = forward(x[-test:], values[:n], values[n:])[-1].argmax(axis=1)
        seen.append(float((chosen == y[-test:]).mean()))
        learned.append(right / epoch.size)
    return {"test": seen, "training": learned, "w": values[:n], "b": values[n:]}
