"""Two coupled stochastic neurons as a Markov chain of ages: spike-time differences and the drift of SAL, exactly.

Source: Gierlich et al. (2025), theory of Figs. 2c, 2e, 11 and 12. The age of a neuron is the number of steps since its
last spike, 1 right after it. All ages from a cap on are alike: tau for rectangular PSPs, whose effect is over by then,
and ``t_max - 1`` for any other shape, which keeps its last value from there on.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import CubicSpline, RegularGridInterpolator


def rectangular(tau: int, t_max: int) -> np.ndarray:
    """Rectangular PSP at the lags 1, 2, ... ``t_max - 1``: 1 below `tau`, 0 from there on."""
    return (np.arange(1, t_max) < tau).astype(float)


def alpha(tau: int, t_max: int, tau_syn: float) -> np.ndarray:
    """Alpha-shaped PSP of area `tau` at the lags 1, 2, ... ``t_max - 1``.

    Parameters
    ----------
    tau, t_max : int
        Refractory period, and longest lag plus one, in steps.
    tau_syn : float
        Time constant, in steps.

    Returns
    -------
    numpy.ndarray, shape (t_max - 1,)
        ``tau / tau_syn**2 * lag * exp(-lag / tau_syn)``.
    """
    lag = np.arange(1, t_max)
    return tau / tau_syn**2 * lag * np.exp(-lag / tau_syn)


def _spike_probability(b: np.ndarray, w: np.ndarray, tau: int, psp: np.ndarray) -> np.ndarray:
    """Return P(spike) of one neuron by its own age (rows) and the partner's age (columns), shape (..., ages, ages)."""
    own = np.arange(1, len(psp) + 1)[:, None] >= tau
    u = b[..., None, None] + w[..., None, None] * psp
    return own / (1 + tau * np.exp(-u))


def _older(row: np.ndarray) -> np.ndarray:
    """Let one neuron age by one step; the oldest age collects all that follow."""
    aged = np.zeros_like(row)
    aged[..., 1:] = row[..., :-1]
    aged[..., -1] += row[..., -1]
    return aged


