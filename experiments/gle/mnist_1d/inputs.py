"""Sequences, their order, time constants, and initial weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets.base import Dataset
from datasets.mnist1d import load_mnist1d
from experiments.gle.common.classification import initial, order_of, presented, some_classes

N_LAYERS = 7  # six hidden ones and the output


def dataset(p: Mapping[str, Any]) -> Dataset:
    """Load the sequences.

    Parameters
    ----------
    p : Mapping
        Resolved configuration.

    Returns
    -------
    Dataset
        As long as a sample is shown.
    """
    return load_mnist1d(length=p["network.n_steps"])


def populations(p: Mapping[str, Any], layer: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the time constants of one copy of a layer.

    Half of the slow neurons of a hidden layer have half of the longest membrane time constant, half of them all of it;
    their rates do not look ahead further than a time step. Fast neurons, and the output, are instantaneous.

    Parameters
    ----------
    p : Mapping
        Resolved configuration in SI base units.
    layer : int
        Number of the layer, from 1; the last one is the output.
    size : int
        Its neurons.

    Returns
    -------
    tau_m, tau_r : ndarray, shape (size,)
        In seconds.
    """
    tau, n_slow = p["inputs.tau"], p["inputs.n_slow"] if layer < N_LAYERS else 0
    if not 0 <= n_slow <= size:
        raise ValueError(f"inputs.n_slow is {n_slow}, but a hidden layer has {size} neurons")
    tau_m, tau_r = np.full(size, tau), np.full(size, tau)
    tau_m[: n_slow // 2] = tau / 2
    tau_r[:n_slow] = p["network.dt"]
    return tau_m, tau_r


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
    """
    samples, labels, n_train, n_test = some_classes(dataset(p), p["network.n_classes"])
    order, teach = order_of(p, rng, n_train, n_test)
    given = presented(p, samples, labels, order, teach, N_LAYERS)
    sizes, b = [1] + [p["network.n_hidden"]] * (N_LAYERS - 1) + [p["network.n_classes"]], p["network.n_copies"]
    for k, size in enumerate(sizes[1:], start=1):
        tau_m, tau_r = populations(p, k, size)
        given[f"layer_{k}.tau_m"], given[f"layer_{k}.tau_r"] = np.tile(tau_m, b), np.tile(tau_r, b)
        given[f"layer_{k}.linear"] = np.full(b * size, float(k in (1, N_LAYERS)))
    return given | initial(sizes, rng)
