"""What a sweep means: the combinations of values that it asks for, block by block, with types and units checked."""

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from brian2 import Quantity

from base.errors import ConfigError
from runner import variants
from runner.blocks import Block, Design, Range, Table, blocks
from runner.experiment import Experiment
from runner.quantities import display_unit, plain

DIGITS = 12  # of the values of ranges: a finer range meets the points of a coarser one exactly


@dataclass(frozen=True)
class Factor:
    """Keys that go together.

    Parameters
    ----------
    keys : tuple of str
        Dotted keys.
    rows : list of tuple
        Values of all keys.
    """

    keys: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Combinations:
    """The product of some factors.

    Parameters
    ----------
    factors : list of Factor
        No key is in two of them.
    log : tuple of str
        Keys with equal ratios between their values.
    along : tuple of str
        Keys that go along with another one, which stands for them all in figures.
    """

    factors: list[Factor]
    log: tuple[str, ...] = ()
    along: tuple[str, ...] = ()

    @property
    def keys(self) -> list[str]:
        """All keys, in the order of declaration."""
        return [key for factor in self.factors for key in factor.keys]

    def __len__(self) -> int:
        return math.prod(len(factor.rows) for factor in self.factors)

    def __iter__(self) -> Any:
        """Yield dictionaries of key to value; the last factor changes first."""
        keys = self.keys
        for rows in product(*(factor.rows for factor in self.factors)):
            yield dict(zip(keys, (value for row in rows for value in row), strict=True))


class Conditions:
    """What an experiment itself sweeps, inside each combination of a user.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    sweep : Mapping or list of Mapping or None
        Its own sweep; None for one condition, the values as they are.
    fixed : collection of str
        Keys that the user sets: they are the same in all conditions.
    """

    def __init__(self, experiment: Experiment, sweep: Any, fixed: Collection[str]) -> None:
        found = combinations(experiment, sweep, experiment.config_file)
        self.all = [{k: v for k, v in one.items() if k not in fixed} for block in found for one in block]
        self.keys = list(dict.fromkeys(key for one in self.all for key in one))

    def of(self, block: "Combinations") -> list[dict[str, Any]]:
        """Return the conditions of a block, without the keys that it sweeps itself; each once."""
        taken = set(block.keys)
        kept = [{key: value for key, value in one.items() if key not in taken} for one in self.all]
        return list({json.dumps(plain(one), sort_keys=True): one for one in kept}.values())

    def number(self, blocks: Sequence["Combinations"], file: object) -> int:
        """Return how many conditions each combination has.

        Raises
        ------
        ConfigError
            Not the same number in all blocks.
        """
        numbers = {len(self.of(block)) for block in blocks}
        if len(numbers) > 1:
            raise ConfigError(file, "conditions", "the blocks of the sweep leave different ones; make several sweeps")
        return numbers.pop()


def combinations(experiment: Experiment, sweep: Any, file: object) -> list[Combinations]:
    """Return what a sweep asks for: within a block the product, over blocks the union.

    Parameters
    ----------
    experiment : Experiment
        Knows keys, types and units.
    sweep : Mapping or list of Mapping
        As declared (`runner.blocks`).
    file : object
        Named in errors.

    Returns
    -------
    list of Combinations
        One per block.

    Raises
    ------
    ConfigError
        Unknown key, wrong unit, a value given twice, a range that is empty or through zero.
    """
    return [_of_block(experiment, block, file) for block in blocks(sweep, file)]


def _of_block(experiment: Experiment, block: Block, file: object) -> Combinations:
    """Return the product of a block, whose keys all of its variants must know, with the same units."""
    kinds = {key: values for key, values in block.single.items() if variants.is_variant(key)}
    lists = [_Reader(experiment, file).values(key, values) for key, values in kinds.items()]
    found: Combinations | None = None
    for names in product(*lists):
        others = variants.chosen(dict(zip(kinds, names, strict=True)))
        reader = _Reader(experiment.varied(others, file), file)
        made = reader.block(block)
        if found and list(made) != list(found):
            raise ConfigError(file, "sweep", "keys have other units in some variants; give each variant a block")
        found = made
    assert found is not None
    return found


