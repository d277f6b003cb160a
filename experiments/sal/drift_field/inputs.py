"""The grid of frozen weights, and the interval that every synapse counts."""

import numpy as np

from base.values import Values


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point; biases are zero.

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
    n = p.network.n_grid
    grid = np.linspace(-p.inputs.w_max, p.inputs.w_max, n)
    w_21, w_12 = np.meshgrid(grid, grid, indexing="ij")
    return {
        "neurons.lastspike": np.full(2 * n**2, -1000.0),
        "synapses.w": np.stack([w_21, w_12], axis=-1).ravel(),
        "intervals.pre_time": np.array(-1000.0),
        "intervals.pre_older": np.array(-1000.0),
        "intervals.post_time": np.array(-1000.0),
        "intervals.interval": np.tile(np.arange(1, p.network.t_max), 2 * n**2),
    }
