"""Run an experiment from Python, for notebooks: ``from runner import load, run``.

The tables are those of the workflow, of the same plan, programs, inputs and observation; programs are shared with it.
"""

import contextlib
import io
import logging
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from analysis.experiment_code import load as load_figure
from analysis.observe import observe_by
from base.catalogue import ROOT
from runner.binary import Program
from runner.experiment import load
from runner.opened import opened
from runner.planning import Plan, plan
from runner.refer import refer
from runner.simulate import run_points

Tables = dict[str, pd.DataFrame]


def recorded(
    planned: Plan,
    program: Callable[[dict[str, Any]], AbstractContextManager[Program]],
    told: Callable[[int], None] = lambda _: None,
) -> Tables:
    """Run all points of a plan in this process, one after the other.

    Parameters
    ----------
    planned : Plan
        The plan.
    program : callable
        Structure to its program, as a context.
    told : callable
        Gets the number of points that are done.

    Returns
    -------
    dict
        Name to table, ordered by point; ``points`` has every parameter.

    Raises
    ------
    RunError, BuildError
        Names the point whose result cannot be trusted; or the network cannot be built.
    """
    content, parts, done = planned.content(), {}, 0  # type: tuple[dict[str, Any], dict[str, list[pd.DataFrame]], int]
    for key, structure in planned.builds.items():
        with contextlib.redirect_stdout(io.StringIO()), program(structure) as one:
            for number in (point["point"] for point in planned.points if point["build"] == key):
                tables, _ = run_points(content, [number], one)
                for name, table in tables.items():
                    parts.setdefault(name, []).append(table)
                done += 1
                told(done)
    return {
        name: pd.concat(tables, ignore_index=True).sort_values("point", kind="stable", ignore_index=True)
        for name, tables in parts.items()
    }


def observed(planned: Plan, recordings: Tables) -> Tables:
    """Return the tables of an experiment, made of its recordings and references, which are computed here."""
    with contextlib.redirect_stdout(io.StringIO()):
        references = refer(planned.experiment, planned.groups)
    figure = ROOT / "experiments" / planned.experiment / "figure.py"
    return observe_by(load_figure(figure).observe, {**recordings, **references}, [])


@dataclass(frozen=True)
class Run:
    """What a run has given.

    Parameters
    ----------
    plan : Plan
        What was run.
    recordings : dict of DataFrame
        One table per monitor (units in the names of the columns), ``final`` (values at the end, SI base units) where
        the experiment asks for it, and ``points``: one row per point with every parameter.
    """

    plan: Plan
    recordings: Tables

    @cached_property
    def observed(self) -> Tables:
        """The tables that the experiment makes of its recordings: what its figure shows and its targets test.

        Computed when first asked for, with references (which may take long). An experiment that compares conditions
        needs them all: do not override what it sweeps itself.
        """
        return observed(self.plan, self.recordings)

    def __repr__(self) -> str:
        tables = ", ".join(f"{name} ({len(table)})" for name, table in self.recordings.items())
        return f"Run of {self.plan.experiment}, scale {self.plan.scale}, {len(self.plan.points)} points: {tables}"


class _Line:
    """A line on stderr that says how far a run is."""

    def __init__(self, name: str, points: int, quiet: bool) -> None:
        self.name, self.points, self.quiet, self.started = name, points, quiet, time.time()
        self(0)

    def __call__(self, done: int) -> None:
        if not self.quiet:
            end = "\n" if done == self.points else ""
            told = f"{self.name}: {done} of {self.points} points, {time.time() - self.started:.0f} s"
            print(f"\r{told}", end=end, file=sys.stderr, flush=True)


def run(
    experiment: str,
    values: Mapping[str, Any] | None = None,
    *,
    seed: int | None = None,
    scale: str = "quick",
    device: str | None = None,
    quiet: bool = False,
) -> Run:
    """Run an experiment with some values of its parameters.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``, for example ``sal/phase_plane``.
    values : Mapping, optional
        Dotted key to value, as in a ``config.yaml``: ``{"synapses.eta": 0.1, "neurons.tau_plus": "20 ms"}``. Stronger
        than what the experiment configures and sweeps.
    seed : int, optional
        The only seed; default is those of the scale.
    scale : str
        ``smoke``, ``quick`` or ``paper``.
    device : str, optional
        Name of the device; default is that of the experiment.
    quiet : bool
        Show no progress.

    Returns
    -------
    Run
        ``recordings`` and ``observed``: pandas tables by name.

    Raises
    ------
    ConfigError
        An experiment, a key, a unit or a scale is wrong: one line, with the nearest valid one.
    BuildError, RunError
        The network cannot be built, or its result cannot be trusted: one line.

    Examples
    --------
    >>> from runner import run
    >>> found = run("sal/phase_plane", {"synapses.eta": 0.1}, seed=3, scale="smoke")
    >>> found.recordings["weights"].columns.tolist()
    ['point', 'seed', 't_ms', 'index', 'w']
    """
    from brian2 import set_device

    loaded = load(experiment)
    planned = plan(loaded, scale, overrides=values, device=device, seed=seed)
    logger = logging.getLogger("brian2")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        told = _Line(experiment, len(planned.points), quiet)
        results = ROOT / "results"
        return Run(planned, recorded(planned, lambda one: opened(loaded, one, planned.device, results), told))
    finally:
        logger.setLevel(level)
        set_device("runtime")  # as Brian2 has it in a notebook
