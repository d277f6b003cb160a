"""Gradients of a recurrent spiking network with a leaky readout: backpropagation through time, exact or cut, in NumPy.

The independent reference for e-prop. All arrays may have further axes in front of the neurons, for example one for
seeds that are computed side by side; time is the first axis of what has one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from base.values import Values


@dataclass(frozen=True)
class Cells:
    """Constants of the neurons and of the readout.

    Parameters
    ----------
    alpha, rho, kappa : float
        Decay per step of the voltage, of the adaptation and of the readout.
    gain, gain_out : float
        What a spike of weight 1 adds to the voltage and to the readout.
    v_th, gamma : float
        Threshold, height of the pseudo-derivative.
    n_ref : int
        A neuron may fire again so many steps after a spike.
    c_reg, f_target : float
        Strength of the rate regularisation, half the squared difference of rate and target, in spikes per step.
    beta : array_like
        Strength of the adaptation of every neuron.
    """

    alpha: float
    rho: float
    kappa: float
    gain: float
    gain_out: float
    v_th: float
    gamma: float
    n_ref: int
    c_reg: float
    f_target: float
    beta: ArrayLike

    @classmethod
    def of(cls, p: Values, beta: ArrayLike = 0.0) -> "Cells":
        """Return the constants that the values of an e-prop experiment stand for."""
        alpha, rho, kappa = (
            float(np.exp(-p.network.dt / tau)) for tau in (p.recurrent.tau_m, p.recurrent.tau_a, p.recurrent.tau_out)
        )
        return cls(
            alpha,
            rho,
            kappa,
            1 - alpha * p.recurrent.normalised,
            1 - kappa * p.recurrent.normalised_out,
            p.recurrent.v_th,
            p.recurrent.gamma,
            round(p.recurrent.t_ref / p.network.dt),
            p.recurrent.c_reg,
            p.recurrent.f_target,
            beta,
        )


def times(pre: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Multiply activities, shape (..., n_pre), with matrices, shape (..., n_pre, n_post)."""
    return (pre[..., None, :] @ w)[..., 0, :]


def forward(cells: Cells, w: Mapping[str, np.ndarray], x: np.ndarray) -> dict[str, np.ndarray]:
    """Run one trial from rest.

    Parameters
    ----------
    cells : Cells
        Constants.
    w : Mapping
        ``in``, ``rec``, ``out`` (rows presynaptic) and ``bias``.
    x : ndarray, shape (steps, ..., n_in)
        Input spikes.

    Returns
    -------
    dict
        ``x``, ``z`` (spikes), ``psi`` (pseudo-derivative) and ``y`` (readout), one row a step.
    """
    shape = (*x.shape[1:-1], w["rec"].shape[-1])
    v, a, z, u = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros((*shape[:-1], w["out"].shape[-1]))
    wait = np.zeros(shape)
    spikes, slopes, readouts = [], [], []
    drive = cells.gain * (x[..., None, :] @ w["in"])[..., 0, :]
    for step in drive:
        v = cells.alpha * v + step + cells.gain * times(z, w["rec"]) - cells.v_th * z
        a = cells.rho * a + z
        wait = np.where(z > 0, cells.n_ref, wait) - 1
        above = v - cells.v_th - np.asarray(cells.beta) * a
        z = ((above > 0) & (wait <= 0)).astype(float)
        u = cells.kappa * u + cells.gain_out * times(z, w["out"])
        spikes.append(z)
        slopes.append((wait <= 0) * cells.gamma / cells.v_th * np.maximum(0, 1 - np.abs(above) / cells.v_th))
        readouts.append(u + w["bias"])
    return {"x": x, "z": np.array(spikes), "psi": np.array(slopes), "y": np.array(readouts)}


