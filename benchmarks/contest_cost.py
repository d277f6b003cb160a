"""What learning one sample costs every rule of the contest: CPU time, and wall-clock time on one core.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.contest_cost --update experiments/contest/README.md

Every rule learns digits, or evidence, for 9 and for 13 epochs, in which is looked at what was learned equally often:
the difference is that of four epochs. Of simulated rules it is the compiled program that is timed (of SAL without the
forward weights, which learn in NumPy). Rules that an experiment trains beside its own, in `reference.py`, are timed
together, and what each costs on average is shown. What disturbs a run makes it longer: the shortest of some repetitions
counts.
"""

import argparse
import contextlib
import io
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from analysis.experiment_code import load as load_figure
from analysis.scorecard import replace_table
from base.catalogue import ROOT, joined
from runner.binary import CompiledProgram
from runner.build import build
from runner.experiment import load
from runner.planning import Plan, plan
from runner.refer import refer
from runner.simulate import run_point, run_points

JOINT = ("contest/static", "contest/temporal")
DATA = ("digits8", "evidence")
EPOCHS = (9, 13)
MARKERS = ("<!-- cost -->", "<!-- /cost -->")


Timed = Callable[[], tuple[float, float]]


def of_program(experiment: str, planned: Plan, number: int, program: CompiledProgram) -> tuple[float, float]:
    """Run a point; return CPU and wall-clock seconds of the compiled program, all rounds together."""
    with contextlib.redirect_stdout(io.StringIO()):
        _, cost = run_point(experiment, planned.points[number], program)
    return cost["cpu_s"], cost["wall_s"]


def of_reference(experiment: str, planned: Plan, group: Sequence[int]) -> tuple[float, float]:
    """Compute the reference of some points; return CPU and wall-clock seconds of this process."""
    cpu, wall = time.process_time(), time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        refer(experiment, [[planned.points[number] for number in group]])
    return time.process_time() - cpu, time.perf_counter() - wall


def difference(runs: Sequence[Timed], samples: int, repeats: int) -> tuple[float, float]:
    """Return CPU and wall-clock seconds of a sample: the shortest long run less the shortest short one."""
    found = np.array([[run() for run in runs] for _ in range(repeats)])
    short, long = found.min(axis=0)
    cpu, wall = (long - short) / samples
    return float(cpu), float(wall)


def rules(name: str, repeats: int) -> Iterator[tuple[str, str, int, float, float]]:
    """Time all rules of an experiment.

    Yields
    ------
    tuple
        Rules, data, synapses times time steps of a sample, CPU and wall-clock seconds of a sample.
    """
    experiment = load(name)
    plans: list[Plan] = [plan(experiment, "quick", overrides={"inputs.n_epochs": epochs}) for epochs in EPOCHS]
    observe = load_figure(ROOT / "experiments" / name / "figure.py").observe
    seed = plans[0].points[0]["seed"]
    chosen = [
        number
        for number, point in enumerate(plans[0].points)
        if point["values"]["inputs.data"] in DATA and point["seed"] == seed
    ]
    groups = [[group for job in one.references for group in job if group[0] in chosen] for one in plans]
    tables: dict[str, Any] = {}
    for place, group in enumerate(groups[0]):
        tables = refer(name, [[plans[0].points[number] for number in group]])
        of = tables["reference.sizes"].iloc[0]
        runs = [partial(of_reference, name, one, asked[place]) for one, asked in zip(plans, groups, strict=True)]
        samples = (EPOCHS[1] - EPOCHS[0]) * int(plans[0].points[group[0]]["values"]["inputs.n_train"])
        names = list(dict.fromkeys(tables["reference.sizes"]["rule"]))
        together = difference(runs, samples * len(names), repeats)
        yield ", ".join(names), of["data"], int(of["n_plastic"] * of["n_steps"]), *together
    with tempfile.TemporaryDirectory() as scratch:
        programs: dict[str, CompiledProgram] = {}
        for number in chosen:
            point = plans[0].points[number]
            folder = Path(scratch) / point["build"]
            if point["build"] not in programs:
                build(experiment, plans[0].builds[point["build"]], folder)
                programs[point["build"]] = CompiledProgram(folder)
            program = programs[point["build"]]
            sizes = observe({**run_points(plans[0].content(), [number], program)[0], **tables})["sizes"]
            others = set(tables["reference.sizes"]["rule"]) if tables else set()
            of = sizes[~sizes["rule"].isin(others)].iloc[0]
            runs = [partial(of_program, name, one, number, program) for one in plans]
            samples = (EPOCHS[1] - EPOCHS[0]) * int(point["values"]["inputs.n_train"])
            yield of["rule"], of["data"], int(of["n_plastic"] * of["n_steps"]), *difference(runs, samples, repeats)


def main() -> None:
    """Print the table, and put it into a page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contest_cost", description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--update", type=Path, help="page whose table is replaced")
    args = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("environment: OPENBLAS_NUM_THREADS: must be 1, as one core is timed; put it before the command")
    logging.disable(logging.WARNING)
    rows = [
        "| rule | data | CPU, us per sample | wall clock, us | CPU, ns per synapse and step |",
        "|---|---|---|---|---|",
    ]
    for joint in JOINT:
        for name in (joint, *joined(joint)):
            for rule, data, work, cpu, wall in rules(name, args.repeats):
                rows.append(f"| {rule} | {data} | {1e6 * cpu:.0f} | {1e6 * wall:.0f} | {1e9 * cpu / work:.2f} |")
                print(rows[-1], flush=True)
    if args.update:
        page = args.update.read_text(encoding="utf-8")
        args.update.write_text(replace_table(page, "\n".join(rows), MARKERS), encoding="utf-8")


if __name__ == "__main__":
    main()
