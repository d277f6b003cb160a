"""Observe a sweep: part by part, each in a job of its own, then all parts below each other, in little memory.

A part holds some combinations of values, in the order of their declaration, with all of their seeds. Points are known
by their content: which folder of recordings holds one, and what its number was then, leaves no trace.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.experiment_code import load
from analysis.observe import observe_by, refuse_same
from analysis.provenance import data_of, provenance
from base.errors import one_line
from base.files import atomic, read_json
from base.groups import renumbered
from base.points import read_plan
from base.tables import checksum_of, read_folder, write_json

Tables = dict[str, pd.DataFrame]


def of_part(plan: Mapping[str, Any], kind: str, first: int, last: int) -> Iterator[tuple[str, dict[str, int]]]:
    """Yield the folders that hold points of a part, with content and number of these points."""
    for name, job in plan["jobs"][kind].items():
        found = {content: number for content, number in job.items() if first <= number < last}
        if found:
            yield name, found


def recorded(plan: Mapping[str, Any], kind: str, folder: Path, first: int, last: int) -> Tables:
    """Read the tables of some points.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    kind : str
        ``recordings`` or ``references``.
    folder : Path
        Where the plan is; the folders of tables are beside it.
    first, last : int
        Numbers of the first point, and of the first one that is not read.

    Returns
    -------
    dict
        Name to table, ordered by point.
    """
    found: dict[str, list[pd.DataFrame]] = {}
    for name, wanted in of_part(plan, kind, first, last):
        number = renumbered(folder / kind / name, wanted)
        for table_name, table in read_folder(folder / kind / name).items():
            rows = table[table["point"].isin(list(number))]
            rows = rows.assign(point=rows["point"].map(number).astype(table["point"].dtype))
            found.setdefault(table_name, []).append(rows)
    return {
        name: pd.concat(tables, ignore_index=True).sort_values("point", kind="stable", ignore_index=True)
        for name, tables in found.items()
    }


def observe_part(
    plan: Mapping[str, Any], part: int, folder: Path, observe: Callable[[Tables], Tables], figure: Path
) -> tuple[Tables, list[dict[str, str]]]:
    """Observe every combination of a part.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    part : int
        Its number.
    folder : Path
        Where the plan is.
    observe : callable
        The function of the experiment: recordings to tables.
    figure : Path
        File of this function; named in errors.

    Returns
    -------
    tables : dict
        Name to table, with the swept values in front; ``failures`` where points have failed.
    data : list of dict
        Data sets that the points were shown.
    """
    first, last = plan["parts"][part]
    recordings, references = (recorded(plan, kind, folder, first, last) for kind in ("recordings", "references"))
    refuse_same(recordings, references, figure)
    known = {row["point"]: row["reason"] for row in plan["failures"] if first <= row["point"] < last}
    if "failures" in recordings:
        rows = recordings.pop("failures")
        known |= dict(zip(map(int, rows["point"]), rows["reason"], strict=True))
    unseen: dict[int, str] | None = None if plan["strict"] else {}
    tables: dict[str, list[pd.DataFrame]] = {}
    if "points" in recordings:  # of a part whose variants lack a parameter
        recordings["points"] = recordings["points"].reindex(
            columns=list(dict.fromkeys([*recordings["points"], *plan["columns"]]))
        )
    everything = {**recordings, **references}
    for start in range(first, last, plan["each"]):
        some = {name: _between(table, start, start + plan["each"]) for name, table in everything.items()}
        if "points" in some and not some["points"].empty:
            for name, table in observe_by(observe, some, plan["columns"], unseen).items():
                tables.setdefault(name, []).append(table)
    found = {name: pd.concat(rows, ignore_index=True) for name, rows in tables.items()}
    if lost := {**known, **(unseen or {})}:
        found["failures"] = failure_rows(plan, lost)
    return found, data_of(recordings.get("points", pd.DataFrame()))


def _between(table: pd.DataFrame, start: int, stop: int) -> pd.DataFrame:
    """Return the rows of some points of a table that is ordered by them."""
    low, high = table["point"].searchsorted([start, stop])
    return table.iloc[low:high].reset_index(drop=True)


def failure_rows(plan: Mapping[str, Any], reasons: Mapping[int, str]) -> pd.DataFrame:
    """Return one row per point that failed.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    reasons : Mapping
        Number of each point to one line.

    Returns
    -------
    DataFrame
        ``point``, ``seed``, the parameters that are swept, ``reason``, and ``command``, which runs the point again.
    """
    rows = []
    for number in sorted(reasons):
        row = {"point": number, "seed": plan["points"][number]["seed"], **shown_values(plan, number)}
        rows.append({**row, "reason": reasons[number], "command": f"{plan['again']} --point {number}"})
    return pd.DataFrame(rows)


def shown_values(plan: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return the swept values of a point as tables show them, by column."""
    shown = {}
    for key, column in zip(plan["swept"], plan["columns"], strict=False):
        value = plan["points"][number]["values"].get(key, math.nan)  # of a variant that has no such parameter
        if isinstance(value, list):
            value = ", ".join(map(str, value))
        shown[column] = value / plan["units"][key][1] if key in plan["units"] else value
    return shown


