"""E-prop on the tasks in time: its program takes the steps that a NumPy program without eligibility traces takes."""

from dataclasses import replace

import numpy as np
import pytest

from base.values import Values
from experiments.contest.common.measures import angle
from experiments.contest.common.recurrent import initial, matrices
from experiments.contest.common.recurrent_gradients import answers, gradient
from experiments.contest.common.recurrent_measured import beginnings, currents, measured, weights_at
from experiments.contest.common.rounds import rounds
from experiments.contest.temporal_eprop.inputs import shown
from experiments.contest.temporal_eprop.reference import reference
from experiments.eprop.common.protocol import adaptive
from references.eprop.spiking_gradients import Cells, backward
from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_points

SMALL = {
    "network.n_rec": 10,
    "network.n_steps": 41,
    "network.n_pattern": 164,
    "network.n_target": 164,
    "inputs.length": 40,
    "inputs.n_epochs": 1,
    "inputs.n_train": 4,
    "inputs.n_validation": 2,
    "inputs.n_test": 2,
    "inputs.n_probe": 4,
    "schedule.n_batch": 1,
}


def planned(**overrides):
    """Return experiment and plan of one point, without the sweep."""
    experiment = load("contest/temporal_eprop")
    experiment.config["scales"]["smoke"]["sweep"] = {}
    return experiment, plan(experiment, "smoke", overrides={**SMALL, **overrides})


def keys(found):
    """Return the values of the only point."""
    return Values({**found.points[0]["values"], "run.seed": 1})


def test_a_probe_takes_the_step_of_eprop(monkeypatch):
    """The readout goes down the true gradient, the others that which is not sent back through recurrent weights."""
    monkeypatch.setattr("experiments.contest.common.rounds.DAMAGE", {"none": ("noise", 0.0)})
    experiment, found = planned(**{"inputs.n_adaptive": 5})
    program = NumpyProgram(experiment.module, next(iter(found.builds.values())))
    recordings, _ = run_points(found.content(), [0], program)
    tables, p = measured(recordings, shown), keys(found)
    angles = tables["angles"].groupby("layer")["angle_deg"].max()
    assert angles[3] < 1e-4 < angles[2]
    place = rounds(p).index(("probe", 1))
    before, after = (weights_at(p, beginnings(recordings), (0, place + later)) for later in (0, 1))
    samples, cells = shown(p), replace(Cells.of(p, adaptive(p)), c_reg=0.0)
    trial, err, _ = answers(cells, before, currents(p, samples, slice(0, 4)), samples.task.y[:4], samples.asked)
    slopes = backward(cells, before, trial, err, before["out"])
    for name in ("in", "rec"):
        assert np.abs(after[name] - before[name]).max() > 0
        assert angle(after[name] - before[name], slopes[name].sum(axis=0)) < 1e-4
    epoch = tables["course"].set_index("epoch").loc[1]
    unseen = slice(4, 6)
    right = answers(cells, before, currents(p, samples, unseen), samples.task.y[unseen], samples.asked)[2]
    assert epoch["validation"] == pytest.approx(right.mean())


def drawn():
    """Return a small network and samples."""
    p = keys(planned()[1])
    samples, cells = shown(p), Cells.of(p)
    x, y = currents(p, samples, slice(0, 6)), samples.task.y[:6]
    return cells, matrices(p, initial(p, np.random.default_rng(0))), x, y, samples.asked


def loss(cells, w, x, y, asked):
    """Return the cross-entropy, mean over samples and the time of the answer."""
    said = answers(cells, w, x, y, asked)[0]["y"][-asked:]
    logs = said - np.log(np.exp(said).sum(axis=-1, keepdims=True))
    return -np.mean(logs[:, np.arange(len(y)), y])


def test_the_gradient_of_the_readout_is_that_of_finite_differences():
    cells, w, x, y, asked = drawn()
    trial, err, _ = answers(cells, w, x, y, asked)
    slopes = gradient(replace(cells, c_reg=0.0), w, trial, err)
    for name, place in (("out", (3, 1)), ("out", (7, 0)), ("bias", (1,))):
        both = []
        for sign in (1, -1):
            moved = w[name].copy()
            moved[place] += sign * 1e-5
            both.append(loss(cells, {**w, name: moved}, x, y, asked))
        assert slopes[name][place] == pytest.approx((both[0] - both[1]) / 2e-5, rel=1e-6)


def test_a_cut_gradient():
    """It is the true one if there is only one piece; a shorter piece knows of what was before by its state alone."""
    cells, w, x, y, asked = drawn()
    trial, err, _ = answers(cells, w, x, y, asked)
    true, same = gradient(cells, w, trial, err), gradient(cells, w, trial, err, len(x))
    for name, slope in true.items():
        np.testing.assert_allclose(same[name], slope, rtol=1e-9, atol=1e-14)
    still = replace(cells, c_reg=0.0)
    of = slice(len(x) - asked, None)
    short = gradient(still, w, trial, err, asked)
    last = {name: values[of] for name, values in trial.items()}
    alone = backward(still, w, last, err[of])
    for name in ("in", "out", "bias"):
        np.testing.assert_allclose(short[name], alone[name].mean(axis=0), atol=1e-14)
    # The piece alone lacks the spikes that arrive in its first step.
    arrive = {**last, "x": np.zeros((asked, len(y), len(w["rec"])))}
    arrive["x"][0] = trial["z"][len(x) - asked - 1]
    first = backward(still, w, arrive, err[of])["in"].mean(axis=0) * (1 - np.eye(len(w["rec"])))
    np.testing.assert_allclose(short["rec"], alone["rec"].mean(axis=0) + first, atol=1e-14)
    assert angle(-short["rec"], gradient(still, w, trial, err)["rec"]) > 1


def test_the_references_learn_beside_eprop_alone():
    found = planned()[1]
    tables = reference(keys(found), np.random.default_rng(1))
    assert set(tables["reference.course"]["rule"]) == {"BPTT", "truncated BPTT"}
    angles = tables["reference.angles"].groupby("rule")["angle_deg"].max()
    assert angles["BPTT"] < 1e-4 < angles["truncated BPTT"]
    assert reference(keys(planned(**{"inputs.n_adaptive": 5})[1]), np.random.default_rng(1)) == {}
