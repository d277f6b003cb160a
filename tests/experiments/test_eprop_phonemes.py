"""Phoneme recognition: sentences and their labels; the network equals a NumPy program without eligibility traces."""

import numpy as np
import pytest

from base.values import Values
from datasets.base import Dataset
from experiments.eprop.phonemes import inputs as phonemes
from references.eprop.framewise_bptt import answer, linear_error
from references.eprop.spiking_gradients import Cells, backward
from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

SMALL = {
    "network.n_in": 4,
    "network.n_rec": 8,
    "network.n_out": 3,
    "network.n_steps": 60,
    "network.n_pattern": 192,
    "network.n_target": 240,
    "inputs.n_train": 4,
    "inputs.n_test": 2,
    "inputs.n_adaptive": 4,
    "inputs.n_iterations": 3,
    "inputs.scale": 0.4,
    "schedule.n_batch": 2,
}


def planned(scale, **overrides):
    """Return experiment and plan, without the sweep."""
    experiment = load("eprop/phonemes")
    experiment.config["sweep"] = None
    return experiment, plan(experiment, scale, overrides=overrides)


def reference(p):
    """Return the loss of every training trial and the weights after the last one."""
    drawn = phonemes.arrays(Values(p), np.random.default_rng(p["run.seed"]))
    n_in, n_rec, n_out, n_frame = (p[f"network.{name}"] for name in ("n_in", "n_rec", "n_out", "n_frame"))
    x, y = phonemes.training(Values(p), np.random.default_rng(p["run.seed"]))
    n_frames, n_batch = y.shape[1], p["schedule.n_batch"]
    x = drawn["pattern.values"].reshape(-1, n_frames, n_in)
    y = drawn["target.values"].reshape(-1, n_frames, n_frame)[..., -1].astype(int)
    cells = Cells.of(Values({**p, "recurrent.c_reg": drawn["recurrent.c_reg"]}), drawn["recurrent.beta"])
    w = {
        "in": drawn["in_rec.w"].reshape(n_in, n_rec),
        "rec": drawn["rec_rec.w"].reshape(n_rec, n_rec),
        "out": drawn["rec_out.w"].reshape(n_rec, n_out),
        "bias": np.zeros(n_out),
    }
    back = drawn["feedback.b"].reshape(n_out, n_rec).T
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in {**w, "back": back}.items()}
    losses = []
    for k in range(1, p["inputs.n_iterations"] + 1):
        part = slice((k - 1) * n_batch % len(y), (k - 1) * n_batch % len(y) + n_batch)
        trial, err, _ = answer(cells, w, x[part], y[part], n_frame)
        given = trial["y"][n_frame - 1 :: n_frame].swapaxes(0, 1)
        logs = given - np.log(np.exp(given).sum(axis=-1, keepdims=True))
        right = np.take_along_axis(logs, np.maximum(y[part], 0)[..., None], axis=-1)[..., 0]
        losses += list(-np.where(y[part] >= 0, right, 0).sum(axis=1) / n_frames)
        slopes = {name: value.mean(axis=0) for name, value in backward(cells, w, trial, err, back).items() if name in w}
        slopes["back"] = drawn["feedback.adaptive"] * slopes["out"]
        for name, (m, s) in moments.items():
            m, s = 0.9 * m + 0.1 * slopes[name], 0.999 * s + 0.001 * slopes[name] ** 2
            moments[name] = m, s
            change = p["schedule.eta"] * np.sqrt(1 - 0.999**k) / (1 - 0.9**k) * m / (np.sqrt(s) + p["schedule.epsilon"])
            if name == "back":
                back = (back - change) * (1 - drawn["schedule.forget"] * drawn["feedback.adaptive"])
            else:
                w[name] = (w[name] - change) * (1 - drawn["schedule.forget"] * (name == "out"))
    return losses, {**w, "back": back.T}


