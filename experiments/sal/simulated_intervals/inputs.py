"""Random weights and biases, and the shape of the postsynaptic potentials."""

from typing import Any

import numpy as np

from base.values import Values

SHAPES = ("rectangular", "alpha", "alpha, adding up")
N_DRAWS = 2


def drawn(seed: int) -> list[dict[str, Any]]:
    """Draw weights and biases, all uniform in (-1, 1), those of alpha-shaped potentials after the others.

    Parameters
    ----------
    seed : int
        Seed.

    Returns
    -------
    list of dict
        In the order of the conditions: ``shape``, ``draw``, ``b_1``, ``b_2``, ``w_12``, ``w_21``. Potentials that
        add up have the weights and biases of those that do not.
    """
    values = np.random.default_rng(seed).uniform(-1, 1, (2, N_DRAWS, 4))
    return [
        {"shape": shape, "draw": draw, **dict(zip(("b_1", "b_2", "w_12", "w_21"), row.tolist(), strict=True))}
        for shape, rows in zip(SHAPES, values[[0, 1, 1]], strict=True)
        for draw, row in enumerate(rows)
    ]


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    dict
        Ordered by condition, pair, neuron; synapse 2 k leads from neuron 1 to neuron 2 of pair k, 2 k + 1 back.
    """
    n, n_bins, conditions = p.network.n_pairs, p.network.t_max - 1, drawn(p.inputs.draw)
    size = 2 * n * len(conditions)

    def each(*names: str) -> np.ndarray:
        return np.repeat([[one[name] for name in names] for one in conditions], n, axis=0).ravel()

    shape = np.repeat([one["shape"] for one in conditions], 2 * n)
    return {
        "neurons.b": each("b_1", "b_2"),
        "neurons.tau_syn": np.full(size, p.inputs.tau_syn),  # a rectangular potential does not use it
        "neurons.square": (shape == SHAPES[0]).astype(float),
        "neurons.carry": (shape == SHAPES[2]).astype(float),
        "neurons.lastspike": np.full(size, -1000.0),
        "synapses.w": each("w_21", "w_12"),
        "intervals.pre_time": np.array(-1000.0),
        "intervals.pre_older": np.array(-1000.0),
        "intervals.post_time": np.array(-1000.0),
        "intervals.interval": np.tile(np.arange(1, n_bins + 1), size),
    }
