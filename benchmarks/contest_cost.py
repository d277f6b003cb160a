"""What learning one sample costs every rule of the contest: CPU and wall-clock time, beside that of its reference.

    python -m benchmarks.contest_cost --out docs/contest.csv --update docs/contest.md

Every point of the experiments is run for 9 and for 13 epochs, in which is looked at what was learned equally often; the
difference of the times is that of four epochs. Rules that are trained by references are timed in the same way, all of one
experiment together.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.experiment_code import load as load_figure
from analysis.scorecard import replace_table
from base.catalogue import ROOT, joined
from runner.binary import CompiledProgram
from runner.build import build
from runner.experiment import load
from runner.planning import plan
from runner.records import points_table
from runner.refer import refer
from runner.simulate import run_point

EPOCHS = (9, 13)
JOINT = ("contest/static", "contest/temporal")
COLUMNS = ["rule", "data", "cpu_us", "wall_us", "per_synapse_step_ns"]
MARKERS = ("<!-- cost -->", "<!-- /cost -->")


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Return CPU and wall-clock seconds of something that runs in this process."""
    cpu, wall = time.process_time(), time.perf_counter()
    run()
    return time.process_time() - cpu, time.perf_counter() - wall