def backward(
    cells: Cells, w: Mapping[str, np.ndarray], trial: Mapping[str, np.ndarray], err: np.ndarray, feedback: Any = None
) -> dict[str, np.ndarray]:
    """Return the gradient of a loss by backpropagation through time.

    Parameters
    ----------
    cells : Cells
        Constants.
    w : Mapping
        As in `forward`.
    trial : Mapping
        What `forward` returns.
    err : ndarray, shape (steps, ..., n_out)
        Derivative of the loss with respect to the readout.
    feedback : ndarray, shape (..., n_rec, n_out), or None
        None for the true gradient (with the pseudo-derivative in place of the derivative of a spike). With feedback
        weights, nothing is sent through recurrent weights and through the reset, and the error of the readout reaches
        the neurons through them: the gradient that e-prop computes forward in time.

    Returns
    -------
    dict
        ``in``, ``rec`` (nothing on the diagonal), ``out``, ``bias``; and ``dz``, the derivative with respect to spikes.
    """
    z, psi, n_steps = trial["z"], trial["psi"], len(err)
    back = w["out"] if feedback is None else feedback
    rate_error = cells.c_reg * (z.mean(axis=0) - cells.f_target) / n_steps
    dv, da, later = np.zeros_like(z), np.zeros_like(z[0]), np.zeros_like(err[0])
    dz, filtered = np.zeros_like(z), np.zeros_like(err)
    recurrent, returned = np.swapaxes(w["rec"], -1, -2), np.swapaxes(back, -1, -2)
    after = np.zeros_like(z[0])
    for t in reversed(range(n_steps)):
        later = err[t] + cells.kappa * later
        filtered[t] = cells.gain_out * later
        dz[t] = times(filtered[t], returned) + rate_error
        if feedback is None:
            dz[t] += cells.gain * times(after, recurrent) - cells.v_th * after
        q = psi[t] * (dz[t] + da)
        dv[t] = after = q + cells.alpha * after
        da = cells.rho * da - np.asarray(cells.beta) * q
    before = np.concatenate([np.zeros_like(z[:1]), z[:-1]])

    def outer(pre: np.ndarray, post: np.ndarray) -> np.ndarray:
        return np.moveaxis(pre, 0, -1) @ np.moveaxis(post, 0, -2)

    others = 1 - np.eye(z.shape[-1])
    return {
        "in": cells.gain * outer(trial["x"], dv),
        "rec": cells.gain * outer(before, dv) * others,
        "out": outer(z, filtered),
        "bias": err.sum(axis=0),
        "dz": dz,
    }


def traces(cells: Cells, trial: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """Yield the eligibility traces of every step of one trial, forward in time.

    Parameters
    ----------
    cells : Cells
        Constants.
    trial : Mapping
        What `forward` returns.

    Yields
    ------
    dict
        ``in`` and ``rec``, shape (..., n_pre, n_rec).
    """
    beta = np.asarray(cells.beta)
    before = np.concatenate([np.zeros_like(trial["z"][:1]), trial["z"][:-1]])
    bar, vector = {"in": 0.0, "rec": 0.0}, {"in": 0.0, "rec": 0.0}
    for x, z, psi in zip(trial["x"], before, trial["psi"][..., None, :], strict=True):
        found = {}
        for name, spikes in (("in", x), ("rec", z)):
            bar[name] = cells.alpha * bar[name] + cells.gain * spikes[..., None]
            found[name] = psi * (bar[name] - beta * vector[name])
            vector[name] = psi * bar[name] + (cells.rho - beta * psi) * vector[name]
        yield found


def train(
    cells: Cells, w: Mapping[str, np.ndarray], x: np.ndarray, target: np.ndarray, rates: Iterator[float]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Train a readout to follow its target with the true gradient and Adam, one trial per update.

    Parameters
    ----------
    cells : Cells
        Constants.
    w : Mapping
        Initial weights.
    x : ndarray, shape (steps, ..., n_in)
        Input spikes of every trial.
    target : ndarray, shape (steps, ..., n_out)
        Target of every trial.
    rates : iterator of float
        Learning rate of every trial.

    Yields
    ------
    loss : ndarray, shape (...)
        Half the squared error, summed over the trial.
    rate : ndarray, shape (...)
        Mean spikes per neuron and step.
    """
    w = dict(w)
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in w.items()}
    for k, eta in enumerate(rates, start=1):
        trial = forward(cells, w, x)
        err = trial["y"] - target
        yield 0.5 * (err**2).sum(axis=(0, -1)), trial["z"].mean(axis=(0, -1))
        gradient = backward(cells, w, trial, err)
        for name, (mean, square) in moments.items():
            mean = 0.9 * mean + 0.1 * gradient[name]
            square = 0.999 * square + 0.001 * gradient[name] ** 2
            moments[name] = mean, square
            w[name] = w[name] - eta * np.sqrt(1 - 0.999**k) / (1 - 0.9**k) * mean / (np.sqrt(square) + 1e-8)
