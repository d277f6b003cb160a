"""The network of e-prop in NumPy: what it answers, and its true gradient, or one that is cut into pieces."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from references.eprop.framewise_bptt import probabilities
from references.eprop.spiking_gradients import Cells, backward, forward

WEIGHTS = ("in", "rec", "out", "bias")


def answers(
    cells: Cells, w: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, asked: int
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Run samples, and compare what the readout says at their end.

    Parameters
    ----------
    cells : Cells
        Constants.
    w : Mapping
        ``in``, ``rec``, ``out`` (rows presynaptic) and ``bias``.
    x : ndarray, shape (steps, samples, inputs)
        Currents; nothing in the first step.
    y : ndarray of int, shape (samples,)
        Classes.
    asked : int
        Steps at the end of a sample in which the readout is compared with the class.

    Returns
    -------
    trial : dict
        What `references.eprop.spiking_gradients.forward` returns.
    err : ndarray, shape (steps, samples, classes)
        Derivatives of the cross-entropy, mean over these steps, by the readout.
    right : ndarray of bool, shape (samples,)
        Whether the class had the largest mean probability.
    """
    trial = forward(cells, w, x)
    p = probabilities(trial["y"][-asked:])
    err = np.zeros_like(trial["y"])
    err[-asked:] = (p - np.eye(p.shape[-1])[y]) / asked
    return trial, err, p.sum(axis=0).argmax(axis=1) == y


def gradient(
    cells: Cells, w: Mapping[str, np.ndarray], trial: Mapping[str, np.ndarray], err: np.ndarray, piece: int = 0
) -> dict[str, np.ndarray]:
    """Return the gradient by backpropagation through time, mean over samples.

    Parameters
    ----------
    cells, w, trial, err
        As above.
    piece : int
        0: the true gradient. Otherwise that which is sent back through no more than the steps of a piece; pieces follow
        each other without a gap, the last one ends with the sample. State is kept between pieces. Each has an equal
        share of the regularisation of rates.

    Returns
    -------
    dict
        ``in``, ``rec``, ``out`` and ``bias``.
    """
    n_steps, n_in = len(err), trial["x"].shape[-1]
    if not piece:
        whole = backward(cells, w, trial, err)
        return {name: whole[name].mean(axis=0) for name in WEIGHTS}
    # Spikes of the step before stand beside the inputs, since the first step of a piece has some.
    before = np.concatenate([np.zeros_like(trial["z"][:1]), trial["z"][:-1]])
    beside = {**trial, "x": np.concatenate([trial["x"], before], axis=-1)}
    part = replace(cells, c_reg=cells.c_reg * piece / n_steps)
    found: dict[str, np.ndarray] = {}
    for end in range(n_steps, 0, -piece):
        of = slice(max(end - piece, 0), end)
        slopes = backward(part, w, {name: values[of] for name, values in beside.items()}, err[of])
        for name in ("in", "out", "bias"):
            found[name] = found.get(name, 0) + slopes[name].mean(axis=0)
    both = found["in"]
    return {**found, "in": both[:n_in], "rec": both[n_in:] * (1 - np.eye(both.shape[1]))}
