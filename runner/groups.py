"""How points are cut into jobs, and which jobs of a sweep have nothing to do. Needs no Brian2."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from base.groups import held
from runner.fingerprint import digest

MAX_CHUNK = 1000  # points of one job, however short they are
PARTS = 8  # jobs whose points are observed together


def size_of(chunk_seconds: float, cost: float) -> int:
    """Return how many points of a cost (s) one job should have."""
    return min(MAX_CHUNK, max(1, int(chunk_seconds / max(cost, 1e-3))))


def cut(items: Sequence[Any], size: int) -> list[list[Any]]:
    """Cut a list into equal parts of at most `size`."""
    n = ceil(len(items) / size)
    cuts = [round(k * len(items) / max(n, 1)) for k in range(n + 1)]
    return [list(items[a:b]) for a, b in zip(cuts, cuts[1:], strict=False)]


def chunks(points: Iterable[int], build_of: Callable[[int], str], size: int) -> list[list[int]]:
    """Cut points into equal chunks of at most `size`; all points of a chunk share their build."""
    by_build: dict[str, list[int]] = {}
    for point in points:
        by_build.setdefault(build_of(point), []).append(point)
    return [chunk for members in by_build.values() for chunk in cut(members, size)]


def parts(points: int, each: int, size: int) -> list[tuple[int, int]]:
    """Return the first and the next number of the points that are observed together: whole combinations."""
    step = each * max(1, min(MAX_CHUNK, PARTS * size) // each)
    return [(first, min(first + step, points)) for first in range(0, points, step)]


def regroup(
    wanted: Mapping[str, int], folder: Path, fresh: Callable[[list[int]], list[list[int]]]
) -> dict[str, dict[str, int]]:
    """Assign points to the folders that hold them already, and cut the others into new ones.

    Parameters
    ----------
    wanted : Mapping
        Content of every point to its number.
    folder : Path
        Of the folders.
    fresh : callable
        Cuts the numbers of points that are nowhere.

    Returns
    -------
    dict
        Name of each folder to content to number. A new folder is named by its contents, so that the same points make
        the same job, whatever else is planned.
    """
    left = dict(wanted)
    found: dict[str, dict[str, int]] = {}
    for name, contents in held(folder).items():
        mine = {content: left.pop(content) for content in contents if content in left}
        if mine:
            found[name] = dict(sorted(mine.items(), key=lambda one: one[1]))
    content_of = {number: content for content, number in left.items()}
    for numbers in fresh(list(left.values())):
        job = {content_of[number]: number for number in numbers}
        found[digest(list(job))] = job
    return found
