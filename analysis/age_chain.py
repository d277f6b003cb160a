"""Two coupled stochastic neurons as a Markov chain of ages: spike-time differences and the drift of SAL, exactly.

Source: Gierlich et al. (2025), theory of Figs. 2c and 2e. The age of a neuron is the number of steps since its last
spike, 1 right after it. For rectangular PSPs all ages of at least tau are alike, so the chain has tau x tau states.
"""

import numpy as np


def _spike_probability(b: np.ndarray, w: np.ndarray, tau: int) -> np.ndarray:
    """Return P(spike) of one neuron by its own age (rows) and the partner's age (columns), shape (..., tau, tau)."""
    own = np.arange(1, tau + 1)[:, None] >= tau
    partner = np.arange(1, tau + 1)[None, :] < tau
    u = b[..., None, None] + w[..., None, None] * partner
    return own / (1 + tau * np.exp(-u))


def _older(table: np.ndarray) -> np.ndarray:
    """Let both neurons age by one step; the oldest age collects all that follow."""
    aged = np.zeros_like(table)
    aged[..., 1:, 1:] = table[..., :-1, :-1]
    aged[..., 1:, -1] += table[..., :-1, -1]
    aged[..., -1, 1:] += table[..., -1, :-1]
    aged[..., -1, -1] += table[..., -1, -1]
    return aged


def _stationary(p1: np.ndarray, p2: np.ndarray, tolerance: float = 1e-15) -> np.ndarray:
    """Return the stationary distribution over (age 1, age 2), shape (..., tau, tau)."""
    tau = p1.shape[-1]
    table = np.full(np.broadcast_shapes(p1.shape, p2.shape), 1.0 / tau**2)
    while True:
        none = _older(table * (1 - p1) * (1 - p2))
        only1, only2 = table * p1 * (1 - p2), table * (1 - p1) * p2
        none[..., 0, 1:] += only1.sum(axis=-2)[..., :-1]
        none[..., 0, -1] += only1.sum(axis=-2)[..., -1]
        none[..., 1:, 0] += only2.sum(axis=-1)[..., :-1]
        none[..., -1, 0] += only2.sum(axis=-1)[..., -1]
        none[..., 0, 0] += (table * p1 * p2).sum(axis=(-2, -1))
        if np.abs(none - table).max() < tolerance:
            return none
        table = none / none.sum(axis=(-2, -1), keepdims=True)


def spike_time_differences(
    w_21: np.ndarray, w_12: np.ndarray, b_1: float, b_2: float, tau: int, t_max: int
) -> tuple[np.ndarray, np.ndarray]:
    """Distribution of the interval between neighbouring spikes of two neurons.

    A pair counts when no spike of either neuron lies in between. As in the authors' program, the first spike may
    coincide with a spike of the second neuron, and the second spike with one of the first neuron.

    Parameters
    ----------
    w_21, w_12 : array_like, shape (...)
        Weight from neuron 1 to neuron 2, and back.
    b_1, b_2 : float
        Biases.
    tau : int
        Refractory period and length of the rectangular PSP, in steps.
    t_max : int
        Intervals from 1 to ``t_max - 1`` steps are kept.

    Returns
    -------
    right, left : numpy.ndarray, shape (..., t_max - 1)
        Probability of an interval of 1, 2, ... steps when neuron 2 follows neuron 1 (right), and when neuron 1 follows
        neuron 2 (left). Each half has the mass 0.5.
    """
    w_21, w_12 = np.broadcast_arrays(np.asarray(w_21, float), np.asarray(w_12, float))
    p1 = _spike_probability(np.full(w_12.shape, b_1), w_12, tau)
    p2 = np.swapaxes(_spike_probability(np.full(w_21.shape, b_2), w_21, tau), -1, -2)
    stationary = _stationary(p1, p2)

    def half(p_first: np.ndarray, p_next: np.ndarray, table: np.ndarray) -> np.ndarray:
        """Intervals from a spike of the neuron on the first axis to the next spike of the other."""
        alone, together = table * p_first * (1 - p_next), table * p_first * p_next
        start = np.zeros_like(table)
        start[..., 0, 1:] += alone.sum(axis=-2)[..., :-1]
        start[..., 0, -1] += alone.sum(axis=-2)[..., -1]
        start[..., 0, 0] += together.sum(axis=(-2, -1))
        found = []
        for _ in range(1, t_max):
            found.append((start * p_next).sum(axis=(-2, -1)))
            start = _older(start * (1 - p_first) * (1 - p_next))
        counts = np.stack(found, axis=-1)
        return 0.5 * counts / counts.sum(axis=-1, keepdims=True)

    swapped = (np.swapaxes(p, -1, -2) for p in (p2, p1, stationary))
    return half(p1, p2, stationary), half(*swapped)


def sal_drift(
    w_21: np.ndarray, w_12: np.ndarray, b_1: float = 0.0, b_2: float = 0.0, tau: int = 15, t_max: int = 30
) -> np.ndarray:
    """Mean change of the weight from neuron 1 to neuron 2 per pair of spikes; that of the other weight is its negative.

    Parameters
    ----------
    w_21, w_12 : array_like, shape (...)
        Weight from neuron 1 to neuron 2, and back.
    b_1, b_2 : float
        Biases.
    tau : int
        Refractory period, PSP length and time constant of the window, in steps.
    t_max : int
        Longest interval, in steps, plus one.

    Returns
    -------
    numpy.ndarray, shape (...)
        Sum of the STDP window (amplitude 1, exponential) over the distribution of spike-time differences.
    """
    right, left = spike_time_differences(w_21, w_12, b_1, b_2, tau, t_max)
    window = np.exp(-np.arange(1, t_max) / tau)
    return ((left - right) * window).sum(axis=-1)
