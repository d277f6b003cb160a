"""Shape of the postsynaptic potential, biases and initial weights of every pair."""

import numpy as np

from base.values import Values

SHAPES = ("rectangular", "short", "long", "short, adding up", "long, adding up")
N_BIASES = 5


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
        Ordered by shape, bias, pair, neuron; synapse 2 k leads from neuron 1 to neuron 2 of pair k, 2 k + 1 back.
    """
    n = p.network.n_pairs
    size = 2 * n * N_BIASES * len(SHAPES)
    b = np.linspace(-p.inputs.b_max, p.inputs.b_max, N_BIASES)
    short, long = p.inputs.tau_short, p.inputs.tau_long
    each = 2 * n * N_BIASES
    return {
        "neurons.b": np.tile(np.repeat(np.stack([b, -b], axis=-1), n, axis=0).ravel(), len(SHAPES)),
        # A rectangular potential does not use its time constant.
        "neurons.tau_syn": np.repeat([short, short, long, short, long], each),
        "neurons.square": np.repeat([1.0, 0.0, 0.0, 0.0, 0.0], each),
        "neurons.carry": np.repeat([0.0, 0.0, 0.0, 1.0, 1.0], each),
        "neurons.lastspike": np.full(size, -1000.0),
        "synapses.pre_time": np.array(-1000.0),
        "synapses.pre_older": np.array(-1000.0),
        "synapses.post_time": np.array(-1000.0),
        "synapses.w": np.full(size, p.inputs.w),
        "synapses.plastic": np.ones(size),
        "synapses.n_epoch": np.array(p.network.epoch / p.neurons.tau_ref),
    }
