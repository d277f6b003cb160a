"""Arrays of a run to tidy tables, with the unit in the name of every column. Needs no Brian2."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from runner.binary import RunError, StoppedError


def column(name: str, unit: str) -> str:
    """Return the name of a column: ``v_mV``, or ``v`` when there is no unit."""
    return f"{name}_{unit}" if unit else name


def recordings(
    manifest: Mapping[str, Any], read: Callable[[str], np.ndarray], point: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    """Turn the arrays of one run into tables.

    Parameters
    ----------
    manifest : Mapping
        Description of the arrays (`runner.devices.network.manifest`).
    read : callable
        ``<object>.<variable>`` to its array in SI base units.
    point : Mapping
        ``point`` and ``seed`` go into every table.

    Returns
    -------
    dict
        One table per monitor (``t_ms``, ``index`` or ``i``, one column per variable), and ``final`` (``variable``,
        ``index``, ``value`` in SI base units).

    Raises
    ------
    RunError
        A recording holds a value that is not finite.
    """
    arrays, tables = manifest["arrays"], {}

    def scaled(key: str) -> tuple[str, np.ndarray]:
        entry = arrays[key]
        values = np.asarray(read(key)).reshape(-1)
        if np.issubdtype(values.dtype, np.floating):
            if not np.isfinite(values).all():
                raise RunError(f"{key} is not finite (NaN or infinite)")
            values = values / entry["unit_size"] if entry["unit"] else values
        return column(key.split(".", 1)[1], entry["unit"]), values

    for name, monitor in manifest["monitors"].items():
        columns: dict[str, np.ndarray] = {}
        time_name, times = scaled(f"{name}.t")
        elements = monitor["elements"]
        if monitor["kind"] == "state":
            number = f"{monitor['source']}.N"  # only synapses have one: how many there are turns out in the run
            if number in arrays and max(elements, default=-1) >= (n := int(read(number)[0])):
                raise RunError(
                    f"recording '{name}' asks for element {max(elements)} of '{monitor['source']}', which has only {n}"
                )
            columns[time_name] = np.repeat(times, len(elements))
            columns["index"] = np.tile(np.asarray(elements, dtype=np.int32), times.size)
        else:
            columns[time_name] = times
            if monitor["kind"] == "event":
                columns["i"] = scaled(f"{name}.i")[1]
        for variable in monitor["variables"]:
            label, values = scaled(f"{name}.{variable}")
            columns[label] = values
        if len({values.size for values in columns.values()}) > 1:
            raise StoppedError(f"recording '{name}': its columns differ in length; is the disk full?")
        tables[name] = labelled(columns, point)

    final = [(key, _at_the_end(read, key)) for key in manifest["final"]]
    if final:
        columns = {
            "variable": np.repeat([key for key, _ in final], [values.size for _, values in final]),
            "index": np.concatenate([np.arange(values.size, dtype=np.int32) for _, values in final]),
            "value": np.concatenate([values for _, values in final]),
        }
        tables["final"] = labelled(columns, point)
    return tables


def refuse_empty(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a recording without rows: a silent network, or a monitor of nothing.

    Parameters
    ----------
    tables : Mapping
        Name to table.

    Raises
    ------
    RunError
        Names the first such recording.
    """
    for name, table in tables.items():
        if table.empty:
            raise RunError(f"recording '{name}' is empty")


def _at_the_end(read: Callable[[str], np.ndarray], key: str) -> np.ndarray:
    """Return one state variable at the end of the run, in SI base units, refusing what is not finite."""
    values = np.asarray(read(key), dtype=float).reshape(-1)
    if values.size == 0 or not np.isfinite(values).all():
        raise RunError(f"{key} is {'empty' if values.size == 0 else 'not finite'} at the end")
    return values


def labelled(columns: Mapping[str, np.ndarray] | pd.DataFrame, point: Mapping[str, Any]) -> pd.DataFrame:
    """Return a table with the number and the seed of the point in front."""
    table = pd.DataFrame(columns)
    table.insert(0, "point", np.int32(point["point"]))
    table.insert(1, "seed", np.int32(point["seed"]))
    return table


def points_table(plan: Mapping[str, Any], numbers: list[int]) -> pd.DataFrame:
    """Return one row per point with every resolved parameter.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    numbers : list of int
        The points wanted.

    Returns
    -------
    DataFrame
        ``point``, ``seed``, ``scale`` and one column per dotted key, in display units. A list is text: ``3, 5``.
    """
    rows = []
    for number in numbers:
        point = plan["points"][number]
        row = {"point": point["point"], "seed": point["seed"], "scale": plan["scale"]}
        for key, value in point["values"].items():
            unit, size = plan["units"].get(key, ("", 1.0))
            if isinstance(value, list | tuple):
                value = ", ".join(map(str, value))
            row[column(key, unit)] = value / size if unit else value
        rows.append(row)
    return pd.DataFrame(rows)


def write(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write tables as Parquet, one file each.

    Parameters
    ----------
    tables : Mapping
        Name to table.
    folder : Path
        Existing folder.
    """
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