@dataclass(frozen=True)
class _Reader:
    """Turn the form of a block into values."""

    experiment: Experiment
    file: object

    def block(self, block: Block) -> Combinations:
        """Return the product of a block; what a design fills stands where its first range does."""
        factors: list[Factor] = [self.table(block.table)] if block.table else []
        factors += [self.zipped(group) for group in block.zipped]
        filled = {key: value for key, value in block.single.items() if isinstance(value, Range) and value.n is None}
        for key, values in block.single.items():
            if key not in filled:
                factors.append(Factor((key,), [(value,) for value in self.values(key, values)]))
            elif key == next(iter(filled)) and block.design is not None:
                factors.append(self.filled(filled, block.design))
        ranges = block.single | {key: value for group in block.zipped for key, value in group.items()}
        log = tuple(key for key, value in ranges.items() if isinstance(value, Range) and value.scale == "log")
        along = tuple(key for group in block.zipped for key in list(group)[1:])
        return Combinations(factors, log, along)

    def values(self, key: str, values: Any) -> list[Any]:
        """Return the values of a list or a range, each once."""
        if isinstance(values, Range) and variants.is_variant(key):
            raise ConfigError(self.file, f"sweep.{key}", "has no numbers to range over; write a list of models")
        if isinstance(values, Range):
            return self.spaced(key, values)
        parsed = self.listed(key, values)
        first: dict[str, Any] = {}
        for value, written in zip(parsed, values, strict=True):
            if (same := json.dumps(plain(value))) in first:
                both = f"{first[same]!r} and {written!r} are" if first[same] != written else f"{written!r} is"
                raise ConfigError(self.file, f"sweep.{key}", f"{both} the same value twice; keep one of them")
            first[same] = written
        return parsed

    def listed(self, key: str, values: Any) -> list[Any]:
        """Return the values of a list."""
        self.experiment.check_key(key, self.file)
        if not isinstance(values, list):
            raise ConfigError(self.file, f"sweep.{key}", f"needs a list of values, got {values!r}")
        if not values:
            raise ConfigError(self.file, f"sweep.{key}", "is empty; give at least one value or remove the key")
        return [self.experiment.parse(key, value, self.file) for value in values]

    def zipped(self, group: dict[str, Any]) -> Factor:
        """Return values that go together; a value may be there twice, a row may not."""
        columns = [
            self.spaced(key, values) if isinstance(values, Range) else self.listed(key, values)
            for key, values in group.items()
        ]
        rows = list(zip(*columns, strict=True))
        written = [json.dumps([plain(value) for value in row]) for row in rows]
        for number, row in enumerate(written):
            if row in written[:number]:
                again = f"row {number + 1} is the same as row {written.index(row) + 1}; keep one of them"
                raise ConfigError(self.file, "sweep.zip", again)
        return Factor(tuple(group), rows)

    def table(self, table: Table) -> Factor:
        """Return the points of a CSV file; the line is named in errors."""
        for key in table.keys:
            self.experiment.check_key(key, f"{table.file}, line 1")
        rows = []
        for line, row in table.rows.items():
            cells = zip(table.keys, row, strict=True)
            rows.append(tuple(self.experiment.parse(key, value, f"{table.file}, line {line}") for key, value in cells))
        return Factor(table.keys, rows)

    def ends(self, key: str, given: Range) -> tuple[float, float, Quantity | float]:
        """Return both ends of a range in display units, logarithms where it has them, and one such unit."""
        self.experiment.check_key(key, self.file)
        default = self.experiment.defaults[key]
        if isinstance(default, bool | str | tuple):
            raise ConfigError(self.file, f"sweep.{key}", "has no numbers to range over; write a list of values")
        _, size = display_unit(default)
        unit = Quantity(size, dim=default.dim) if isinstance(default, Quantity) else 1.0
        written = (given.start, given.stop)
        start, stop = (float(self.experiment.parse(key, end, self.file)) / size for end in written)
        if start == stop and given.n != 1:
            raise ConfigError(self.file, f"sweep.{key}", f"is empty: from and to are both {written[0]!r}; write a list")
        if given.scale == "log":
            if start <= 0 or stop <= 0:
                bad = written[0] if start <= 0 else written[1]
                raise ConfigError(self.file, f"sweep.{key}", f"a log range must stay above 0, got {bad!r}")
            start, stop = math.log(start), math.log(stop)
        return start, stop, unit

    def spaced(self, key: str, given: Range) -> list[Any]:
        """Return the values of a range."""
        start, stop, unit = self.ends(key, given)
        return self.at(key, given, start + (stop - start) * np.linspace(0, 1, given.n or 1), unit)

    def at(self, key: str, given: Range, places: np.ndarray, unit: Quantity | float, once: bool = True) -> list[Any]:
        """Return the values at some places between the ends of a range (logarithms for a log range)."""
        numbers = [float(f"{x:.{DIGITS}g}") for x in (np.exp(places) if given.scale == "log" else places)]
        if isinstance(self.experiment.defaults[key], int):
            whole = [round(number) for number in numbers]
            if once and len(set(whole)) < len(whole):
                few = f"gives {len(set(whole))} different whole numbers, not {given.n}; take a smaller n"
                raise ConfigError(self.file, f"sweep.{key}", few)
            return whole
        return [number * unit for number in numbers]

    def filled(self, ranges: dict[str, Range], design: Design) -> Factor:
        """Return the points of a design."""
        places = _unit_cube(design, len(ranges))
        columns = []
        for (key, given), column in zip(ranges.items(), places.T, strict=True):
            start, stop, unit = self.ends(key, given)
            columns.append(self.at(key, given, start + (stop - start) * column, unit, once=False))
        rows = {json.dumps([plain(value) for value in row]): row for row in zip(*columns, strict=True)}
        return Factor(tuple(ranges), list(rows.values()))  # whole numbers may meet


def _unit_cube(design: Design, keys: int) -> np.ndarray:
    """Return the points of a design between 0 and 1, shape (n, keys)."""
    from scipy.stats import qmc  # half a second, and few sweeps need it

    rng = np.random.default_rng(design.seed)
    if design.kind == "random":
        return rng.random((design.n, keys))
    if design.kind == "latin":
        return qmc.LatinHypercube(keys, rng=rng).random(design.n)
    return qmc.Sobol(keys, rng=rng).random(design.n)
