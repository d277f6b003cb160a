"""What GLE reaches on the static task: rounds turned into the tables that all rules have."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.points import values
from experiments.contest.common.measures import angle
from experiments.contest.static.inputs import N_LAYERS, hits, rounds, sizes, task
from references.gle.backpropagation import errors, forward

RULES = {False: "GLE", True: "GLE, settled"}


def measured(recordings: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of GLE.

    Parameters
    ----------
    recordings : Mapping
        ``answers``, ``weights_1`` and so on, ``biases_1`` and so on, ``points``; by round.

    Returns
    -------
    dict of DataFrame
        course : rule, data, seed, epoch, validation, test.
        angles : rule, data, seed, epoch, layer, angle_deg; of the points that are probed.
        damage : rule, data, seed, kind, test.
        sizes : rule, data, n_plastic (weights without biases), n_steps (of a sample).
    """
    rows: dict[str, list[dict[str, Any]]] = {"course": [], "angles": [], "damage": [], "sizes": []}
    answers = dict(list(recordings["answers"].groupby(["point", "round"])))
    begins = {
        name: dict(list(table.groupby(["point", "round"])))
        for name, table in recordings.items()
        if name.startswith(("weights_", "biases_"))
    }
    for point in recordings["points"].to_dict("records"):
        p, number = values(point), point["point"]
        parts = [int(p.inputs.n_validation), int(p.inputs.n_test)]
        of = {"rule": RULES[bool(p.inputs.settled)], "data": p.inputs.data}
        known = {**of, "seed": point["seed"]}
        for place, (kind, what) in enumerate(rounds(p)):
            counted = answers[number, place]
            if kind == "look":
                shares = dict(zip(("validation", "test"), hits(counted, p.network.block, parts), strict=True))
                rows["course"].append({**known, "epoch": what, **shares})
            elif kind == "damage":
                (test,) = hits(counted, p.network.block, parts[1:])
                rows["damage"].append({**known, "kind": what, "test": test})
            elif kind == "probe":
                # The look after a probe starts where the probe ended.
                before, after = (
                    {name: found[number, place + later] for name, found in begins.items()} for later in (0, 1)
                )
                for layer, found in enumerate(angles(p, before, after), start=1):
                    rows["angles"].append({**known, "epoch": what, "layer": layer, "angle_deg": found})
        n = sizes(p)
        of_all = {**of, "n_plastic": int(np.dot(n[:-1], n[1:])), "n_steps": int(p.network.shown)}
        rows["sizes"] += [] if of_all in rows["sizes"] else [of_all]
    return {name: pd.DataFrame(some) for name, some in rows.items()}


def angles(p: Any, before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]) -> list[float]:
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
    samples, n = task(p), [int(size) for size in sizes(p)]
    x, y = samples.x[: int(p.inputs.n_probe)], samples.y[: int(p.inputs.n_probe)]
    shapes = list(zip(n[:-1], n[1:], strict=True))
    w, moved = (
        [at[f"weights_{k}"]["w"].to_numpy().reshape(shape) for k, shape in enumerate(shapes, start=1)]
        for at in (before, after)
    )
    b = [before[f"biases_{k}"]["b"].to_numpy() for k in range(1, N_LAYERS + 1)]
    rates = forward(x, w, b)
    downhill = [rate.T @ error for rate, error in zip(rates, errors(rates, y, w), strict=False)]
    return [angle(after - before, -down) for before, after, down in zip(w, moved, downhill, strict=True)]
