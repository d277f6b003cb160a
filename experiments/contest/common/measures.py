"""What is measured of every rule: when, how far an update is from the gradient, and what damage to weights does."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

KEPT = (1, 2, 3, 5, 8, 13, 20, 30, 40, 60, 80, 100)

# What is done to a trained network, which learns no more: to its weights, or to the time constants of its neurons.
DAMAGE: dict[str, tuple[str, float]] = {
    "none": ("noise", 0.0),
    "noise 0.1": ("noise", 0.1),
    "noise 0.3": ("noise", 0.3),
    "missing 10 %": ("missing", 0.1),
    "8 bits": ("bits", 8),
    "4 bits": ("bits", 4),
    "slow 20 %": ("slow", 0.2),
}


def looked_at(n_epochs: int) -> list[int]:
    """Return the numbers of epochs after which is looked at what was learned: 0, before the first, and ever fewer."""
    return [0, *(epoch for epoch in KEPT if epoch < n_epochs), n_epochs]


def angle(update: np.ndarray, gradient: np.ndarray) -> float:
    """Return the angle in degrees between an update and the steepest descent; NaN where either is zero.

    Parameters
    ----------
    update : ndarray
        Change of weights.
    gradient : ndarray, the same shape
        Derivative of the loss; its opposite is the steepest descent.
    """
    lengths = np.linalg.norm(update) * np.linalg.norm(gradient)
    if lengths == 0:
        return float("nan")
    return float(np.degrees(np.arccos(np.clip(-np.sum(update * gradient) / lengths, -1, 1))))


def damaged(weights: Sequence[np.ndarray], kind: str, rng: np.random.Generator) -> list[np.ndarray]:
    """Return the weights of all layers after damage.

    Parameters
    ----------
    weights : sequence of ndarray
        One array for each layer.
    kind : str
        Key of `DAMAGE`. Noise is normal, relative to the standard deviation of the layer; missing synapses have weight
        0; bits are those of numbers spread evenly over the largest size in the layer, and its opposite. Slow neurons
        leave weights as they are, see `slowed`.
    rng : numpy.random.Generator
        Draws noise, and which synapses are missing.

    Returns
    -------
    list of ndarray
        As many arrays, new ones.
    """
    what, size = DAMAGE[kind]
    act: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "noise": lambda w: w + size * w.std() * rng.standard_normal(w.shape),
        "missing": lambda w: w * (rng.random(w.shape) >= size),
        "bits": lambda w: quantised(w, int(size)),
        "slow": lambda w: w.copy(),
    }
    return [act[what](w) for w in weights]


def slowed(tau: Any, kind: str) -> Any:
    """Return membrane time constants after damage: longer than while learning, other time constants stay.

    Parameters
    ----------
    tau : float or ndarray
        Time constants. Rules whose answer has none lose nothing.
    kind : str
        Key of `DAMAGE`.
    """
    what, size = DAMAGE[kind]
    return tau * (1 + size) if what == "slow" else tau


def quantised(w: np.ndarray, bits: int) -> np.ndarray:
    """Return the nearest of 2^bits - 1 values, evenly spread between the largest size of a weight and its opposite."""
    step = np.abs(w).max() / (2 ** (bits - 1) - 1)
    return np.round(w / step) * step if step else w.copy()
