"""Layers that are connected all to all, with neurons that are numbered through: what a pair of weights connects."""

import itertools
from collections.abc import Sequence

import numpy as np


def links(layers: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the neurons that each pair of weights connects.

    Parameters
    ----------
    layers : sequence of int
        Sizes of the layers.

    Returns
    -------
    tuple of two ndarray, shape (n,)
        Lower and upper neuron, layer by layer, by lower neuron; numbers run through the layers.
    """
    first, lower, upper = 0, [], []
    for n, m in itertools.pairwise(layers):
        pair = np.arange(n * m)
        lower.append(first + pair // m)
        upper.append(first + n + pair % m)
        first += n
    return np.concatenate(lower), np.concatenate(upper)
