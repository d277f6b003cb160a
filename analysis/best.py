"""Name the combinations of a sweep that are best for a target, as YAML to paste: dotted keys, values with units.

python -m analysis.best --sweep my --target fluctuation --n 3
"""

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pandas import DataFrame

from analysis.scores_of_sweep import declared, measured, scalars
from base.catalogue import ROOT
from base.errors import ConfigError, nearest, one_line
from base.points import read_plan
from base.tables import read_folder
from base.targets import COMPARISONS, read_targets

LEVEL = 0.95  # of the intervals


def ranked(tables: Mapping[str, DataFrame], by: list[str], name: str, target: Mapping[str, Any]) -> DataFrame:
    """Return what a target compares, for every combination, the best one first.

    Parameters
    ----------
    tables : Mapping
        Tables of a sweep, without ``failures``.
    by : list of str
        Swept columns.
    name : str
        Name of the target.
    target : Mapping
        Its description.

    Returns
    -------
    DataFrame
        Columns of `by`, ``mean``, ``low``, ``high`` (95 % interval of the mean over seeds; NaN for one seed),
        ``seeds``. Best is nearest to the reported number or, for a trend, furthest on the side that is demanded; of
        a trend between two observations it is their difference (their ratio, where the target has a factor).
    """
    from scipy.stats import t  # half a second

    values = measured(tables, by, {name: target})
    side = next((word for word in COMPARISONS if word in target["accept"]), None)
    if side in ("less_than", "greater_than"):
        other = measured(tables, by, {name: {**target, "observation": target["accept"][side]}})
        pairs = values.merge(other, on=[*by, "seed", "target"], suffixes=("", "_other"))
        apart = pairs["value"] / pairs["value_other"]
        if "by_factor" not in target["accept"]:
            apart = pairs["value"] - pairs["value_other"]
        values = pairs.assign(value=apart)
    rows = (
        values.groupby(by, sort=False, dropna=False)["value"].agg(mean="mean", spread="std", seeds="size").reset_index()
    )
    half = t.ppf((1 + LEVEL) / 2, np.maximum(rows["seeds"] - 1, 1)) * rows["spread"] / np.sqrt(rows["seeds"])
    rows = rows.assign(low=rows["mean"] - half, high=rows["mean"] + half)
    if side is None:
        reported = np.atleast_1d(target["reported"]["value"])[0]
        rank = (rows["mean"] - reported).abs()
    else:
        rank = rows["mean"] if side in ("less_than", "below") else -rows["mean"]
    order = rank.sort_values(kind="stable").index
    return rows.loc[order, [*by, "mean", "low", "high", "seeds"]].reset_index(drop=True)


def best(plan: Mapping[str, Any], tables: Mapping[str, DataFrame], name: str, target: Mapping[str, Any], n: int) -> str:
    """Return the best combinations as YAML, a document each.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    tables : Mapping
        The tables of the sweep.
    name : str
        Name of the target.
    target : Mapping
        Its description.
    n : int
        How many.

    Raises
    ------
    ConfigError
        No combination has what the target reads.
    """
    by = plan["columns"]
    seen = {key: table for key, table in tables.items() if key != "failures"}
    found = ranked(seen, by, name, target)
    if found.empty:
        remedy = "its rows may be of a condition that the sweep leaves out (conditions: own)"
        raise ConfigError(plan["scale"], name, f"no combination has what this target reads; {remedy}")
    found = found.head(n).merge(declared(plan), on=by, how="left")
    seeds = len({point["seed"] for point in plan["points"][: plan["each"]]})
    accepted = f"accepted: {json.dumps(target['accept'])}"
    goal = f"reported: {target['reported']['value']}, {accepted}" if "value" in target["reported"] else accepted
    texts = [f"# {name} of {plan['experiment']}, {plan['scale']}: {target['claim']}; {goal}"]
    for place, row in enumerate(found.to_dict("records"), 1):
        interval = f", {LEVEL:.0%} interval {row['low']:.4g} to {row['high']:.4g}" if row["seeds"] > 1 else ""
        texts.append(f"# {place}: {row['mean']:.4g}{interval}, {row['seeds']} of {seeds} seeds; point {row['point']}")
        values = plan["points"][row["point"]]["values"]
        texts += ["set:", *(f"  {key}: {written(values[key], *plan['units'].get(key, ()))}" for key in _swept(plan))]
        texts.append("---")
    return "\n".join(texts[:-1])


def written(value: Any, unit: str = "", size: float = 1.0) -> str:
    """Return a value of a plan as a configuration has it, which is read back to twelve digits.

    Parameters
    ----------
    value : Any
        In SI base units.
    unit : str
        The unit in which tables show it.
    size : float
        That unit in SI base units.
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(item, unit, size) for item in value)}]"
    if isinstance(value, bool | str | int):
        return json.dumps(value)
    number = f"{value / size:.12g}"
    # YAML 1.2 takes a number with an exponent for one only if it has a point.
    return f"{number} {unit}" if unit else re.sub(r"^(-?\d+)e", r"\1.0e", number)


def _swept(plan: Mapping[str, Any]) -> list[str]:
    """Return the keys of the user's sweep; the others are conditions of the experiment, inside each combination."""
    return plan["swept"][: len(plan["columns"])]


def plan_of(results: Path, name: str, experiment: str | None) -> Path:
    """Return the plan of a sweep.

    Parameters
    ----------
    results : Path
        Folder of all results.
    name : str
        Name of the sweep.
    experiment : str or None
        ``<paper>/<experiment>``, where several have a sweep of this name.

    Raises
    ------
    ConfigError
        There is none with tables, or there are several.
    """
    there = [plan for plan in sorted(results.glob("sweep-*/*/*/plan.json")) if (plan.parent / "observations").is_dir()]
    if not (mine := [plan for plan in there if plan.parts[-4] == f"sweep-{name}"]):
        names = {plan.parts[-4].removeprefix("sweep-") for plan in there}
        raise ConfigError("--sweep", name, f"has no tables in {results}; {nearest(name, names)}")
    of = {"/".join(plan.parts[-3:-1]): plan for plan in mine}
    if experiment is None and len(of) > 1:
        raise ConfigError("--sweep", name, f"is of {' and '.join(of)}; name one with --experiment")
    experiment = experiment or next(iter(of))
    if experiment not in of:
        raise ConfigError("--experiment", experiment, f"has no tables of the sweep '{name}'; {nearest(experiment, of)}")
    return of[experiment]


@one_line()
def main() -> None:
    """Command line of the best combinations."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.best", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sweep", required=True, help="name of a sweep that was run")
    parser.add_argument("--target", required=True, help="a target of the experiment that reads one number")
    parser.add_argument("--n", type=int, default=5, help="how many combinations")
    parser.add_argument("--experiment", help="<paper>/<experiment>, where several have a sweep of this name")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of all results")
    args = parser.parse_args()
    if args.n < 1:
        raise ConfigError("--n", str(args.n), "must be at least 1")
    file = plan_of(args.results, args.sweep, args.experiment)
    plan = read_plan(file)
    targets = read_targets(ROOT / "experiments" / plan["experiment"] / "targets.yaml")
    if args.target not in targets:
        raise ConfigError("--target", args.target, f"unknown target; {nearest(args.target, targets)}")
    if not scalars({args.target: targets[args.target]}):
        raise ConfigError("--target", args.target, "reads more than one number; name another target")
    print(best(plan, read_folder(file.parent / "observations"), args.target, targets[args.target], args.n))


if __name__ == "__main__":
    main()