@pytest.mark.parametrize(
    ("feedback", "regularised"),
    [("symmetric", False), ("random", False), ("adaptive", False), ("none", False), ("none", True)],
)
def test_the_network_equals_the_reference(feedback, regularised):
    """Losses of six trials in three batches, and all weights after them; the test changes nothing."""
    experiment, found = planned("smoke", **SMALL, **{"inputs.feedback": feedback, "inputs.regularised": regularised})
    point = found.points[0]
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, found.builds[point["build"]]))
    p = {**point["values"], "run.seed": 1}
    losses, weights = reference(p)
    rows = tables["losses"][tables["losses"]["round"] == 0]
    np.testing.assert_allclose(rows.groupby("t_ms")["loss"].sum().to_numpy()[1:], losses, rtol=1e-10)
    names = {"in_rec.w": "in", "rec_rec.w": "rec", "rec_out.w": "out", "feedback.b": "back", "readout.bias": "bias"}
    final = tables["final"]
    for variable, name in names.items():
        learnt = final.loc[final["variable"] == variable, "value"].to_numpy()
        np.testing.assert_allclose(learnt, weights[name].ravel(), rtol=1e-9, atol=1e-12)
    assert tables["activity"]["activity"].max() > 0


def test_every_frame_has_one_answer():
    """In the test, one class answers in the last step of every frame with a label; right answers are counted."""
    experiment, found = planned("smoke", **SMALL)
    point = found.points[0]
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, found.builds[point["build"]]))
    p = {**point["values"], "run.seed": 1}
    _, y = phonemes.test(Values(p))
    given = tables["answers"].sort_values("t_ms")
    assert (given["round"] == 1).all()
    np.testing.assert_array_equal(given["goal"].to_numpy(), y[y >= 0])
    hits = tables["losses"].loc[tables["losses"]["round"] == 1, "hits"].sum()
    assert hits == (given["i"].to_numpy() == given["goal"].to_numpy()).sum()


def test_sentences_are_cut_into_pieces():
    """Every frame is asked for once, within its own sentence; a short sentence is filled up."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(3, 2, (20, 2)), rng.integers(5, size=20)
    arrays = {"x": x, "y": y.astype(np.uint8), "lengths": np.array([7, 4, 3, 6]), "phones": np.array(list("abcde"))}
    cut, labels = phonemes.pieces(Dataset("d", "standin", "1", arrays), "", 3, 4)
    assert cut.shape == (4, 4, 2)
    np.testing.assert_array_equal(labels.ravel(), [*y[:4], -1, *y[4:7], *y[7:11], *y[11:14], -1])
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    expected = np.concatenate([scaled[:4], scaled[3:7], scaled[7:11], scaled[11:14], np.zeros((1, 2))])
    np.testing.assert_allclose(cut.reshape(-1, 2), expected)
    filled, asked = phonemes.whole_batches(cut, labels, 3)
    np.testing.assert_array_equal(filled[4:], cut[:2])
    assert (asked[4:] == -1).all()


def test_labels_of_the_chain_come_late():
    """A linear classifier knows the phoneme of the frame two earlier, not of its own one; no phoneme follows itself."""
    _, found = planned("quick")
    p = found.points[0]["values"]
    data = phonemes.chain(Values(p))
    x, y = phonemes.pieces(data, "", 200, 40)
    assert (y[:, :2] == -1).all() and (y[:, 2:] >= 0).all()
    changes = np.diff(np.flatnonzero(np.diff(y[0, 2:])))
    assert changes.min() >= 3 and changes.max() <= 8
    moved = np.concatenate([y[:, 2:], np.full((200, 2), -1)], axis=1)
    own, known = (linear_error(x[:100], found[:100], x[100:], found[100:], 6) for found in (y, moved))
    assert known < 0.5 < own


def test_wrong_sizes_are_refused():
    """One line that names the keys."""
    _, found = planned("quick")
    p = {**found.points[0]["values"], "run.seed": 1}
    with pytest.raises(ValueError, match="network.n_frame 7 must divide"):
        phonemes.arrays(Values({**p, "network.n_frame": 7}), np.random.default_rng(1))
    with pytest.raises(ValueError, match="none of: speech, chain"):
        phonemes.dataset(Values({**p, "inputs.data": "words"}))


@pytest.mark.parametrize("scale", ["smoke", "quick"])
def test_tables_are_as_long_as_needed(scale):
    """The training sentences fill them."""
    point = plan(load("eprop/phonemes"), scale).points[0]
    p = {**point["values"], "run.seed": 1}
    arrays = phonemes.arrays(Values(p), np.random.default_rng(1))
    assert arrays["stimulus.n_rows"] * p["network.n_in"] == p["network.n_pattern"]
    assert arrays["readout.n_rows"] == p["network.n_target"]


def test_full_size_is_planned():
    """Points and sizes of the authors' network."""
    points = plan(load("eprop/phonemes"), "paper").points
    assert len(points) == 15
    assert all(point["values"]["network.n_rec"] == 400 for point in points)
