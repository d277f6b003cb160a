"""Trained networks without learning equal NumPy programs of the networks in which they were trained."""

import numpy as np
import pytest

from base.values import Values
from experiments.gle.inference import inputs as gle
from experiments.gupta.common.protocol import layers_of
from experiments.gupta.inference import inputs as gupta
from runner.planning import planned
from runner.records import recordings


@pytest.fixture
def recorded(built, tmp_path):
    """Return a function: experiment and the arrays of a point to what is recorded."""

    def run(experiment, given):
        point = planned(experiment, "smoke").points[0]
        values = {k: v for k, v in point["values"].items() if k.split(".")[0] not in ("network", "inputs")}
        program = built(experiment)
        program.run({**values, **given, "run.seed": 1}, tmp_path)
        return recordings(program.manifest, program.reader(tmp_path), point)

    return run


def given(module, experiment):
    p = planned(experiment, "smoke").points[0]["values"]
    return p, module.inputs(Values(p), np.random.default_rng(1))


def test_predictions_are_those_of_the_layers(recorded):
    p, arrays = given(gle, "gle/inference")
    dt, n_test, layers = p["network.dt"], p["inputs.n_test"], range(1, 5)
    b, tau_m, tau_r, linear = (
        [arrays[f"layer_{k}.{name}"] for k in layers] for name in ("b", "tau_m", "tau_r", "linear")
    )
    w = [arrays[f"to_{k}.w"].reshape(-1, b[k - 1].size) for k in layers]
    u, r = ([np.zeros_like(a) for a in b] for _ in range(2))
    expected = []
    for x in arrays["samples.values"][:n_test]:
        below = [np.array([x]), *(a.copy() for a in r[:-1])]
        for k in range(4):
            slope = (below[k] @ w[k] + b[k] - u[k]) / tau_m[k]
            ahead, u[k] = u[k] + tau_r[k] * slope, u[k] + dt * slope
            r[k] = np.where(linear[k] > 0.5, ahead, np.tanh(ahead))
        expected.append(r[3].copy())
    table = recorded("gle/inference", arrays)["predictions"].pivot_table(index="t_ms", columns="index", values="r")
    np.testing.assert_allclose(table.to_numpy()[1:], expected, atol=1e-12)


def test_answers_are_those_of_rounded_sigmoids(recorded):
    p, arrays = given(gupta, "gupta/inference")
    levels = 1 - (np.arange(p["neurons.n_levels"]) + 0.5) / p["neurons.n_levels"]

    def earliness(values):
        return np.where(values[:, None] >= levels, levels, 0).max(axis=1)

    layers = layers_of(Values(p), arrays["synapses.w"], arrays["neurons.b"])
    n_test, n_steps = p["inputs.n_test"], p["neurons.n_steps"]
    expected = []
    for x in arrays["pattern.values"][:n_test, : p["network.n_0"]]:
        a = earliness(x)
        for w, bias in layers:
            voltage = bias + a @ w
            a = earliness(1 / (1 + np.exp(-p["neurons.beta"] * voltage)))
        expected.append(voltage)
    table = recorded("gupta/inference", arrays)["outputs"].pivot_table(index="t_ms", columns="index", values="V")
    np.testing.assert_allclose(table.to_numpy()[n_steps::n_steps], expected, atol=1e-12)


@pytest.mark.parametrize(
    ("module", "experiment", "changed", "text"),
    [
        (gle, "gle/inference", {"inputs.n_test": 4000}, "inputs.n_test is 4000, but the test part has 3000 values"),
        (gle, "gle/inference", {"network.n_layer": 20}, "network.n_layer is 20, but weights.npz is of another network"),
        (gupta, "gupta/inference", {"inputs.n_test": 31}, "inputs.n_test is 31, but there are 30 samples"),
        (gupta, "gupta/inference", {"network.n_1": 10}, "network.n_0 to n_3: weights.npz is of another network"),
    ],
)
def test_what_was_not_trained_is_refused(module, experiment, changed, text):
    p = planned(experiment, "smoke").points[0]["values"] | changed
    with pytest.raises(ValueError, match=text):
        module.inputs(Values(p), np.random.default_rng(1))
