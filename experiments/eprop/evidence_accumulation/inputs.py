"""Cues, decisions and initial weights."""

from collections.abc import Generator
from math import gcd
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.protocol import adaptive, check, feedback, glorot, shown, table, trials, weights

GROUPS = 4  # left, right, decision, background


def schedule_of(p: Values) -> tuple[int, int, int, int]:
    """Return pause, cue and decision in time steps, and the length of a row of the tables.

    Raises
    ------
    ValueError
        Cues and decision do not fit into the trial, or not into rows of equal length.
    """
    dt, n_steps = p.network.dt, p.network.n_steps
    pause, cue, decision = (round(lasts / dt) for lasts in (p.inputs.pause, p.inputs.cue, p.inputs.decision))
    if p.inputs.n_cues * (pause + cue) + decision > n_steps:
        raise ValueError(f"network.n_steps is {n_steps}, too short for {p.inputs.n_cues} cues and the decision")
    return pause, cue, decision, gcd(pause, cue, decision, n_steps)


def probabilities(p: Values, cues: np.ndarray) -> np.ndarray:
    """Return the spike probability of each input group.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    cues : ndarray of int, shape (trials, n_cues)
        0 left, 1 right.

    Returns
    -------
    ndarray, shape (trials, rows of a trial, 4)
        Per time step.
    """
    pause, cue, decision, row = schedule_of(p)
    active, background = p.inputs.rate * p.network.dt, p.inputs.background * p.network.dt
    found = np.zeros((len(cues), p.network.n_steps // row, GROUPS))
    for number, sides in enumerate(cues.T):
        start = number * (pause + cue) + pause
        found[np.arange(len(cues))[:, None], np.arange(start // row, (start + cue) // row), sides[:, None]] = active
    found[:, -(decision // row) :, 2] = active
    found[:, :, 3] = background
    return found


def drawn(p: Values, rng: np.random.Generator) -> tuple[list[np.ndarray], np.ndarray, np.ndarray, dict[str, Any]]:
    """Draw weights and trials.

    Returns
    -------
    matrices : list of ndarray
        Weights of inputs, recurrent neurons, readouts, and feedback.
    cues : ndarray of int, shape (trials, n_cues)
        0 left, 1 right.
    pattern : ndarray, shape (rows, channels)
        Spike probabilities.
    channels : dict
        How the pattern is read.
    """
    n_in, n_rec, n_out = p.network.n_in, p.network.n_rec, p.network.n_out
    n_trials, n_cues = p.inputs.n_iterations * p.schedule.n_batch, p.inputs.n_cues
    row = schedule_of(p)[-1]
    w_in = rng.standard_normal((n_in, n_rec)) / np.sqrt(n_in)
    w_rec = rng.standard_normal((n_rec, n_rec)) / np.sqrt(n_rec)
    w_out = rng.uniform(-1, 1, (n_rec, n_out)) * glorot(n_rec, n_out)
    matrices = [w_in, w_rec, w_out, rng.standard_normal((n_rec, n_out))]
    favoured = rng.integers(2, size=n_trials)
    cues = np.where(rng.random((n_trials, n_cues)) < p.inputs.p_side, favoured[:, None], 1 - favoured[:, None])
    pattern = probabilities(p, cues).reshape(-1, GROUPS)
    channels = {"channel": np.arange(n_in) * GROUPS // n_in, "n_channels": GROUPS, "n_bin": row}
    return matrices, cues, pattern, channels


def drawn_as_published(p: Values) -> tuple[list[np.ndarray], np.ndarray, np.ndarray, dict[str, Any]]:
    """Draw weights, trials and input spikes in the order in which the program of the published losses does.

    It uses NumPy's legacy generator, seeded with the seed of the point. Returns the same as `drawn`.
    """
    n_in, n_rec, n_out = p.network.n_in, p.network.n_rec, p.network.n_out
    n_batch, n_cues = p.schedule.n_batch, p.inputs.n_cues
    legacy = np.random.RandomState(p.run.seed)  # noqa: NPY002
    w_in = legacy.randn(n_in, n_rec) / np.sqrt(n_in)
    w_rec = legacy.randn(n_rec, n_rec) / np.sqrt(n_rec)
    w_out = legacy.uniform(-1, 1, (n_rec, n_out)) * glorot(n_rec, n_out)
    matrices = [matrix.astype(np.float32).astype(float) for matrix in (w_in, w_rec, w_out, legacy.randn(n_rec, n_out))]
    all_cues, spikes = [], []
    for _ in range(p.inputs.n_iterations):
        first = np.array([1 - p.inputs.p_side, p.inputs.p_side])[legacy.choice([0, 1], n_batch)]
        cues = np.array([legacy.choice([0, 1], n_cues, p=[q, 1 - q]) for q in first])
        chance = np.repeat(probabilities(p, cues), schedule_of(p)[-1], axis=1).repeat(n_in // GROUPS, axis=2)
        spikes.append(legacy.rand(*chance.shape) < chance)
        all_cues.append(cues)
    channels = {"channel": np.arange(n_in), "n_channels": n_in, "n_bin": 1}
    return matrices, np.concatenate(all_cues), np.concatenate(spikes).reshape(-1, n_in), channels


def arrays(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Return everything that a run needs.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Weights, cues and decisions.
    """
    n_rec, n_steps = p.network.n_rec, p.network.n_steps
    matrices, cues, pattern, channels = drawn_as_published(p) if p.inputs.published else drawn(p, rng)
    *_, decision, row = schedule_of(p)
    right = cues.sum(axis=1) > p.inputs.n_cues // 2
    goals = np.full((len(cues), n_steps // row), -1)
    goals[:, -(decision // row) :] = right[:, None]
    return {
        **weights(*matrices[:3]),
        **feedback(p.inputs.feedback, *matrices[2:]),
        **table("pattern", pattern, p.network.n_pattern),
        **table("target", goals, p.network.n_target),
        **{f"stimulus.{name}": value for name, value in channels.items()},
        "stimulus.n_rows": len(pattern),
        "readout.n_bin": row,
        "readout.n_rows": goals.size,
        "readout.share": 1 / decision,
        "recurrent.beta": adaptive(p),
        "recurrent.shown": shown(n_rec),
        **trials(p, len(cues)),
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train once; see `arrays`."""
    recorded = yield arrays(p, rng)
    check(recorded)
