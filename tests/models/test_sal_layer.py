"""SAL, RDD and STDWI in layers against plain loops over steps, spikes and pairs, with the same random numbers."""

import numpy as np
import pytest
from brian2 import EventMonitor, Network, SpikeMonitor, TimedArray, ms, prefs, set_device

from base.values import Values
from experiments.sal.common.layers import links
from experiments.sal.deep_alignment import experiment as deep
from experiments.sal.deep_alignment.inputs import backwards, watched
from experiments.sal.weight_transport.experiment import OBJECTS, Structure, inference, regression, sal
from experiments.sal.weight_transport.inputs import angle, inputs, weights

N = 4
SMALL = Structure(n_in=N, n_out=N, n_sources=2, n_stimuli=10, cycle=20 * ms, update=20 * ms, stimulus=50 * ms)


@pytest.fixture(autouse=True)
def numpy_target():
    """Simulate with NumPy."""
    set_device("runtime")
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = before


def prepared(objects, arrays, **parameters):
    """Network of the objects with the parameters and arrays of a point."""
    net = Network(*objects)
    names = {obj.name for obj in objects}
    for name, model in OBJECTS.items():
        if name in names:
            model.assign(net[name], **parameters.get(name, {}))
    for key, value in arrays.items():
        name, variable = key.split(".")
        if name in names:
            net[name].variables[variable].get_value()[...] = value
    return net


def small_arrays(**changed):
    p = {f"network.{key}": value for key, value in vars(SMALL).items()}
    p |= {"inputs.part": 0.5, "inputs.gain_rdd": 10.0, "inputs.gain_stdwi": 75.0, "lower.tau_ref": 1e-3}
    p |= {"lower.tau_pair": 1e-3, "rdd_lower.tau_slow": 10e-3, "rdd_lower.tau_fast": 3e-3}
    p = {key: float(value) if hasattr(value, "dim") else value for key, value in {**p, **changed}.items()}
    return inputs(Values(p), np.random.default_rng(8))


def trains(monitor, dt):
    return [np.round(train / dt).astype(int).tolist() for train in monitor.spike_trains().values()]


def test_sal_equals_plain_loops():
    """Spikes of both layers and feedback weights, all pairs less than 20 steps apart."""
    steps, cycle = 600, 200
    arrays = small_arrays()
    arrays["lower.b"] = arrays["lower.b"] + 1.0
    objects = sal(SMALL)
    net = prepared(objects, arrays, sal_feedback={"eta": 2.0})
    rng, draws, spikes = np.random.default_rng(2), [], []
    for name in ("lower", "upper"):
        draws.append(rng.random((steps, N)))
        net[name].namespace["draws"] = TimedArray(draws[-1], dt=SMALL.dt_sal, name=f"draws_{name}")
        net[name].events["spike"] = net[name].events["spike"].replace("rand()", "draws(t, i)")
        spikes.append(SpikeMonitor(net[name], name=f"{name}_spikes"))
    net.add(*spikes)
    net.run((steps + 1) * SMALL.dt_sal, namespace={})

    w = arrays["sal_forward.w"].reshape(N, N).T  # post, pre
    b = arrays["sal_feedback.w"].reshape(N, N).T.copy()
    z, fired = np.zeros((2, steps, N)), [[[] for _ in range(N)], [[] for _ in range(N)]]
    used = np.zeros((steps, N, N))  # feedback weights, which a PSP keeps
    for t in range(steps):
        if t and t % cycle == 0:
            pairs = np.zeros((N, N))
            for i, lower in enumerate(fired[0]):
                for j, upper in enumerate(fired[1]):
                    for s in lower:
                        for r in upper:
                            if 0 < abs(s - r) < 20 and t - cycle <= max(s, r) < t:
                                pairs[i, j] += np.sign(r - s) * np.exp(-abs(s - r) / 10)
            b += 2.0 / 8 * pairs / 20
        used[t] = b
        u = [arrays["lower.b"].copy(), arrays["upper.b"].copy()]
        for lag in range(1, 11):
            if t - lag >= 0:
                u[0] += used[t - lag] @ z[1, t - lag]
                u[1] += w @ z[0, t - lag]
        for k in range(2):
            for i in range(N):
                blocked = any(1 <= t - s <= 10 for s in fired[k][i])
                if not blocked and draws[k][t, i] < 1 / (1 + 10 * np.exp(-u[k][i])):
                    z[k, t, i] = 1
                    fired[k][i].append(t)
    for k in range(2):
        found = trains(spikes[k], SMALL.dt_sal)
        assert [[s for s in train if s < steps] for train in found] == fired[k]
        assert sum(map(len, fired[k])) > 60
    pairs_to_come = net["sal_feedback"].w  # the update after the last cycle has happened, too
    assert np.abs(np.asarray(pairs_to_come).reshape(N, N).T - b).max() > 1e-3
    last = np.zeros((N, N))
    for i, lower in enumerate(fired[0]):
        for j, upper in enumerate(fired[1]):
            last[i, j] = sum(
                np.sign(r - s) * np.exp(-abs(s - r) / 10)
                for s in lower
                for r in upper
                if 0 < abs(s - r) < 20 and max(s, r) >= steps - cycle
            )
    np.testing.assert_allclose(np.asarray(pairs_to_come).reshape(N, N).T, b + 2.0 / 8 * last / 20, atol=1e-10)


