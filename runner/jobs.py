"""What jobs inherit from the Snakemake that starts them, and what they needed the last time."""

import csv
import os
import sys
from functools import cache
from pathlib import Path

from base.catalogue import ROOT
from base.tables import read_json


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
        seconds += [run["wall_s"] for run in read_json(file)]
    for file in (results / "benchmarks" / scale / experiment).glob("simulate-*.tsv"):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                try:
                    megabytes.append(float(row["max_rss"]))
                except (KeyError, ValueError):  # too short to be measured
                    continue
    return max(seconds), max(megabytes)
