"""Initial weights, biases and plasticity of every pair, and the grid of frozen weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point; all plastic pairs start alike and differ by their spikes.

    Parameters
    ----------
    p : Mapping
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    dict
        Synapse 2 k leads from neuron 1 to neuron 2 of pair k, synapse 2 k + 1 back.
    """
    n, n_grid = 2 * p["network.n_pairs"], p["network.n_grid"]
    grid = np.linspace(-p["inputs.w_max"], p["inputs.w_max"], n_grid)
    w_21, w_12 = np.meshgrid(grid, grid, indexing="ij")
    return {
        "neurons.b": np.tile([p["inputs.b_1"], p["inputs.b_2"]], n),
        "neurons.lastspike": np.full(2 * n, -1000.0),
        "synapses.w": np.tile([p["inputs.w_21"], p["inputs.w_12"]], n),
        "synapses.plastic": np.repeat([[1.0, 1.0], [1.0, 0.0]], n // 2, axis=0).ravel(),
        "synapses.n_epoch": np.array(p["network.epoch"] / p["neurons.tau_ref"]),
        "grid_neurons.lastspike": np.full(2 * n_grid**2, -1000.0),
        "grid_neurons.last": np.full(2 * n_grid**2, -1000.0),
        "grid_synapses.w": np.stack([w_21, w_12], axis=-1).ravel(),
        "bins.lag": np.tile(np.arange(1, p["network.t_max"]), 2 * n_grid**2),
    }
