"""Square wave of the task, its delay in every replica, and the initial values of the student."""

from math import erf, sqrt

import numpy as np

from base.values import Values


def smoothed_period(n: int, lead: int, high: int, sigma: float) -> np.ndarray:
    """One period of a square wave between -1 and 1, smoothed by a Gaussian.

    Parameters
    ----------
    n : int
        Length of the period, in time steps.
    lead, high : int
        Steps before the rising edge, and from there to the falling edge.
    sigma : float
        Standard deviation of the Gaussian, in time steps, much shorter than the distance of the edges.

    Returns
    -------
    ndarray, shape (n,)
        The convolution in closed form; an edge lies half way between two time steps.
    """
    steps = np.arange(n) + 0.5
    rising, falling = ([erf(s / (sigma * sqrt(2))) for s in steps - edge] for edge in (lead, lead + high))
    return np.asarray(rising) - np.asarray(falling) - 1


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw the delays of the replicas and collect initial values.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Generator of this point.

    Returns
    -------
    dict of ndarray
        ``teacher.roll``, shape (replicas,), time steps; ``wave.values``, shape (n_wave,); ``learned.initial`` and
        ``learned.value``, shape (4,): until the switch the student borrows the time constants of the teacher.
    """
    dt, ms = p.network.dt, 1e-3

    def steps(lasts: float) -> int:
        return round(lasts / dt)

    start = [p.inputs.w_1, p.inputs.w_2, p.inputs.tau_1 / ms, p.inputs.tau_2 / ms]
    borrowed = [*start[:2], p.teacher.tau_1 / ms, p.teacher.tau_2 / ms]
    return {
        "teacher.roll": rng.integers(0, steps(p.inputs.max_roll), p.network.n_replicas, dtype=np.int32),
        "wave.values": smoothed_period(
            p.network.n_wave, steps(p.teacher.lead), steps(p.inputs.t_high), p.inputs.sigma / dt
        ),
        "learned.initial": np.array(start),
        "learned.value": np.array(borrowed),
    }
