"""Sequences of some classes, their order, time constants of the bank, and initial weights."""

from typing import Any

import numpy as np

from base.values import Values
from experiments.gle.common.classification import initial, order_of, presented, some_classes
from experiments.gle.mnist_1d.inputs import dataset

__all__ = ["N_CHANNELS", "dataset", "inputs", "lags"]

N_CHANNELS = 10


def lags(p: Values) -> np.ndarray:
    """Return the membrane time constants of the channels.

    Parameters
    ----------
    p : Values
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
    dt, longest, bank = p.network.dt * 1e3, p.inputs.tau_max * 1e3, p.inputs.bank
    if bank not in ("lags", "none"):
        raise ValueError(f"inputs.bank must be lags or none, not '{bank}'")
    if longest < dt:
        raise ValueError(f"inputs.tau_max is {longest:g} ms, but network.dt is {dt:g} ms; make it longer")
    if bank == "none":
        return np.full(N_CHANNELS, dt * 1e-3)
    return np.round(np.linspace(dt, longest, N_CHANNELS), 2) * 1e-3


def inputs(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point.

    Parameters
    ----------
    p : Values
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
    samples, labels, n_train, n_test = some_classes(dataset(p), p.network.n_classes)
    order, teach = order_of(p, rng, n_train, n_test)
    given = presented(p, samples, labels, order, teach, n_layers=3)
    sizes, b = [N_CHANNELS, p.network.n_hidden, p.network.n_hidden, p.network.n_classes], p.network.n_copies
    given |= {"bank.tau_m": np.tile(lags(p), b), "bank.tau_r": np.full(b * N_CHANNELS, p.network.dt)}
    for k, size in enumerate(sizes[1:], start=1):
        given[f"layer_{k}.tau_m"] = given[f"layer_{k}.tau_r"] = np.full(b * size, p.inputs.tau)
        given[f"layer_{k}.linear"] = np.full(b * size, float(k == 3))
    return given | initial(sizes, rng)
