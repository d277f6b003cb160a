"""The phase of spikes against a plain loop, and epochs of gradients between phases."""

import numpy as np
import pandas as pd
import pytest
from brian2 import SpikeMonitor, TimedArray, ms, prefs, set_device

from base.values import Values
from datasets.digits8 import load_digits8
from experiments.sal.classification.experiment import OBJECTS, Structure, network
from experiments.sal.classification.figure import observe
from experiments.sal.classification.inputs import inputs, learner, split
from experiments.sal.classification.reference import reference
from experiments.sal.common import images
from experiments.sal.common.layers import links
from references.sal import convolutions
from runner.binary import RunError
from runner.experiment import load
from runner.planning import plan
from runner.simulate import drawn

LAYERS = (4, 3, 3, 2)
KEPT = ("network", "inputs")  # sections of the table of points that matter here


@pytest.fixture
def numpy_target():
    """Simulate with NumPy."""
    set_device("runtime")
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = before


def plain_loop(draws, w, b, bias, cycle, rate):
    """Spikes (step, neuron) and feedback weights at the end; `w` and `b` are full matrices (post, pre)."""
    steps, n = draws.shape
    b, exists = b.copy(), b != 0
    z, used = np.zeros((steps, n)), np.zeros((steps, n, n))
    for t in range(steps):
        if t and t % cycle == 0:
            for post, pre in np.argwhere(exists):
                total = 0.0
                for s in np.flatnonzero(z[:t, pre]):
                    for r in np.flatnonzero(z[:t, post]):
                        if 0 < abs(r - s) < 20 and max(r, s) >= t - cycle:  # the later spike counts the pair
                            total += np.sign(s - r) * np.exp(-abs(r - s) / 10)
                b[post, pre] += rate * total
        used[t] = b
        u = bias.copy()
        for lag in range(1, min(t, 10) + 1):
            u += (w + used[t - lag]) @ z[t - lag]
        resting = z[max(0, t - 10) : t].any(axis=0)
        z[t] = ~resting & (draws[t] < 1 / (1 + 10 * np.exp(-u)))
    return np.argwhere(z), b


def test_a_phase_equals_a_plain_loop(numpy_target):
    """All layers at once: every spike, and every feedback weight after two updates; changes depend on the replicas."""
    n, cycle, steps = sum(LAYERS), 150, 301
    net = network(Structure(**{f"n_{k}": size for k, size in enumerate(LAYERS)}, cycle=15 * ms, record=1000 * ms))
    for name, model in OBJECTS.items():
        model.assign(net[name], **({"eta": 0.8, "n_replicas": 4.0} if name == "feedback" else {}))
    net["memory"].left_over = np.exp(-2)
    rng = np.random.default_rng(5)
    lower, upper = links(LAYERS)
    forward, feedback = rng.normal(0, 0.8, (2, len(lower)))
    bias, draws = rng.uniform(0.5, 1.5, n), rng.random((steps, n))
    net["forward"].w, net["feedback"].w, net["neurons"].b = forward, feedback, bias
    net["neurons"].namespace["draws"] = TimedArray(draws, dt=0.1 * ms, name="draws")
    net["neurons"].events["spike"] = net["neurons"].events["spike"].replace("rand()", "draws(t, i)")
    spikes = SpikeMonitor(net["neurons"], name="spikes")
    net.add(spikes)
    net.run(steps * 0.1 * ms, namespace={})

    w, b = np.zeros((2, n, n))
    w[upper, lower], b[lower, upper] = forward, feedback
    expected, b = plain_loop(draws, w, b, bias, cycle, rate=0.8 / 4 / 20)
    found = np.column_stack([np.round(spikes.t / (0.1 * ms)).astype(int), spikes.i])
    np.testing.assert_array_equal(found[np.lexsort(found.T[::-1])], expected)
    assert len(expected) > 100
    np.testing.assert_allclose(net["feedback"].w, b[lower, upper], atol=1e-12)
    assert np.abs(b[lower, upper] - feedback).min() > 1e-5
    np.testing.assert_array_equal(net["weights"].w[:, 0], feedback)  # recorded as the phase begins


def values_of(**changed):
    """Resolve the keys of the experiment, with changes."""
    (point,) = plan(load("sal/classification"), "smoke", None, {f"inputs.{k}": v for k, v in changed.items()}).points
    return {**point["values"], "run.seed": point["seed"]}


def test_epochs_between_phases_and_their_repetition():
    """Phases get what the last epoch made; learning again from the recordings gives the same accuracies."""
    p = values_of(n_epochs=3, n_train=96)
    rng, given, tables, final = np.random.default_rng(9), [], [], None
    phases = inputs(Values(p), rng)
    arrays = next(phases)
    with pytest.raises(StopIteration):
        while True:
            given.append(arrays)
            aligned = arrays["feedback.w"] + 0.01 * rng.normal(size=arrays["feedback.w"].size)
            rows = {"point": 0, "seed": 1, "index": np.arange(len(aligned))}
            tables.append(pd.DataFrame({**rows, "round": len(tables), "w": arrays["feedback.w"]}))
            final = pd.DataFrame({**rows, "value": aligned})
            arrays = phases.send({"final": final})
    assert len(given) == 3
    np.testing.assert_array_equal(given[2]["feedback.w"], tables[2]["w"])
    assert given[0]["run.duration"] == pytest.approx(5 * 0.2 + 1e-4)
    points = pd.DataFrame([{"point": 0, "seed": 1, **{k: v for k, v in p.items() if k.split(".")[0] in KEPT}}])
    seen = observe(
        {"points": points, "weights": pd.concat(tables), "final": final}
        | {name: table.assign(point=0, seed=1) for name, table in reference(Values(p), rng).items()}
    )

    network, (_, _, x, y) = learner(Values(p), "SAL")
    network.w = split(given[2]["forward.w"], (64, 100, 50, 10))
    network.b = np.split(given[2]["neurons.b"], np.cumsum([64, 100, 50]))[1:]
    course = seen["course"].query("method == 'SAL'").set_index("epoch")
    assert course.loc[2, "test"] == network.accuracy(x, y)
    layers = seen["layers"].set_index(["method", "layer", "epoch"])["angle_deg"]
    assert layers["BP", 2, 3] < 1e-5 and 80 < layers["SAL", 2, 0] == layers["FA", 2, 0] < 100
    gap = seen["gaps"].set_index("epoch").loc[3]
    test = seen["course"].query("epoch == 3").set_index("method")["test"]
    assert gap["to_bp"] == test["SAL"] - test["BP"] and gap["to_fa"] == test["SAL"] - test["FA"]


def test_images_are_divided_without_overlap():
    data = load_digits8()
    x, y, x_test, y_test = images.split(data, 1437, 360, np.random.default_rng(0))
    assert x.shape == (1437, 64) and x_test.shape == (360, 64) and x.min() == 0 and x.max() == 1
    both = np.bincount(np.concatenate([y, y_test]), minlength=10)
    np.testing.assert_array_equal(both, np.bincount(data["labels"]))
    with pytest.raises(ValueError, match="has not 1437 training and 400 test images here"):
        images.split(data, 1437, 400, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"network": "conv", "data": "mnist"}, "inputs.network conv needs PyTorch: pip install -r requirements-torch"),
    ],
)
def test_what_cannot_run_is_refused_with_one_line(changed, message, monkeypatch):
    monkeypatch.setattr(convolutions, "torch", None)
    p = values_of(**changed)
    with pytest.raises(RunError, match=message):
        next(drawn("sal/classification", {"seed": 1, "values": p}))
