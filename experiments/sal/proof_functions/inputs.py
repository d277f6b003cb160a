"""Weights and biases of the four conditions, and the interval that every synapse counts."""

import numpy as np

from base.values import Values


def conditions(w: float, epsilon: float) -> np.ndarray:
    """Return W_21 and W_12 of the conditions: excitation with equal and moved weights, inhibition with both.

    Parameters
    ----------
    w, epsilon : float
        Size of the weights, and how much W_21 grows and W_12 shrinks.

    Returns
    -------
    numpy.ndarray, shape (4, 2)
        One row a condition.
    """
    moved = np.array([epsilon, -epsilon])
    return np.array([sign * np.array([w, w]) + change for sign in (1, -1) for change in (0, moved)])


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
        Synapse 2 k leads from neuron 1 to neuron 2 of pair k, synapse 2 k + 1 back.
    """
    n, n_bins = p.network.n_pairs, p.network.t_max - 1
    weights = conditions(p.inputs.w, p.inputs.epsilon)
    n_neurons = 2 * n * len(weights)
    return {
        "neurons.b": np.tile([p.inputs.b_1, p.inputs.b_2], n_neurons // 2),
        "neurons.lastspike": np.full(n_neurons, -1000.0),
        "synapses.w": np.repeat(weights, n, axis=0).ravel(),
        "intervals.pre_time": np.array(-1000.0),
        "intervals.pre_older": np.array(-1000.0),
        "intervals.post_time": np.array(-1000.0),
        "intervals.interval": np.tile(np.arange(1, n_bins + 1), n_neurons),
    }
