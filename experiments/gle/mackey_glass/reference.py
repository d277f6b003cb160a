"""What else predicts the series: its last value, a linear model, the same network trained backwards in time."""

from collections.abc import Iterator

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.gle.mackey_glass.inputs import HORIZONS, layers, normalised
from references.gle import through_time

SHARED = ("layer_1.prospective", "layer_2.prospective", "layer_3.prospective", "layer_4.prospective")
N_DELAYS = 30  # values that the linear model knows
SETTLE = 200  # steps of the test that are not counted: the network starts from rest
WINDOW, RAMP, BATCH = 150, 50, 32  # steps of a sequence for BPTT, those of them that do not count, sequences


def linear(x: np.ndarray, n_learned: int, times: np.ndarray, horizon: int) -> np.ndarray:
    """Predict with a linear model of the last values, fitted to the learned part by least squares.

    Parameters
    ----------
    x : ndarray
        The series.
    n_learned : int
        Values of the part that is learned.
    times : ndarray of int
        Newest values that are known.
    horizon : int
        Steps from there.

    Returns
    -------
    ndarray
        Predictions for `times` + `horizon`.
    """

    def known(at: np.ndarray) -> np.ndarray:
        return np.column_stack([x[at - k] for k in range(N_DELAYS)] + [np.ones(at.size)])

    at = np.arange(N_DELAYS, n_learned - horizon)
    fit = np.linalg.lstsq(known(at), x[at + horizon], rcond=None)[0]
    return known(times) @ fit


def backwards_in_time(p: Values, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Predict with the network of the same size and neurons, trained by backpropagation through time.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    x : ndarray
        The series.
    rng : numpy.random.Generator
        Draws initial weights and sequences.

    Returns
    -------
    ndarray, shape (steps, horizons)
        Predictions in the test part.
    """
    network = through_time.stack(*zip(*layers(p, rng), strict=True), p.network.dt * 1e3)
    n, n_test = p.network.n_series, p.inputs.n_test

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        while True:
            newest = rng.integers(0, n - WINDOW - HORIZONS[-1], BATCH) + np.arange(WINDOW)[:, None]
            yield x[newest], x[newest[:, :, None] + HORIZONS]

    network = through_time.train(network, batches(), p.inputs.n_batches, RAMP, eta=3e-3)
    return network.rates(x[n : n + n_test, None])[:, 0, -len(HORIZONS) :]


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Predict the test part by other means.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws initial weights and sequences of the network that is trained backwards in time.

    Returns
    -------
    dict of DataFrame
        series : step, x (mean 0 and standard deviation 1 in the learned part).
        others : method (persistence, linear, BPTT), horizon, error (root mean square relative to the standard
            deviation of the test part).
    """
    x = normalised(p)
    n, times = p.network.n_series, np.arange(SETTLE, p.inputs.n_test)
    network = backwards_in_time(p, x, rng)
    errors = []
    for k, horizon in enumerate(HORIZONS):
        true, newest = x[n + times + horizon], x[n + times]
        guesses = {"persistence": newest, "linear": linear(x, n, n + times, horizon), "BPTT": network[times, k]}
        for method, guess in guesses.items():
            size = np.sqrt(np.mean((guess - true) ** 2)) / newest.std()
            errors.append({"method": method, "horizon": horizon, "error": float(size)})
    return {"series": DataFrame({"step": np.arange(len(x)), "x": x}), "others": DataFrame(errors)}
