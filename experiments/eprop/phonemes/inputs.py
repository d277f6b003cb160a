"""Sentences, cut into pieces of equal length, and initial weights; training, then a test."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from datasets.base import Dataset
from datasets.timit import load_timit
from experiments.eprop.common.protocol import adaptive, check, feedback, glorot, shown, table, trials, weights

DURATION = (3, 8)  # frames of a phoneme of the chain


def chain(p: Values) -> Dataset:
    """Draw sentences of a Markov chain of phonemes, the same for all points.

    A phoneme lasts 3 to 8 frames, then each other one is as likely. Features of a frame are those of its phoneme, plus
    noise of standard deviation 1. The label of a frame is the phoneme some frames earlier, so that it takes memory.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.

    Returns
    -------
    Dataset
        A stand-in for TIMIT, as `datasets.timit.load_timit` returns it; frames without a label have label 255.
    """
    n_phones, n_in, lag = p.network.n_out, p.network.n_in, p.inputs.lag
    n_frames = p.network.n_steps // p.network.n_frame
    rng = np.random.default_rng(0)
    means = rng.standard_normal((n_phones, n_in))
    apart = np.linalg.norm(means[:, None] - means, axis=2)
    means *= p.inputs.distance / apart[np.triu_indices(n_phones, 1)].mean()
    arrays: dict[str, np.ndarray] = {}
    for suffix, number in (("", p.inputs.n_train), ("_test", p.inputs.n_test)):
        states = np.empty((number, n_frames), dtype=int)
        for sentence in states:
            at, phone = 0, int(rng.integers(n_phones))
            while at < n_frames:
                lasts = int(rng.integers(DURATION[0], DURATION[1] + 1))
                sentence[at : at + lasts] = phone
                at, phone = at + lasts, (phone + int(rng.integers(1, n_phones))) % n_phones
        labels = np.full(states.shape, 255, dtype=np.uint8)
        labels[:, lag:] = states[:, : n_frames - lag]
        x = means[states] + rng.standard_normal((*states.shape, n_in))
        arrays |= {
            f"x{suffix}": x.reshape(-1, n_in).astype(np.float32),
            f"y{suffix}": labels.ravel(),
            f"lengths{suffix}": np.full(number, n_frames, dtype=np.int32),
        }
    arrays["phones"] = np.array([chr(ord("A") + k) for k in range(n_phones)])
    return Dataset("TIMIT", "standin", f"Markov chain of {n_phones} phonemes, {n_in} features", arrays)


def dataset(p: Values) -> Dataset:
    """Return the sentences of a point.

    Raises
    ------
    ValueError
        Unknown data.
    """
    if p.inputs.data == "chain":
        return chain(p)
    if p.inputs.data == "speech":
        return load_timit(source=p.inputs.source)
    raise ValueError(f"inputs.data '{p.inputs.data}' is none of: speech, chain")


def pieces(data: Dataset, suffix: str, n_sentences: int, n_frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Cut sentences into pieces of equal length.

    The last piece of a sentence ends with it, and begins with frames that the piece before also has. They have labels
    only there. A sentence that is shorter than a piece is filled up with mean features.

    Parameters
    ----------
    data : Dataset
        Sentences.
    suffix : str
        Part of the data: ``""`` or ``"_test"``.
    n_sentences : int
        Sentences that are taken, from the first on, or all if there are fewer.
    n_frames : int
        Frames of a piece.

    Returns
    -------
    x : ndarray, shape (n_pieces, n_frames, n_features)
        Features, normalised with mean and standard deviation of the training sentences.
    y : ndarray of int, shape (n_pieces, n_frames)
        Labels, -1 where there is none.
    """
    lengths = data[f"lengths{suffix}"][:n_sentences]
    ends, total = np.cumsum(lengths)[:-1], int(lengths.sum())
    mean, deviation = data["x"].mean(axis=0), data["x"].std(axis=0)
    labels = data[f"y{suffix}"][:total].astype(int)
    xs, ys = [], []
    for x, y in zip(
        np.split((data[f"x{suffix}"][:total] - mean) / deviation, ends),
        np.split(np.where(labels < len(data["phones"]), labels, -1), ends),
        strict=True,
    ):
        fill = max(n_frames - len(x), 0)
        x, y = np.pad(x, ((0, fill), (0, 0))), np.pad(y, (0, fill), constant_values=-1)
        for first in range(0, len(x), n_frames):
            start = min(first, len(x) - n_frames)
            xs.append(x[start : start + n_frames])
            ys.append(np.where(np.arange(start, start + n_frames) >= first, y[start : start + n_frames], -1))
    return np.array(xs), np.array(ys)