def gather(parts: Sequence[Path], out: Path) -> None:
    """Put the tables of all parts below each other, one part in memory at a time.

    Parameters
    ----------
    parts : sequence of Path
        Folders of Parquet files, in order.
    out : Path
        Existing folder.
    """
    for name in sorted({file.stem for part in parts for file in part.glob("*.parquet")}):
        files = [file for part in parts if (file := part / f"{name}.parquet").exists()]
        schemas = [pq.read_schema(file).remove_metadata() for file in files]
        schema = pa.unify_schemas(schemas, promote_options="permissive")
        for place, field in enumerate(schema):
            if pa.types.is_integer(field.type) and not all(field.name in one.names for one in schemas):
                schema = schema.set(place, field.with_type(pa.float64()))  # as pandas fills what is missing
        with pq.ParquetWriter(out / f"{name}.parquet", schema) as writer:
            for file in files:
                table = pq.read_table(file)
                columns = [
                    table[field.name].cast(field.type)
                    if field.name in table.column_names
                    else pa.nulls(len(table), field.type)
                    for field in schema
                ]
                writer.write_table(pa.table(columns, schema=schema))


def runs_of(plan: Mapping[str, Any], folder: Path) -> list[dict[str, Any]]:
    """Return ``cpu_s`` and ``wall_s`` of every point of a sweep that was run."""
    found = []
    for name, wanted in plan["jobs"]["recordings"].items():
        number = renumbered(folder / "recordings" / name, wanted)
        found += [run for run in read_json(folder / "recordings" / name / "cost.json") if run["point"] in number]
    return found


def _gathered(plan: Mapping[str, Any], folder: Path, builds: Path, out: Path, made: Path) -> None:
    """Write the tables of a sweep, and what made them."""
    parts = [folder / "parts" / str(number) for number in range(len(plan["parts"]))]
    with atomic(out, directory=True) as new:
        gather(parts, new)
        failures = new / "failures.parquet"
        failed = pq.read_metadata(failures).num_rows if failures.exists() else 0
        if not any(file.stem != "failures" for file in new.glob("*.parquet")):
            first = read_folder(new)["failures"].iloc[0]
            at = f"{plan['experiment']} at scale {plan['scale']}"
            sys.exit(f"{at}: every point failed; point {first['point']}: {first['reason']}")
        checksum = checksum_of(new)
    data = [
        json.loads(row) for row in sorted({json.dumps(row) for part in parts for row in read_json(part / "data.json")})
    ]
    write_json(provenance(plan, runs_of(plan, folder), builds, data, checksum, failed), made)


@one_line()
def main() -> None:
    """Command line of the jobs that observe a sweep."""
    parser = argparse.ArgumentParser(prog="python -m analysis.parts", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--plan", type=Path, required=True, help="plan.json; recordings, references, parts are beside it"
    )
    parser.add_argument("--figure", type=Path, help="figure.py of the experiment: observe a part")
    parser.add_argument("--part", type=int, help="number of the part")
    parser.add_argument("--builds", type=Path, help="folder of all builds: gather the parts")
    parser.add_argument("--provenance", type=Path, help="JSON file to make: what made the tables")
    parser.add_argument("--out", type=Path, required=True, help="folder of tables to make")
    args = parser.parse_args()
    plan, folder = read_plan(args.plan), args.plan.parent
    if args.part is None:
        _gathered(plan, folder, args.builds, args.out, args.provenance)
        return
    tables, data = observe_part(plan, args.part, folder, load(args.figure).observe, args.figure)
    with atomic(args.out, directory=True) as new:
        for name, table in tables.items():
            table.to_parquet(new / f"{name}.parquet", index=False)
        (new / "data.json").write_text(json.dumps(data), encoding="utf-8")


if __name__ == "__main__":
    main()
