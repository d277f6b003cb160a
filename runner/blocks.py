"""The form of a sweep: blocks of lists, ranges, pairs, designs and tables of points. Needs no Brian2.

A sweep is a block, or a list of blocks (their union). A block is the product of what stands in it::

    synapses.eta: [0.01, 0.1]                                    values, one by one
    synapses.eta: {from: 0.01, to: 1, n: 20, scale: log}         a range
    zip: {synapses.eta: [0.01, 0.1], neurons.tau_plus: [5 ms, 20 ms]}    go together, row by row
    design: {kind: sobol, n: 512}                                fills the ranges beside it, which have no n
    points: my.csv                                               a row each; the header has keys, with units
    variant.synapses: [own, my_rules.py:rule]                    other models for an object (`runner.variants`)
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, SkipValidation, model_validator

from base.errors import ConfigError
from base.forms import Form, OneOf, Text, Whole, left_out, read, wrong
from base.yaml_files import flatten, scalar

MAX_POINTS = 1_000_000  # of one plan, which is held in memory and written as one file
HEADER = re.compile(r"([^\s()]+)(?:\s*\(([^()]+)\))?")


class Range(Form):
    """Values from one number to another; without `n` a design says which."""

    start: Any = Field(alias="from")
    """As written: a number, or a text with a unit."""
    stop: Any = Field(alias="to")
    """As `from`."""
    n: Annotated[int, Whole(1, MAX_POINTS)] = left_out()
    """How many, both ends included."""
    scale: Annotated[str, OneOf(("lin", "log"))] = "lin"
    """Equal differences, or equal ratios."""


class Design(Form):
    """Points that fill the space of some ranges."""

    kind: Annotated[str, OneOf(("sobol", "latin", "random"))]
    n: Annotated[int, Whole(1, MAX_POINTS)]
    """How many; a power of two for sobol. Larger designs of sobol and random begin with the smaller ones."""
    seed: Annotated[int, Whole(0)] = 0
    """Of the design, not of the points."""

    @model_validator(mode="after")
    def _power(self) -> Self:
        if self.kind == "sobol" and self.n & (self.n - 1):
            power = 1 << (self.n.bit_length() - 1)
            raise wrong(f"Sobol points come in powers of 2; write {power} or {2 * power}", "n")
        return self


class Written(Form, extra="allow"):
    """One block: lists and ranges by dotted key, and what stands beside them."""

    zip: SkipValidation[dict[str, list[Any] | Range] | list[dict[str, list[Any] | Range]]] = left_out()
    """Keys that go together, row by row; several of such."""
    design: Design = left_out()
    """Fills the ranges that have no n."""
    points: Text = left_out()
    """A CSV file with a row for each point; the header has keys, with units."""
    __pydantic_extra__: dict[str, SkipValidation[list[Any] | Range | dict[str, Any]]]


@dataclass(frozen=True)
class Table:
    """Points one by one, from a CSV file.

    Parameters
    ----------
    file : str
        Named in errors, with a line.
    rows : dict
        Line number to the values of all `keys`, as they would stand in a YAML list.
    keys : tuple of str
        Dotted keys, from the header.
    """

    file: str
    keys: tuple[str, ...]
    rows: dict[int, tuple[Any, ...]]


@dataclass(frozen=True)
class Block:
    """What is multiplied with each other.

    Parameters
    ----------
    single : dict
        Dotted key to a `Range`, or to what should be a list of values.
    zipped : list of dict
        Dotted keys that go together, to the same.
    design : Design or None
        Fills the ranges of `single` that have no number of values.
    table : Table or None
        Points one by one.
    """

    single: dict[str, Any]
    zipped: list[dict[str, Any]] = field(default_factory=list)
    design: Design | None = None
    table: Table | None = None

    def keys(self) -> Iterator[str]:
        """Yield all keys."""
        yield from self.single
        for group in self.zipped:
            yield from group
        yield from self.table.keys if self.table else ()


def blocks(sweep: Any, file: object) -> list[Block]:
    """Read the form of a sweep.

    Parameters
    ----------
    sweep : Mapping or list of Mapping
        As declared. Nothing, or an empty mapping, is one block without keys: the experiment as it is.
    file : object
        Named in errors; tables of points are looked for beside it.

    Returns
    -------
    list of Block
        In order; whether keys, units and values make sense is not known here.

    Raises
    ------
    ConfigError
        A block, range, design or table is wrong.
    """
    if sweep is None or sweep == {}:
        return [Block({})]
    found = [_block(block, file) for block in (sweep if isinstance(sweep, list) else [sweep])]
    if not found:
        raise ConfigError(file, "sweep", "is an empty list; give at least one block or remove it")
    return found


def tables_of(sweep: Any, file: object) -> list[Path]:
    """Return the tables of points that a sweep names, whether or not they are there."""
    named = [
        block.get("points") for block in (sweep if isinstance(sweep, list) else [sweep]) if isinstance(block, dict)
    ]
    return [_beside(file, name) for name in named if isinstance(name, str)]


def _block(block: Any, file: object) -> Block:
    """Read the form of one block."""
    if not isinstance(block, Mapping):
        raise ConfigError(file, "sweep", f"must map keys to lists of values, got {block!r}")
    if not block:
        raise ConfigError(file, "sweep", "has a block without keys; give it one, or remove it")
    form = read(Written, block, file, "sweep")
    single = flatten(_ranged(form.model_extra, file, ""), file)
    zipped = [_pairs(group, file) for group in _listed(block["zip"])] if "zip" in block else []
    table = _table(form.points, file) if form.points else None
    found = Block(single, zipped, form.design, table)
    keys = list(found.keys())
    for key in keys:
        if keys.count(key) > 1:
            raise ConfigError(file, f"sweep.{key}", "given twice in one block; keep one of them")
    _check_open(found, file)
    return found


def _check_open(block: Block, file: object) -> None:
    """Refuse ranges of unknown number without a design, and designs without such ranges."""
    open_keys = [key for key, value in block.single.items() if isinstance(value, Range) and value.n is None]
    if open_keys and block.design is None:
        raise ConfigError(file, f"sweep.{open_keys[0]}", "needs n, the number of values, or a design beside it")
    if block.design is not None and not open_keys:
        raise ConfigError(file, "sweep.design", "has no range to fill; give one: {from: ..., to: ...}, without n")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _ranged(section: Any, file: object, prefix: str) -> Any:
    """Return a section with its ranges read, which `flatten` would take for sections of their own."""
    if not isinstance(section, Mapping):
        return section
    if prefix and {"from", "to"} & section.keys():
        return read(Range, section, file, f"sweep.{prefix}")
    return {key: _ranged(value, file, f"{prefix}.{key}".strip(".")) for key, value in section.items()}


def _pairs(group: Any, file: object) -> dict[str, Any]:
    """Read keys that go together: as many values of each."""
    if not isinstance(group, Mapping) or not group:
        raise ConfigError(file, "sweep.zip", f"must map keys to lists of values, got {group!r}")
    found = flatten(_ranged(group, file, ""), file)
    lengths = {}
    for key, values in found.items():
        if isinstance(values, Range) and values.n is None:
            raise ConfigError(file, f"sweep.zip.{key}", "needs n, the number of values")
        if isinstance(values, Range | list):
            lengths[key] = values.n if isinstance(values, Range) else len(values)
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{key} has {n}" for key, n in lengths.items())
        raise ConfigError(file, "sweep.zip", f"needs as many values of each key: {told}")
    return found


# -- a table of points -------------------------------------------------------------------------------------------------


def _beside(file: object, name: str) -> Path:
    """Return where a table is: relative to the file that names it, or to the working directory."""
    return Path(name) if str(file).startswith("--") else Path(str(file)).parent / name


def _line(path: Path, line: int) -> str:
    """Return how errors name a line of a table."""
    return f"{path}, line {line}"


def _table(name: str, file: object) -> Table:
    """Read a table of points."""
    path = _beside(file, name)
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            lines_of = csv.reader(lines, strict=True)
            rows = [(lines_of.line_num, row) for row in lines_of if any(cell.strip() for cell in row)]
    except FileNotFoundError:
        raise ConfigError(file, "sweep.points", f"{path} does not exist") from None
    except (OSError, ValueError, csv.Error) as error:
        raise ConfigError(file, "sweep.points", f"{path} cannot be read: {error}") from None
    if len(rows) < 2:
        raise ConfigError(path, "header", "needs a line of keys, and a line for every point")
    if len(rows) - 1 > MAX_POINTS:
        raise ConfigError(path, "rows", f"has {len(rows) - 1} points, more than {MAX_POINTS}; make several sweeps")
    keys, units = zip(*(_column(cell, path) for cell in rows[0][1]), strict=True)
    for key in keys:
        if keys.count(key) > 1:
            raise ConfigError(_line(path, 1), key, "stands twice in the header; keep one of them")
    found: dict[int, tuple[Any, ...]] = {}
    seen: dict[str, int] = {}
    for line, row in rows[1:]:
        if len(row) != len(keys):
            raise ConfigError(_line(path, line), "row", f"has {len(row)} cells, and the header has {len(keys)}")
        cells = zip(keys, units, (cell.strip() for cell in row), strict=True)
        found[line] = tuple(_cell(key, unit, text, path, line) for key, unit, text in cells)
        if (same := repr(found[line])) in seen:
            raise ConfigError(_line(path, line), "row", f"is the same point as line {seen[same]}; keep one of them")
        seen[same] = line
    return Table(str(path), keys, found)


def _column(cell: str, path: Path) -> tuple[str, str]:
    """Return key and unit of a column; the unit may be missing."""
    read = HEADER.fullmatch(cell.strip())
    if read is None:
        raise ConfigError(_line(path, 1), "header", f"'{cell}' is no key; write 'neurons.tau_plus (ms)'")
    return read[1], read[2] or ""


def _cell(key: str, unit: str, text: str, path: Path, line: int) -> Any:
    """Return a value as a YAML list would have it."""
    if not text:
        raise ConfigError(_line(path, line), key, "has no value")
    value = scalar(text)
    if not unit:
        return value
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ConfigError(_line(path, line), key, f"needs a number, its unit stands in the header, got '{text}'")
    return f"{text} {unit}"
