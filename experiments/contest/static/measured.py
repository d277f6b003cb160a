"""What GLE reaches on the static task: rounds turned into the tables that all rules have."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from base.values import Values
from experiments.contest.common.measures import angle
from experiments.contest.common.rounds import by_round, hits
from experiments.contest.common.rounds import measured as tables
from experiments.contest.static.inputs import N_LAYERS, sizes, task
from references.gle.backpropagation import errors, forward

RULES = {False: "GLE", True: "GLE, settled"}


def measured(recordings: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of GLE; see `experiments.contest.common.rounds.measured`.

    Parameters
    ----------
    recordings : Mapping
        ``answers``, ``weights_1`` and so on, ``biases_1`` and so on, ``points``; by round.
    """
    answers = by_round(recordings["answers"])
    begins = {
        f"{kind}_{k}": (variable, by_round(recordings[f"{kind}_{k}"]))
        for kind, variable in (("weights", "w"), ("biases", "b"))
        for k in range(1, N_LAYERS + 1)
        if f"{kind}_{k}" in recordings
    }
    return tables(
        recordings["points"],
        rule=lambda p: RULES[bool(p.inputs.settled)],
        shares=lambda p, at, parts: hits(answers[at], p.network.block, parts),
        weights=lambda _, at: {name: rows[at][variable].to_numpy() for name, (variable, rows) in begins.items()},
        angles=angles,
        sizes=lambda p: {"n_plastic": int(np.dot(sizes(p)[:-1], sizes(p)[1:])), "n_steps": int(p.network.shown)},
    )


def angles(p: Values, before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> dict[int, float]:
    """Return the angle between the update of a probe and steepest descent.

    Parameters
    ----------
    p : Values
        Keys of the point.
    before, after : Mapping
        ``weights_1``, ``biases_1`` and so on as the probe begins, and as it has ended.

    Returns
    -------
    dict
        Layer to degrees.
    """
    samples, n = task(p), [int(size) for size in sizes(p)]
    x, y = samples.x[: int(p.inputs.n_probe)], samples.y[: int(p.inputs.n_probe)]
    layers = range(1, N_LAYERS + 1)
    w, moved = ([at[f"weights_{k}"].reshape(n[k - 1], n[k]) for k in layers] for at in (before, after))
    rates = forward(x, w, [before[f"biases_{k}"] for k in layers])
    descent = [rate.T @ error for rate, error in zip(rates, errors(rates, y, w), strict=False)]
    return {k: angle(moved[k - 1] - w[k - 1], -descent[k - 1]) for k in layers}
