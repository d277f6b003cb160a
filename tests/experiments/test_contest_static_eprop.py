"""E-prop on the static task: its program takes the steps that a NumPy program without eligibility traces takes."""

from dataclasses import replace

import numpy as np
import pytest

from base.values import Values
from experiments.contest.common.measures import angle
from experiments.contest.common.recurrent import initial
from experiments.contest.common.recurrent_gradients import answers
from experiments.contest.common.recurrent_measured import beginnings, currents, measured, weights_at
from experiments.contest.common.rounds import rounds
from experiments.contest.static_eprop.inputs import shown
from references.eprop.spiking_gradients import Cells, backward
from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_points

SMALL = {
    "network.n_steps": 8,
    "network.n_pattern": 96,
    "network.n_target": 96,
    "inputs.asked": 5,
    "inputs.n_epochs": 1,
    "inputs.n_train": 8,
    "inputs.n_validation": 4,
    "inputs.n_test": 8,
    "inputs.n_probe": 8,
    "schedule.n_batch": 4,
}


def test_a_probe_takes_the_step_of_eprop(monkeypatch):
    """The readout goes down the true gradient, the others that which comes through the feedback weights alone."""
    monkeypatch.setattr("experiments.contest.common.rounds.DAMAGE", {"none": ("noise", 0.0)})
    experiment = load("contest/static_eprop")
    experiment.config["scales"]["smoke"]["sweep"] = {"inputs.feedback": ["random"]}
    found = plan(experiment, "smoke", overrides=SMALL)
    program = NumpyProgram(experiment.module, next(iter(found.builds.values())))
    recordings, _ = run_points(found.content(), [0], program)
    tables = measured(recordings, shown)
    p = Values({**found.points[0]["values"], "run.seed": 1})
    place = rounds(p).index(("probe", 1))
    before, after = (weights_at(p, beginnings(recordings), (0, place + later)) for later in (0, 1))
    samples, cells = shown(p), replace(Cells.of(p), c_reg=0.0)
    trial, err, _ = answers(cells, before, currents(p, samples, slice(0, 8)), samples.task.y[:8], samples.asked)
    angles = tables["angles"][tables["angles"]["epoch"] == 1].set_index("layer")["angle_deg"]
    assert angles[3] < 1e-4 < angles[1]
    b = initial(p, np.random.default_rng(1))["feedback.b"].reshape(before["out"].shape[::-1]).T
    slopes = backward(cells, before, trial, err, b)
    for name in ("in", "rec"):
        assert angle(after[name] - before[name], slopes[name].sum(axis=0)) < 1e-4
    unseen = slice(8, 12)
    right = answers(cells, before, currents(p, samples, unseen), samples.task.y[unseen], samples.asked)[2]
    assert tables["course"].set_index("epoch").loc[1, "validation"] == pytest.approx(right.mean())
    assert tables["damage"]["kind"].tolist() == ["none"]
