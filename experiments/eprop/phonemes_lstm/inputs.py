"""Sentences, cut into sequences of equal length, and initial weights; a look, training, then a test."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from datasets.base import Dataset
from experiments.eprop.common import lstm_protocol
from experiments.eprop.common.lstm_protocol import check
from experiments.eprop.common.protocol import feedback, table
from experiments.eprop.phonemes import inputs as spiking


def corpus(p: Values) -> Values:
    """Return the names under which the functions of eprop/phonemes look for sizes: a frame is a single step."""
    sizes = {"network.n_steps": p.task.n_steps, "network.n_frame": 1, "schedule.n_batch": p.task.n_batch}
    return p.updated(sizes)


def dataset(p: Values) -> Dataset:
    """Return the sentences of a point."""
    return spiking.dataset(corpus(p))


def training(p: Values, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return features and labels for training in their order, the same in every epoch."""
    return spiking.training(corpus(p), rng)


def test(p: Values) -> tuple[np.ndarray, np.ndarray]:
    """Return features and labels for the test."""
    return spiking.test(corpus(p))


def weights(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw gates and readout as all LSTM experiments do; there is no network that guesses gradients."""
    drawn = lstm_protocol.weights(p.updated({"network.n_guess": 0}), rng)
    kept = {name: value for name, value in drawn.items() if not name.startswith("guess")}
    return {**kept, "sender.n_in": p.network.n_in}


def back(p: Values, w: np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    """Return feedback weights, whether they change, and how much is lost with every change.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    w : ndarray, shape (n_in + n_rec + 1, n_out)
        Initial output weights: inputs, which are not read, cells, biases.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        ``output.b``, ``output.follows``, ``task.recurrent``, and ``sender.forget``, which biases are exempt from.
    """
    n_in, n_rec, n_out = p.network.n_in, p.network.n_rec, p.network.n_out
    kind = p.inputs.feedback
    b = rng.standard_normal((n_rec, n_out)) / (np.sqrt(n_rec) if kind == "adaptive" else 1)
    chosen = feedback(kind, w[n_in:-1], b)
    padded = np.zeros_like(w)
    padded[n_in:-1] = chosen["feedback.b"].reshape(n_out, n_rec).T
    forget = np.zeros(len(w))
    forget[n_in:-1] = p.inputs.forget * (kind == "adaptive")
    return {
        "output.b": padded.ravel(),
        "output.follows": bool(chosen["feedback.adaptive"]),
        "sender.forget": forget,
        "task.recurrent": kind != "none",
    }


def shown(p: Values, x: np.ndarray, y: np.ndarray, n_sequences: int) -> dict[str, Any]:
    """Return features and labels as the network reads them, and how long it does.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    x : ndarray, shape (n, n_steps, n_in)
        Features.
    y : ndarray of int, shape (n, n_steps)
        Labels, -1 where there is none.
    n_sequences : int
        Sequences of the run; when the table is through, it begins again.
    """
    return {
        **table("pattern", x, p.network.n_pattern),
        **table("target", y, p.network.n_target),
        "task.n_rows": y.size,
        "run.duration": n_sequences * (p.task.n_steps + 1) * p.network.dt,
    }


def arrays(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point before training; the kind of feedback changes nothing else.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Weights, features and labels. Only adaptive feedback comes with decay of weights.

    Raises
    ------
    ValueError
        The data have other features or more phonemes than the network.
    """
    n_in, n_out, n_batch = p.network.n_in, p.network.n_out, p.task.n_batch
    drawn = weights(p, rng)
    drawn |= back(p, drawn["output.w"].reshape(-1, n_out), rng)
    x, y = training(p, rng)
    if x.shape[2] != n_in or y.max() >= n_out:
        raise ValueError(
            f"network.n_in {n_in} and network.n_out {n_out} do not fit the data: "
            f"{x.shape[2]} features, labels up to {y.max()}"
        )
    return {**drawn, **shown(p, x, y, p.inputs.n_iterations * n_batch)}


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Show a few test sentences to the network as it starts; train; show all of them to what has been learned.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Yields
    ------
    dict
        See `arrays`; before it the same with a batch of test sentences and no learning, after it with learnt weights,
        all test sentences, and no learning.
    """
    start = arrays(p, rng)
    x, y = test(p)
    still = {"task.eta": 0.0, "sender.forget": np.zeros_like(start["sender.forget"]), "task.watch": 1}
    recorded = yield {**start, **shown(p, x, y, p.task.n_batch), **still}
    check(recorded)
    recorded = yield start
    check(recorded)
    learnt = {name: rows["value"].to_numpy() for name, rows in recorded["final"].groupby("variable")}
    recorded = yield {**start, **learnt, **shown(p, x, y, len(y)), **still, "task.answers": True}
    check(recorded)
