"""Weights and biases of the four conditions, and the interval that every synapse counts."""

import numpy as np

from base.values import Values


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
        Synapse 2 k leads from neuron 1 to neuron 2 of pair k, synapse 2 k + 1 back. Conditions: excitation with two
        weights, excitation with their mean, and the same with the opposite sign.
    """
    n, n_bins = p.network.n_pairs, p.network.t_max - 1
    mean = (p.inputs.w_21 + p.inputs.w_12) / 2
    excitation = np.array([[p.inputs.w_21, p.inputs.w_12], [mean, mean]])
    weights = np.concatenate([excitation, -excitation])
    return {
        "neurons.b": np.full(2 * n * len(weights), p.inputs.b),
        "neurons.lastspike": np.full(2 * n * len(weights), -1000.0),
        "synapses.w": np.repeat(weights, n, axis=0).ravel(),
        "intervals.pre_time": np.array(-1000.0),
        "intervals.pre_older": np.array(-1000.0),
        "intervals.post_time": np.array(-1000.0),
        "intervals.interval": np.tile(np.arange(1, n_bins + 1), 2 * n * len(weights)),
    }
