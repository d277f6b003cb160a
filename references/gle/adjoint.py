"""The adjoint of a neuron that looks ahead: what backpropagation through time would hand it, computed backwards."""

import numpy as np
from scipy.signal import lfilter


def response(omega: np.ndarray, tau_m: np.ndarray, tau_r: np.ndarray, dt: float) -> np.ndarray:
    """Return the exact transfer function of Euler steps: low-pass with `tau_m`, look-ahead by `tau_r`.

    The rate of a step is made from the voltage before the step: r = u + tau_r (s - u) / tau_m, then
    u <- u + dt (s - u) / tau_m.

    Parameters
    ----------
    omega : ndarray
        Angular frequency.
    tau_m, tau_r : ndarray
        Time constants; for the error neuron they are exchanged.
    dt : float
        Time step, in the same unit as the time constants.

    Returns
    -------
    ndarray of complex
        Gain and phase of the sine that comes out.
    """
    z = np.exp(1j * np.asarray(omega) * dt)
    return tau_r / tau_m + (1 - tau_r / tau_m) * (dt / tau_m) / (z - 1 + dt / tau_m)


def adjoint(signal: np.ndarray, tau_m: float, tau_r: float, dt: float) -> np.ndarray:
    """Filter a signal with the adjoint of a neuron: the same filter, backwards in time.

    The transposed matrix of a causal filter is this filter on the reversed signal; the future after the end is zero.

    Parameters
    ----------
    signal : ndarray, shape (steps, ...)
        What arrives at the rate of the neuron, for example the errors of the layer above times the weights.
    tau_m, tau_r : float
        Low-pass and look-ahead of the neuron.
    dt : float
        Time step, in the same unit.

    Returns
    -------
    ndarray, shape (steps, ...)
        What arrives at its drive.
    """
    pole, ahead = 1 - dt / tau_m, tau_r / tau_m
    # r[n] = ahead s[n] + (1 - ahead) u[n], u[n + 1] = pole u[n] + (1 - pole) s[n]
    b = [ahead, (1 - ahead) * (1 - pole) - ahead * pole]
    return lfilter(b, [1, -pole], signal[::-1], axis=0)[::-1]


def demodulate(sine: np.ndarray, cosine: np.ndarray, omega: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Fit a sine and a cosine of known frequency by least squares, from the sums of their products with a signal.

    Parameters
    ----------
    sine, cosine : ndarray, shape (n,)
        Sums of signal times sin(omega t) and cos(omega t) over all `times`.
    omega : ndarray, shape (n,)
        Angular frequencies.
    times : ndarray, shape (steps,)
        The times.

    Returns
    -------
    ndarray of complex, shape (n,)
        H, if the signal is the imaginary part of H exp(i omega t).
    """
    double = 2 * np.outer(omega, times)
    c, s, n = np.cos(double).sum(axis=1), np.sin(double).sum(axis=1), len(times)
    ss, cc, sc = (n - c) / 2, (n + c) / 2, s / 2
    det = ss * cc - sc**2
    return ((cc * sine - sc * cosine) + 1j * (ss * cosine - sc * sine)) / det


def costate(arriving: np.ndarray, end: np.ndarray, tau_m: float, tau_r: np.ndarray, dt: float) -> np.ndarray:
    """Integrate the adjoint equation of a layer backwards through a window, as the authors of GLE do.

    Parameters
    ----------
    arriving : ndarray, shape (steps, n)
        Adjoint variables of the layer above times weights and slopes.
    end : ndarray, shape (n,)
        Adjoint variables in the last step, when nothing is known of the future.
    tau_m : float
        Membrane time constant.
    tau_r : ndarray, shape (n,)
        Look-aheads.
    dt : float
        Time step, in the same unit.

    Returns
    -------
    ndarray, shape (steps, n)
        Adjoint variables of the layer.
    """
    later, now = arriving[1:], arriving[:-1]
    source = later - tau_r / dt * (later - now)
    decay = np.exp(-dt / tau_m)
    found = lfilter([dt / tau_m], [1, -decay], source[::-1], axis=0, zi=(decay * end)[None, :])[0]
    return np.vstack([found[::-1], end])
