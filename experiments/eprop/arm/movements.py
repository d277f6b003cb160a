"""Arm movements with two joints, and how a population of neurons encodes the place of the end point."""

import numpy as np

START = np.array([0.0, np.pi / 2])  # angles of the joints before a movement, rad
LINK = 0.5  # length of both links
N_SINES = 5
LARGEST = 30.0  # amplitude of a sine of the first joint, at most; rad/s
RANGE = 20.0  # of a sine of the second joint, between its extremes; rad/s
REACH = np.pi / 2  # by which no joint turns further, rad


def end_point(angles: np.ndarray) -> np.ndarray:
    """Return where the hand is.

    Parameters
    ----------
    angles : ndarray, shape (..., 2), rad
        Of the first joint, and of the second one relative to the first link.

    Returns
    -------
    ndarray, shape (..., 2)
        Both coordinates; the stretched arm has length 1.
    """
    first, both = angles[..., 0], angles[..., 0] + angles[..., 1]
    return LINK * np.stack([np.cos(first) + np.cos(both), np.sin(first) + np.sin(both)], axis=-1)


def movements(rng: np.random.Generator, n: int, n_steps: int, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Draw movements of the family: sums of sines with random periods, phases and amplitudes.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where they are drawn from.
    n : int
        How many.
    n_steps : int
        Steps of a movement.
    dt : float, s
        Time step.

    Returns
    -------
    velocity : ndarray, shape (n, n_steps, 2), rad/s
        Of both joints. If an angle turned by more than `REACH`, the movement of that joint is scaled to just fit.
    path : ndarray, shape (n, n_steps, 2)
        Of the end point.
    """
    angle = np.linspace(0, 2 * np.pi, n_steps, endpoint=False)
    period, phase, amplitude = (
        rng.uniform(low, high, (n, 2, N_SINES, 1)) for low, high in ((0.3, 1), (0, 2 * np.pi), (0, 1))
    )
    sines = np.sin(angle / period + phase)
    second = RANGE * sines / np.ptp(sines, axis=-1, keepdims=True)
    velocity = np.where(np.arange(2)[:, None, None] == 0, LARGEST * amplitude * sines, second).sum(axis=2)
    turned = np.cumsum(velocity, axis=-1) * dt
    velocity *= np.minimum(1, REACH / np.abs(turned).max(axis=-1, keepdims=True))
    velocity = velocity.swapaxes(1, 2)
    return velocity, end_point(START + np.cumsum(velocity, axis=1) * dt)


def population(path: np.ndarray, n_code: int, width: float, span: float, p_peak: float) -> np.ndarray:
    """Return the probability of a spike of every neuron that encodes the place of the end point.

    Parameters
    ----------
    path : ndarray, shape (..., n_steps, 2)
        Place by step, clipped to [-1, 1].
    n_code : int
        Neurons of one coordinate.
    width : float
        Standard deviation of their Gaussian tuning.
    span : float
        Their preferred places are evenly spread from -span to span.
    p_peak : float
        Probability of a spike, per step, at the preferred place.

    Returns
    -------
    ndarray, shape (..., n_steps, 2 n_code)
        First coordinate first; 0 in the first step, in which no spike could have been delivered.
    """
    preferred = np.linspace(-span, span, n_code, dtype=path.dtype)
    away = (np.clip(path, -1, 1)[..., None] - preferred) / width
    p = p_peak * np.exp(-0.5 * away**2)
    p[..., 0, :, :] = 0
    return p.reshape(*path.shape[:-1], 2 * n_code)
