"""Gradient descent along the adjoint variable: the same student, whose errors are computed backwards in time."""

from dataclasses import dataclass, field

import numpy as np
from scipy.signal import lfilter

from experiments.gle.lag_net.inputs import (
    BEFORE,
    ETA,
    LAST,
    LOOK_AHEAD,
    MIDDLE,
    MOMENTUM,
    START,
    TAU_M,
    TEACHER,
    WINDOW,
)
from references.gle.adjoint import costate


@dataclass
class Chain:
    """The network between two windows: voltages and last rates of its hidden layers.

    Parameters
    ----------
    dt : float
        Time step, ms.
    """

    dt: float
    u: list[np.ndarray] = field(default_factory=lambda: [np.zeros(2), np.zeros(2)])
    r: list[np.ndarray] = field(default_factory=lambda: [np.zeros(2), np.zeros(2)])

    def forward(self, x: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Run the network for some time steps; every layer reads the rates of the step before.

        Parameters
        ----------
        x : ndarray, shape (steps,)
            Input.
        w : ndarray, shape (2,)
            Weights of the input.

        Returns
        -------
        output : ndarray, shape (steps,)
            Rate of the last neuron.
        slopes : list of two ndarray, shape (steps, 2)
            Slopes of the transfer functions of the hidden layers.
        """
        decay, ahead = 1 - self.dt / TAU_M, np.array(LOOK_AHEAD) / TAU_M
        drive, slopes, before = x[:, None] * w, [], np.zeros(2)
        for layer in range(2):
            # u[n] before the step: decay u[n - 1] + (1 - decay) drive[n - 1]
            u = lfilter([0, 1 - decay], [1, -decay], drive, axis=0, zi=self.u[layer][None, :])[0]
            rates = np.tanh(u + ahead * (drive - u))
            slopes.append(1 - rates**2)
            self.u[layer] = decay * u[-1] + (1 - decay) * drive[-1]
            before, self.r[layer] = self.r[layer], rates[-1]
            late = np.vstack([before, rates[:-1]])
            drive = late * np.array(MIDDLE if layer == 0 else LAST)
        return drive.sum(axis=1), slopes  # the last neuron is instantaneous and linear


def errors(mismatch: np.ndarray, slopes: list[np.ndarray], dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Compute the adjoint variables of a window.

    Parameters
    ----------
    mismatch : ndarray, shape (steps,)
        Target minus output.
    slopes : list of two ndarray, shape (steps, 2)
        Slopes of the hidden layers.
    dt : float
        Time step, ms.

    Returns
    -------
    first : ndarray, shape (steps, 2)
        Of the first hidden layer.
    top : ndarray, shape (steps,)
        Of the output.
    """
    # At the end of a window the authors' program takes the first adjoint variable above, without weights.
    look, ratio = np.array(LOOK_AHEAD), np.array(LOOK_AHEAD) / TAU_M
    top = costate(mismatch[:, None], mismatch[-1:], TAU_M, np.array([TAU_M]), dt)
    second = costate(slopes[1] * top * np.array(LAST), ratio * top[-1, 0] * slopes[1][-1], TAU_M, look, dt)
    end = ratio * second[-1, 0] * slopes[0][-1]
    first = costate(slopes[0] * second * np.array(MIDDLE), end, TAU_M, look, dt)
    return first, top[:, 0]


def descend(x: np.ndarray, w: np.ndarray, dt: float) -> dict[str, np.ndarray]:
    """Learn from one window after the other; the adjoint before learning is that of one long window.

    Parameters
    ----------
    x : ndarray, shape (steps,)
        Input.
    w : ndarray, shape (2,)
        Weights before learning.
    dt : float
        Time step, ms.

    Returns
    -------
    dict of ndarray
        ``target``, ``output``, ``top``, each of shape (steps,); ``first``, ``w`` (in every step), shape (steps, 2).
    """
    target = Chain(dt).forward(x, np.array(TEACHER))[0]
    student, w, momentum = Chain(dt), np.array(w, float), np.zeros(2)
    found: dict[str, list[np.ndarray]] = {name: [] for name in ("output", "top", "first", "w")}
    ends = [0, *range(min(START, len(x)), len(x), WINDOW), len(x)]
    for begin, end in zip(ends[:-1], ends[1:], strict=True):
        if begin == end:
            continue
        output, slopes = student.forward(x[begin:end], w)
        first, top = errors(target[begin:end] - output, slopes, dt)
        for name, value in (("output", output), ("top", top), ("first", first), ("w", np.tile(w, (end - begin, 1)))):
            found[name].append(value)
        if begin >= START:
            momentum = MOMENTUM * momentum + dt * x[begin:end] @ first
            w = w + ETA * momentum
    result = {"target": target, **{name: np.concatenate(parts) for name, parts in found.items()}}
    long = slice(min(BEFORE, len(x)))
    output, slopes = Chain(dt).forward(x[long], result["w"][0])
    result["first"][long], result["top"][long] = errors(target[long] - output, slopes, dt)
    return result
