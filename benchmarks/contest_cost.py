"""What learning one sample costs every rule of the contest: CPU time, and wall-clock time on one core.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.contest_cost --update experiments/contest/README.md

Every rule learns digits, or evidence, for 9 and for 13 epochs, in which is looked at what was learned equally often:
the difference is that of four epochs. Of simulated rules it is the compiled program that is timed (of SAL without the
forward weights, which learn in NumPy). Rules that an experiment trains beside its own, in `reference.py`, are timed
together, and what each costs on average is shown. Rules take turns, so that a machine that is slower for a while is
slower for all; medians and quartiles of the turns.
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
from dataclasses import dataclass
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


@dataclass
class Row:
    """What is timed.

    Parameters
    ----------
    rule, data : str
        Rules, and what they learn.
    work : int
        Synapses times time steps of a sample.
    samples : int
        By which the long run is longer than the short one; counted for every rule.
    runs : sequence of callable
        The short and the long run; each returns CPU and wall-clock seconds.
    """

    rule: str
    data: str
    work: int
    samples: int
    runs: Sequence[Timed]

    def time(self) -> list[float]:
        """Return CPU and wall-clock seconds of a sample."""
        short, long = (run() for run in self.runs)
        return [(more - less) / self.samples for less, more in zip(short, long, strict=True)]


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


def rows(name: str, folder: Path) -> Iterator[Row]:
    """Yield what is timed of an experiment; programs are compiled into a folder."""
    experiment = load(name)
    plans: list[Plan] = [plan(experiment, "quick", overrides={"inputs.n_epochs": epochs}) for epochs in EPOCHS]
    observe = load_figure(ROOT / "experiments" / name / "figure.py").observe
    points = plans[0].points
    chosen = [
        number
        for number, point in enumerate(points)
        if point["values"]["inputs.data"] in DATA and point["seed"] == points[0]["seed"]
    ]
    tables: dict[str, Any] = {}
    groups = [[group for job in one.references for group in job if group[0] in chosen] for one in plans]
    for short, long in zip(*groups, strict=True):
        found = refer(name, [[points[number] for number in short]])
        if not found:
            continue  # nothing is trained beside this rule
        tables = found
        of = tables["reference.sizes"].iloc[0]
        names = list(dict.fromkeys(tables["reference.sizes"]["rule"]))
        samples = len(names) * (EPOCHS[1] - EPOCHS[0]) * int(points[short[0]]["values"]["inputs.n_train"])
        runs = [partial(of_reference, name, one, group) for one, group in zip(plans, (short, long), strict=True)]
        yield Row(", ".join(names), of["data"], int(of["n_plastic"] * of["n_steps"]), samples, runs)
    others = set(tables["reference.sizes"]["rule"]) if tables else set()
    programs: dict[str, CompiledProgram] = {}
    for number in chosen:
        point = points[number]
        if point["build"] not in programs:
            build(experiment, plans[0].builds[point["build"]], folder / point["build"])
            programs[point["build"]] = CompiledProgram(folder / point["build"])
        program = programs[point["build"]]
        sizes = observe({**run_points(plans[0].content(), [number], program)[0], **tables})["sizes"]
        of = sizes[~sizes["rule"].isin(others)].iloc[0]
        samples = (EPOCHS[1] - EPOCHS[0]) * int(point["values"]["inputs.n_train"])
        runs = [partial(of_program, name, one, number, program) for one in plans]
        yield Row(of["rule"], of["data"], int(of["n_plastic"] * of["n_steps"]), samples, runs)


def main() -> None:
    """Print the table, and put it into a page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.contest_cost", description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--update", type=Path, help="page whose table is replaced")
    args = parser.parse_args()
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("environment: OPENBLAS_NUM_THREADS: must be 1, as one core is timed; put it before the command")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as scratch:
        names = [name for joint in JOINT for name in (joint, *joined(joint))]
        timed, turns = [], []
        for row in (row for name in names for row in rows(name, Path(scratch))):
            timed.append(row)
            print(f"{row.rule} on {row.data}: ready", flush=True)
        for turn in range(args.repeats):
            turns.append([row.time() for row in timed])
            print(f"turn {turn + 1} of {args.repeats}", flush=True)
    lower, median, upper = np.quantile(turns, [0.25, 0.5, 0.75], axis=0)
    lines = [
        "| rule | data | CPU, us per sample | quartiles | wall clock, us | CPU, ns per synapse and step |",
        "|---|---|---|---|---|---|",
    ]
    for row, low, (cpu, wall), high in zip(timed, 1e6 * lower[:, 0], 1e6 * median, 1e6 * upper[:, 0], strict=True):
        spread = f"{low:.0f} to {high:.0f}"
        lines.append(f"| {row.rule} | {row.data} | {cpu:.0f} | {spread} | {wall:.0f} | {1e3 * cpu / row.work:.2f} |")
    print("\n".join(lines))
    if args.update:
        page = args.update.read_text(encoding="utf-8")
        args.update.write_text(replace_table(page, "\n".join(lines), MARKERS), encoding="utf-8")


if __name__ == "__main__":
    main()
