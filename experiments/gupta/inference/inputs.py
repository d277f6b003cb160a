"""Test samples of `gupta/iris`, and the weights that were learned there."""

from pathlib import Path
from typing import Any

import numpy as np

from base.values import Values
from datasets.base import Dataset
from experiments.gupta.common.protocol import N_LAYERS, sizes
from experiments.gupta.iris import inputs as learned

WEIGHTS = Path(__file__).with_name("weights.npz")
PAIR = (1, 2)  # versicolor, virginica
N_TRAIN, N_TEST = 70, 30  # of the training


def dataset(p: Values) -> Dataset:
    """Load Fisher's table."""
    return learned.dataset(p)


def samples() -> tuple[np.ndarray, np.ndarray]:
    """Return the test samples of the network, and their classes.

    Returns
    -------
    x : ndarray, shape (30, 8)
        Intensities in [0, 1], classes in turn.
    y : ndarray of int, shape (30,)
        0 or 1.
    """
    *_, x, y = learned.split(*PAIR, N_TRAIN, N_TEST, np.random.default_rng(int(np.load(WEIGHTS)["seed"])))
    turns = np.arange(N_TEST).reshape(2, -1).T.ravel()
    return x[turns], y[turns]


def inputs(p: Values, rng: np.random.Generator) -> dict[str, Any]:  # noqa: ARG001 - nothing is random
    """Return what is shown, and the network.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    dict
        ``pattern.values``, ``neurons.layer``, ``neurons.b``, ``synapses.w`` and ``run.duration``.

    Raises
    ------
    ValueError
        More samples than the test set or the table holds, or a network of other sizes than the one that was trained.
    """
    n, n_rows, n_test = sizes(p), p.network.n_rows, p.inputs.n_test
    if n_test > min(n_rows, N_TEST):
        raise ValueError(f"inputs.n_test is {n_test}, but there are {N_TEST} samples and network.n_rows is {n_rows}")
    trained = np.load(WEIGHTS)
    if trained["neurons.b"].size != n.sum() or trained["synapses.w"].size != (n[:-1] * n[1:]).sum():
        raise ValueError(f"network.n_0 to n_3: {WEIGHTS.name} is of another network")
    pattern = np.zeros((n_rows, n.sum()))
    pattern[:n_test, : n[0]] = samples()[0][:n_test]
    return {
        "pattern.values": pattern,
        "neurons.layer": np.repeat(np.arange(N_LAYERS), n),
        "neurons.b": trained["neurons.b"],
        "synapses.w": trained["synapses.w"],
        # In one time step more, the voltages of the last sample are recorded.
        "run.duration": (n_test * p.neurons.n_steps + 1) * p.network.dt,
    }
