"""Initial weights, biases and plasticity of every pair."""

import numpy as np

from base.values import Values


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point; all pairs start alike and differ by their spikes.

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
    n = p.network.n_pairs
    return {
        "neurons.b": np.tile([p.inputs.b_1, p.inputs.b_2], n),
        "synapses.w": np.tile([p.inputs.w_21, p.inputs.w_12], n),
        "synapses.plastic": np.tile([1.0, float(p.inputs.both)], n),
        "synapses.n_epoch": np.array(p.network.epoch / p.neurons.tau_ref),
        "neurons.lastspike": np.full(2 * n, -1000.0),
    }
