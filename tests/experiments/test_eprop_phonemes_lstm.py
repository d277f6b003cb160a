"""Phonemes with LSTM cells: the network equals a NumPy program without eligibility traces; sizes that do not fit."""

import numpy as np
import pytest

from base.values import Values
from experiments.eprop.phonemes_lstm import inputs as phonemes
from references.eprop.framewise_lstm import answer, train
from references.eprop.lstm_gradients import GATES, backward
from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

SMALL = {
    "network.n_in": 4,
    "network.n_rec": 5,
    "network.n_out": 3,
    "network.n_pattern": 192,
    "network.n_target": 48,
    "task.n_steps": 12,
    "task.n_batch": 2,
    "task.n_decay": 2,
    "inputs.n_train": 4,
    "inputs.n_test": 2,
    "inputs.n_iterations": 5,
}
NAMES = (*GATES, "out")


def trained(**overrides):
    """Train the Brian2 network; return its tables, its point and what `inputs` has drawn."""
    experiment = load("eprop/phonemes_lstm")
    planned = plan(experiment, "smoke", overrides={**SMALL, **overrides})
    point = planned.points[0]
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, planned.builds[point["build"]]))
    p = {**point["values"], "run.seed": point["seed"]}
    return tables, p, phonemes.arrays(Values(p), np.random.default_rng(point["seed"]))


def start(drawn, p):
    """Return weights, features and labels, as the references take them."""
    n_in, n_rec, n_out = (p[f"network.{name}"] for name in ("n_in", "n_rec", "n_out"))
    w = {gate: drawn[f"gates.w_{gate}"].reshape(-1, n_rec).copy() for gate in GATES}
    w["out"] = drawn["output.w"].reshape(-1, n_out)[n_in:].copy()
    x = drawn["pattern.values"].reshape(-1, p["task.n_steps"], n_in)
    return w, x, drawn["target.values"].reshape(-1, p["task.n_steps"]).astype(int)


def gradient(w, back, x, y):
    """Return the gradient of one sequence with its error sent back through `back` and not through recurrent weights."""
    run, err, wrong = answer(w, x, y)
    found = backward({**w, "out": back}, run, err, cut=True)
    logs = run["y"] - np.log(np.exp(run["y"]).sum(axis=1, keepdims=True))
    return found, -sum(logs[t, label] for t, label in enumerate(y) if label >= 0) / len(y), wrong


