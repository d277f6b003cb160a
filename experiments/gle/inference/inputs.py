"""The continuation of the series, and the weights that were learned from its beginning."""

from pathlib import Path
from typing import Any

import numpy as np

from base.values import Values
from datasets.base import Dataset
from experiments.gle.mackey_glass import inputs as learned

WEIGHTS = Path(__file__).with_name("weights.npz")
OF_TRAINING = {"inputs.tau": 17.0, "inputs.n_test": 3000, "inputs.n_free": 1000}  # what the series depends on


def dataset(p: Values) -> Dataset:
    """Return the series of `gle/mackey_glass`."""
    return learned.dataset(p.updated(OF_TRAINING))


def normalised(p: Values) -> np.ndarray:
    """Return the series as `gle/mackey_glass` shows it.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.

    Returns
    -------
    ndarray, shape (n,)
        Mean 0 and standard deviation 1 in the part that was learned.
    """
    return learned.normalised(p.updated(OF_TRAINING))


def inputs(p: Values, rng: np.random.Generator) -> dict[str, Any]:  # noqa: ARG001 - nothing is random
    """Return what is shown, and the network.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: biases, which do not learn, are those of the seed with which the network was trained.

    Returns
    -------
    dict
        ``samples.values``; weights, biases and time constants of every layer; ``run.duration``.

    Raises
    ------
    ValueError
        More values than the test part has, or a network of other sizes than the one that was trained.
    """
    n, n_test = int(p.network.n_series), int(p.inputs.n_test)
    if n_test > min(OF_TRAINING["inputs.n_test"], n - 1):
        raise ValueError(f"inputs.n_test is {n_test}, but the test part has {OF_TRAINING['inputs.n_test']} values")
    given: dict[str, Any] = {"samples.values": np.pad(normalised(p)[n : n + n_test], (0, n - n_test))}
    trained = np.load(WEIGHTS)
    for k, layer in enumerate(learned.layers(p, np.random.default_rng(int(trained["seed"]))), start=1):
        w, b, tau_m, tau_r, linear = layer
        given[f"to_{k}.w"] = trained[f"to_{k}.w"]
        if given[f"to_{k}.w"].size != w.size:
            raise ValueError(f"network.n_layer is {p.network.n_layer}, but {WEIGHTS.name} is of another network")
        given |= {f"layer_{k}.b": b, f"layer_{k}.tau_m": tau_m * 1e-3, f"layer_{k}.tau_r": tau_r * 1e-3}
        given[f"layer_{k}.linear"] = np.full(b.size, float(linear))
    # A rate is there one time step later than where the network was trained.
    given["run.duration"] = (n_test + 1) * p.network.dt
    return given
