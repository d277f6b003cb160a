"""Compare observations with the numbers of ``targets.yaml``: match, close, differs or not run."""

import argparse
import difflib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from pandas import DataFrame

from base.catalogue import SCALES
from base.errors import ConfigError
from base.tables import read_folder, write_json
from base.yaml_files import read_yaml

OUTCOMES = ("match", "close", "differs", "not run")
ORIGINS = ("paper", "authors' code", "independent reimplementation", "derivation", "our extension")
REDUCTIONS = ("mean", "median", "min", "max", "std", "none")
POSITIONS = ("first", "last", "max", "min")

TOLERANCES = ("absolute", "relative")
COMPARISONS = ("less_than", "greater_than", "below", "above")
MARGINS = ("by_factor", "by_difference")
ACCEPTS = {
    "exact": TOLERANCES,
    "level": TOLERANCES,
    "trend": (*COMPARISONS, *MARGINS),
    "distribution": ("ks",),
}


# -- validation --------------------------------------------------------------------------------------------------------


def _refuse(file: str, key: str, what: str, name: object = None, valid: Iterable[object] = ()) -> NoReturn:
    """Raise the one-line error: file, key, what is wrong, and the nearest valid name."""
    options = [str(v) for v in valid]
    near = difflib.get_close_matches(str(name), options, n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else f"; valid: {', '.join(options)}" if options else ""
    raise ValueError(f"{file}: {key}: {what}{hint}")


def _mapping(file: str, key: str, value: Any, known: Sequence[str], required: Sequence[str]) -> Mapping[str, Any]:
    """Return `value` if it is a mapping with all `required` and only `known` keys."""
    if not isinstance(value, Mapping):
        _refuse(file, key, f"expected a mapping, got {value!r}")
    for name in value:
        if name not in known:
            _refuse(file, key, f"unknown key '{name}'", name, known)
    for name in required:
        if name not in value:
            _refuse(file, key, f"missing key '{name}'")
    return value


def _choice(file: str, key: str, value: Any, valid: Sequence[str]) -> None:
    if value not in valid:
        _refuse(file, key, f"unknown value '{value}'", value, valid)


def _number(file: str, key: str, value: Any, positive: bool = False) -> None:
    if isinstance(value, str):
        _refuse(file, key, f"number given as text '{value}' (YAML needs a decimal point: 1.0e-4)")
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        _refuse(file, key, f"expected a finite number, got {value!r}")
    if positive and value <= 0:
        _refuse(file, key, f"must be positive, got {value}")


def _text(file: str, key: str, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        _refuse(file, key, f"expected a text, got {value!r}")


def _observation(file: str, key: str, value: Any, tables: Mapping[str, DataFrame] | None) -> None:
    """Check one observation: its keys, and that the table and the columns exist."""
    _mapping(file, key, value, ("table", "column", "where", "reduce"), ("table", "column"))
    _choice(file, f"{key}.reduce", value.get("reduce", "none"), REDUCTIONS)
    where = value.get("where", {})
    if not isinstance(where, Mapping):
        _refuse(file, f"{key}.where", f"expected a mapping of columns, got {where!r}")
    for column, wanted in where.items():
        if isinstance(wanted, Mapping) or wanted is None or wanted == []:
            _refuse(file, f"{key}.where.{column}", f"expected a value or a list, got {wanted!r}")
    if tables is None:
        return
    if value["table"] not in tables:
        _refuse(file, f"{key}.table", f"no table '{value['table']}'", value["table"], tables)
    columns = list(tables[value["table"]].columns)
    if value["column"] not in columns:
        _refuse(file, f"{key}.column", f"no column '{value['column']}'", value["column"], columns)
    for column in where:
        if column not in columns:
            _refuse(file, f"{key}.where", f"no column '{column}'", column, columns)


def _accept(file: str, key: str, kind: str, accept: Any, tables: Mapping[str, DataFrame] | None) -> None:
    """Check what counts as a match, for one kind of target."""
    _mapping(file, key, accept, ACCEPTS[kind], ())
    if kind != "trend":
        if len(accept) != 1:
            _refuse(file, key, f"give exactly one of: {', '.join(ACCEPTS[kind])}")
        for name, value in accept.items():
            _number(file, f"{key}.{name}", value, positive=True)
        return
    chosen = [name for name in COMPARISONS if name in accept]
    margins = [name for name in MARGINS if name in accept]
    if len(chosen) != 1:
        _refuse(file, key, f"give exactly one of: {', '.join(COMPARISONS)}")
    if chosen[0] in ("below", "above"):
        _number(file, f"{key}.{chosen[0]}", accept[chosen[0]])
        if margins:
            _refuse(file, key, f"'{margins[0]}' needs 'less_than' or 'greater_than'")
        return
    _observation(file, f"{key}.{chosen[0]}", accept[chosen[0]], tables)
    if len(margins) > 1:
        _refuse(file, key, f"give at most one of: {', '.join(MARGINS)}")
    for name in margins:
        _number(file, f"{key}.{name}", accept[name], positive=True)
    if accept.get("by_factor", 1) < 1:
        _refuse(file, f"{key}.by_factor", f"must be at least 1, got {accept['by_factor']}")


def validate(targets: Any, tables: Mapping[str, DataFrame] | None = None, file: str = "targets.yaml") -> None:
    """Refuse a wrong target file before anything is scored.

    Parameters
    ----------
    targets : Mapping
        Content of ``targets.yaml``: target name to description.
    tables : Mapping of str to DataFrame, or None
        Observation tables; with None the names of tables and columns are not checked.
    file : str
        Name of the file, for the message.

    Raises
    ------
    ValueError
        One line: file, key, what is wrong and the nearest valid name.
    """
    if not isinstance(targets, Mapping) or not targets:
        _refuse(file, "top level", "expected a mapping of target names")
    known = ("claim", "kind", "scales", "observation", "reported", "accept")
    for name, target in targets.items():
        _mapping(file, name, target, known, ("claim", "kind", "observation", "reported", "accept"))
        _text(file, f"{name}.claim", target["claim"])
        kind = target["kind"]
        _choice(file, f"{name}.kind", kind, tuple(ACCEPTS))
        scales = target.get("scales", list(SCALES))
        if not isinstance(scales, list) or not scales:
            _refuse(file, f"{name}.scales", f"expected a list of scales, got {scales!r}")
        for scale in scales:
            _choice(file, f"{name}.scales", scale, SCALES)
        _observation(file, f"{name}.observation", target["observation"], tables)

        needed = ("source",) if kind == "trend" else ("value", "source")
        reported = _mapping(file, f"{name}.reported", target["reported"], ("value", "source", "origin"), needed)
        _text(file, f"{name}.reported.source", reported["source"])
        if "origin" in reported:
            _choice(file, f"{name}.reported.origin", reported["origin"], ORIGINS)
        value = reported.get("value", [])
        for number in value if isinstance(value, list) else [value]:
            _number(file, f"{name}.reported.value", number)
        if kind == "level" and isinstance(value, list):
            _refuse(file, f"{name}.reported.value", "kind level needs one number; use kind exact for a list")
        if kind == "distribution" and (not isinstance(value, list) or not value):
            _refuse(file, f"{name}.reported.value", "kind distribution needs a list, the reported sample")
        if kind == "exact" and value == []:
            _refuse(file, f"{name}.reported.value", "expected at least one number")

        _accept(file, f"{name}.accept", kind, target["accept"], tables)
        if "relative" in target["accept"] and np.any(np.asarray(value) == 0):
            _refuse(file, f"{name}.accept.relative", "a reported value is zero; use 'absolute'")


# -- selection ---------------------------------------------------------------------------------------------------------


def _mask(column: pd.Series, wanted: Any) -> np.ndarray:
    """Tell which rows equal `wanted` or, for a list, one of its entries; floats up to rounding."""
    options = wanted if isinstance(wanted, list) else [wanted]
    if pd.api.types.is_float_dtype(column) and all(isinstance(o, int | float) for o in options):
        near: Any = np.isclose(column.to_numpy()[:, None], np.asarray(options, float), rtol=1e-9, atol=0)
        return near.any(axis=1)
    return column.isin(options).to_numpy()


def select(table: DataFrame, observation: Mapping[str, Any]) -> np.ndarray:
    """Pick the values an observation names, and reduce them.

    Plain conditions are applied first; ``first``, ``last``, ``max`` and ``min`` then refer to the rows that are left,
    and mean the value of that column in the first or last row, or its largest or smallest value.

    Parameters
    ----------
    table : DataFrame
        An observation table.
    observation : Mapping
        ``column``, ``where`` and ``reduce`` as in ``targets.yaml``.

    Returns
    -------
    ndarray, shape (n,)
        Values in table order, or one value after a reduction; empty if no row fulfils the conditions.
    """
    where = observation.get("where", {})
    # A text column may hold the word "first" itself; then it is a value like any other.
    positional = {c: w for c, w in where.items() if isinstance(w, str) and w in POSITIONS and w not in set(table[c])}
    rows: Any = table
    for column, wanted in where.items():
        if column not in positional:
            rows = rows[_mask(rows[column], wanted)]
    for column, wanted in positional.items():
        if len(rows):
            values = rows[column]
            pick = {"first": values.iloc[0], "last": values.iloc[-1]}.get(wanted)
            rows = rows[values == (getattr(values, wanted)() if pick is None else pick)]
    values = rows[observation["column"]]
    reduce = observation.get("reduce", "none")
    if reduce == "none" or values.empty:
        return values.to_numpy(float)
    return np.array([getattr(values, reduce)(skipna=False)], float)  # a NaN must not vanish in a mean


# -- scoring -----------------------------------------------------------------------------------------------------------


def _grade(distance: float, tolerance: float) -> str:
    """Match within the tolerance, close within twice the tolerance; NaN differs."""
    return "match" if distance <= tolerance else "close" if distance <= 2 * tolerance else "differs"


def _tolerance(target: Mapping[str, Any]) -> str:
    """Write what a target accepts."""
    accept = target["accept"]
    if "ks" in accept:
        return f"KS ≤ {accept['ks']:g}"
    if "absolute" in accept:
        return f"± {accept['absolute']:g}"
    if "relative" in accept:
        return f"± {100 * accept['relative']:g} %"
    name = next(n for n in COMPARISONS if n in accept)
    up = name in ("greater_than", "above")
    if name in ("below", "above"):
        return f"{'>' if up else '<'} {accept[name]:g}"
    margin = ""
    if "by_factor" in accept:
        margin = f" {'×' if up else '/'} {accept['by_factor']:g}"
    elif "by_difference" in accept:
        margin = f" {'+' if up else '−'} {accept['by_difference']:g}"
    return f"{'>' if up else '<'} other{margin}"


def _near(observed: np.ndarray, target: Mapping[str, Any]) -> dict[str, Any]:
    """Score kinds level and exact: every value within an absolute or relative tolerance."""
    expected = np.atleast_1d(np.asarray(target["reported"]["value"], float))
    ((how, size),) = target["accept"].items()
    if len(observed) < len(expected):
        return {"outcome": "not run", "note": f"{len(observed)} of {len(expected)} values at this scale"}
    if len(observed) > len(expected):
        raise ValueError(f"{len(observed)} rows for {len(expected)} reported value(s); narrow 'where' or reduce")
    unit = np.abs(expected) if how == "relative" else np.ones_like(expected)
    distance = np.max(np.abs(observed - expected) / unit)  # np.max hands a NaN on
    return {"outcome": _grade(distance, size), "deviation": float(distance / size)}


def _trend(observed: np.ndarray, target: Mapping[str, Any], other: Callable[[Any], np.ndarray]) -> dict[str, Any]:
    """Score kind trend: an order, with a margin if one is demanded; close if half of the margin is there."""
    accept = target["accept"]
    name = next(n for n in COMPARISONS if n in accept)
    sign = 1 if name in ("greater_than", "above") else -1
    if name in ("below", "above"):
        holds = np.all(sign * (observed - accept[name]) > 0)
        return {"outcome": "match" if holds else "differs"}
    reference = other(accept[name])
    if not len(reference):
        return {"outcome": "not run", "note": "nothing to compare with at this scale"}
    if len(reference) not in (1, len(observed)):
        raise ValueError(f"{len(observed)} rows compared with {len(reference)}; reduce one side")
    if "by_factor" in accept:
        bounds = [reference * factor**sign for factor in (accept["by_factor"], np.sqrt(accept["by_factor"]))]
    else:
        margin = accept.get("by_difference", 0)
        bounds = [reference + sign * m for m in (margin, margin / 2)]
    full, half = (bool(np.all(sign * (observed - bound) > 0)) for bound in bounds)
    return {"outcome": "match" if full else "close" if half else "differs", "other": reference.tolist()}


def _plain(value: Any) -> Any:
    """Replace what JSON cannot hold (NaN, infinity) by None."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _distribution(observed: np.ndarray, target: Mapping[str, Any]) -> dict[str, Any]:
    """Score kind distribution: two-sample Kolmogorov-Smirnov distance."""
    size = target["accept"]["ks"]
    if np.isnan(observed).any():
        return {"outcome": "differs", "note": "the observation holds NaN"}
    from scipy.stats import ks_2samp  # half a second, and few targets need it

    test: Any = ks_2samp(observed, target["reported"]["value"])
    distance = float(test.statistic)
    return {"outcome": _grade(distance, size), "deviation": distance / size, "note": f"KS = {distance:.3g}"}


def score(
    targets: Mapping[str, Any], tables: Mapping[str, DataFrame], scale: str, file: str = "targets.yaml"
) -> list[dict[str, Any]]:
    """Score every target against the observation tables.

    Parameters
    ----------
    targets : Mapping
        Content of ``targets.yaml``.
    tables : Mapping of str to DataFrame
        Observation tables by name.
    scale : str
        Scale at which the tables were made; a target that does not list it is not run.
    file : str
        Name of the target file, for messages.

    Returns
    -------
    list of dict
        One entry per target, in order: ``name``, ``claim``, ``kind``, ``reported`` (number, list or None), ``source``,
        ``origin``, ``observed`` (list; None for NaN), ``tolerance`` (text), ``outcome``, and where they apply
        ``deviation`` (in tolerances), ``other`` (list: what a trend was compared with) and ``note``.

    Raises
    ------
    ValueError
        If a target is malformed or selects more rows than it has reported values. One line.
    """
    validate(targets, tables, file)
    _choice(file, "scale", scale, SCALES)
    entries = []
    for name, target in targets.items():
        entry = {key: target[key] for key in ("claim", "kind")}
        entry["reported"] = target["reported"].get("value")
        entry["source"] = target["reported"]["source"]
        entry["origin"] = target["reported"].get("origin", "")
        entry |= {"observed": [], "tolerance": _tolerance(target), "outcome": "not run"}
        entries.append({"name": name, **entry})
        if scale not in target.get("scales", SCALES):
            entries[-1]["note"] = f"needs scale {' or '.join(target['scales'])}"
            continue

        def observe(observation: Mapping[str, Any]) -> np.ndarray:
            return select(tables[observation["table"]], observation)

        observed = observe(target["observation"])
        if not len(observed):
            entries[-1]["note"] = f"no such rows in table '{target['observation']['table']}' at this scale"
            continue
        try:
            if target["kind"] == "trend":
                result = _trend(observed, target, observe)
            elif target["kind"] == "distribution":
                result = _distribution(observed, target)
            else:
                result = _near(observed, target)
        except ValueError as problem:
            raise ValueError(f"{file}: {name}: {problem}") from None
        entries[-1] |= {key: _plain(value) for key, value in {"observed": observed.tolist(), **result}.items()}
    return entries


def summary(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count the outcomes.

    Parameters
    ----------
    entries : iterable of Mapping
        What `score` returned.

    Returns
    -------
    dict
        Outcome to number of targets; every outcome is present.
    """
    counts = Counter(entry["outcome"] for entry in entries)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def reported(targets: Mapping[str, Any]) -> DataFrame:
    """Return the reported numbers as a table, for figures that show them.

    Parameters
    ----------
    targets : Mapping
        Content of ``targets.yaml``.

    Returns
    -------
    DataFrame
        One row per number: ``target``, ``table``, ``column``, ``value``, and the conditions of its observation, one
        column each (a list of conditions goes with the list of numbers, element by element).
    """
    rows = []
    for name, target in targets.items():
        values = target["reported"].get("value", [])
        values = values if isinstance(values, list) else [values]
        where = target["observation"].get("where", {})
        for k, value in enumerate(values):
            row = {"target": name, "table": target["observation"]["table"], "column": target["observation"]["column"]}
            conditions = {
                column: wanted[k] if isinstance(wanted, list) and len(wanted) == len(values) else wanted
                for column, wanted in where.items()
                if not isinstance(wanted, list) or len(wanted) == len(values)
            }
            rows.append({**row, "value": float(value), **conditions})
    return DataFrame(rows)


def load(targets: Path, tables: Path) -> tuple[dict[str, Any], dict[str, DataFrame]]:
    """Read a target file and every ``<table>.parquet`` of a folder.

    Parameters
    ----------
    targets : Path
        ``targets.yaml`` of an experiment.
    tables : Path
        Folder of observation tables.

    Returns
    -------
    tuple of dict and dict
        Targets by name and tables by name.

    Raises
    ------
    ValueError
        If the file is missing or is not YAML, or the folder holds no table. One line.
    """
    try:
        content = read_yaml(targets)
    except ConfigError as problem:
        raise ValueError(str(problem)) from None
    found = read_folder(tables)
    if not found:
        raise ValueError(f"{tables}: holds no observation table (*.parquet)")
    return content, found


def main(arguments: Sequence[str] | None = None) -> None:
    """Write ``score.json`` from a target file and a folder of observation tables."""
    parser = argparse.ArgumentParser(prog="python -m analysis.score", description=main.__doc__)
    parser.add_argument("--targets", type=Path, required=True, help="targets.yaml of the experiment")
    parser.add_argument(
        "--tables", type=Path, required=True, help="folder with one <table>.parquet per observation table"
    )
    parser.add_argument("--scale", required=True, help=" | ".join(SCALES))
    parser.add_argument("--guards", type=json.loads, default={}, help="JSON: digests of what decides the score")
    parser.add_argument("--out", type=Path, required=True, help="score.json to write")
    options = parser.parse_args(arguments)
    try:
        entries = score(*load(options.targets, options.tables), options.scale, str(options.targets))
    except ValueError as problem:
        sys.exit(f"error: {problem}")
    content = {"scale": options.scale, "guards": options.guards, "summary": summary(entries), "targets": entries}
    write_json(content, options.out)
    counts = content["summary"]
    print(", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES))


if __name__ == "__main__":
    main()
