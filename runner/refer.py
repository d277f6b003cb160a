"""Compute the references of some points: what the same task gives by other means. Needs no Brian2.

An experiment that has some puts them into ``reference.py``::

    def reference(p, rng): ...            # values of a point (`base.values`) -> name to table
    SHARED = ("inputs.feedback",)         # optional: points that differ in these keys alone have one reference; where
                                          # "run.seed" is one of them, p.run.seeds holds the seeds of them all

They are trained beside the simulations, so that neither an edit of the equations nor one of a metric trains them again.
"""

import argparse
import importlib
import json
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from base.errors import one_line
from base.files import atomic
from base.groups import CONTENT, folders
from base.points import read_plan
from base.values import UnknownParameter, Values
from runner.binary import RunError
from runner.records import labelled, write


def refer(experiment: str, groups: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, pd.DataFrame]:
    """Compute some references.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    groups : sequence of sequence of Mapping
        ``point``, ``seed`` and ``values`` of the points that share a reference; it is that of the first one. Empty for
        an experiment without ``reference.py``.

    Returns
    -------
    dict of DataFrame
        The tables of all groups below each other, with ``point`` and ``seed`` of the first point in front.

    Raises
    ------
    RunError
        ``reference.py`` cannot make tables from these values.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    if groups:
        module = importlib.import_module(f"experiments.{experiment.replace('/', '.')}.reference")
    for done, group in enumerate(groups, start=1):
        point = group[0]
        seeds = sorted({one["seed"] for one in group})
        known = Values({**point["values"], "run.seed": point["seed"], "run.seeds": seeds}, experiment)
        try:
            tables = module.reference(known, np.random.default_rng(point["seed"]))
        except Exception as error:
            traceback.print_exc(file=sys.stdout)  # the job's log keeps the whole story
            kind = "" if isinstance(error, UnknownParameter) else f"{type(error).__name__}: "
            raise RunError(f"{experiment}, point {point['point']}: reference.py: {kind}{error}") from None
        for name, table in tables.items():
            parts.setdefault(name, []).append(labelled(table, point))
        print(f"reference of point {point['point']} done, {done} of {len(groups)}", flush=True)
    return {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}


@one_line()
def main() -> None:
    """Command line of the reference job."""
    parser = argparse.ArgumentParser(prog="python -m runner.refer", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--plan", type=Path, required=True, help="plan.json")
    parser.add_argument("--chunk", required=True, help="number of the chunk of references; of a sweep, its name")
    parser.add_argument("--out", type=Path, required=True, help="folder of tables to make")
    args = parser.parse_args()
    plan = read_plan(args.plan)
    chunk = plan["references"][folders(plan, "references").index(args.chunk)]
    groups = [[plan["points"][number] for number in group] for group in chunk]
    tables = refer(plan["experiment"], groups)
    with atomic(args.out, directory=True) as folder:
        write(tables, folder)
        if "jobs" in plan:
            (folder / CONTENT).write_text(json.dumps(plan["jobs"]["references"][args.chunk]), encoding="utf-8")


if __name__ == "__main__":
    main()
