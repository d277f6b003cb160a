"""What the targets of an experiment say for every combination of a sweep: their numbers, and which of them hold."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from analysis.parts import shown_values
from analysis.score import POSITIONS, rows_of, score
from base.errors import ConfigError

HOLDS = "match"


def scalars(targets: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the observations of the targets that are one number, each once.

    Parameters
    ----------
    targets : Mapping
        Content of ``targets.yaml``.

    Returns
    -------
    dict
        Name of the first target that reads it to the observation.
    """
    found: dict[str, dict[str, Any]] = {}
    for name, target in targets.items():
        value = target["reported"].get("value")
        if target["kind"] == "distribution" or isinstance(value, list) and len(value) > 1:
            continue
        if target["observation"] not in found.values():
            found[name] = target["observation"]
    return found


def combinations(tables: Mapping[str, DataFrame], by: Sequence[str]) -> Iterator[tuple[tuple, dict[str, DataFrame]]]:
    """Yield the values of every combination, with its rows of all tables.

    Parameters
    ----------
    tables : Mapping
        Tables of a sweep, with the swept columns in front.
    by : sequence of str
        These columns.
    """
    parts: dict[tuple, dict[str, DataFrame]] = {}
    for name, table in tables.items():
        for values, rows in table.groupby(list(by), sort=False, dropna=False):
            parts.setdefault(values, {})[name] = rows.drop(columns=list(by)).reset_index(drop=True)
    yield from parts.items()


def measured(tables: Mapping[str, DataFrame], by: Sequence[str], targets: Mapping[str, Any]) -> DataFrame:
    """Return what the targets read, for every combination and seed.

    Parameters
    ----------
    tables : Mapping
        Tables of a sweep, without ``failures``.
    by : sequence of str
        Swept columns.
    targets : Mapping
        Content of ``targets.yaml``.

    Returns
    -------
    DataFrame
        Columns of `by`, ``seed`` (0 where a table has none), ``target``, ``value``. What a combination has not, is not
        there: a target whose rows are of another condition, a value that is not finite.
    """
    found = [DataFrame(columns=[*by, "seed", "target", "value"])]
    for name, observation in scalars(targets).items():
        table, where = tables.get(observation["table"]), observation.get("where", {})
        if table is not None and {observation["column"], *where} <= set(table) - set(by):
            keys = [*by, "seed"]
            rows = _rows_of(table if "seed" in table else table.assign(seed=0), keys, where)
            groups: Any = rows.groupby(keys, sort=False, dropna=False)[observation["column"]]
            reduce = observation.get("reduce", "none")
            value = getattr(groups, "mean" if reduce == "none" else reduce)()
            whole = np.isfinite(value) & (groups.count() == groups.size())  # no NaN among what was reduced
            found.append(value[whole].rename("value").reset_index().assign(target=name))
    return pd.concat([one for one in found if len(one)] or found[:1], ignore_index=True)[found[0].columns]


def _rows_of(table: DataFrame, keys: Sequence[str], where: Mapping[str, Any]) -> DataFrame:
    """Pick the rows that fulfil the conditions of an observation, as `analysis.score.rows_of` does in each group."""
    positions = {c: w for c, w in where.items() if isinstance(w, str) and w in POSITIONS and w not in set(table[c])}
    rows: Any = rows_of(table, {column: wanted for column, wanted in where.items() if column not in positions})
    for column, wanted in positions.items():
        group, values = rows.groupby(list(keys), sort=False, dropna=False).ngroup(), rows[column]
        if wanted in ("first", "last"):
            one_each = ~group.duplicated(keep=wanted)
            rows = rows[values == group.map(dict(zip(group[one_each], values[one_each], strict=True)))]
        else:
            rows = rows[values == values.groupby(group).transform(wanted)]
    return rows


