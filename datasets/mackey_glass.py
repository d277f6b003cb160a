"""The Mackey-Glass series: a chaotic delay equation, integrated the same on every machine."""

import numpy as np

from datasets.base import Dataset, log


def mackey_glass(
    n_points: int,
    tau: float = 17.0,
    h: float = 0.1,
    *,
    beta: float = 0.2,
    gamma: float = 0.1,
    n: int = 10,
    x_0: float = 1.2,
    washout: float = 1000.0,
    every: float = 1.0,
) -> np.ndarray:
    """Integrate dx/dt = beta x(t - tau) / (1 + x(t - tau)^n) - gamma x(t) with Runge-Kutta steps of fourth order.

    The delayed value half-way through a step is the mean of its neighbours on the grid. Trajectories are chaotic:
    compare statistics or short horizons only, and keep ``h``.

    Parameters
    ----------
    n_points : int
        Points to return.
    tau : float
        Delay, a multiple of ``h``; 17 is chaotic, 30 harder.
    h : float
        Time step.
    beta, gamma, n : float, float, int
        Coefficients of the equation.
    x_0 : float
        Constant history.
    washout : float
        Time that is left out; the first point is one interval later.
    every : float
        Time between two points, a multiple of ``h``.

    Returns
    -------
    ndarray, shape (n_points,)
        The series.

    Raises
    ------
    ValueError
        A time is no multiple of the step.
    """
    steps = {"tau": tau / h, "washout": washout / h, "every": every / h}
    for name, count in steps.items():
        if abs(count - round(count)) > 1e-9 * max(1.0, count):
            raise ValueError(f"{name} is no multiple of the time step {h:g}")
    delay, skip, stride = (round(count) for count in steps.values())
    if delay < 1 or stride < 1:
        raise ValueError("tau and every are at least one time step")

    def gain(delayed: float) -> float:
        power = 1.0
        for _ in range(n):  # not **, whose last bit depends on the platform, and the series on that
            power *= delayed
        return beta * delayed / (1.0 + power)

    x = [x_0] * (delay + 1)
    gain_old = gain(x_0)
    for _ in range(skip + stride * n_points):
        now, old, new = x[-1], x[-1 - delay], x[-delay]
        gain_half, gain_new = gain(0.5 * (old + new)), gain(new)
        k_1 = gain_old - gamma * now
        k_2 = gain_half - gamma * (now + 0.5 * h * k_1)
        k_3 = gain_half - gamma * (now + 0.5 * h * k_2)
        k_4 = gain_new - gamma * (now + h * k_3)
        x.append(now + h / 6.0 * (k_1 + 2.0 * k_2 + 2.0 * k_3 + k_4))
        gain_old = gain_new
    return np.array(x[delay + skip + stride :: stride])


def load_mackey_glass(n_points: int = 2000, tau: float = 17.0, h: float = 0.1) -> Dataset:
    """Return the series with its fingerprint.

    Parameters
    ----------
    n_points : int
        Points at distance 1.
    tau, h : float
        Delay and time step.

    Returns
    -------
    Dataset
        ``x`` (n_points,), float64.
    """
    arrays = {"x": mackey_glass(n_points, tau, h)}
    taken = Dataset("Mackey-Glass", "real", f"Runge-Kutta 4, tau={tau:g}, h={h:g}", arrays)
    log.info("%s: %s (%s)", taken.name, taken.source, taken.version)
    return taken
