"""The points of a plan, as many as there are: what most of them share is kept once, what differs in columns.

Seeds are innermost: the points of a combination of values follow each other and differ in nothing else. A point is a
mapping with ``point`` (its number), ``seed``, ``build`` (key of its program) and ``values`` (dotted key to number in SI
base units); it is made when it is asked for.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from base.files import read_json

Point = dict[str, Any]


class Points(Sequence[Point]):
    """The points of a plan.

    Parameters
    ----------
    blocks : list of dict, optional
        Combinations that differ in the same keys: ``common`` (key to value), ``own`` (key to one value for each
        combination) and ``builds`` (one key for each).
    seeds : list of list of int, optional
        Of each combination; one list alone is that of all.
    """

    def __init__(self, blocks: list[dict[str, Any]] | None = None, seeds: list[list[int]] | None = None) -> None:
        self.blocks, self.seeds = blocks or [], seeds or []
        self._starts: list[int] = []
        for block in self.blocks:
            self._starts.append(self.combinations)
            self._size = self.combinations + len(block["builds"])

    _size = 0

    @property
    def combinations(self) -> int:
        """Number of combinations of values."""
        return self._size

    @property
    def each(self) -> int:
        """Number of points of a combination: its seeds."""
        return len(self.seeds[0]) if self.seeds else 1

    def add(self, common: Mapping[str, Any], own: Mapping[str, Any], build: str, seeds: Sequence[int]) -> None:
        """Add a combination.

        Parameters
        ----------
        common : Mapping
            Values that it shares with those before it, if it is the same object.
        own : Mapping
            Values of its own; they go before those in `common`.
        build : str
            Key of its program.
        seeds : sequence of int
            As many for all combinations.
        """
        last = self.blocks[-1] if self.blocks else None
        if last is None or last["common"] is not common or list(last["own"]) != list(own):
            last = {"common": common, "own": {key: [] for key in own}, "builds": []}
            self.blocks.append(last)
            self._starts.append(self._size)
        for key, value in own.items():
            last["own"][key].append(value)
        last["builds"].append(build)
        if not self.seeds or (len(self.seeds) > 1 or list(seeds) != self.seeds[0]):
            self.seeds += [self.seeds[0]] * (self._size - len(self.seeds)) if self.seeds else []
            self.seeds.append(list(seeds))
        self._size += 1

    def _place(self, combination: int) -> tuple[dict[str, Any], int]:
        """Return the block of a combination, and its place there."""
        number = bisect_right(self._starts, combination) - 1
        return self.blocks[number], combination - self._starts[number]

    def values(self, combination: int) -> dict[str, Any]:
        """Return the values of a combination."""
        block, row = self._place(combination)
        return block["common"] | {key: column[row] for key, column in block["own"].items()}

    def build_of(self, number: int) -> str:
        """Return the key of the program of a point."""
        block, row = self._place(number // self.each)
        return block["builds"][row]

    def builds(self) -> Iterator[str]:
        """Yield the key of the program of every combination."""
        for block in self.blocks:
            yield from block["builds"]

    def each_value(self, key: str) -> Iterator[Any]:
        """Yield the values of a key that combinations have, those that several share at least once."""
        for block in self.blocks:
            if key in block["own"] or key in block["common"]:
                yield from block["own"].get(key) or [block["common"][key]]

    def seeds_of(self, combination: int) -> list[int]:
        """Return the seeds of a combination."""
        return self.seeds[combination if len(self.seeds) > 1 else 0]

    def renamed(self, name: Callable[[str], str]) -> "Points":
        """Return the points with other keys of programs."""
        return Points([{**block, "builds": list(map(name, block["builds"]))} for block in self.blocks], self.seeds)

    def content(self) -> dict[str, Any]:
        """Return them as JSON-like data, for `Points`."""
        return {"blocks": self.blocks, "seeds": self.seeds}

    def __len__(self) -> int:
        return self.combinations * self.each

    @overload
    def __getitem__(self, number: int) -> Point: ...
    @overload
    def __getitem__(self, number: slice) -> list[Point]: ...
    def __getitem__(self, number: int | slice) -> Point | list[Point]:
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        number = range(len(self))[number]
        combination, place = divmod(number, self.each)
        seed, values = self.seeds_of(combination)[place], self.values(combination)
        return {"point": number, "seed": seed, "build": self.build_of(number), "values": values}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(Point.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]


def read_plan(file: Path) -> dict[str, Any]:
    """Read a ``plan.json``.

    Raises
    ------
    FileError
        It is not there, or damaged.
    """
    return with_points(read_json(file))


def with_points(plan: dict[str, Any]) -> dict[str, Any]:
    """Return the content of a ``plan.json`` with its points; those of older code are a list of them already."""
    points = plan["points"]
    return plan if isinstance(points, list) else {**plan, "points": Points(**points)}
