"""What GLE reaches on the temporal tasks: rounds turned into the tables that all rules have."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.points import values
from base.values import Values
from experiments.contest.common.measures import angle
from experiments.contest.temporal.inputs import N_LAYERS, hits, rounds, sequences, sizes
from experiments.contest.temporal.through_time import gradients

RULES = {True: "GLE", False: "GLE, instantaneous errors"}


def measured(recordings: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of GLE.

    Parameters
    ----------
    recordings : Mapping
        ``looks``, ``weights_1`` and so on, ``biases_1`` and so on, ``points``; by round.

    Returns
    -------
    dict of DataFrame
        course : rule, data, seed, epoch, validation, test.
        angles : rule, data, seed, epoch, layer, angle_deg.
        damage : rule, data, seed, kind, test.
        sizes : rule, data, n_plastic (weights without biases), n_steps (of a sequence).
    """
    rows: dict[str, list[dict[str, Any]]] = {"course": [], "angles": [], "damage": [], "sizes": []}
    looks = dict(list(recordings["looks"].groupby(["point", "round"])))
    begins = {
        name: dict(list(table.groupby(["point", "round"])))
        for name, table in recordings.items()
        if name.startswith(("weights_", "biases_"))
    }
    for point in recordings["points"].to_dict("records"):
        p, number = values(point), point["point"]
        parts = [int(p.inputs.n_validation), int(p.inputs.n_test)]
        of = {"rule": RULES[bool(p.inputs.prospective)], "data": p.inputs.data}
        known = {**of, "seed": point["seed"]}
        for place, (kind, what) in enumerate(rounds(p)):
            counted = looks[number, place]
            if kind == "look":
                shares = dict(zip(("validation", "test"), hits(counted, p.network.n_copies, parts), strict=True))
                rows["course"].append({**known, "epoch": what, **shares})
            elif kind == "damage":
                (test,) = hits(counted, p.network.n_copies, parts[1:])
                rows["damage"].append({**known, "kind": what, "test": test})
            elif kind == "probe":
                # The look after a probe starts where the probe ended.
                before, after = (
                    {name: found[number, place + later]["w"].to_numpy() for name, found in begins.items()}
                    for later in (0, 1)
                )
                for layer, found in enumerate(angles(p, before, after), start=1):
                    rows["angles"].append({**known, "epoch": what, "layer": layer, "angle_deg": found})
        n = sizes(p)
        of_all = {**of, "n_plastic": int(np.dot(n[:-1], n[1:])), "n_steps": int(p.network.n_steps)}
        rows["sizes"] += [] if of_all in rows["sizes"] else [of_all]
    return {name: pd.DataFrame(some) for name, some in rows.items()}


def angles(p: Values, before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> list[float]:
    """Return the angle between the update of a probe and steepest descent, layer by layer.

    Parameters
    ----------
    p : Values
        Keys of the point.
    before, after : Mapping
        ``weights_1``, ``biases_1`` and so on as the probe begins, and as it has ended.

    Returns
    -------
    list of float
        In degrees.
    """
    samples, rows = sequences(p), slice(0, int(p.inputs.n_probe))
    slopes = gradients(p, before, samples.x[rows], samples.y[rows])
    names = [f"weights_{k}" for k in range(1, N_LAYERS + 1)]
    return [angle(after[name] - before[name], slopes[name]) for name in names]
