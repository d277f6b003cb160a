"""Reduce the recordings of an experiment to small tidy tables, and write down what made them."""

import argparse
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.experiment_code import load
from analysis.provenance import data_of, provenance
from base.errors import one_line
from base.files import read_json
from base.groups import folders
from base.points import read_plan
from base.tables import checksum, read_folder, write_folder, write_json


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
    for values, points in recordings["points"].groupby(list(by), dropna=False):
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


def joined(results: Path, experiments: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Read the tables of other experiments that one observes with its own.

    Parameters
    ----------
    results : Path
        Of a scale.
    experiments : sequence of str
        ``<paper>/<experiment>``.

    Returns
    -------
    dict
        ``<experiment>.<table>`` to table.
    """
    return {
        f"{name.partition('/')[2]}.{table}": rows
        for name in experiments
        for table, rows in read_folder(results / name / "observations").items()
    }


@one_line()
def main() -> None:
    """Command line of the observation job of a scale; sweeps are observed by `analysis.parts`."""
    parser = argparse.ArgumentParser(prog="python -m analysis.observe", description=__doc__)
    parser.add_argument("--figure", type=Path, required=True, help="figure.py of the experiment")
    parser.add_argument("--plan", type=Path, required=True, help="plan.json; recordings and references are beside it")
    parser.add_argument("--builds", type=Path, required=True, help="folder of all builds")
    parser.add_argument("--out", type=Path, required=True, help="folder of tables to make")
    parser.add_argument("--provenance", type=Path, required=True, help="JSON file to make: what made the tables")
    args = parser.parse_args()
    plan = read_plan(args.plan)
    chunks = {kind: [args.plan.parent / kind / k for k in folders(plan, kind)] for kind in ("recordings", "references")}
    recordings, references = merge(chunks["recordings"]), merge(chunks["references"])
    refuse_same(recordings, references, args.figure)
    points = recordings["points"].copy()
    others = joined(args.plan.parents[2], plan["joins"])
    tables = observe_by(load(args.figure).observe, {**recordings, **references, **others}, [])
    for name, table in tables.items():
        if table.empty:
            sys.exit(f"{args.figure}: observe: table '{name}' is empty")
    write_folder(tables, args.out)
    runs = [run for chunk in chunks["recordings"] for run in read_json(chunk / "cost.json")]
    # The checksum is that of the files.
    made = provenance(plan, runs, args.builds, data_of(points), checksum(read_folder(args.out)))
    if plan["joins"]:
        sides = {name: args.plan.parents[2] / name / "provenance.json" for name in plan["joins"]}
        made["joined"] = {name: read_json(file)["checksum"] for name, file in sides.items()}
    write_json(made, args.provenance)


def refuse_same(recordings: Mapping[str, object], references: Mapping[str, object], figure: Path) -> None:
    """End the program if a table of references has the name of a recording."""
    for name in recordings.keys() & references.keys():
        sys.exit(f"{figure.with_name('reference.py')}: table '{name}' has the name of a recording; rename it")


if __name__ == "__main__":
    main()
