"""The series, its future, initial weights; training, then a test without learning."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from datasets.base import Dataset
from datasets.mackey_glass import load_mackey_glass

HORIZONS = (1, 6, 12, 25, 50, 85)  # steps from the newest value that the network has been given
N_LAYERS = 4
POPULATIONS = ((0.3, 0.4, None), (0.3, 0.8, None), (0.2, 1.6, None), (0.2, 0.8, 0.8))  # share, lag, look-ahead in ms


def dataset(p: Values) -> Dataset:
    """Return the series: the values that are shown again and again while learning, then those of the test."""
    n = int(p.network.n_series) + int(p.inputs.n_test) + int(p.inputs.n_free) + HORIZONS[-1]
    return load_mackey_glass(n, tau=float(p.inputs.tau))


def normalised(p: Values) -> np.ndarray:
    """Return the series with the mean 0 and the standard deviation 1 of the part that is learned.

    Returns
    -------
    ndarray, shape (n,)
        The series.
    """
    x = dataset(p)["x"]
    learned = x[: int(p.network.n_series)]
    return (x - learned.mean()) / learned.std()


def time_constants(n: int, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Return membrane time constants and look-aheads of a hidden layer, in the unit of `dt` (ms)."""
    counts = [round(share * n) for share, _, _ in POPULATIONS[:-1]]
    counts.append(n - sum(counts))
    rows = [(m, r or dt) for count, (_, m, r) in zip(counts, POPULATIONS, strict=True) for _ in range(count)]
    tau_m, tau_r = np.array(rows).T
    return tau_m, tau_r


def layers(p: Values, rng: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, bool]]:
    """Draw the network before it has learned.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws weights and biases.

    Returns
    -------
    list of tuple
        For every layer weights, shape (n_in, n_out), biases, membrane time constants and look-aheads in ms, shape
        (n_out,), and whether it is linear.
    """
    width, dt = int(p.network.n_layer), p.network.dt * 1e3
    sizes = [1, *(N_LAYERS - 1) * [width], len(HORIZONS)]
    found = []
    for k, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1):
        bound, last = 1 / np.sqrt(n_in), k == N_LAYERS
        w, b = rng.uniform(-bound, bound, (n_in, n_out)), rng.uniform(-bound, bound, n_out)
        tau_m, tau_r = (np.full(n_out, 0.8),) * 2 if last else time_constants(n_out, dt)
        found.append((w, b, tau_m, tau_r, last or k == 1))
    return found


def part(x: np.ndarray, first: int, n: int) -> dict[str, np.ndarray]:
    """Return the input and the targets of a run.

    Parameters
    ----------
    x : ndarray
        The series.
    first, n : int
        The first value that is shown, and the length of the tables.

    Returns
    -------
    dict of ndarray
        ``samples.values``, shape (n,); ``future.values``, shape (n, horizons): step k compares the output of the step
        before, whose newest value is k - 1. Tables are padded with the last value of the series.
    """
    index = first + np.arange(n)
    targets = np.stack([x[np.minimum(index - 1 + h, len(x) - 1)] for h in HORIZONS], axis=1)
    return {"samples.values": x[np.minimum(index, len(x) - 1)], "future.values": targets}


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Learn from the series, shown in turns; then predict its continuation; then go on alone.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws the initial weights and biases.

    Yields
    ------
    dict
        Arrays of training (rounds 0, 1, ... of `n_series` steps or less), then of the test with its free run.
    """
    n = int(p.network.n_series)
    x = normalised(p)
    weights, fixed = {}, {}
    for k, (w, b, tau_m, tau_r, linear) in enumerate(layers(p, rng), start=1):
        weights[f"to_{k}.w"] = w.ravel()
        fixed |= {f"layer_{k}.b": b, f"layer_{k}.tau_m": tau_m * 1e-3, f"layer_{k}.tau_r": tau_r * 1e-3}
        fixed[f"layer_{k}.linear"] = np.full(b.size, float(linear))
    left = round(p.run.duration / p.network.dt)
    while left > 0:
        steps = min(n, left)
        arrays = {**part(x, 0, n), **fixed, **weights, "run.duration": steps * p.network.dt}
        recorded = yield arrays
        final = recorded["final"].set_index("variable")["value"]
        weights = {name: final[name].to_numpy() for name in weights}
        left -= steps
    steps = int(p.inputs.n_test) + int(p.inputs.n_free)
    still = {f"to_{k}.eta": 0.0 for k in range(1, N_LAYERS + 1)}
    test = {**part(x, n, n), **fixed, **weights, **still, "run.duration": steps * p.network.dt}
    yield {**test, "input.t_free": p.inputs.n_test * p.network.dt}
