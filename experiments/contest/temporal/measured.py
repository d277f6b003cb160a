"""What GLE reaches on the temporal tasks: rounds turned into the tables that all rules have."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from base.values import Values
from experiments.contest.common.measures import angle
from experiments.contest.common.rounds import by_round, hits
from experiments.contest.common.rounds import measured as tables
from experiments.contest.temporal.inputs import N_LAYERS, sequences, sizes
from experiments.contest.temporal.through_time import gradients

RULES = {True: "GLE", False: "GLE, instantaneous errors"}


def measured(recordings: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of GLE; see `experiments.contest.common.rounds.measured`.

    Parameters
    ----------
    recordings : Mapping
        ``looks``, ``weights_1`` and so on, ``biases_1`` and so on, ``points``; by round.
    """
    looks = by_round(recordings["looks"])
    begins = {
        f"{kind}_{k}": by_round(recordings[f"{kind}_{k}"])
        for kind in ("weights", "biases")
        for k in range(1, N_LAYERS + 1)
    }
    return tables(
        recordings["points"],
        rule=lambda p: RULES[bool(p.inputs.prospective)],
        shares=lambda p, at, parts: hits(looks[at], p.network.n_copies, parts),
        weights=lambda _, at: {name: rows[at]["w"].to_numpy() for name, rows in begins.items()},
        angles=angles,
        sizes=lambda p: {"n_plastic": int(np.dot(sizes(p)[:-1], sizes(p)[1:])), "n_steps": int(p.network.n_steps)},
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
    samples, rows = sequences(p), slice(0, int(p.inputs.n_probe))
    slopes = gradients(p, before, samples.x[rows], samples.y[rows])
    names = {k: f"weights_{k}" for k in range(1, N_LAYERS + 1)}
    return {k: angle(after[name] - before[name], slopes[name]) for k, name in names.items()}
