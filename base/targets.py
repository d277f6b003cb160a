"""The form of ``targets.yaml``: what is tested, whose number it is, what counts as a match. Checked before any run."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from base.catalogue import SCALES
from base.errors import ConfigError, nearest
from base.origins import ORIGINS
from base.yaml_files import read_yaml

REDUCTIONS = ("mean", "median", "min", "max", "std", "none")
COMPARISONS = ("less_than", "greater_than", "below", "above")
MARGINS = ("by_factor", "by_difference")
ACCEPTS = {
    "exact": ("absolute", "relative"),
    "level": ("absolute", "relative", "standard_errors"),
    "trend": (*COMPARISONS, *MARGINS),
    "distribution": ("ks",),
}
REPORTED = ("value", "source", "origin", "seeds", "error")
OBSERVATION = ("table", "column", "where", "reduce")


def read_targets(file: Path) -> dict[str, Any]:
    """Read a target file and check its form.

    Parameters
    ----------
    file : Path
        ``targets.yaml`` of an experiment.

    Returns
    -------
    dict
        Target name to description.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, names a target twice, or a target is wrong.
    """
    targets = read_yaml(file)
    check(targets, file)
    return targets


def check(targets: Mapping[str, Any], file: object, tables: Mapping[str, Sequence[str]] | None = None) -> None:
    """Refuse a wrong target.

    Parameters
    ----------
    targets : Mapping
        Content of ``targets.yaml``: target name to description.
    file : object
        File named in errors.
    tables : Mapping of str to sequence of str, or None
        Columns of every observation table; with None the names of tables and columns are not checked.

    Raises
    ------
    ConfigError
        File, key, what is wrong and the nearest valid name.
    """
    if not isinstance(targets, Mapping) or not targets:
        raise ConfigError(file, "top level", "expected a mapping of target names")
    for name, target in targets.items():
        _Target(file, name, tables).check(target)


@dataclass(frozen=True)
class _Target:
    """One target of a file, and the tables it may name."""

    file: object
    name: str
    tables: Mapping[str, Sequence[str]] | None

    def refuse(self, key: str, what: str) -> ConfigError:
        """Make the error of one key."""
        return ConfigError(self.file, f"{self.name}.{key}" if key else self.name, what)

    def mapping(self, key: str, value: Any, known: Sequence[str], required: Sequence[str]) -> Mapping[str, Any]:
        """Return `value` if it is a mapping with all `required` and only `known` keys."""
        if not isinstance(value, Mapping):
            raise self.refuse(key, f"expected a mapping, got {value!r}")
        for name in value:
            self.choice(key, name, known, "key")
        for name in required:
            if name not in value:
                raise self.refuse(key, f"missing key '{name}'")
        return value

    def choice(self, key: str, value: Any, valid: Iterable[str], what: str = "value") -> None:
        if value not in tuple(valid):
            raise self.refuse(key, f"unknown {what} '{value}'; {nearest(value, valid)}")

    def number(self, key: str, value: Any, positive: bool = False) -> None:
        if isinstance(value, str):
            raise self.refuse(key, f"number given as text '{value}' (YAML needs a decimal point: 1.0e-4)")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.refuse(key, f"expected a finite number, got {value!r}")
        if positive and value <= 0:
            raise self.refuse(key, f"must be positive, got {value}")

    def text(self, key: str, value: Any) -> None:
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(key, f"expected a text, got {value!r}")

    def check(self, target: Any) -> None:
        """Check the whole target."""
        required = ("claim", "kind", "observation", "reported", "accept")
        self.mapping("", target, (*required, "scales", "control", "needs"), required)
        kind = target["kind"]
        self.text("claim", target["claim"])
        self.choice("kind", kind, ACCEPTS)
        scales = target.get("scales", list(SCALES))
        if not isinstance(scales, list) or not scales:
            raise self.refuse("scales", f"expected a list of scales, got {scales!r}")
        for scale in scales:
            self.choice("scales", scale, SCALES)
        if "needs" in target:
            self.text("needs", target["needs"])
        self.observation("observation", target["observation"])
        if "control" in target:
            self.control(target["control"], target)
        self.reported(kind, target["reported"])
        self.accept(kind, target["accept"], target["reported"].get("value"))

    def observation(self, key: str, value: Any, required: Sequence[str] = ("table", "column")) -> None:
        """Check the form of one observation, and that its table and columns exist."""
        self.mapping(key, value, OBSERVATION, required)
        self.choice(f"{key}.reduce", value.get("reduce", "none"), REDUCTIONS)
        where = value.get("where", {})
        if not isinstance(where, Mapping):
            raise self.refuse(f"{key}.where", f"expected a mapping of columns, got {where!r}")
        for column, wanted in where.items():
            if isinstance(wanted, Mapping) or wanted is None or wanted == []:
                raise self.refuse(f"{key}.where.{column}", f"expected a value or a list, got {wanted!r}")
        if self.tables is None:
            return
        self.choice(f"{key}.table", value["table"], self.tables, "table")
        for place, column in [("column", value["column"]), *(("where", column) for column in where)]:
            self.choice(f"{key}.{place}", column, self.tables[value["table"]], "column")

    def control(self, control: Any, target: Mapping[str, Any]) -> None:
        """Check what the target must fail for: a number, or what is different in the observation."""
        if isinstance(control, Mapping):
            self.mapping("control", control, OBSERVATION, ())
            self.observation("control", controlled(target))
        else:
            self.number("control", control)

    def reported(self, kind: str, reported: Any) -> None:
        """Check what is reported, and by whom."""
        needed = ("source", "origin") if kind == "trend" else ("value", "source", "origin")
        self.mapping("reported", reported, REPORTED, needed)
        self.text("reported.source", reported["source"])
        self.choice("reported.origin", reported["origin"], ORIGINS)
        for key in ("seeds", "error"):
            if key in reported:
                self.number(f"reported.{key}", reported[key], positive=True)
        value = reported.get("value", [])
        for number in value if isinstance(value, list) else [value]:
            self.number("reported.value", number)
        if kind == "level" and isinstance(value, list):
            raise self.refuse("reported.value", "kind level needs one number; use kind exact for a list")
        if kind == "distribution" and (not isinstance(value, list) or not value):
            raise self.refuse("reported.value", "kind distribution needs a list, the reported sample")
        if kind == "exact" and value == []:
            raise self.refuse("reported.value", "expected at least one number")

    def accept(self, kind: str, accept: Any, value: Any) -> None:
        """Check what counts as a match, for one kind of target."""
        self.mapping("accept", accept, ACCEPTS[kind], ())
        choices = COMPARISONS if kind == "trend" else ACCEPTS[kind]
        chosen = [name for name in choices if name in accept]
        if len(chosen) != 1:
            raise self.refuse("accept", f"give exactly one of: {', '.join(choices)}")
        name, margins = chosen[0], [name for name in MARGINS if name in accept]
        if kind != "trend":
            self.number(f"accept.{name}", accept[name], positive=True)
            values = value if isinstance(value, list) else [value]
            if name == "relative" and 0 in values:
                raise self.refuse("accept.relative", "a reported value is zero; use 'absolute'")
        elif name in ("below", "above"):
            self.number(f"accept.{name}", accept[name])
            if margins:
                raise self.refuse("accept", f"'{margins[0]}' needs 'less_than' or 'greater_than'")
        else:
            self.observation(f"accept.{name}", accept[name])
            if len(margins) > 1:
                raise self.refuse("accept", f"give at most one of: {', '.join(MARGINS)}")
            for margin in margins:
                self.number(f"accept.{margin}", accept[margin], positive=True)
            if accept.get("by_factor", 1) < 1:
                raise self.refuse("accept.by_factor", f"must be at least 1, got {accept['by_factor']}")


def controlled(target: Mapping[str, Any]) -> dict[str, Any]:
    """Return the observation of the control that a target names.

    Parameters
    ----------
    target : Mapping
        With ``control``: what is different from ``observation``; conditions are merged one by one.

    Returns
    -------
    dict
        An observation.
    """
    observation, control = target["observation"], target["control"]
    return {**observation, **control, "where": {**observation.get("where", {}), **control.get("where", {})}}
