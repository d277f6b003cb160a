"""Sequences of some classes, their order, time constants of the bank, and initial weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets.base import Dataset
from experiments.gle.mnist_1d.inputs import dataset as all_classes
from experiments.gle.mnist_1d.inputs import order_of

N_CHANNELS = 10


def dataset(p: Mapping[str, Any]) -> Dataset:
    """Load the sequences.

    Parameters
    ----------
    p : Mapping
        Resolved configuration.

    Returns
    -------
    Dataset
        As long as a sample is shown; all classes.
    """
    return all_classes(p)


def lags(p: Mapping[str, Any]) -> np.ndarray:
    """Return the membrane time constants of the channels.

    Parameters
    ----------
    p : Mapping
        Resolved configuration in SI base units.

    Returns
    -------
    ndarray, shape (N_CHANNELS,)
        In seconds: from one time step to the longest one in equal distances, rounded to 0.01 ms as the authors do; for
        the bank ``none`` all one time step, so that every stage is a copy of the input.

    Raises
    ------
    ValueError
        There is no such bank, or the longest time constant is shorter than a time step.
    """
    dt, longest, bank = p["network.dt"] * 1e3, p["inputs.tau_max"] * 1e3, p["inputs.bank"]
    if bank not in ("lags", "none"):
        raise ValueError(f"inputs.bank must be lags or none, not '{bank}'")
    if longest < dt:
        raise ValueError(f"inputs.tau_max is {longest:g} ms, but network.dt is {dt:g} ms; make it longer")
    if bank == "none":
        return np.full(N_CHANNELS, dt * 1e-3)
    return np.round(np.linspace(dt, longest, N_CHANNELS), 2) * 1e-3


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point.

    Parameters
    ----------
    p : Mapping
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Tables, time constants and transfer functions of all copies, weights and biases.

    Raises
    ------
    ValueError
        More epochs, samples or classes than the network has, or no such bank.
    """
    if p["inputs.epochs"] > p["network.n_epochs"]:
        raise ValueError(f"inputs.epochs is {p['inputs.epochs']}, but network.n_epochs is {p['network.n_epochs']}")
    data, b, n_steps, dt = dataset(p), p["network.n_copies"], p["network.n_steps"], p["network.dt"]
    sizes = [N_CHANNELS, p["network.n_hidden"], p["network.n_hidden"], p["network.n_classes"]]
    known = [data[f"y{part}"] < sizes[-1] for part in ("", "_test")]
    sequences = np.concatenate([data["x"][known[0]], data["x_test"][known[1]]]).astype(float)
    labels = np.concatenate([data["y"][known[0]], data["y_test"][known[1]]]).astype(float)
    spare = p["network.n_samples"] - len(sequences)
    if spare < 0:
        raise ValueError(f"network.n_samples is {p['network.n_samples']}, but there are {len(sequences)}")
    order, teach = order_of(p, rng, int(known[0].sum()), int(known[1].sum()))
    batches = (p["network.n_taught"] + p["network.n_unseen"]) * p["inputs.epochs"]
    given: dict[str, Any] = {
        "order.values": order.astype(float).ravel(),
        "teach.values": teach,
        "samples.values": np.pad(sequences.ravel(), (0, spare * n_steps)),
        "labels.values": np.pad(labels, (0, spare)),
        "unit.r": np.ones(b),
        "bank.tau_m": np.tile(lags(p), b),
        "bank.tau_r": np.full(b * N_CHANNELS, dt),
        "layer_3.odds": np.ones(b * sizes[-1]),
        "layer_3.n_copies": b,
        # One step more completes the last epoch; half a step guards against rounding.
        "run.duration": (batches * n_steps + 1.5) * dt,
    }
    for k, (below, size) in enumerate(zip(sizes[:-1], sizes[1:], strict=True), start=1):
        given[f"layer_{k}.tau_m"] = given[f"layer_{k}.tau_r"] = np.full(b * size, p["inputs.tau"])
        given[f"layer_{k}.linear"] = np.full(b * size, float(k == 3))
        bound = 1 / np.sqrt(below)
        given[f"to_{k}.w"] = rng.uniform(-bound, bound, (size, below)).T.ravel()
        given[f"bias_{k}.w"] = rng.uniform(-bound, bound, size)
    return given