def test_stdwi_equals_plain_loops():
    """Potentials as sums over spikes and steps; feedback weights after every spike."""
    steps, dt = 400, 0.25
    arrays = small_arrays()
    arrays["stdwi_forward.w"] = np.abs(arrays["stdwi_forward.w"])
    active = TimedArray(np.ones((10, N)), dt=SMALL.stimulus, name="active_stdwi")
    net = prepared(inference(SMALL, active), arrays, stdwi_stimulus={"rate": 0.4 / ms})
    draws = np.random.default_rng(3).random((steps, N))
    net["stdwi_stimulus"].namespace["draws"] = TimedArray(draws, dt=SMALL.dt_stdwi, name="draws")
    net["stdwi_stimulus"].events["spike"] = net["stdwi_stimulus"].events["spike"].replace("rand()", "draws(t, i)")
    spikes = [SpikeMonitor(net[f"stdwi_{name}"], name=f"{name}_spikes") for name in ("lower", "upper")]
    net.add(*spikes)
    net.run(steps * SMALL.dt_stdwi, namespace={})

    w = arrays["stdwi_forward.w"].reshape(N, N).T
    b = arrays["stdwi_feedback.w"].reshape(N, N).T.copy()
    shots = [draws < 0.1, np.zeros((steps, N)), np.zeros((steps, N))]
    v = np.zeros((2, N))
    for t in range(steps):
        lags = (t - np.arange(t)) * dt
        kappa = (np.exp(-lags / 10) - np.exp(-lags / 3)) / 7
        current = [10 * kappa @ shots[0][:t], w @ (kappa @ shots[1][:t])]
        fires = []
        for k in range(2):
            v[k] += dt / 20 * (current[k] - 2 * v[k])
            fires.append(v[k] > 1)
            shots[k + 1][t] = fires[k]
        x = np.exp(-lags / 10) @ shots[1][:t]
        y = 0.05 * np.exp(-lags / 200) @ shots[1][:t]
        for j in np.flatnonzero(fires[1]):
            b[:, j] += 0.02 * (x - y) - 0.002 * b[:, j]
        for k in range(2):
            v[k][fires[k]] = -1
    for k in range(2):
        expected = [np.flatnonzero(shots[k + 1][:, i]).tolist() for i in range(N)]
        found = [np.round(s / SMALL.dt_stdwi).astype(int).tolist() for s in spikes[k].spike_trains().values()]
        assert found == expected and sum(map(len, expected)) > 5
    np.testing.assert_allclose(np.asarray(net["stdwi_feedback"].w).reshape(N, N).T, b, atol=1e-10)


