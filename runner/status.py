"""Say how far a workflow is: points done, running and failed, the expected end, and how to repeat what failed.

python -m runner.status                      scale quick
python -m runner.status --scale paper
python -m runner.status --sweep my.yaml

Reads what the jobs have written, on any computer that sees the results; asks no scheduler.
"""

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from base.catalogue import names
from base.errors import one_line
from base.files import read_json
from base.groups import folders, renumbered
from base.points import read_plan
from base.tables import read_table

SILENT = 600.0  # seconds without a word after which a job is taken for dead; a simulation reports every 10 seconds


@dataclass(frozen=True)
class Failure:
    """A point that failed.

    Parameters
    ----------
    point : int
        Its number.
    reason : str
        One line.
    log : Path
        Log of its job.
    """

    point: int
    reason: str
    log: Path


@dataclass
class Status:
    """How far one experiment is.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    points : int
        Number of points; 0 if nothing is planned yet.
    builds : tuple of int
        Programs that are compiled, and programs that are needed.
    done : int
        Points whose tables are there.
    running : int
        Points of jobs that run now, simulated or not.
    failed : int
        Points of jobs that failed and do not run again (yet).
    failures : list of Failure
        The point at which each failed job stopped.
    simulated : int
        Points that running jobs have simulated already.
    jobs : int
        Number of running jobs.
    seconds : list of float
        Wall time of each point that was run.
    complete : bool
        Figure and score, or the tables of a sweep, are there.
    """

    experiment: str
    points: int = 0
    builds: tuple[int, int] = (0, 0)
    done: int = 0
    running: int = 0
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    simulated: int = 0
    jobs: int = 0
    seconds: list[float] = field(default_factory=list)
    complete: bool = False

    @property
    def waiting(self) -> int:
        """Points of jobs that have not started."""
        return self.points - self.done - self.running - self.failed

    def left(self, cost: float) -> float:
        """Return the seconds that the remaining points need on one core.

        Parameters
        ----------
        cost : float
            Expected seconds of a point; used as long as none was run.
        """
        each = sum(self.seconds) / len(self.seconds) if self.seconds else cost
        return (self.waiting + self.running - self.simulated) * each


def status(experiment: str, scale: str, results: Path, now: float, silent: float = SILENT) -> Status:
    """Read how far an experiment is.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    scale : str
        Scale, or ``sweep-<name>``.
    results : Path
        Folder of all results.
    now : float
        Seconds since 1970.
    silent : float
        Seconds without a word after which a job is taken for dead.

    Returns
    -------
    Status
        Empty if nothing is planned yet.
    """
    found = Status(experiment)
    folder, logs = results / scale / experiment, results / "logs" / scale / experiment
    if not (folder / "plan.json").exists():
        return found
    plan = read_plan(folder / "plan.json")
    # Structures of a sweep that make no network.
    for row in plan.get("failures") or ():
        found.failures.append(Failure(row["point"], row["reason"], logs / "plan.log"))
    found.failed += len(found.failures)
    found.points = len(plan["points"])
    keys = {point["build"] for point in plan["points"]}
    found.builds = (sum((results / "builds" / experiment / key).exists() for key in keys), len(keys))
    end = "provenance.json" if scale.startswith("sweep-") else "score.json"
    for name, points in zip(folders(plan, "recordings"), plan["chunks"], strict=True):
        cost, log = folder / "recordings" / name / "cost.json", logs / f"simulate-{name}.log"
        if cost.exists():
            runs, failures = read_json(cost), cost.with_name("failures.parquet")
            failed = read_table(failures) if failures.exists() else pd.DataFrame({"point": [], "reason": []})
            held = [*(run["point"] for run in runs), *failed["point"]]
            # Points that were run for an earlier form of a sweep had other numbers.
            jobs = plan["jobs"]["recordings"][name] if "jobs" in plan else {}
            number = renumbered(cost.parent, jobs) if jobs else dict(zip(held, held, strict=True))
            ran = [run for run in runs if run["point"] in number]
            lost = [
                (number[point], reason)
                for point, reason in zip(failed["point"], failed["reason"], strict=True)
                if point in number
            ]
            if sorted(number.values()) == sorted(points):  # else of an older plan
                found.done += len(ran)
                found.seconds += [run["wall_s"] for run in ran]
                found.failed += len(lost)
                found.failures += [Failure(*row, log) for row in lost]
            continue
        if not log.exists():
            continue
        simulated, reason = _read(log, experiment, now, silent)
        if reason is not None and simulated == len(points):
            continue  # the log of a run whose tables are to be made again
        if reason is None:
            found.running += len(points)
            found.jobs += 1
            found.simulated += simulated
        else:
            found.failed += len(points)
            found.failures.append(Failure(points[simulated], reason, log))
    found.complete = found.done + found.failed == found.points and (folder / end).exists()
    return found


