"""Compare observations with the numbers of ``targets.yaml``: match, close, differs or not run."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from base.catalogue import SCALES
from base.errors import ConfigError, nearest, one_line
from base.origins import OUTCOMES, by_group, headline
from base.tables import read_folder, write_json
from base.targets import COMPARISONS, check, controlled, read_targets

POSITIONS = ("first", "last", "max", "min")

# -- selection ---------------------------------------------------------------------------------------------------------


def _mask(column: pd.Series, wanted: Any) -> np.ndarray:
    """Tell which rows equal `wanted` or, for a list, one of its entries; floats up to rounding."""
    options = wanted if isinstance(wanted, list) else [wanted]
    if pd.api.types.is_float_dtype(column) and all(isinstance(o, int | float) for o in options):
        near: Any = np.isclose(column.to_numpy()[:, None], np.asarray(options, float), rtol=1e-9, atol=0)
        return near.any(axis=1)
    return column.isin(options).to_numpy()


def rows_of(table: DataFrame, where: Mapping[str, Any]) -> DataFrame:
    """Pick the rows that fulfil the conditions of an observation.

    Plain conditions are applied first; ``first``, ``last``, ``max`` and ``min`` then refer to the rows that are left,
    and mean the value of that column in the first or last row, or its largest or smallest value.

    Parameters
    ----------
    table : DataFrame
        An observation table.
    where : Mapping
        Column to value, list of values, or position.

    Returns
    -------
    DataFrame
        In table order; empty if no row fulfils the conditions.
    """
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
    return rows


def select(table: DataFrame, observation: Mapping[str, Any]) -> np.ndarray:
    """Pick the values an observation names, and reduce them.

    Parameters
    ----------
    table : DataFrame
        An observation table.
    observation : Mapping
        ``column``, ``where`` (see `rows_of`) and ``reduce`` as in ``targets.yaml``.

    Returns
    -------
    ndarray, shape (n,)
        Values in table order, or one value after a reduction; empty if no row fulfils the conditions.
    """
    values: Any = rows_of(table, observation.get("where", {}))[observation["column"]]
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
    if "standard_errors" in accept:
        return f"± {accept['standard_errors']:g} standard errors"
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


def _near(observed: np.ndarray, target: Mapping[str, Any], tolerance: float | None) -> dict[str, Any]:
    """Score kinds level and exact: every value within an absolute or relative tolerance."""
    expected = np.atleast_1d(np.asarray(target["reported"]["value"], float))
    if len(observed) != len(expected):
        raise ValueError(f"{len(observed)} rows for {len(expected)} reported value(s); mend 'where' or reduce")
    ((how, size),) = target["accept"].items()
    size = size if tolerance is None else tolerance
    unit = np.abs(expected) if how == "relative" else np.ones_like(expected)
    distance = np.max(np.abs(observed - expected) / unit)  # np.max hands a NaN on
    return {"outcome": _grade(distance, size), "deviation": float(distance / size)}


def _spread(target: Mapping[str, Any], tables: Mapping[str, DataFrame]) -> float:
    """Return the tolerance that the spread over seeds sets: standard errors of the difference of two means."""
    observation, reported = target["observation"], target["reported"]
    rows = rows_of(tables[observation["table"]], observation.get("where", {}))
    means = rows.groupby("seed")[observation["column"]].mean()
    if len(means) < 3:
        raise ValueError(f"standard errors need at least 3 seeds, and there are {len(means)}; restrict its 'scales'")
    ours_and_theirs = 1 / len(means) + (1 / reported["seeds"] if "seeds" in reported else 0)
    error = np.hypot(means.std() * np.sqrt(ours_and_theirs), reported.get("error", 0))
    if error == 0:
        raise ValueError("all seeds agree, and the reported value has no error of its own; add 'reported.error'")
    return float(target["accept"]["standard_errors"] * error)


def _trend(observed: np.ndarray, target: Mapping[str, Any], other: Callable[[Any], np.ndarray]) -> dict[str, Any]:
    """Score kind trend: an order, with a margin if one is demanded; close if half of the margin is there."""
    accept = target["accept"]
    name = next(n for n in COMPARISONS if n in accept)
    sign = 1 if name in ("greater_than", "above") else -1
    if name in ("below", "above"):
        holds = np.all(sign * (observed - accept[name]) > 0)
        return {"outcome": "match" if holds else "differs"}
    reference = other(accept[name])
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
        ``deviation`` (in tolerances), ``other`` (list: what a trend was compared with), ``control`` (list: values of
        the condition that must fail) and ``note``.

    Raises
    ------
    ConfigError
        A target is malformed. One line.
    ValueError
        A target selects no row, or not as many as it has reported values. One line.
    """
    if scale not in SCALES:
        raise ConfigError(file, "scale", f"unknown value '{scale}'; {nearest(scale, SCALES)}")
    check(targets, file, {name: list(table.columns) for name, table in tables.items()})
    entries = []
    for name, target in targets.items():
        reported = target["reported"]
        entry = {"name": name, "claim": target["claim"], "kind": target["kind"], "reported": reported.get("value")}
        entry |= {"source": reported["source"], "origin": reported["origin"]}
        entry |= {"observed": [], "tolerance": _tolerance(target), "outcome": "not run"}
        try:
            entry |= {key: _plain(value) for key, value in _judged(target, tables, scale).items()}
        except ValueError as problem:
            raise ValueError(f"{file}: {name}: {problem}") from None
        entries.append(entry)
    return entries


