"""Rounds of e-prop: learn, probe the update, look at other samples; at the end, damage weights."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.measures import damaged, slowed
from experiments.contest.common.recurrent import FINAL, LAYERS, initial
from experiments.contest.common.rounds import ended, rounds
from experiments.contest.common.tasks import Task
from experiments.eprop.common.protocol import adaptive, table, trials

STEP = 1e-6  # learning rate of a probe: too small to matter


@dataclass(frozen=True)
class Shown:
    """Samples as the network is shown them.

    Parameters
    ----------
    task : Task
        Classes and parts.
    frames : ndarray, shape (rows, frames of a sample, inputs)
        Currents, all of which last equally long.
    asked : int
        Time steps at the end of a sample in which the readout answers, and is compared with the class.
    """

    task: Task
    frames: np.ndarray
    asked: int


def tables(p: Values, shown: Shown, rows: np.ndarray) -> dict[str, Any]:
    """Return samples and classes of a round, in its order, and how long it lasts."""
    frames, n_steps = shown.frames[rows], p.network.n_steps
    goals = np.full((len(rows), n_steps), -1)
    goals[:, -shown.asked :] = shown.task.y[rows][:, None]
    return {
        **table("pattern", frames, p.network.n_pattern),
        **table("target", goals, p.network.n_target),
        "stimulus.n_rows": frames.shape[0] * frames.shape[1],
        "stimulus.n_bin": n_steps // frames.shape[1],
        "readout.n_rows": goals.size,
        **trials(p, len(rows)),
    }


def hits(answers: DataFrame, parts: list[int]) -> list[float]:
    """Return the share of right answers in each part of a round.

    Parameters
    ----------
    answers : DataFrame
        ``index``, ``evidence`` and ``asked`` of every class, time after time; the first one is before all samples.
    parts : list of int
        Samples of the parts, one after the other.
    """
    n_classes = answers["index"].nunique()
    evidence, asked = (answers[name].to_numpy().reshape(-1, n_classes)[1:] for name in ("evidence", "asked"))
    right = evidence.argmax(axis=1) == asked[:, 0].round()
    return [float(part.mean()) for part in np.split(right, np.cumsum(parts)[:-1])]


def course(p: Values, shown: Shown, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Learn, and look at what was learned.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    shown : Shown
        Samples.
    rng : numpy.random.Generator
        Draws initial weights, then the order of samples, then damage.

    Yields
    ------
    dict
        Weights and samples: one round for each entry of `rounds`. Adam begins anew in each. A probe is one step of
        gradient descent, without regularisation of rates; the look that follows starts with its weights, which differ
        by one part in a million or less, and records them.
    """
    start = initial(p, rng)
    state: dict[str, Any] = {name: start[name] for name in FINAL}
    taught = p.inputs.feedback != "none"
    always = {
        **start,
        "stimulus.channel": np.arange(p.network.n_in),
        "stimulus.n_channels": p.network.n_in,
        "readout.share": 1 / shown.asked,
        "recurrent.beta": adaptive(p),
        "recurrent.c_reg": p.recurrent.c_reg if taught else 0.0,
        "schedule.watch": 0,
    }
    still = {"schedule.eta": 0.0}
    task = shown.task
    train, unseen = np.arange(task.n_train), np.arange(task.n_train, len(task.y))
    before, best, chosen, probed = 0, -1.0, state, state
    for kind, what in rounds(p):
        if kind == "learn":
            order = np.concatenate([rng.permutation(train) for _ in range(int(what) - before)])
            recorded = yield always | state | tables(p, shown, order)
            state = probed = ended(recorded)
            before = int(what)
        elif kind == "probe":
            n_probe = p.inputs.n_probe
            along = {"schedule.adam": 0.0, "schedule.eta": STEP, "schedule.n_batch": n_probe, "recurrent.c_reg": 0.0}
            recorded = yield always | state | tables(p, shown, train[:n_probe]) | along
            probed = ended(recorded)
        elif kind == "look":
            recorded = yield always | probed | tables(p, shown, unseen) | still
            validation, _ = hits(recorded["answers"], [task.n_validation, len(unseen) - task.n_validation])
            if validation > best:
                best, chosen = validation, state
        else:
            names = [f"{name}.w" for name in LAYERS.values()]
            broken = dict(zip(names, damaged([chosen[name] for name in names], str(what), rng), strict=True))
            slow = {"recurrent.tau_m": slowed(p.recurrent.tau_m, str(what))}
            yield always | slow | chosen | broken | tables(p, shown, unseen[task.n_validation :]) | still
