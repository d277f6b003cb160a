"""Sequences, their order, time constants, and initial weights."""

from typing import Any

import numpy as np

from base.values import Values
from datasets.base import Dataset
from datasets.mnist1d import load_mnist1d
from experiments.gle.common.classification import initial, order_of, populations, presented, some_classes

N_LAYERS = 7  # six hidden ones and the output


def dataset(p: Values) -> Dataset:
    """Load the sequences.

    Parameters
    ----------
    p : Values
        Resolved configuration.

    Returns
    -------
    Dataset
        As long as a sample is shown.
    """
    return load_mnist1d(length=p.network.n_steps)


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
    """
    samples, labels, n_train, n_test = some_classes(dataset(p), p.network.n_classes)
    order, teach = order_of(p, rng, n_train, n_test)
    given = presented(p, samples, labels, order, teach, N_LAYERS)
    sizes, b = [1] + [p.network.n_hidden] * (N_LAYERS - 1) + [p.network.n_classes], p.network.n_copies
    for k, size in enumerate(sizes[1:], start=1):
        tau_m, tau_r = populations(p, size, hidden=k < N_LAYERS)
        given[f"layer_{k}.tau_m"], given[f"layer_{k}.tau_r"] = np.tile(tau_m, b), np.tile(tau_r, b)
        given[f"layer_{k}.linear"] = np.full(b * size, float(k in (1, N_LAYERS)))
    return given | initial(sizes, rng)