def reference(drawn, p):
    """Return loss and error of every batch, and the weights after the last one."""
    w, x, y = start(drawn, p)
    back = drawn["output.b"].reshape(-1, w["out"].shape[1])[p["network.n_in"] :].copy()
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in w.items()}
    forget = drawn["sender.forget"][p["network.n_in"] :, None]
    follows, n_batch, batches = drawn["output.follows"], p["task.n_batch"], []
    for k in range(p["inputs.n_iterations"]):
        part = np.arange(k * n_batch, (k + 1) * n_batch) % len(x)
        found, losses, wrong = zip(*(gradient(w, back, x[one], y[one]) for one in part), strict=True)
        batches.append((np.mean(losses), np.nanmean(wrong)))
        rate = p["task.eta"] * p["task.decay"] ** (k // p["task.n_decay"])
        rate *= np.sqrt(1 - 0.999 ** (k + 1)) / (1 - 0.9 ** (k + 1))
        for name, (m, s) in moments.items():
            slope = np.mean([one[name] for one in found], axis=0)
            m, s = 0.9 * m + 0.1 * slope, 0.999 * s + 0.001 * slope**2
            moments[name] = m, s
            change = rate * m / (np.sqrt(s) + p["task.epsilon"])
            if name == "out":
                w["out"] = (w["out"] - change) * (1 - forget)
                back = (back - follows * change) * (1 - follows * forget)
            else:
                w[name] = w[name] - drawn["task.recurrent"] * change
    return batches, w, back


@pytest.mark.parametrize("feedback", ["symmetric", "random", "adaptive", "none"])
def test_the_network_equals_the_reference(feedback):
    """Losses and errors of five batches, and all weights after them; the test changes nothing."""
    tables, p, drawn = trained(**{"inputs.feedback": feedback})
    batches, w, back = reference(drawn, p)
    rows = tables["batches"][tables["batches"]["round"] == 1]
    np.testing.assert_allclose(rows[["loss", "error"]].to_numpy(), batches, rtol=1e-10, atol=1e-12)
    expected = {f"gates.w_{gate}": w[gate] for gate in GATES} | {"output.w": w["out"], "output.b": back}
    final = tables["final"]
    for variable, value in expected.items():
        learnt = final.loc[final["variable"] == variable, "value"].to_numpy()[-value.size :]
        np.testing.assert_allclose(learnt, value.ravel(), rtol=1e-9, atol=1e-11, err_msg=variable)
    cells = slice(None, -1)
    assert np.array_equal(back[cells], w["out"][cells]) == (feedback == "symmetric")
    assert np.array_equal(w["i"].ravel(), drawn["gates.w_i"]) == (feedback == "none")


@pytest.mark.parametrize("feedback", ["symmetric", "random"])
def test_the_gradient_of_a_batch_is_that_of_the_reference(feedback, monkeypatch):
    """What gates and readout have accumulated over two sequences is backpropagation through time that is cut."""
    experiment = load("eprop/phonemes_lstm")
    variables = [*(f"gates.grad_{gate}" for gate in GATES), "output.grad"]
    monkeypatch.setattr(experiment.module, "FINAL", variables)

    def six(p, rng):
        """Return a batch of four sequences that changes nothing, and two sequences of the next."""
        duration = 6 * (p.task.n_steps + 1) * p.network.dt
        more = {"task.eta": 0.0, "task.watch": 1, "task.answers": True, "run.duration": duration}
        return {**phonemes.arrays(p, rng), **more}

    monkeypatch.setattr(phonemes, "inputs", six)
    tables, p, drawn = trained(**{"inputs.feedback": feedback, "task.n_batch": 4})
    w, x, y = start(drawn, p)
    back = drawn["output.b"].reshape(-1, w["out"].shape[1])[p["network.n_in"] :]
    parts = [gradient(w, back, x[one], y[one])[0] for one in (0, 1)]
    final = tables["final"]
    for name, variable in zip(NAMES, variables, strict=True):
        expected = sum(part[name] for part in parts)
        found = final.loc[final["variable"] == variable, "value"].to_numpy()[-expected.size :]
        assert np.abs(found - expected.ravel()).max() < 1e-10 * np.abs(expected).max()


def test_backpropagation_through_time_is_the_slope_of_the_loss():
    """Central differences of the loss of a sequence, for weights of every kind; without the cut."""
    rng = np.random.default_rng(5)
    w = {gate: rng.normal(0, 0.5, (4 + 5 + 1, 5)) for gate in GATES} | {"out": rng.normal(0, 0.5, (6, 3))}
    x, y = rng.normal(size=(9, 4)), rng.integers(-1, 3, size=9)
    run, err, _ = answer(w, x, y)
    exact = backward(w, run, err)
    for name in NAMES:
        at = tuple(int(rng.integers(size)) for size in w[name].shape)
        losses = []
        for sign in (1, -1):
            moved = {**w, name: w[name].copy()}
            moved[name][at] += sign * 1e-5
            losses.append(gradient(moved, moved["out"], x, y)[1])
        assert (losses[0] - losses[1]) / 2e-5 == pytest.approx(exact[name][at], rel=1e-6, abs=1e-10)


def test_backpropagation_learns():
    """The reference brings the error down."""
    _, p, drawn = trained()
    w, x, y = start(drawn, p)
    errors = list(train(w, iter([(x, y)] * 30), 0.05, 1e-5, 0.3, 500))
    assert errors[-1] < 0.6 * errors[0]


def test_every_frame_has_one_answer():
    """In the test, one class answers to every frame with a label; right answers are counted."""
    tables, p, _ = trained()
    _, y = phonemes.test(Values(p))
    given = tables["answers"].sort_values("t_ms")
    assert (given["round"] == 2).all()
    np.testing.assert_array_equal(given["label"].to_numpy(), y[y >= 0])
    error = tables["batches"].loc[tables["batches"]["round"] == 2, "error"].item()
    assert error == pytest.approx((given["i"] != given["label"]).mean())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs.feedback": "magic"}, "inputs.feedback 'magic' is none of"),
        ({"inputs.data": "words"}, "none of: speech, chain"),
        ({"network.n_pattern": 100}, "network.n_pattern is 100, but 166400 are needed"),
        ({"network.n_target": 100}, "network.n_target is 100, but 12800 are needed"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    """One line that names the key."""
    point = plan(load("eprop/phonemes_lstm"), "smoke").points[0]
    with pytest.raises(ValueError, match=message):
        phonemes.arrays(Values({**point["values"], **change}), np.random.default_rng(1))


def test_other_features_or_more_phonemes_are_refused(monkeypatch):
    """Sizes of the network and shape of the corpus."""
    p = plan(load("eprop/phonemes_lstm"), "smoke").points[0]["values"]
    data = phonemes.dataset(Values(p))
    monkeypatch.setattr(phonemes, "training", lambda *_: phonemes.spiking.pieces(data, "", 16, 40))
    for change in ({"network.n_in": 12}, {"network.n_out": 5}):
        with pytest.raises(ValueError, match="do not fit the data: 13 features, labels up to 5"):
            phonemes.arrays(Values({**p, **change}), np.random.default_rng(1))


def test_full_size_is_planned_and_smoke_runs_the_program_of_quick():
    """Points and sizes of the authors' network; tables of scale quick are filled."""
    plans = {scale: plan(load("eprop/phonemes_lstm"), scale) for scale in ("smoke", "quick", "paper")}
    assert len(plans["paper"].points) == 8 and len(plans["paper"].builds) == 1
    assert all(point["values"]["network.n_rec"] == 200 for point in plans["paper"].points)
    assert plans["smoke"].builds.keys() == plans["quick"].builds.keys()
    p = max((point["values"] for point in plans["quick"].points), key=lambda p: p["inputs.n_train"])
    assert phonemes.arrays(Values(p), np.random.default_rng(1))["task.n_rows"] == p["network.n_target"]
