"""Run one chunk of points with a program that is already there. Needs no Brian2, unless the device is Brian2 itself."""

import argparse
import contextlib
import importlib
import inspect
import json
import sys
import traceback
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from base.catalogue import ROOT
from base.errors import one_line
from base.files import atomic, scratch
from base.groups import CONTENT, folders
from base.points import read_plan
from base.values import UnknownParameter, Values
from runner.binary import Program, RunError, StoppedError, log_progress
from runner.devices import open_program
from runner.programs import uncompiled
from runner.records import points_table, recordings, refuse_empty, write


def drawn(experiment: str, point: Mapping[str, Any]) -> Generator[dict[str, Any], dict[str, pd.DataFrame], None]:
    """Yield everything that a program needs to run one point, once for each round; take its recordings back.

    An ``inputs.py`` whose function returns arrays asks for one round. One whose function yields them asks for a round
    at every yield, and the yield gives it the recordings of that round: train, look, then show something else.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    point : Mapping
        ``seed`` and ``values`` of the point.

    Yields
    ------
    dict
        ``<object>.<variable>`` to number or array: the parameters, then what the experiment's ``inputs.py`` draws.

    Raises
    ------
    RunError
        ``inputs.py`` cannot make arrays from these values.
    """
    values = {k: v for k, v in point["values"].items() if k.split(".")[0] not in ("network", "inputs", "variant")}
    values["run.seed"] = point["seed"]
    module = inputs_module(experiment)
    if module is None:
        yield values
        return
    known = Values({**point["values"], "run.seed": point["seed"]}, experiment)
    try:
        asked = module.inputs(known, np.random.default_rng(point["seed"]))
        if not isinstance(asked, Generator):
            yield {**values, **asked}
            return
        arrays = next(asked)
        while True:
            recorded = yield {**values, **arrays}
            arrays = asked.send(recorded)
    except StopIteration:
        return
    except RunError:
        raise
    except Exception as error:
        traceback.print_exc(file=sys.stdout)  # the job's log keeps the whole story
        kind = "" if isinstance(error, UnknownParameter) else f"{type(error).__name__}: "
        raise RunError(f"inputs.py: {kind}{error}") from None


def inputs_module(experiment: str) -> ModuleType | None:
    """Return the module ``inputs.py`` of an experiment, None if it has none."""
    if not (ROOT / "experiments" / experiment / "inputs.py").exists():
        return None
    return importlib.import_module(f"experiments.{experiment.replace('/', '.')}.inputs")


def data_of(experiment: str, point: Mapping[str, Any]) -> dict[str, str]:
    """Return which data a point was shown: columns of the table of points.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    point : Mapping
        ``values`` of the point.

    Returns
    -------
    dict
        ``data``, ``data_source`` (``real``, ``real-subset``, ``standin``), ``data_version``, ``data_sha256``; empty if
        ``inputs.py`` has no function ``dataset``.
    """
    dataset = getattr(inputs_module(experiment), "dataset", None)
    if dataset is None:
        return {}
    found = dataset(Values(point["values"], experiment)).fingerprint()
    return {"data": found["name"], **{f"data_{key}": found[key] for key in ("source", "version", "sha256")}}


def run_rounds(
    experiment: str, point: Mapping[str, Any], run: Callable[[dict[str, Any]], dict[str, pd.DataFrame]]
) -> dict[str, pd.DataFrame]:
    """Run all rounds of one point.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    point : Mapping
        The point, from a plan.
    run : callable
        Runs the network once with the values it is given; returns the recordings.

    Returns
    -------
    dict
        Name to table. If ``inputs.py`` yields, every table but ``final``, which is that of the last round, has a column
        ``round`` (from 0 on).

    Raises
    ------
    RunError
        A recording is empty in every round.
    """
    rounds: list[dict[str, pd.DataFrame]] = []
    asked = drawn(experiment, point)
    values = next(asked)
    with contextlib.suppress(StopIteration):
        while True:
            rounds.append(run(values))
            values = asked.send(rounds[-1])
    last = rounds[-1]
    yields = inspect.isgeneratorfunction(getattr(inputs_module(experiment), "inputs", None))
    tables = {name: _stacked(name, rounds) for name in last if name != "final"} if yields else last
    refuse_empty(tables)
    return {**tables, **{name: last[name] for name in ("final",) if name in last}}


def _stacked(name: str, rounds: Sequence[Mapping[str, pd.DataFrame]]) -> pd.DataFrame:
    """Put the recordings of all rounds below each other."""
    parts = [tables[name].assign(round=np.int32(number)) for number, tables in enumerate(rounds)]
    return pd.concat([part for part in parts if not part.empty] or parts[:1], ignore_index=True)