def _judged(target: Mapping[str, Any], tables: Mapping[str, DataFrame], scale: str) -> dict[str, Any]:
    """Score one target, and the control that it must fail for."""
    if scale not in target.get("scales", SCALES):
        return {"note": f"needs scale {' or '.join(target['scales'])}"}

    def observe(observation: Mapping[str, Any]) -> np.ndarray:
        found = select(tables[observation["table"]], observation)
        if not len(found):
            table, conditions = observation["table"], observation.get("where", {})
            raise ValueError(
                f"no row of table '{table}' fulfils {conditions} at scale {scale}; mend 'where' or 'scales'"
            )
        return found

    if "needs" in target and not len(select(tables[target["observation"]["table"]], target["observation"])):
        return {"note": f"needs {target['needs']}"}
    observed = observe(target["observation"])
    tolerance = _spread(target, tables) if "standard_errors" in target["accept"] else None
    result = _compared(observed, target, tolerance, observe)
    if tolerance is not None:
        result["tolerance"] = f"{_tolerance(target)} = {tolerance:.2g}"
    if "control" in target:
        control = target["control"]
        other = observe(controlled(target)) if isinstance(control, Mapping) else np.array([control], float)
        result["control"] = other.tolist()
        if _compared(other, target, tolerance, observe)["outcome"] == "match":
            result |= {"outcome": "differs", "note": "the control passes, too: this test cannot fail"}
    return {"observed": observed.tolist(), **result}


def _compared(
    observed: np.ndarray, target: Mapping[str, Any], tolerance: float | None, observe: Callable[[Any], np.ndarray]
) -> dict[str, Any]:
    """Score values by the kind of a target."""
    if target["kind"] == "trend":
        return _trend(observed, target, observe)
    return _distribution(observed, target) if target["kind"] == "distribution" else _near(observed, target, tolerance)


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
        One row per number: ``target``, ``origin``, ``table``, ``column``, ``value``, and the conditions of its
        observation, one column each (a list of conditions goes with the list of numbers, element by element).
    """
    rows = []
    for name, target in targets.items():
        values = target["reported"].get("value", [])
        values = values if isinstance(values, list) else [values]
        where = target["observation"].get("where", {})
        for k, value in enumerate(values):
            row = {"target": name, "origin": target["reported"]["origin"]}
            row |= {key: target["observation"][key] for key in ("table", "column")}
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
    ConfigError
        The file is missing, is not YAML, or a target is wrong. One line.
    ValueError
        The folder holds no table. One line.
    """
    content, found = read_targets(targets), read_folder(tables)
    if not found:
        raise ValueError(f"{tables}: holds no observation table (*.parquet)")
    return content, found


@one_line()
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
    except (ConfigError, ValueError) as problem:
        sys.exit(f"error: {problem}")
    content = {"scale": options.scale, "guards": options.guards, "summary": summary(entries), "targets": entries}
    write_json(content, options.out)
    print(headline(by_group(entries)))


if __name__ == "__main__":
    main()
