"""Layers of GLE neurons, trained by backpropagation through time with Adam, in NumPy: a bound for local rules."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np


@dataclass(frozen=True)
class Layers:
    """A stack of layers in one matrix; errors do not influence its rates.

    Parameters
    ----------
    w_in : ndarray, shape (1, units)
        Weights from the input; it reaches the first layer in the same time step.
    w : ndarray, shape (units, units)
        Weights between units of successive layers; rates arrive a time step later.
    b, tau_m, tau_r : ndarray, shape (units,)
        Biases, membrane time constants and look-aheads.
    linear : ndarray of bool, shape (units,)
        Whether a rate is the prospective voltage itself, or its hyperbolic tangent.
    dt : float
        Time step, in the unit of the time constants.
    """

    w_in: np.ndarray
    w: np.ndarray
    b: np.ndarray
    tau_m: np.ndarray
    tau_r: np.ndarray
    linear: np.ndarray
    dt: float

    def rates(self, x: np.ndarray) -> np.ndarray:
        """Return the rates of all units, from rest.

        Parameters
        ----------
        x : ndarray, shape (steps, sequences)
            Input.

        Returns
        -------
        ndarray, shape (steps, sequences, units)
            Rates at the end of every step.
        """
        u, r = np.zeros((2, x.shape[1], len(self.b)))
        found = np.empty((len(x), *r.shape))
        for step, value in enumerate(x):
            pull = (value[:, None] * self.w_in + r @ self.w + self.b - u) / self.tau_m
            ahead = u + self.tau_r * pull
            u = u + self.dt * pull
            r = found[step] = np.where(self.linear, ahead, np.tanh(ahead))
        return found

    def gradients(self, x: np.ndarray, r: np.ndarray, d_r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the derivatives of a loss by the weights.

        Parameters
        ----------
        x : ndarray, shape (steps, sequences)
            Input.
        r : ndarray, shape (steps, sequences, units)
            What `rates` returns for it.
        d_r : ndarray, shape (steps, sequences, units)
            Derivatives of the loss by rates, other things equal.

        Returns
        -------
        d_w_in, d_w : ndarray
            Of the shapes of `w_in` and `w`; zero where there is no connection.
        """
        slope = np.where(self.linear, 1.0, 1 - r**2)
        drives = np.empty_like(r)  # derivatives by what arrives at the units
        sent, d_u = np.zeros((2, *r.shape[1:]))
        for step in range(len(x) - 1, -1, -1):
            d_ahead = slope[step] * (d_r[step] + sent)
            drives[step] = (self.tau_r * d_ahead + self.dt * d_u) / self.tau_m
            d_u = d_u + d_ahead - drives[step]
            sent = drives[step] @ self.w.T
        d_w_in = np.tensordot(x, drives, axes=2)[None]
        d_w = np.tensordot(r[:-1], drives[1:], axes=((0, 1), (0, 1)))
        return d_w_in * (self.w_in != 0), d_w * (self.w != 0)


def stack(
    weights: Sequence[np.ndarray],
    b: Sequence[np.ndarray],
    tau_m: Sequence[np.ndarray],
    tau_r: Sequence[np.ndarray],
    linear: Sequence[bool],
    dt: float,
) -> Layers:
    """Put layers into one matrix.

    Parameters
    ----------
    weights : sequence of ndarray
        Shape (units below, units), for every layer; the first one reads the input, one number.
    b, tau_m, tau_r : sequence of ndarray
        Biases and time constants of every layer.
    linear : sequence of bool
        Which layers are linear.
    dt : float
        Time step.

    Returns
    -------
    Layers
        Units in the order of layers.
    """
    sizes = [len(one) for one in b]
    ends = np.cumsum(sizes)
    w_in, w = np.zeros((1, ends[-1])), np.zeros((ends[-1], ends[-1]))
    w_in[:, : sizes[0]] = weights[0]
    for k in range(1, len(sizes)):
        w[ends[k - 1] - sizes[k - 1] : ends[k - 1], ends[k - 1] : ends[k]] = weights[k]
    of_units = [np.full(n, one) for n, one in zip(sizes, linear, strict=True)]
    return Layers(
        w_in, w, np.concatenate(b), np.concatenate(tau_m), np.concatenate(tau_r), np.concatenate(of_units), dt
    )


def train(
    layers: Layers,
    batches: Iterator[tuple[np.ndarray, np.ndarray]],
    n_batches: int,
    settle: int,
    eta: float,
) -> Layers:
    """Minimise the squared error of the last units with Adam.

    Parameters
    ----------
    layers : Layers
        The network at the beginning.
    batches : iterator of tuple of ndarray
        Input, shape (steps, sequences), and what the last units should say, shape (steps, sequences, outputs).
    n_batches : int
        How many of them are used.
    settle : int
        Time steps of a sequence that do not count, because the network starts from rest.
    eta : float
        Learning rate at the beginning; it falls to zero linearly.

    Returns
    -------
    Layers
        The network after the last batch.
    """
    means, squares = ([np.zeros_like(layers.w_in), np.zeros_like(layers.w)] for _ in range(2))
    for count, (x, goal) in enumerate(islice(batches, n_batches), start=1):
        r = layers.rates(x)
        d_r = np.zeros_like(r)
        n_out = goal.shape[-1]
        d_r[settle:, :, -n_out:] = (r[settle:, :, -n_out:] - goal[settle:]) / goal[settle:].size
        moved = []
        for k, (w, g) in enumerate(zip((layers.w_in, layers.w), layers.gradients(x, r, d_r), strict=True)):
            means[k] = 0.9 * means[k] + 0.1 * g
            squares[k] = 0.999 * squares[k] + 0.001 * g**2
            step = means[k] / (1 - 0.9**count) / (np.sqrt(squares[k] / (1 - 0.999**count)) + 1e-8)
            moved.append(w - eta * (1 - (count - 1) / n_batches) * step)
        layers = replace(layers, w_in=moved[0], w=moved[1])
    return layers
