"""Rounds of GLE on the static task: learn, probe the update, look at other samples; at the end, damage weights."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.measures import damaged, slowed
from experiments.contest.common.rounds import ended, hits, rounds
from experiments.contest.common.tasks import Task, dataset, task
from experiments.gle.common.classification import initial

__all__ = ["dataset", "inputs", "task"]

N_LAYERS = 3
# Adam that takes a step along the gradient: too small to matter, but large enough to be seen where the loss vanishes.
PROBE = {"eta": 1.0, "beta_1": 0.0, "epsilon": 1e6}


def shown(p: Values, rows: np.ndarray, teach: bool) -> dict[str, Any]:
    """Return the order of samples in a round, whether they teach, and how long the round lasts.

    Raises
    ------
    ValueError
        The table of the program is too short, or the samples do not fill whole batches or blocks.
    """
    n, block = p.network.n_presentations, p.network.batch if teach else p.network.block
    if len(rows) > n:
        raise ValueError(f"network.n_presentations is {n}, but {len(rows)} are needed")
    if len(rows) % block:
        raise ValueError(f"network.batch, network.block: {block} does not divide a round of {len(rows)} samples")
    order = np.pad(rows.astype(float), (0, n - len(rows)), mode="edge")
    lasts = (len(rows) * p.network.shown + 1.5) * p.network.dt
    return {"order.values": order, "teach.values": np.full(n, float(teach)), "run.duration": lasts}


def fixed(p: Values, samples: Task) -> dict[str, Any]:
    """Return what is the same in all rounds: samples, classes, time constants, transfer functions."""
    if len(samples.y) > p.network.n_rows:
        raise ValueError(f"network.n_rows is {p.network.n_rows}, but {len(samples.y)} are needed")
    spare = p.network.n_rows - len(samples.y)
    given = {
        "samples.values": np.pad(samples.x, ((0, spare), (0, 0))),
        "labels.values": np.pad(samples.y.astype(float), (0, spare)),
    }
    for k, size in enumerate(sizes(p)[1:], start=1):
        tau = np.full(size, p.inputs.tau)
        given |= {f"layer_{k}.tau_m": tau, f"layer_{k}.tau_r": tau}
        given[f"layer_{k}.linear"] = np.full(size, float(k == N_LAYERS))
        given[f"layer_{k}.settle"] = p.network.shown - 1 if p.inputs.settled else 0
    return given | {f"layer_{N_LAYERS}.decide": p.network.shown - 1}


def sizes(p: Values) -> list[int]:
    """Return the neurons of all layers, the input first."""
    return [p.network.n_0, p.network.n_1, p.network.n_2, p.network.n_3]


def optimiser(**values: float) -> dict[str, float]:
    """Return the values of Adam for the weights and, with names of their own, the biases of all layers."""
    of = {f"to_{k}.{name}": value for k in range(1, N_LAYERS + 1) for name, value in values.items()}
    short = {"eta": "eta_b", "beta_1": "beta_1b", "epsilon": "epsilon_b"}
    return of | {f"layer_{k}.{short[name]}": value for k in range(1, N_LAYERS + 1) for name, value in values.items()}


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Learn, and look at what was learned.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws initial weights, then the order of samples, then damage.

    Yields
    ------
    dict
        Samples, their order, weights and the state of Adam: one round for each entry of `rounds`. A probe starts with
        the weights of its epoch; the look that follows starts with those of the probe, which differ by one part in a
        million or less, and are recorded as it starts.
    """
    samples = task(p)
    always = fixed(p, samples)
    drawn = initial(sizes(p), rng)
    state = {name: drawn[name] for name in drawn if name.startswith("to")}
    state |= {name.replace("bias", "layer").replace(".w", ".b"): drawn[name] for name in drawn if name not in state}
    adam: dict[str, Any] = {}
    probed: dict[str, Any] = {}
    train = np.arange(p.inputs.n_train)
    unseen = np.arange(p.inputs.n_train, len(samples.y))
    learning, before, best, chosen = optimiser(eta=p.inputs.eta), 0, -1.0, state
    for kind, what in rounds(p):
        if kind == "learn":
            order = np.concatenate([rng.permutation(train) for _ in range(int(what) - before)])
            recorded = yield always | learning | state | adam | shown(p, order, True)
            end = ended(recorded)
            state = {name: end[name] for name in state}
            adam = {name: values for name, values in end.items() if name not in state}
            before = int(what)
        elif kind == "probe":
            recorded = yield always | optimiser(**PROBE) | state | shown(p, train[: p.inputs.n_probe], True)
            end = ended(recorded)
            probed = {name: end[name] for name in state}
        elif kind == "look":
            recorded = yield always | (probed or state) | shown(p, unseen, False)
            parts = [p.inputs.n_validation, p.inputs.n_test]
            validation, _ = hits(recorded["answers"], p.network.block, parts)
            if validation > best:
                best, chosen = validation, state
        else:
            names = [f"to_{k}.w" for k in range(1, N_LAYERS + 1)]
            broken = dict(zip(names, damaged([chosen[name] for name in names], str(what), rng), strict=True))
            slow = {f"layer_{k}.tau_m": slowed(always[f"layer_{k}.tau_m"], str(what)) for k in range(1, N_LAYERS + 1)}
            yield always | slow | chosen | broken | shown(p, unseen[p.inputs.n_validation :], False)
