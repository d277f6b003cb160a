"""What has become of the targets of an experiment between two runs of it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pandas import DataFrame

from analysis.score import rows_of
from base.origins import OUTCOMES

VERDICTS = {
    "broken": "the outcome is worse than it was",
    "moved": "another number, further than seeds explain, or with too few seeds to tell",
    "within seeds": "another number, at most two standard errors of the difference away",
    "same bits": "the same number, bit by bit",
    "not run": "not tested at this scale, in neither state",
}
SEEDS = 3  # fewer say nothing about their spread
WITHIN = 2.0  # standard errors of the difference of two means


def verdicts(
    scores: tuple[Mapping[str, Any], Mapping[str, Any]],
    targets: Mapping[str, Any],
    tables: tuple[Mapping[str, DataFrame], Mapping[str, DataFrame]],
) -> list[dict[str, Any]]:
    """Compare two scores, target by target.

    Parameters
    ----------
    scores : tuple of Mapping
        Content of ``score.json``, before and now.
    targets : Mapping
        Content of ``targets.yaml``, now.
    tables : tuple of Mapping
        Observation tables, before and now.

    Returns
    -------
    list of dict
        ``name``, ``claim``, ``origin``, ``observed`` (two lists, or None where there is no such target), ``outcomes``
        (two texts), ``verdict`` (of `VERDICTS`), and where they are known ``difference``, ``unit`` (``seeds`` or
        ``tolerance``) and ``in_units``.
    """
    old, new = ({entry["name"]: entry for entry in one["targets"]} for one in scores)
    rows = []
    for name in [*new, *(name for name in old if name not in new)]:
        both = old.get(name), new.get(name)
        entry = both[1] or both[0] or {}
        row: dict[str, Any] = {key: entry[key] for key in ("name", "claim", "origin")}
        row["observed"] = [one["observed"] if one else None for one in both]
        row["outcomes"] = [one["outcome"] if one else "not run" for one in both]
        if all(both) and name in targets:
            row |= _difference(row["observed"], targets[name], tables)
        rows.append({**row, "verdict": _verdict(row)})
    return rows


def _verdict(row: Mapping[str, Any]) -> str:
    """Return the verdict on a target."""
    rank = [OUTCOMES.index(outcome) for outcome in row["outcomes"]]
    if rank[1] > rank[0]:
        return "broken"
    if row["observed"][0] == row["observed"][1]:
        return "same bits" if row["observed"][1] else "not run"
    return "within seeds" if row.get("unit") == "seeds" and abs(row["in_units"]) <= WITHIN else "moved"


def _difference(
    observed: list[Any], target: Mapping[str, Any], tables: tuple[Mapping[str, DataFrame], Mapping[str, DataFrame]]
) -> dict[str, Any]:
    """Return how far a number has moved: in units of the seed spread where there is one, else of the tolerance."""
    before, now = (np.array([np.nan if value is None else value for value in one], float) for one in observed)
    if before.shape != now.shape or not before.size or target["kind"] == "distribution":
        return {}
    gap = now - before
    largest = int(np.argmax(np.abs(gap)))
    found: dict[str, Any] = {"difference": float(gap[largest])}
    if not np.isfinite(found["difference"]):
        return {}
    spread, unit = _spread(target["observation"], tables) if gap.size == 1 else 0.0, "seeds"
    if not spread:
        spread, unit = _tolerance(target, largest), "tolerance"
    return {**found, "unit": unit, "in_units": found["difference"] / spread} if spread else found


def _spread(observation: Mapping[str, Any], tables: tuple[Mapping[str, DataFrame], Mapping[str, DataFrame]]) -> float:
    """Return the standard error of the difference of two means over seeds; 0 if there are too few."""
    variance = 0.0
    for side in tables:
        table = side.get(observation["table"])
        if (
            table is None
            or "seed" not in table
            or not {observation["column"], *observation.get("where", {})} <= set(table)
        ):
            return 0.0
        rows = rows_of(table, observation.get("where", {}))
        reduce = observation.get("reduce", "mean")
        values = rows.groupby("seed")[observation["column"]].agg("mean" if reduce == "none" else reduce)
        if len(values) < SEEDS:
            return 0.0
        variance += float(values.var()) / len(values)
    return float(np.sqrt(variance)) if np.isfinite(variance) else 0.0


def _tolerance(target: Mapping[str, Any], number: int) -> float:
    """Return the tolerance of a target, in units of its number; 0 if it has none."""
    accept, values = target["accept"], np.atleast_1d(target["reported"].get("value", np.nan))
    if "absolute" in accept:
        return float(accept["absolute"])
    if "relative" in accept and number < values.size:
        return float(abs(accept["relative"] * values[number]))
    return 0.0
