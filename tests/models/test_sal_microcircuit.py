"""Microcircuits against plain loops over steps that know only spike times, and the teacher against a simulation."""

from dataclasses import asdict

import numpy as np
import pytest
from brian2 import SpikeMonitor, TimedArray, ms, prefs, set_device

from base.values import Values
from experiments.sal.microcircuit.experiment import OBJECTS, Inputs, Structure, network
from experiments.sal.microcircuit.inputs import inputs, teacher

SMALL = Structure(n_runs=1, n_patterns=12, n_epoch=6, pattern=90 * ms, window=30 * ms)
GROUPS = ("afferents", "hidden", "outputs", "interneurons")
N, STEPS, PATTERN, WINDOW, REF = 3, 1080, 90, 30, 10
ETA = {"basal": 0.5, "forward": 0.3, "feedback": 0.2}


@pytest.fixture(autouse=True)
def numpy_target():
    """Simulate with NumPy."""
    set_device("runtime")
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = before


def phi(u):
    return 1 / (1 + 10 * np.exp(-u))


def reference(arrays, draws, k, sal, copies, all_pairs):
    """Simulate one circuit; returns spikes of the four neurons, sums of the judged voltage, and final weights."""
    w10, w21, b = (arrays[f"{name}.w"][k] for name in ("basal", "forward", "feedback"))
    trains, z, sums = [[], [], [], []], np.zeros((STEPS, 4)), []
    u_sum = 0.0
    for step in range(STEPS):
        shown = step // PATTERN
        phase, judged = arrays["phase.values"][shown], step % PATTERN >= WINDOW
        x, goal = arrays["pattern.values"][shown, k], arrays["goal.values"][shown, k]
        if step % PATTERN == 0:
            sums.append(u_sum)
            u_sum = 0.0
        before = z[step - 1] if step else np.zeros(4)
        mean = z[max(0, step - WINDOW) : step].sum(axis=0) / WINDOW
        used = w21 if copies else b
        aligning = phase == 1
        api_mean = used * (mean[2] - mean[3])
        v_api = used * (before[2] - (0 if aligning else before[3]))
        u_out = -1 + w21 * before[1] + 0.6 * (goal - w21 * mean[1] + 1)
        u = [x, -1 + w10 * before[0] + (1 if aligning else 0.02) * v_api, u_out]
        u.append(-1 + (0 if aligning else w21 * before[1]))
        u_sum += u_out * judged
        fires = [(not trains[m] or step - trains[m][-1] >= REF) and draws[m][step, k] < phi(u[m]) for m in range(4)]
        for m in range(4):
            z[step, m] = fires[m] or any(step - s < REF for s in trains[m])
        mean = z[max(0, step - WINDOW + 1) : step + 1].sum(axis=0) / WINDOW
        if judged and phase == 0:
            if trains[0] and trains[0][-1] == step - 1:
                dendrite = -1 + w10 * mean[0]
                w10 += ETA["basal"] * (phi(dendrite + 0.02 * api_mean) - phi(dendrite))
            if trains[1] and trains[1][-1] == step - 1:
                free = -1 + w21 * mean[1]
                w21 += ETA["forward"] * (phi(free + 0.6 * (goal - free)) - phi(free))
        if aligning and sal:
            for here, other, sign in ((2, 1, 1), (1, 2, -1)):
                if fires[here]:
                    lags = np.array([step - s for s in trains[other]])
                    if not all_pairs:
                        lags = lags[-1:] if not fires[other] else lags[:0]
                    b += sign * ETA["feedback"] * np.exp(-lags / 10).sum()
        for m in range(4):
            if fires[m]:
                trains[m].append(step)
    return trains, sums, (w10, w21, b)


@pytest.mark.parametrize("all_pairs", [0.0, 1.0])
def test_circuits_equal_plain_loops(all_pairs):
    """Spikes, judged voltages and weights of all three algorithms, with the same random numbers."""
    net = network(SMALL)
    for name, model in OBJECTS.items():
        model.assign(net[name], **({"eta": ETA[name]} if name in ETA else {}))
    net["feedback"].all_pairs = all_pairs
    p = {f"network.{key}": value for key, value in vars(SMALL).items()}
    p |= {f"inputs.{key}": value for key, value in {**asdict(Inputs()), "n_train": 3, "n_align": 2}.items()}
    p = {key: float(value) if hasattr(value, "dim") else value for key, value in p.items()}
    arrays = inputs(Values({**p, "outputs.b": -1.0}), np.random.default_rng(0))
    tables = {
        name: net[owner].namespace[name]
        for owner, name in (("afferents", "pattern"), ("outputs", "goal"), ("schedule", "phase"))
    }
    for key, value in arrays.items():
        name, variable = key.split(".")
        target = tables[name].values if name in tables else net[name].variables[variable].get_value()
        target[...] = value
    rng, draws, spikes = np.random.default_rng(7), [], {}
    for name in GROUPS:
        draws.append(rng.random((STEPS, N)) ** 2)  # more spikes
        net[name].namespace["draws"] = TimedArray(draws[-1], dt=SMALL.dt, name=f"draws_{name}")
        net[name].events["spike"] = net[name].events["spike"].replace("rand()", "draws(t, i)")
        spikes[name] = SpikeMonitor(net[name], name=f"{name}_spikes")
        net.add(spikes[name])
    net.run(STEPS * SMALL.dt, namespace={})
    for k, (sal, copies) in enumerate(((True, False), (False, False), (False, True))):
        trains, sums, weights = reference(arrays, draws, k, sal, copies, all_pairs)
        for name, train in zip(GROUPS, trains, strict=True):
            assert np.round(spikes[name].spike_trains()[k] / ms).astype(int).tolist() == train
            assert len(train) > 20
        np.testing.assert_allclose(net["judged"].u_sum[k], sums, atol=1e-9)
        found = [net[name].w[k] for name in ("basal", "forward", "feedback")]
        np.testing.assert_allclose(found, weights, atol=1e-10)
        start = [arrays[f"{name}.w"][k] for name in ("basal", "forward", "feedback")]
        changed = np.abs(np.subtract(found, start)) > 1e-6
        assert changed.tolist() == [True, True, sal]


@pytest.mark.parametrize(("x", "expected"), [(-3, -0.406), (-0.8, -0.142), (0.8, 0.247), (3, 0.440), (-0.5, -0.073)])
def test_teacher(x, expected):
    """Exact mean voltage; the independent program averaged 200 000 steps."""
    assert teacher(x, 2.0, -1.0) == pytest.approx(expected, abs=0.012)


def test_initial_weights_are_those_of_the_seed():
    """The first three numbers of seed 355445 are W10, B and W21 of the authors' fixture."""
    assert np.random.default_rng(355445).uniform(-3, 3, 3) == pytest.approx([2.2877, -2.2517, -0.8272], abs=5e-5)
