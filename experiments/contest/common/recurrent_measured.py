"""What e-prop reaches: rounds turned into the tables that all rules have."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.measures import angle
from experiments.contest.common.recurrent import LAYERS, matrices, rule
from experiments.contest.common.recurrent_gradients import answers, gradient
from experiments.contest.common.recurrent_rounds import Shown, hits
from experiments.contest.common.rounds import by_round
from experiments.contest.common.rounds import measured as tables
from experiments.eprop.common.protocol import adaptive
from references.eprop.framewise_bptt import steps
from references.eprop.spiking_gradients import Cells

RECORDED = {f"{synapses}.w": f"weights_{layer}" for layer, synapses in enumerate(LAYERS.values(), start=1)}
RECORDED["readout.bias"] = "biases"


def measured(recordings: Mapping[str, DataFrame], shown: Callable[[Values], Shown]) -> dict[str, DataFrame]:
    """Return the tables of e-prop; see `experiments.contest.common.rounds.measured`.

    Parameters
    ----------
    recordings : Mapping
        ``answers``, ``weights_1`` to ``weights_3``, ``biases``, ``points``; by round.
    shown : callable
        Keys of a point to its samples.
    """
    looks, begins = by_round(recordings["answers"]), beginnings(recordings)
    return tables(
        recordings["points"],
        rule=rule,
        shares=lambda _, at, parts: hits(looks[at], list(parts)),
        weights=lambda p, at: weights_at(p, begins, at),
        angles=lambda p, before, after: angles(p, shown(p), before, after),
        sizes=sizes,
    )


def beginnings(recordings: Mapping[str, DataFrame]) -> dict[str, dict[tuple[int, int], DataFrame]]:
    """Return what was recorded as rounds began: variable, then point and round, to rows; nothing if nothing was."""
    return {name: by_round(recordings[table]) for name, table in RECORDED.items() if table in recordings}


def weights_at(
    p: Values, begins: Mapping[str, Mapping[tuple[int, int], DataFrame]], at: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Return the weights as a round of a point begins; see `experiments.contest.common.recurrent.matrices`.

    Parameters
    ----------
    p : Values
        Keys of the point.
    begins : Mapping
        From `beginnings`.
    at : tuple of int
        Point and round.
    """
    return matrices(p, {name: rows[at][name.rpartition(".")[2]].to_numpy() for name, rows in begins.items()})


def sizes(p: Values) -> dict[str, int]:
    """Return the plastic weights, without biases, and the time steps of a sample."""
    n_in, n, n_out = (int(size) for size in (p.network.n_in, p.network.n_rec, p.network.n_out))
    return {"n_plastic": n_in * n + n * (n - 1) + n * n_out, "n_steps": int(p.network.n_steps)}


def currents(p: Values, shown: Shown, rows: np.ndarray | slice) -> np.ndarray:
    """Return samples step by step, as `experiments.contest.common.recurrent_gradients` takes them."""
    return steps(shown.frames[rows], int(p.network.n_steps) // shown.frames.shape[1])


def angles(
    p: Values, shown: Shown, before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]
) -> dict[int, float]:
    """Return the angle between the update of a probe and steepest descent of the cross-entropy.

    Parameters
    ----------
    p : Values
        Keys of the point.
    shown : Shown
        Its samples.
    before, after : Mapping
        Weights as the probe begins, and as it has ended; see `experiments.contest.common.recurrent.matrices`.

    Returns
    -------
    dict
        Layer (1 inputs, 2 recurrent neurons, 3 readout) to degrees, of those that learn.
    """
    rows = slice(0, int(p.inputs.n_probe))
    cells = replace(Cells.of(p, adaptive(p)), c_reg=0.0)
    trial, err, _ = answers(cells, before, currents(p, shown, rows), shown.task.y[rows], shown.asked)
    slopes = gradient(cells, before, trial, err)
    found = {k: angle(after[name] - before[name], slopes[name]) for k, name in enumerate(LAYERS, start=1)}
    return {layer: degrees for layer, degrees in found.items() if not np.isnan(degrees)}
