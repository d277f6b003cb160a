"""What jobs inherit from the Snakemake that starts them, and what they needed the last time."""

import contextlib
import csv
import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from base.catalogue import ROOT
from base.errors import ConfigError, FileError
from base.files import read_json

SKEW = 2.0  # seconds by which the clock of a file server may differ


def share_environment(this_python: bool) -> None:
    """Let jobs find the modules of the repository, from any working directory, and compute on one processor each.

    Parameters
    ----------
    this_python : bool
        Jobs also use the Python that runs Snakemake, whether or not its environment is activated. Not wanted when
        Snakemake itself provides an environment for each job.
    """
    if this_python:
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # A job has one processor; and sums in another order would give other bits on a computer with more of them.
    for library in ("OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))


STAMP = ".snakemake_timestamp"  # in a folder that a rule has made: its date is that of the folder


def _dated(folder: Path) -> Iterator[Path]:
    """Yield all files by whose date Snakemake goes: of a folder that a rule has made, only the stamp."""
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    stamped = [entry for entry in found if entry.name == STAMP]
    for entry in stamped or found:
        if entry.is_dir(follow_symlinks=False):
            yield from _dated(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)


def set_back(folders: Iterable[Path], now: float) -> int:
    """Date files from the future as of now: Snakemake would take all that is made of them for old.

    Parameters
    ----------
    folders : iterable of Path
        Results, and the code that is an input of rules.
    now : float
        Seconds since 1970.

    Returns
    -------
    int
        Number of files.

    Raises
    ------
    ConfigError
        A file belongs to somebody else.
    """
    number = 0
    for folder in folders:
        for file in _dated(folder):
            if file.stat().st_mtime > now + SKEW:
                try:
                    os.utime(file, (now, now))
                except PermissionError:
                    reason = "is dated in the future; correct the clock, or touch the file"
                    raise ConfigError(file, "date", reason) from None
                number += 1
    return number


@cache
def measured(scale: str, experiment: str, results: Path = Path("results")) -> tuple[float, float]:
    """Return what the points of an experiment needed when they were last run.

    Parameters
    ----------
    scale : str
        Scale, or ``sweep-<name>``.
    experiment : str
        ``<paper>/<experiment>``.
    results : Path
        Folder of all results.

    Returns
    -------
    seconds : float
        Longest run of a point (wall time); 0 if there was none.
    megabytes : float
        Largest memory of a job, from the benchmark files; 0 if there was none.
    """
    seconds, megabytes = [0.0], [0.0]
    for file in (results / scale / experiment / "recordings").glob("*/cost.json"):
        with contextlib.suppress(FileError):  # an estimate does without
            seconds += [run["wall_s"] for run in read_json(file)]
    for file in (results / "benchmarks" / scale / experiment).glob("simulate-*.tsv"):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                try:
                    megabytes.append(float(row["max_rss"]))
                except (KeyError, ValueError):  # too short to be measured
                    continue
    return max(seconds), max(megabytes)
