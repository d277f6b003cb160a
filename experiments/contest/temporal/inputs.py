"""Rounds of GLE on the temporal tasks: learn, probe the update, look at other sequences; at the end, damage weights."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.measures import damaged, slowed
from experiments.contest.common.rounds import ended, hits, rounds
from experiments.contest.common.sequences import answered, dataset, sequences
from experiments.contest.common.tasks import Task
from experiments.gle.common.classification import initial, populations

__all__ = ["N_LAYERS", "dataset", "inputs", "sequences", "sizes"]

N_LAYERS = 4  # three hidden ones and the output
PROBE = 1e9  # regularisation of Adam that makes its step one along the gradient, too small to matter


def sizes(p: Values) -> list[int]:
    """Return the neurons of all layers of a copy, the input first."""
    return [1] + [p.network.n_hidden] * (N_LAYERS - 1) + [p.network.n_classes]


def shown(p: Values, rows: np.ndarray, teach: bool) -> dict[str, Any]:
    """Return which copy is shown which sequence, whether they teach, and how long the round lasts.

    Raises
    ------
    ValueError
        The table of the program is too short, or copies would be left without a sequence.
    """
    b, n_batches = p.network.n_copies, (p.network.n_taught + p.network.n_unseen) * p.network.n_epochs
    if len(rows) % b or len(rows) > b * n_batches:
        raise ValueError(
            f"network.n_copies: {b} copies are not shown {len(rows)} sequences in up to {n_batches} batches"
        )
    batches = np.zeros((n_batches, b))
    batches[: len(rows) // b] = rows.reshape(-1, b)
    lasts = (len(rows) // b * p.network.n_steps + 1.5) * p.network.dt
    return {"order.values": batches.ravel(), "teach.values": np.full(n_batches, float(teach)), "run.duration": lasts}


def fixed(p: Values, samples: Task) -> dict[str, Any]:
    """Return what is the same in all rounds: sequences, classes, time constants, transfer functions."""
    spare, b = p.network.n_samples - len(samples.y), p.network.n_copies
    if spare < 0:
        raise ValueError(f"network.n_samples is {p.network.n_samples}, but {len(samples.y)} are needed")
    given: dict[str, Any] = {
        "samples.values": np.pad(samples.x, ((0, spare), (0, 0))).ravel(),
        "labels.values": np.pad(samples.y.astype(float), (0, spare)),
        "bias_unit.r": np.ones(b),
        f"layer_{N_LAYERS}.odds": np.ones(b * p.network.n_classes),
        f"layer_{N_LAYERS}.n_copies": b,
        f"layer_{N_LAYERS}.decide": p.network.n_steps - answered(p),
    }
    for k, size in enumerate(sizes(p)[1:], start=1):
        tau_m, tau_r = populations(p, size, hidden=k < N_LAYERS)
        given |= {f"layer_{k}.tau_m": np.tile(tau_m, b), f"layer_{k}.tau_r": np.tile(tau_r, b)}
        given[f"layer_{k}.linear"] = np.full(b * size, float(k in (1, N_LAYERS)))
        given[f"layer_{k}.prospective"] = int(p.inputs.prospective)
    return given


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Learn, and look at what was learned.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws initial weights, then the order of sequences, then damage.

    Yields
    ------
    dict
        Sequences, their order and weights: one round for each entry of `rounds`. Adam begins anew in each. The look
        that follows a probe starts with the weights that the probe has moved by a billionth, and records them.
    """
    samples = sequences(p)
    always = fixed(p, samples)
    state: dict[str, Any] = initial(sizes(p), rng)
    learned = list(state)
    weights = [f"to_{k}.w" for k in range(1, N_LAYERS + 1)]
    along = {
        f"{name.partition('.')[0]}.{key}": value
        for name in learned
        for key, value in (("beta_1", 0.0), ("epsilon", PROBE))
    }
    train = np.arange(p.inputs.n_train)
    unseen = np.arange(p.inputs.n_train, len(samples.y))
    before, best, chosen = 0, -1.0, state
    for kind, what in rounds(p):
        if kind == "learn":
            order = np.concatenate([rng.permutation(train) for _ in range(int(what) - before)])
            recorded = yield always | state | shown(p, order, True)
            end = ended(recorded)
            state, before = {name: end[name] for name in learned}, int(what)
        elif kind == "probe":
            recorded = yield always | along | state | shown(p, train[: p.inputs.n_probe], True)
            end = ended(recorded)
            probed = {name: end[name] for name in learned}
        elif kind == "look":
            recorded = yield always | probed | shown(p, unseen, False)
            validation, _ = hits(recorded["looks"], p.network.n_copies, [p.inputs.n_validation, p.inputs.n_test])
            if validation > best:
                best, chosen = validation, state
        else:
            broken = dict(zip(weights, damaged([chosen[name] for name in weights], str(what), rng), strict=True))
            slow = {f"layer_{k}.tau_m": slowed(always[f"layer_{k}.tau_m"], str(what)) for k in range(1, N_LAYERS + 1)}
            yield always | slow | chosen | broken | shown(p, unseen[p.inputs.n_validation :], False)