def run_point(experiment: str, point: Mapping[str, Any], program: Program) -> tuple[dict[str, pd.DataFrame], dict]:
    """Run one point.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    point : Mapping
        The point, from the plan.
    program : Program
        Its program.

    Returns
    -------
    tables : dict
        Its recordings.
    cost : dict
        ``cpu_s`` and ``wall_s`` of the program, all rounds together.

    Raises
    ------
    RunError
        The result cannot be trusted.
    """
    cost = {"cpu_s": 0.0, "wall_s": 0.0}

    def run(values: dict[str, Any]) -> dict[str, pd.DataFrame]:
        with scratch("local-credit-") as results:
            spent = program.run(values, results, log_progress(experiment, point["point"]))
            cost.update({key: cost[key] + spent[key] for key in cost})
            return recordings(program.manifest, program.reader(results), point)

    return run_rounds(experiment, point, run), cost


def _located(plan: Mapping[str, Any], number: int, error: RunError) -> str:
    """Return an error with the name of its point, for which `runner.status` looks."""
    return f"{plan['experiment']} at scale {plan['scale']}, point {number}: {error}"


def run_points(
    plan: Mapping[str, Any], numbers: Sequence[int], program: Program, failed: dict[int, str] | None = None
) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    """Run some points of a plan.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    numbers : sequence of int
        The points; all have the same program.
    program : Program
        The program.
    failed : dict, optional
        Takes the number and the reason of every point whose result cannot be trusted; the others go on.

    Returns
    -------
    tables : dict
        Recordings of all points that did not fail, and ``points``: one row for each of them with every parameter and
        the data that it was shown. Empty if all failed.
    costs : list of dict
        ``point``, ``cpu_s``, ``wall_s``.

    Raises
    ------
    RunError
        Names the point whose result cannot be trusted; with `failed`, only a point that was stopped from outside.
    """
    experiment = plan["experiment"]
    collected: dict[str, list[pd.DataFrame]] = {}
    costs, data = [], []
    for done, number in enumerate(numbers):
        try:
            tables, cost = run_point(experiment, plan["points"][number], program)
            data.append(data_of(experiment, plan["points"][number]))
        except RunError as error:
            told = _located(plan, number, error)
            if failed is None or isinstance(error, StoppedError):
                raise type(error)(told) from None
            failed[number] = str(error)
            print(f"{told}; the others go on", file=sys.stderr, flush=True)
            continue
        for name, table in tables.items():
            collected.setdefault(name, []).append(table)
        costs.append({"point": number, **cost})
        print(f"point {number} done, {done + 1} of {len(numbers)}, {cost['cpu_s']:.2f} CPU s", flush=True)
    if not costs:
        return {}, []
    points = points_table(plan, [cost["point"] for cost in costs]).join(pd.DataFrame(data))
    return {**{name: pd.concat(parts, ignore_index=True) for name, parts in collected.items()}, "points": points}, costs


@one_line()
def main() -> None:
    """Command line of the simulation job."""
    parser = argparse.ArgumentParser(prog="python -m runner.simulate", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True, help="plan.json")
    parser.add_argument("--chunk", required=True, help="number of the chunk; of a sweep, its name")
    parser.add_argument("--build", type=Path, required=True, help="folder made by runner.build")
    parser.add_argument("--out", type=Path, required=True, help="folder of tables to make")
    args = parser.parse_args()

    plan = read_plan(args.plan)
    numbers = plan["chunks"][folders(plan, "recordings").index(args.chunk)]
    failed: dict[int, str] | None = {} if "jobs" in plan and not plan["strict"] else None
    tables: dict[str, pd.DataFrame] = {}
    costs: list[dict[str, Any]] = []
    reason = uncompiled(args.build)
    if reason is not None and failed is not None:
        failed |= dict.fromkeys(numbers, reason)
    else:
        try:
            if reason is not None:
                raise RunError(reason)
            program = open_program(args.build)
        except RunError as error:
            raise RunError(_located(plan, numbers[0], error)) from None
        tables, costs = run_points(plan, numbers, program, failed)
    if failed:
        tables["failures"] = pd.DataFrame({"point": list(failed), "reason": list(failed.values())})
    with atomic(args.out, directory=True) as folder:
        write(tables, folder)
        (folder / "cost.json").write_text(json.dumps(costs), encoding="utf-8")
        if "jobs" in plan:
            (folder / CONTENT).write_text(json.dumps(plan["jobs"]["recordings"][args.chunk]), encoding="utf-8")


if __name__ == "__main__":
    main()
