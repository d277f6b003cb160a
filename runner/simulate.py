"""Run one chunk of points with a program that is already compiled. Needs no Brian2."""

import argparse
import importlib
import json
import sys
import tempfile
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from runner.binary import Program, RunError, log_progress
from runner.files import atomic
from runner.fingerprint import ROOT
from runner.records import points_table, recordings, write


def arguments(experiment: str, point: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything that a program needs to run one point.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    point : Mapping
        ``seed`` and ``values`` of the point.

    Returns
    -------
    dict
        ``<object>.<variable>`` to number or array: the parameters, then what the experiment's ``inputs.py`` draws.

    Raises
    ------
    RunError
        ``inputs.py`` cannot make arrays from these values.
    """
    values = {k: v for k, v in point["values"].items() if k.split(".")[0] not in ("network", "inputs")}
    drawn = {}
    if (ROOT / "experiments" / experiment / "inputs.py").exists():
        module = importlib.import_module(f"experiments.{experiment.replace('/', '.')}.inputs")
        known = {**point["values"], "run.seed": point["seed"]}
        try:
            drawn = module.inputs(known, np.random.default_rng(point["seed"]))
        except Exception as error:
            traceback.print_exc(file=sys.stdout)  # the job's log keeps the whole story
            raise RunError(f"inputs.py: {type(error).__name__}: {error}") from None
    return {**values, **drawn, "run.seed": point["seed"]}


def run_point(experiment: str, point: Mapping[str, Any], program: Program) -> tuple[dict[str, pd.DataFrame], dict]:
    """Run one point.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    point : Mapping
        The point, from the plan.
    program : Program
        Its compiled program.

    Returns
    -------
    tables : dict
        Its recordings.
    cost : dict
        ``cpu_s`` and ``wall_s`` of the program.

    Raises
    ------
    RunError
        The result cannot be trusted.
    """
    with tempfile.TemporaryDirectory(prefix="local-credit-") as scratch:
        results = Path(scratch)
        cost = program.run(arguments(experiment, point), results, log_progress(point["point"]))
        return recordings(program.manifest, program.reader(results), point), cost


def main() -> None:
    """Command line of the simulation job."""
    parser = argparse.ArgumentParser(prog="python -m runner.simulate", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True, help="plan.json")
    parser.add_argument("--chunk", type=int, required=True, help="number of the chunk")
    parser.add_argument("--build", type=Path, required=True, help="folder of the compiled program")
    parser.add_argument("--out", type=Path, required=True, help="folder of tables to make")
    args = parser.parse_args()

    plan = json.loads(args.plan.read_text(encoding="utf-8"))
    numbers = plan["chunks"][args.chunk]
    collected: dict[str, list[pd.DataFrame]] = {}
    costs = []
    number = numbers[0]
    try:
        program = Program(args.build)
        for done, number in enumerate(numbers):
            tables, cost = run_point(plan["experiment"], plan["points"][number], program)
            for name, table in tables.items():
                collected.setdefault(name, []).append(table)
            costs.append({"point": number, **cost})
            print(f"point {number} done, {done + 1} of {len(numbers)}, {cost['cpu_s']:.2f} CPU s", flush=True)
    except RunError as error:
        sys.exit(f"{plan['experiment']} at scale {plan['scale']}, point {number}: {error}")
    with atomic(args.out, directory=True) as folder:
        write({name: pd.concat(parts, ignore_index=True) for name, parts in collected.items()}, folder)
        write({"points": points_table(plan, numbers)}, folder)
        (folder / "cost.json").write_text(json.dumps(costs), encoding="utf-8")


if __name__ == "__main__":
    main()