def _at_a_spike(p_first: np.ndarray, p_next: np.ndarray) -> np.ndarray:
    """Distribution of the age of one neuron at the spikes of the other, shape (..., ages); 0 if both fire.

    Between two spikes of the first neuron its age is known, so that the chain of the ages of the second neuron at these
    spikes has as many states as there are ages. Its transition matrix is found backwards, from the oldest age on.

    Parameters
    ----------
    p_first, p_next : numpy.ndarray, shape (..., ages, ages)
        P(spike) of the first and of the second neuron, by the ages of the first (rows) and of the second (columns).
    """
    n = p_first.shape[-1]
    older = np.minimum(np.arange(n) + 1, n - 1)
    aged, unit = np.eye(n)[older], np.eye(n)[[0] * n]  # where a silent and where a firing second neuron goes

    def moved(age: int, onward: np.ndarray, anew: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Mix what follows if the second neuron is silent (onward) or fires (anew), times the weight of each row."""
        fires = p_next[..., age, :, None]
        return weight[..., age, :, None] * ((1 - fires) * onward + fires * anew)

    silent = moved(n - 1, aged, unit, 1 - p_first)
    matrix = np.linalg.solve(np.eye(n) - silent, moved(n - 1, aged, unit, p_first))
    for age in range(n - 2, -1, -1):
        anew = np.broadcast_to(matrix[..., :1, :], matrix.shape)
        matrix = moved(age, aged, unit, p_first) + moved(age, matrix[..., older, :], anew, 1 - p_first)
    # Stationary distribution of the matrix: one equation gives way to the sum of all probabilities.
    equations = np.eye(n) - np.swapaxes(matrix, -1, -2)
    equations[..., -1, :] = 1
    return np.linalg.solve(equations, np.eye(n)[-1][:, None])[..., 0]


def spike_time_differences(
    w_21: ArrayLike,
    w_12: ArrayLike,
    b_1: ArrayLike,
    b_2: ArrayLike,
    tau: int,
    t_max: int,
    psp: np.ndarray | None = None,
    restart: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Distribution of the interval between neighbouring spikes of two neurons.

    A pair counts when no spike of either neuron lies in between. The first spike may coincide with one of the second
    neuron, and the second spike with one of the first neuron.

    Parameters
    ----------
    w_21, w_12 : array_like, shape (...)
        Weight from neuron 1 to neuron 2, and back.
    b_1, b_2 : array_like, shape (...)
        Biases.
    tau : int
        Refractory period in steps, and length of the PSP if it is rectangular.
    t_max : int
        Intervals from 1 to ``t_max - 1`` steps are kept.
    psp : numpy.ndarray, shape (t_max - 1,), optional
        PSP at the lags 1, 2, ...; rectangular by default.
    restart : bool
        Count as the authors' program does: where it forbids spikes until the second neuron fires, it lets both fire
        together and goes on from there, although this start is among the initial ones already. False: every pair once.

    Returns
    -------
    right, left : numpy.ndarray, shape (..., t_max - 1)
        Probability of an interval of 1, 2, ... steps when neuron 2 follows neuron 1 (right), and when neuron 1 follows
        neuron 2 (left). Each half has the mass 0.5.
    """
    onto_2, onto_1, bias_1, bias_2 = np.broadcast_arrays(*(np.asarray(a, float) for a in (w_21, w_12, b_1, b_2)))
    psp = rectangular(tau, t_max)[:tau] if psp is None else psp
    p1 = _spike_probability(bias_1, onto_1, tau, psp)
    p2 = np.swapaxes(_spike_probability(bias_2, onto_2, tau, psp), -1, -2)
    swapped = np.swapaxes(p1, -1, -2), np.swapaxes(p2, -1, -2)
    return _half(p1, p2, t_max, restart), _half(swapped[1], swapped[0], t_max, restart)


def _half(p_first: np.ndarray, p_next: np.ndarray, t_max: int, restart: bool) -> np.ndarray:
    """Intervals from a spike of the neuron on the first axis to the next spike of the other."""
    oldest = p_first.shape[-1] - 1
    row = _at_a_spike(p_first, p_next)
    counts = np.zeros((*row.shape[:-1], t_max - 1))
    # Pairs that began with a coincidence within the interval: both neurons have the same age.
    pair = np.minimum(np.arange(t_max - 1), oldest)
    first, second = p_first[..., pair, pair], p_next[..., pair, pair]
    again = np.zeros_like(counts)
    for lag in range(t_max - 1):
        p_1, p_2 = p_first[..., min(lag, oldest), :], p_next[..., min(lag, oldest), :]
        counts[..., lag] += (row * p_2).sum(axis=-1)
        if restart:
            counts += again * second
            both = (row * p_1 * p_2).sum(axis=-1) + (again * first * second).sum(axis=-1)
            again[..., 1:] = (again * (1 - first) * (1 - second))[..., :-1]
            again[..., 0] = both
        row = _older(row * (1 - p_1) * (1 - p_2))
    if restart:  # the program goes on for two more steps
        counts += again * second
        both = (again * first * second).sum(axis=-1) + (row * p_first[..., oldest, :] * p_next[..., oldest, :]).sum(
            axis=-1
        )
        again[..., 1:] = (again * (1 - first) * (1 - second))[..., :-1]
        again[..., 0] = both
        counts += again * second
    return 0.5 * counts / counts.sum(axis=-1, keepdims=True)


def sal_drift(
    w_21: ArrayLike,
    w_12: ArrayLike,
    b_1: ArrayLike = 0.0,
    b_2: ArrayLike = 0.0,
    tau: int = 15,
    t_max: int = 30,
    psp: np.ndarray | None = None,
    restart: bool = True,
) -> np.ndarray:
    """Mean change of the weight from neuron 1 to neuron 2 per pair of spikes; that of the other weight is its negative.

    Parameters
    ----------
    w_21, w_12 : array_like, shape (...)
        Weight from neuron 1 to neuron 2, and back.
    b_1, b_2 : array_like, shape (...)
        Biases.
    tau : int
        Refractory period and time constant of the window, in steps.
    t_max : int
        Longest interval, in steps, plus one.
    psp, restart
        As in `spike_time_differences`.

    Returns
    -------
    numpy.ndarray, shape (...)
        Sum of the STDP window (amplitude 1, exponential) over the distribution of spike-time differences.
    """
    right, left = spike_time_differences(w_21, w_12, b_1, b_2, tau, t_max, psp, restart)
    window = np.exp(-np.arange(1, t_max) / tau)
    return ((left - right) * window).sum(axis=-1)


def fixed_line(drift: np.ndarray, weights: np.ndarray, fine: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """Line of the phase plane on which SAL stands still.

    Parameters
    ----------
    drift : numpy.ndarray, shape (n, n)
        Drift of W_21 for W_21 = ``weights[row]`` and W_12 = ``weights[column]``.
    weights : numpy.ndarray, shape (n,)
        Grid of weights.
    fine : int
        The drift is first interpolated (cubic) to a grid of ``fine x fine`` weights.

    Returns
    -------
    w_12, w_21 : numpy.ndarray, shape (points,)
        Roots of the drift along W_21, for every fine W_12 for which there is one within the grid.
    """
    dense = np.linspace(weights[0], weights[-1], fine)
    surface = RegularGridInterpolator((weights, weights), drift, method="cubic")
    values = surface(tuple(np.meshgrid(dense, dense, indexing="ij")))
    found = [
        (w_12, w_21)
        for w_12, column in zip(dense, values.T, strict=True)
        for w_21 in CubicSpline(dense, column).roots(extrapolate=False)
    ]
    w_12, w_21 = np.array(found).reshape(-1, 2).T
    return w_12, w_21


def deviation(w_12: np.ndarray, w_21: np.ndarray) -> float:
    """Mean distance of a fixed line from the diagonal, relative to the sum of the weights.

    Parameters
    ----------
    w_12, w_21 : numpy.ndarray, shape (points,)
        What `fixed_line` returns.

    Returns
    -------
    float
        0 on the diagonal.
    """
    relative = np.abs(w_12 - w_21) / np.abs(w_12 + w_21)
    return float(np.trapezoid(relative, w_12) / abs(w_12[-1] - w_12[0]))