def whole_batches(x: np.ndarray, y: np.ndarray, n_batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Fill the last batch up with the first pieces, without labels."""
    fill = np.arange(-len(x) % n_batch) % len(x)
    return np.concatenate([x, x[fill]]), np.concatenate([y, np.full_like(y[fill], -1)])


def tables(p: Values, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Return features and labels as the network reads them; it answers in the last step of a frame."""
    n_frame = p.network.n_frame
    goals = np.full((*y.shape, n_frame), -1)
    goals[..., -1] = y
    return {
        **table("pattern", x, p.network.n_pattern),
        **table("target", goals, p.network.n_target),
        "stimulus.n_rows": y.size,
        "readout.n_rows": goals.size,
    }


def training(p: Values, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return the training pieces in their order, the same in every epoch, without an incomplete batch."""
    x, y = pieces(dataset(p), "", p.inputs.n_train, p.network.n_steps // p.network.n_frame)
    n_batch = p.schedule.n_batch
    order = rng.permutation(len(x))[: len(x) // n_batch * n_batch]
    return x[order], y[order]


def test(p: Values) -> tuple[np.ndarray, np.ndarray]:
    """Return the test pieces."""
    x, y = pieces(dataset(p), "_test", p.inputs.n_test, p.network.n_steps // p.network.n_frame)
    return whole_batches(x, y, p.schedule.n_batch)


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
        Weights, features and labels. Only adaptive feedback comes with decay of weights. Without feedback there is no
        regularisation of the rate either, unless it is asked for.

    Raises
    ------
    ValueError
        A trial has no whole number of frames, or the data have other features or more phonemes than the network.
    """
    n_in, n_rec, n_out, n_frame = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_frame
    if p.network.n_steps % n_frame:
        raise ValueError(f"network.n_frame {n_frame} must divide network.n_steps {p.network.n_steps}")
    kind = p.inputs.feedback
    fixed = kind == "none" and not p.inputs.regularised
    w_in = rng.standard_normal((n_in, n_rec)) * p.inputs.scale / np.sqrt(n_in)
    w_rec = rng.standard_normal((n_rec, n_rec)) / np.sqrt(n_rec)
    w_out = rng.uniform(-1, 1, (n_rec, n_out)) * glorot(n_rec, n_out)
    b = rng.standard_normal((n_rec, n_out)) / (np.sqrt(n_rec) if kind == "adaptive" else 1)
    x, y = training(p, rng)
    if x.shape[2] != n_in or y.max() >= n_out:
        raise ValueError(
            f"network.n_in {n_in} and network.n_out {n_out} do not fit the data: "
            f"{x.shape[2]} features, labels up to {y.max()}"
        )
    return {
        **weights(w_in, w_rec, w_out),
        **feedback(kind, w_out, b),
        **tables(p, x, y),
        "stimulus.channel": np.arange(n_in),
        "stimulus.n_channels": n_in,
        "stimulus.n_bin": n_frame,
        "readout.share": n_frame / p.network.n_steps,
        "recurrent.beta": adaptive(p),
        "recurrent.shown": shown(n_rec),
        "recurrent.c_reg": 0.0 if fixed else p.recurrent.c_reg,
        "schedule.forget": p.schedule.forget if kind == "adaptive" else 0.0,
        "schedule.watch": 0,
        **trials(p, p.inputs.n_iterations * p.schedule.n_batch),
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train; then show test sentences to what has been learned.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Yields
    ------
    dict
        See `arrays`; then the same with learnt weights, test sentences, and no learning.
    """
    start = arrays(p, rng)
    recorded = yield start
    check(recorded)
    learnt = {name: rows["value"].to_numpy() for name, rows in recorded["final"].groupby("variable")}
    x, y = test(p)
    still = {"schedule.eta": 0.0, "schedule.forget": 0.0, "schedule.watch": 1, "readout.answers": True}
    recorded = yield {**start, **learnt, **tables(p, x, y), **still, **trials(p, len(y))}
    check(recorded)
