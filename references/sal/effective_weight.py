"""Effective weight of an excitatory synapse with a parallel path through an inhibitory neuron.

Source: Gierlich et al. (2025), Fig. 10.
"""

import numpy as np
from numpy.typing import ArrayLike


def effective_weight(w_ee: ArrayLike, w_ie: ArrayLike, w_ei: ArrayLike, b_i: ArrayLike, b_e: ArrayLike) -> np.ndarray:
    """Weight of a direct synapse with the same mean effect.

    Parameters
    ----------
    w_ee : array_like
        Weight of the direct synapse between the excitatory neurons.
    w_ie, w_ei : array_like
        Weights onto the inhibitory neuron (positive) and from it (negative).
    b_i, b_e : array_like
        Biases of the inhibitory neuron and of the presynaptic excitatory neuron.

    Returns
    -------
    numpy.ndarray
        ``w_ee + w_ei * sigma(w_ie r + b_i) / r`` with the presynaptic rate ``r = sigma(b_e)``.
    """
    rate = 1 / (1 + np.exp(-np.asarray(b_e, float)))
    inhibitory = 1 / (1 + np.exp(-(np.asarray(w_ie, float) * rate + b_i)))
    return np.asarray(w_ee, float) + np.asarray(w_ei, float) * inhibitory / rate
