"""What is going to be run, and what it will cost: points that are new, CPU hours, disk. Needs no Brian2."""

from collections.abc import Mapping
from itertools import islice
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from base.errors import ConfigError
from base.files import read_json
from base.groups import held
from runner.plans import LIMIT

if TYPE_CHECKING:  # it needs Brian2
    from runner.planning import Plan

LOOKED_AT = 50  # jobs that say what a point takes


class Price(NamedTuple):
    """What is going to be run.

    Parameters
    ----------
    new : int
        Points that were not run before.
    seconds : float
        Expected CPU time of programs and of new points.
    bytes : float or None
        Disk that the recordings of the new points will take; None before a point was run.
    """

    new: int
    seconds: float
    bytes: float | None

    @property
    def hours(self) -> float:
        """CPU hours."""
        return self.seconds / 3600

    def __str__(self) -> str:
        disk = "disk unknown before the first point" if self.bytes is None else f"about {self.bytes / 1e6:,.1f} MB"
        return f"{self.new:,} new points, {self.hours:,.3g} CPU hours, {disk}"


def of_a_point(folder: Path) -> tuple[float, float] | None:
    """Return the CPU seconds and the bytes that a point took, the mean over some jobs; None if none was run.

    Parameters
    ----------
    folder : Path
        Of an experiment, at a scale or in a sweep; with ``recordings``.
    """
    seconds, size, n = 0.0, 0, 0
    for cost in islice((folder / "recordings").glob("*/cost.json"), LOOKED_AT):
        runs = read_json(cost)
        n += len(runs)
        seconds += sum(run["cpu_s"] for run in runs)
        size += sum(file.stat().st_size for file in cost.parent.iterdir())
    return (seconds / n, size / n) if n else None


def of_plan(plan: Mapping[str, Any], results: Path) -> Price:
    """Return what a sweep costs that was planned: what is held already, and programs that are there, cost nothing.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json`` of a sweep.
    results : Path
        Folder of all results.
    """
    folder = results / plan["scale"] / plan["experiment"]
    jobs, there = plan["jobs"]["recordings"], held(folder / "recordings")
    new = sum(len(job) for name, job in jobs.items() if name not in there)
    builds = sum(not (results / "builds" / plan["experiment"] / key).exists() for key in plan["builds"])
    return priced(new, builds, plan["cost"], folder, results / plan["sweep"]["scale"] / plan["experiment"])


def priced(new: int, builds: int, cost: Mapping[str, float], folder: Path, usual: Path) -> Price:
    """Return what new points cost.

    Parameters
    ----------
    new : int
        How many.
    builds : int
        Programs that are to be compiled.
    cost : Mapping
        Expected CPU seconds: ``build``, ``point``; the second counts until points of the sweep were run. ``length``:
        simulated time, in that of the configuration.
    folder, usual : Path
        Of the experiment in the sweep, and at the scale that it starts from: a point there takes as much disk, for its
        length.
    """
    found, of_scale = of_a_point(folder), of_a_point(usual)
    size = found[1] if found else of_scale[1] * cost["length"] if of_scale else None
    seconds = builds * cost["build"] + new * (found[0] if found else cost["point"])
    return Price(new, seconds, None if size is None else new * size)


def allow(plan: Mapping[str, Any], results: Path, limit: float) -> None:
    """Refuse a sweep that costs more than the user allows.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json`` of a sweep.
    results : Path
        Folder of all results.
    limit : float
        CPU hours.

    Raises
    ------
    ConfigError
        With the price, and how to allow it.
    """
    found = of_plan(plan, results)
    if found.hours > limit:
        remedy = f"more than the {limit:g} CPU hours that are allowed; to allow it: --config limit={ceil(found.hours)}"
        raise ConfigError(plan["sweep"]["file"], "limit", f"{found}: {remedy}")


def describe(planned: "Plan", found: Price | None = None) -> str:
    """Say in a few lines what is going to be run.

    Parameters
    ----------
    planned : Plan
        The plan.
    found : Price or None
        Of a sweep.

    Returns
    -------
    str
        Points, builds, chunks and expected cost; of a sweep also how many points are new, and the disk they take.
    """
    n, builds, chunks = len(planned.points), len(planned.builds), len(planned.chunks)
    total = found.seconds if found else builds * planned.cost["build"] + n * planned.cost["point"]
    lines = [
        f"{planned.experiment} at scale {planned.scale}, device {planned.device}",
        f"  points  {n:6d}   ({planned.combinations} parameter combinations x {_each(planned)})",
        f"  builds  {builds:6d}   ({planned.cost['build']:g} CPU s each, unless cached)",
        f"  chunks  {chunks:6d}   (jobs of at most {max(map(len, planned.chunks))} points)",
        f"  cost    {total:6.0f}   CPU s expected ({planned.cost['point']:g} s per point)",
        f"  swept   {', '.join(planned.swept) or 'nothing'}",
    ]
    if found:
        over = f"; asks for --config limit={ceil(found.hours)}" if found.hours > LIMIT else ""
        lines.append(f"  new     {found.new:6d}   ({found}{over})")
    return "\n".join(lines)


def _each(planned: "Plan") -> str:
    """Say what each combination consists of."""
    seeds = len({point["seed"] for point in planned.points[: planned.each]})
    conditions = planned.each // seeds
    return f"{seeds} seeds" + (f" x {conditions} conditions" if conditions > 1 else "")
