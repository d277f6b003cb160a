"""Which neurons are connected, and initial weights and biases of all layers."""

from collections.abc import Sequence

import numpy as np

from base.values import Values
from experiments.sal.common.layers import links


def backwards(layers: Sequence[int]) -> np.ndarray:
    """Return which pair of `links` every feedback weight belongs to; they are sorted by their presynaptic neuron.

    Synapses that are used at the same time lie side by side in memory, in both directions.

    Parameters
    ----------
    layers : sequence of int
        Sizes of the layers.

    Returns
    -------
    ndarray, shape (n,)
        Numbers of pairs.
    """
    lower, upper = links(layers)
    return np.lexsort((lower, upper))


def watched(layers: Sequence[int], n: int) -> np.ndarray:
    """Return the numbers of the feedback weights that are recorded.

    Parameters
    ----------
    layers : sequence of int
        Sizes of the layers.
    n : int
        How many of a layer, at most; they are evenly spread.

    Returns
    -------
    ndarray
        Numbers in the order of `backwards`.
    """
    first, numbers = 0, []
    for size in np.multiply(layers[:-1], layers[1:]):
        numbers.append(first + np.unique(np.linspace(0, size - 1, min(size, n)).round().astype(int)))
        first += size
    return np.concatenate(numbers)


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Draws everything.

    Returns
    -------
    dict
        Forward weights are uniform within w_range / sqrt(n) with n neurons before them, feedback weights likewise with
        n neurons after them, or before them if `equal_range`; biases within 1 / sqrt(n) of their own layer.
    """
    layers = [p.network.n_0, p.network.n_1, p.network.n_2, p.network.n_3]
    pairs = list(zip(layers[:-1], layers[1:], strict=True))
    size, equal = p.inputs.w_range, p.inputs.equal_range
    forward = [rng.uniform(-size, size, n * m) / np.sqrt(n) for n, m in pairs]
    feedback = [rng.uniform(-size, size, n * m) / np.sqrt(n if equal else m) for n, m in pairs]
    return {
        "forward.w": np.concatenate(forward),
        "feedback.w": np.concatenate(feedback),
        "neurons.b": np.concatenate([rng.uniform(-1, 1, n) / np.sqrt(n) for n in layers]),
        "memory.left_over": np.array(np.exp(-20 * p.network.dt / p.neurons.tau_pair)),
    }
