"""The rounds in which every simulated rule learns, and what is made of them: the tables that all rules have."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from analysis.points import values
from base.values import Values
from experiments.contest.common.measures import DAMAGE, looked_at


def rounds(p: Values) -> list[tuple[str, int | str]]:
    """Return what every round is for: ``learn`` up to an epoch, ``probe`` and ``look`` after it, or ``damage``.

    Parameters
    ----------
    p : Values
        Resolved keys of an experiment, ``inputs.n_epochs`` and ``network.probed`` among them.
    """
    found: list[tuple[str, int | str]] = []
    for epoch in looked_at(int(p.inputs.n_epochs)):
        found += [("learn", epoch)] if epoch else []
        found += [("probe", epoch)] if p.network.probed else []
        found += [("look", epoch)]
    return [*found, *(("damage", kind) for kind in DAMAGE)]


def ended(recorded: Mapping[str, DataFrame]) -> dict[str, np.ndarray]:
    """Return what variables are at the end of a round."""
    return {name: rows["value"].to_numpy() for name, rows in recorded["final"].groupby("variable")}


def hits(counted: DataFrame, size: int, parts: Sequence[int]) -> list[float]:
    """Return the share of right answers in each part of a round of GLE.

    Parameters
    ----------
    counted : DataFrame
        ``t_ms`` and ``hits_unseen`` of every output neuron, a time step after each block.
    size : int
        Samples of a block.
    parts : sequence of int
        Samples of the parts, one after the other.
    """
    total = counted.groupby("t_ms")["hits_unseen"].sum().to_numpy()
    ends = np.cumsum([0, *parts]) // size
    return [float((total[b] - total[a]) / n) for a, b, n in zip(ends[:-1], ends[1:], parts, strict=True)]


def by_round(table: DataFrame) -> dict[tuple[int, int], DataFrame]:
    """Return the rows of every point and round."""
    return dict(list(table.groupby(["point", "round"])))


def measured(
    points: DataFrame,
    rule: Callable[[Values], str],
    shares: Callable[[Values, tuple[int, int], Sequence[int]], Sequence[float]],
    weights: Callable[[Values, tuple[int, int]], Any],
    angles: Callable[[Values, Any, Any], Mapping[int, float]],
    sizes: Callable[[Values], Mapping[str, int]],
) -> dict[str, DataFrame]:
    """Turn rounds into the tables that all rules have.

    Parameters
    ----------
    points : DataFrame
        One row a point.
    rule : callable
        Keys of a point to the name of its rule.
    shares : callable
        Keys, point and round, and how many samples of which part were shown, to the shares of right answers.
    weights : callable
        Keys, point and round to the weights with which it begins, as `angles` takes them.
    angles : callable
        Keys, weights before and after a probe, to the angle of each layer in degrees.
    sizes : callable
        Keys to ``n_plastic`` and ``n_steps``.

    Returns
    -------
    dict of DataFrame
        course : rule, data, seed, epoch, validation, test.
        angles : rule, data, seed, epoch, layer, angle_deg; of the points that are probed.
        damage : rule, data, seed, kind, test.
        sizes : rule, data, n_plastic (weights without biases), n_steps (of a sample).
    """
    course, turned, damage, size = [], [], [], []
    for point in points.to_dict("records"):
        p, number = values(point), int(point["point"])
        of = {"rule": rule(p), "data": p.inputs.data}
        known = {**of, "seed": point["seed"]}
        parts = [int(p.inputs.n_validation), int(p.inputs.n_test)]
        for place, (kind, what) in enumerate(rounds(p)):
            if kind == "look":
                validation, test = shares(p, (number, place), parts)
                course.append({**known, "epoch": what, "validation": validation, "test": test})
            elif kind == "damage":
                (test,) = shares(p, (number, place), parts[1:])
                damage.append({**known, "kind": what, "test": test})
            elif kind == "probe":
                # The look after a probe starts where the probe ended.
                before, after = (weights(p, (number, place + later)) for later in (0, 1))
                found = angles(p, before, after).items()
                turned += [{**known, "epoch": what, "layer": layer, "angle_deg": degrees} for layer, degrees in found]
        size.append({**of, **sizes(p)})
    tables = {"course": course, "angles": turned, "damage": damage, "sizes": size}
    return {name: pd.DataFrame(rows).drop_duplicates(ignore_index=True) for name, rows in tables.items()}
