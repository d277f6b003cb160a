"""Reduce the recordings of an experiment to small tidy tables, and write down what made them."""

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from analysis.experiment_code import load
from analysis.provenance import provenance
from base.errors import one_line
from base.files import read_json
from base.tables import read_folder, write_folder, write_json


def merge(chunks: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """Read the recordings of all chunks and put them together, ordered by point.

    Parameters
    ----------
    chunks : sequence of Path
        One folder of Parquet files per chunk.

    Returns
    -------
    dict
        Name to table. How the points were cut into chunks leaves no trace.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for chunk in chunks:
        for name, table in read_folder(chunk).items():
            parts.setdefault(name, []).append(table)
    return {
        name: pd.concat(tables, ignore_index=True).sort_values("point", kind="stable", ignore_index=True)
        for name, tables in parts.items()
    }


def observe_by(
    observe: Callable[[dict[str, pd.DataFrame]], dict[str, pd.DataFrame]],
    recordings: dict[str, pd.DataFrame],
    by: Sequence[str],
    failed: dict[int, str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Observe an experiment once for each combination of some parameter values.

    Parameters
    ----------
    observe : callable
        The function of the experiment: recordings to tables.
    recordings : dict
        Name to table; each has a column ``point``.
    by : sequence of str
        Columns of ``recordings["points"]``; empty observes everything at once.
    failed : dict, optional
        Takes the number and the reason of points whose combination cannot be observed; the others go on.

    Returns
    -------
    dict
        The tables of the experiment, with the columns of `by` in front.
    """
    if not by:
        return observe(recordings)
    parts: dict[str, list[pd.DataFrame]] = {}
    for values, points in recordings["points"].groupby(list(by)):
        some = {
            name: table[table["point"].isin(points["point"])].reset_index(drop=True)
            for name, table in recordings.items()
        }
        try:
            tables = observe(some)
            for name, table in tables.items():
                if table.empty:
                    raise ValueError(f"table '{name}' is empty")
        except Exception as error:
            if failed is None:
                raise
            traceback.print_exc(file=sys.stdout)  # the job's log keeps the whole story
            failed |= dict.fromkeys(map(int, points["point"]), f"observe: {type(error).__name__}: {error}")
            continue
        for name, table in tables.items():
            front = pd.DataFrame(dict(zip(by, values, strict=True)), index=table.index)
            parts.setdefault(name, []).append(front.join(table.drop(columns=list(by), errors="ignore")))
    return {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}


def _unseen(points: pd.DataFrame, reasons: dict[int, str], by: Sequence[str], again: str) -> pd.DataFrame:
    """Return one row per point that could not be observed, as `runner.records.failures_table` makes them."""
    rows = points.set_index("point", drop=False).loc[list(reasons), ["point", "seed", *by]]
    return rows.assign(reason=list(reasons.values()), command=[f"{again} --point {number}" for number in reasons])


def _first(failures: pd.DataFrame) -> str:
    """Say number and reason of the first point that failed."""
    first = failures.sort_values("point").iloc[0]
    return f"{first['point']}: {first['reason']}"


@one_line()
def main() -> None:
    """Command line of the observation job."""
    parser = argparse.ArgumentParser(prog="python -m analysis.observe", description=__doc__)
    parser.add_argument("--figure", type=Path, required=True, help="figure.py of the experiment")
    parser.add_argument("--recordings", type=Path, nargs="+", required=True, help="folders of recordings")
    parser.add_argument("--references", type=Path, nargs="*", default=[], help="folders of reference tables")
    parser.add_argument("--by", nargs="*", default=[], help="columns of the points: observe each combination alone")
    parser.add_argument("--plan", type=Path, required=True, help="plan.json")
    parser.add_argument("--builds", type=Path, required=True, help="folder of all builds")
    parser.add_argument("--out", type=Path, required=True, help="folder of tables to make")
    parser.add_argument("--provenance", type=Path, required=True, help="JSON file to make: what made the tables")
    args = parser.parse_args()
    plan = read_json(args.plan)
    recordings, references = merge(args.recordings), merge(args.references)
    for name in recordings.keys() & references.keys():
        sys.exit(f"{args.figure.with_name('reference.py')}: table '{name}' has the name of a recording; rename it")
    failures = [pd.DataFrame(plan.get("failures") or []), recordings.pop("failures", pd.DataFrame())]
    unseen: dict[int, str] | None = {} if args.by else None
    if "points" in recordings:
        points = recordings["points"].copy()
        tables = observe_by(load(args.figure).observe, {**recordings, **references}, args.by, unseen)
        if unseen:
            failures.append(_unseen(points, unseen, args.by, plan["again"]))
    else:
        tables = {}
    lost = pd.concat(failures, ignore_index=True)
    if not tables:
        sys.exit(f"{plan['experiment']} at scale {plan['scale']}: every point failed; point {_first(lost)}")
    for name, table in tables.items():
        if table.empty:
            sys.exit(f"{args.figure}: observe: table '{name}' is empty")
    if not lost.empty:
        tables["failures"] = lost.sort_values("point", kind="stable", ignore_index=True)
    write_folder(tables, args.out)
    # The checksum is that of the files.
    write_json(provenance(plan, args.recordings, args.builds, points, read_folder(args.out)), args.provenance)


if __name__ == "__main__":
    main()