def test_rdd_equals_plain_loops():
    """Windows, their largest potentials, and the regression lines."""
    steps = 400
    arrays = small_arrays()
    active = TimedArray(np.ones((10, N)), dt=SMALL.stimulus, name="active_rdd")
    net = prepared(regression(SMALL, active), arrays, rdd_feedback={"eta": 0.05}, rdd_stimulus={"rate": 0.1 / ms})
    draws = np.random.default_rng(3).random((steps, 2 * N))
    net["rdd_stimulus"].namespace["draws"] = TimedArray(draws, dt=SMALL.dt_rdd, name="draws")
    net["rdd_stimulus"].events["spike"] = net["rdd_stimulus"].events["spike"].replace("rand()", "draws(t, i)")
    closes = EventMonitor(net["rdd_lower"], "closes", variables=["top"], name="windows")
    spikes = [SpikeMonitor(net[f"rdd_{name}"], name=f"{name}_spikes") for name in ("lower", "upper")]
    net.add(closes, *spikes)
    net.run(steps * ms, namespace={})

    w = arrays["rdd_forward.w"].reshape(N, N).T
    shots = [(draws < 0.1).reshape(steps, N, 2).sum(axis=2), np.zeros((steps, N)), np.zeros((steps, N))]
    v, last = np.zeros((2, N)), np.full((2, N), -100)
    opened, free, top = np.full(N, -100), np.zeros(N), np.zeros(N)
    lines, kernels, windows = np.zeros((2, 2, N, N)), np.zeros((steps, N)), []
    for t in range(steps):
        lags = t - np.arange(max(0, t - 30), t)
        kappa = (np.exp(-lags / 10) - np.exp(-lags / 3)) / 7
        seen = [kappa @ shot[max(0, t - 30) : t] for shot in shots]
        kernels[t] = seen[2]
        drive = [4 * seen[0], w @ seen[1]]
        for k in range(2):
            v[k] += 1e-3 * (600 * (drive[k] - v[k]) - 100 * v[k])
        for i in range(N):
            is_open = t - opened[i] <= 30
            free[i] = free[i] + 1e-3 * (600 * (drive[0][i] - free[i]) - 100 * free[i]) if is_open else v[0, i]
            top[i] = max(top[i], free[i])
            if t - opened[i] == 30:
                windows.append((t, i, top[i]))
                change = kernels[opened[i] + 1 : t + 1].mean(axis=0) - kernels[opened[i]]
                line = lines[int(top[i] > 1), :, i]
                error = line[1] * top[i] + line[0] - change
                line[1] -= 0.05 * error * top[i]
                line[0] -= 0.05 * error
            elif not is_open and abs(1 - free[i]) <= 0.1:
                opened[i], top[i] = t, free[i]
        for k in range(2):
            fires = (v[k] > 1) & (t - last[k] >= 3)
            shots[k + 1][t] = fires
            v[k][fires], last[k][fires] = -1, t
    assert len(windows) > 10
    found = sorted(zip(np.round(closes.t / ms).astype(int), closes.i, closes.top, strict=True))
    np.testing.assert_allclose(found, windows, atol=1e-10)
    effect = np.asarray(net["rdd_feedback"].effect[:]).reshape(N, N).T
    jump = lines[1].sum(axis=0) - lines[0].sum(axis=0)
    np.testing.assert_allclose(effect, jump, atol=1e-10)
    assert np.abs(effect).max() > 1e-3


def test_initial_weights_are_those_of_the_seed():
    """Angle 91.44 degrees, correlation -0.025."""
    w, b = weights(50, 50)
    assert angle(w, b) == pytest.approx(91.44, abs=0.005)
    assert np.corrcoef(w.ravel(), b.T.ravel())[0, 1] == pytest.approx(-0.025, abs=5e-4)


def test_links_of_a_deep_network():
    """Every neuron is connected with all of the next layer, forwards and backwards over the same pair."""
    lower, upper = links([3, 2, 1])
    assert lower.tolist() == [0, 0, 1, 1, 2, 2, 3, 4] and upper.tolist() == [3, 4, 3, 4, 3, 4, 5, 5]
    assert watched([3, 2, 1], 3).tolist() == [0, 2, 5, 6, 7]
    net = deep.network(deep.Structure(n_0=3, n_1=2, n_2=2, n_3=1))
    pair = backwards([3, 2, 2, 1])
    assert np.array_equal(net["forward"].i[:][pair], net["feedback"].j[:])
    assert np.array_equal(net["forward"].j[:][pair], net["feedback"].i[:])