def judged(tables: Mapping[str, DataFrame], by: Sequence[str], targets: Mapping[str, Any], scale: str) -> DataFrame:
    """Return which targets hold, for every combination.

    Parameters
    ----------
    tables : Mapping
        Tables of a sweep, without ``failures``.
    by : sequence of str
        Swept columns.
    targets : Mapping
        Content of ``targets.yaml``.
    scale : str
        Scale that the sweep starts from.

    Returns
    -------
    DataFrame
        Columns of `by`, ``target``, ``holds``; a target that a combination cannot test (its scale, its condition, its
        number of seeds) has no row.
    """
    rows = []
    for values, some in combinations(tables, by):
        front = dict(zip(by, values, strict=True))
        for name, target in targets.items():
            try:
                (entry,) = score({name: target}, some, scale)
            except (ConfigError, ValueError, TypeError, KeyError):  # a table or rows that this combination has not
                continue
            if entry["outcome"] != "not run":
                rows.append({**front, "target": name, "holds": entry["outcome"] == HOLDS})
    return DataFrame(rows, columns=[*by, "target", "holds"])


def robustness(verdicts: DataFrame, by: Sequence[str]) -> DataFrame:
    """Return how many targets hold for every combination, and which is lost first.

    Parameters
    ----------
    verdicts : DataFrame
        From `judged`.
    by : sequence of str
        Swept columns.

    Returns
    -------
    DataFrame
        Columns of `by`, ``tested``, ``holding``, ``lost``: of the targets that do not hold there, the one that holds
        for the most combinations otherwise; empty where all hold.
    """
    often = verdicts.groupby("target")["holds"].mean()
    order = verdicts.assign(often=verdicts["target"].map(often)).sort_values(
        ["often", "target"], ascending=[False, True], kind="stable"
    )
    # A parameter that a variant does not have is NaN.
    failing = order[~order["holds"].astype(bool)].groupby(list(by), sort=False, dropna=False)
    counts = verdicts.groupby(list(by), sort=False, dropna=False)["holds"].agg(tested="size", holding="sum")
    lost = failing["target"].first().rename("lost")
    found = counts.join(lost).reset_index()
    return found.assign(lost=found["lost"].fillna(""), holding=found["holding"].astype(int))


def declared(plan: Mapping[str, Any]) -> DataFrame:
    """Return the combinations of a sweep as they were declared, whatever became of them.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.

    Returns
    -------
    DataFrame
        The swept columns, as the tables have them, and ``point``, the number of the first point.
    """
    numbers = range(0, len(plan["points"]), plan["each"])
    rows = [{**shown_values(plan, number), "point": number} for number in numbers]
    return DataFrame(rows)


def table_of(combinations: DataFrame, values: DataFrame, kept: DataFrame, failures: DataFrame) -> DataFrame:
    """Return one row per combination: what is shown, downloaded, and drawn.

    Parameters
    ----------
    combinations : DataFrame
        From `declared`.
    values : DataFrame
        From `measured`.
    kept : DataFrame
        From `robustness`.
    failures : DataFrame
        Table of the points that failed; may be empty.

    Returns
    -------
    DataFrame
        The swept columns, ``point``, a column for each target (mean over seeds; NaN where there is none), ``tested``,
        ``holding``, ``lost``, ``failed`` (number of points), ``reason`` (of the first).
    """
    by = list(combinations.columns[:-1])
    found = combinations
    if not values.empty:
        means = values.groupby([*by, "target"], sort=False, dropna=False)["value"].mean().reset_index()
        for target, rows in means.groupby("target", sort=False):
            found = found.merge(rows[[*by, "value"]].rename(columns={"value": target}), on=by, how="left")
    found = found.merge(kept, on=by, how="left") if not kept.empty else found.assign(tested=0, holding=0, lost="")
    if failures.empty:
        found = found.assign(failed=0, reason="")
    else:
        lost = failures.groupby(by, sort=False, dropna=False).agg(failed=("point", "size"), reason=("reason", "first"))
        found = found.merge(lost.reset_index(), on=by, how="left")
    found = found.fillna({"tested": 0, "holding": 0, "lost": "", "failed": 0, "reason": ""})
    return found.astype({"tested": int, "holding": int, "failed": int})
