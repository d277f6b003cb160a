"""The series, its future, initial weights; training, then a test without learning."""

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
from pandas import DataFrame

from datasets.base import Dataset
from datasets.mackey_glass import load_mackey_glass

HORIZONS = (1, 6, 12, 25, 50, 85)  # steps from the newest value that the network has been given
N_LAYERS = 4
POPULATIONS = ((0.3, 0.4, None), (0.3, 0.8, None), (0.2, 1.6, None), (0.2, 0.8, 0.8))  # share, lag, look-ahead in ms


def dataset(p: Mapping[str, Any]) -> Dataset:
    """Return the series: the values that are shown again and again while learning, then those of the test."""
    n = int(p["network.n_series"]) + int(p["inputs.n_test"]) + int(p["inputs.n_free"]) + HORIZONS[-1]
    return load_mackey_glass(n, tau=float(p["inputs.tau"]))


def normalised(p: Mapping[str, Any]) -> np.ndarray:
    """Return the series with the mean 0 and the standard deviation 1 of the part that is learned.

    Returns
    -------
    ndarray, shape (n,)
        The series.
    """
    x = dataset(p)["x"]
    learned = x[: int(p["network.n_series"])]
    return (x - learned.mean()) / learned.std()


def time_constants(n: int, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Return membrane time constants and look-aheads of a hidden layer, in the unit of `dt` (ms)."""
    counts = [round(share * n) for share, _, _ in POPULATIONS[:-1]]
    counts.append(n - sum(counts))
    rows = [(m, r or dt) for count, (_, m, r) in zip(counts, POPULATIONS, strict=True) for _ in range(count)]
    tau_m, tau_r = np.array(rows).T
    return tau_m, tau_r


def part(x: np.ndarray, first: int, n: int) -> dict[str, np.ndarray]:
    """Return the input and the goals of a run.

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
    goals = np.stack([x[np.minimum(index - 1 + h, len(x) - 1)] for h in HORIZONS], axis=1)
    return {"samples.values": x[np.minimum(index, len(x) - 1)], "future.values": goals}


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Learn from the series, shown in turns; then predict its continuation; then go on alone.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws the initial weights and biases.

    Yields
    ------
    dict
        Arrays of training (rounds 0, 1, ... of `n_series` steps or less), then of the test with its free run.
    """
    n, width, dt = int(p["network.n_series"]), int(p["network.n_layer"]), p["network.dt"] * 1e3
    x = normalised(p)
    sizes = [1, *(N_LAYERS - 1) * [width], len(HORIZONS)]
    tau_m, tau_r = time_constants(width, dt)
    weights, fixed = {}, {}
    for k in range(1, N_LAYERS + 1):
        bound = 1 / np.sqrt(sizes[k - 1])
        weights[f"to_{k}.w"] = rng.uniform(-bound, bound, sizes[k - 1] * sizes[k])
        fixed[f"layer_{k}.b"] = rng.uniform(-bound, bound, sizes[k])
        last = k == N_LAYERS
        fixed[f"layer_{k}.tau_m"] = (np.full(sizes[k], 0.8) if last else tau_m) * 1e-3
        fixed[f"layer_{k}.tau_r"] = (np.full(sizes[k], 0.8) if last else tau_r) * 1e-3
        fixed[f"layer_{k}.linear"] = np.full(sizes[k], float(last or k == 1))
    left = round(p["run.duration"] / p["network.dt"])
    while left > 0:
        steps = min(n, left)
        arrays = {**part(x, 0, n), **fixed, **weights, "run.duration": steps * p["network.dt"]}
        recorded = yield arrays
        final = recorded["final"].set_index("variable")["value"]
        weights = {name: final[name].to_numpy() for name in weights}
        left -= steps
    steps = int(p["inputs.n_test"]) + int(p["inputs.n_free"])
    still = {f"to_{k}.eta": 0.0 for k in range(1, N_LAYERS + 1)}
    test = {**part(x, n, n), **fixed, **weights, **still, "run.duration": steps * p["network.dt"]}
    yield {**test, "input.t_free": p["inputs.n_test"] * p["network.dt"]}