def _read(log: Path, experiment: str, now: float, silent: float) -> tuple[int, str | None]:
    """Return how many points a job without tables has simulated, and why it failed; None if it runs."""
    text = log.read_text(encoding="utf-8", errors="replace")
    simulated = len(re.findall(r"^point \d+ done,", text, flags=re.MULTILINE))
    said = re.search(rf"^{re.escape(experiment)} at scale \S+, point \d+: (.*)$", text, flags=re.MULTILINE)
    if said:
        return simulated, said[1]
    if "Traceback (most recent call last)" in text:
        return simulated, text.strip().splitlines()[-1]
    changed = log.stat().st_mtime
    if now - changed > silent:
        return simulated, f"no word since {datetime.fromtimestamp(changed):%Y-%m-%d %H:%M}: killed, or its node is gone"
    return simulated, None


def describe(
    found: Sequence[Status], scale: str, again: str, cost: Callable[[str], float], now: float, listed: int = 20
) -> str:
    """Write a table of the experiments, the expected end, and the failed points with the command that runs one again.

    Parameters
    ----------
    found : sequence of Status
        One per experiment.
    scale : str
        Scale, or ``sweep-<name>``.
    again : str
        Arguments of ``python -m runner.point`` that name the scale or the sweep.
    cost : callable
        Experiment to expected seconds of a point; asked only where no point was run yet.
    now : float
        Seconds since 1970.
    listed : int
        At most so many failed points.

    Returns
    -------
    str
        Several lines.
    """
    width = max(len(one.experiment) for one in found)
    lines = [f"{scale:<{width}}  {'points':>8}{'done':>8}{'running':>8}{'failed':>8}{'waiting':>8}  programs"]
    for one in found:
        numbers = "".join(f"{n:8d}" for n in (one.points, one.done, one.running, one.failed, one.waiting))
        state = "complete" if one.complete else f"{one.builds[0]} of {one.builds[1]}" if one.points else "not planned"
        lines.append(f"{one.experiment:<{width}}  {numbers}  {state}")
    jobs = sum(one.jobs for one in found)
    left = sum(one.left(0.0 if one.seconds or not one.waiting + one.running else cost(one.experiment)) for one in found)
    if jobs:
        end = datetime.fromtimestamp(now + left / jobs)
        lines.append(f"{jobs} jobs run; at this rate all points are simulated at {end:%Y-%m-%d %H:%M}")
    elif left:
        lines.append(f"no job runs; {left / 3600:.2g} core hours are left")
    failures = [(one.experiment, failure) for one in found for failure in one.failures]
    if failures:
        lines.append(f"\nfailed: {len(failures)} (a scheduler may still try again)")
    for experiment, failure in failures[:listed]:
        lines += [
            f"{experiment}, point {failure.point}: {failure.reason}",
            f"  log    {failure.log}",
            f"  again  python -m runner.point {experiment} {again} --point {failure.point}",
        ]
    if len(failures) > listed:
        lines.append(f"... and {len(failures) - listed} more")
    return "\n".join(lines)


@one_line()
def main() -> None:
    """Command line of the status."""
    parser = argparse.ArgumentParser(prog="python -m runner.status", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--scale", default="quick")
    parser.add_argument("--sweep", help="sweep of your own: YAML file")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of all results")
    parser.add_argument(
        "--silent", type=float, default=SILENT, help="seconds after which a silent job is taken for dead"
    )
    args = parser.parse_args()
    # Only what is asked loads Brian2.
    if args.sweep is not None:
        from runner.sweep import read_sweep

        user = read_sweep(args.sweep)
        experiments, scale, again = [user.experiment], f"sweep-{user.name}", user.option()
    else:
        experiments = [*names()]
        scale, again = args.scale, f"--scale {args.scale}"

    def cost(experiment: str) -> float:
        from runner.experiment import load
        from runner.planning import plan

        return plan(load(experiment), user.scale if args.sweep else scale, user if args.sweep else None).cost["point"]

    now = time.time()
    found = [status(experiment, scale, args.results, now, args.silent) for experiment in experiments]
    if not any(one.points for one in found):
        sys.exit(f"{args.results / scale}: nothing is planned yet")
    print(describe(found, scale, again, cost, now))


if __name__ == "__main__":
    main()
