"""Sampling networks against plain loops over steps, neurons and pairs of spikes, and their firing against theory."""

from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    TimedArray,
    defaultclock,
    linked_var,
    ms,
    prefs,
    second,
    seed,
    set_device,
)
from scipy.stats import geom

from base.values import Values
from experiments.sal.common.boltzmann import amplitudes, probabilities, states, student
from experiments.sal.common.sampling_networks import pair_weights
from experiments.sal.noisy_windows import experiment as noisy_windows
from experiments.sal.noisy_windows import inputs as noisy_windows_inputs
from experiments.sal.plasticity_noise import experiment as plasticity_noise
from experiments.sal.plasticity_noise import inputs as plasticity_noise_inputs
from models.sal import sampling
from models.sal.sampling_network import NoisyInputs, Structure

N, STEPS, CYCLE = 3, 1750, 250  # neurons, steps of the run, steps of a cycle
EVERY, LONG = 3, 2
RESET = "left = -log(1 - rand())"  # without refractoriness
SMALL = Structure(n_networks=2, n_neurons=N, cycle=50 * ms, record=200 * ms)
DECAY = 0.1
RULE = {
    "neurons": {"eta_b": 0.3},
    "synapses": {"eta_w": 0.5, "eta_sal": 0.7, "w_max": 0.9},
    "schedule": {"n_every": EVERY, "n_long": LONG},
}


@pytest.fixture(autouse=True)
def numpy_target():
    """Simulate with NumPy."""
    set_device("runtime")
    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    yield
    prefs.codegen.target = before


def small_arrays(inputs, arms):
    """One target, one student; the rule is noisy; every arm."""
    p = {f"network.{key}": value for key, value in vars(replace(SMALL, n_networks=arms)).items()}
    p |= {f"inputs.{key}": value for key, value in asdict(NoisyInputs()).items()}
    p |= {f"schedule.{key}": value for key, value in RULE["schedule"].items()}
    p |= {"inputs.n_targets": 1, "inputs.n_initial": 1, "inputs.n_levels": 1, "inputs.step": 0.0}
    p = {key: float(value) if hasattr(value, "dim") else value for key, value in p.items()}
    arrays = inputs(Values({**p, "neurons.tau_ref": 0.01}), np.random.default_rng(5))
    arrays["neurons.b"] += 2.0  # more spikes
    amplitude = np.random.default_rng(6)
    return arrays | {f"synapses.{key}": amplitude.uniform(0.5, 1.5, arms * N * (N - 1)) for key in ("a_hebb", "a_sal")}


def learned(arrays, w, sums, per):
    """Return the weights after a cycle; `sums` are those of the triangles, causal and anti-causal."""
    both, a = sums.sum(axis=0) * per, arrays["synapses.a_hebb"]
    align = 0.7 * arrays["synapses.sal"] * arrays["synapses.a_sal"] * (sums[1] - sums[0]) * per
    if "synapses.decays" not in arrays:
        return np.clip(w + 0.5 * (arrays["synapses.wanted"] - a * both) + align, -0.9, 0.9)
    w = w + 0.5 * (a * arrays["synapses.wanted"] - a * both)
    return np.clip(np.where(arrays["synapses.decays"], (1 - DECAY) * w, w) + align, -0.9, 0.9)


def reference(arrays, draws, arms):
    """Simulate all networks with loops: sums over all spikes, no state but their times."""
    n = arms * N
    pre, post = (np.concatenate([k + N * arm for arm in range(arms)]) for k in np.nonzero(1 - np.eye(N, dtype=int)))
    w, b = arrays["synapses.w"].copy(), arrays["neurons.b"].copy()
    trains, left = [[] for _ in range(n)], arrays["neurons.left"].copy()
    on = {}  # weight of every PSP: it is fixed by the spike
    began, samples, divergences, spikes = 0, [[] for _ in range(arms)], [], []
    for step in range(STEPS):
        if step and step % CYCLE == 0:
            block = step // CYCLE % (EVERY - 1 + LONG)
            if block == 0 or block >= LONG:
                times = [[s for s in train if began <= s] for train in trains]
                per = 50 / (step - began)
                sums = np.zeros((2, len(pre)))
                for k, (j, i) in enumerate(zip(pre, post, strict=True)):
                    for s_j in trains[j]:
                        for s_i in trains[i]:
                            if max(s_j, s_i) >= began and s_i != s_j:
                                sums[int(s_i < s_j), k] += max(0, 1 - abs(s_i - s_j) / 50)
                w = learned(arrays, w, sums, per)
                b = np.clip(b + 0.3 * (arrays["neurons.goal"] - np.array([len(x) for x in times]) * per), -2, 2)
                began = step
            if block == LONG:
                for net in range(arms):
                    p = arrays["bins.p_target"][net * 2**N : (net + 1) * 2**N]
                    count = np.bincount(samples[net], minlength=2**N)
                    divergences.append(np.sum(p * np.log(p * len(samples[net]) / np.where(count, count, 0.5))))
                samples = [[] for _ in range(arms)]
        if step // CYCLE % (EVERY - 1 + LONG) < LONG and step % 25 == 0:
            for net in range(arms):
                active = [any(1 <= step - s <= 50 for s in trains[net * N + k]) for k in range(N)]
                samples[net].append(sum(2**k for k in range(N) if active[k]))
        u = b.copy()
        for k, (j, i) in enumerate(zip(pre, post, strict=True)):
            u[i] += sum(on[s, k] for s in trains[j] if 1 <= step - s <= 49)
        fires = []
        for i in range(n):
            if not any(1 <= step - s <= 50 for s in trains[i]):
                left[i] += np.log(1 - 1 / (1 + 50 * np.exp(-u[i])))  # hazard of the authors' probability per step
                if left[i] < 0:
                    fires.append(i)
        for i in fires:
            left[i] = -np.log(1 - draws[step, i])
            trains[i].append(step)
            spikes.append((step, i))
            on |= {(step, k): w[k] for k in np.flatnonzero(pre == i)}
    return w, b, spikes, divergences


@pytest.mark.parametrize(
    ("experiment", "inputs", "arms"),
    [(plasticity_noise, plasticity_noise_inputs, 2), (noisy_windows, noisy_windows_inputs, 3)],
    ids=["versions 1 and 2", "version 3"],
)
def test_networks_equal_plain_loops(experiment, inputs, arms):
    """Spikes, weights, biases and divergences, with the same random numbers."""
    draws = np.random.default_rng(3).random((STEPS, arms * N))
    net = experiment.network(replace(SMALL, n_networks=arms))
    neurons, table = net["neurons"], TimedArray(draws, dt=SMALL.dt, name="draws")
    # The same network, with the random numbers of a table.
    neurons.namespace["draws"] = table
    neurons.event_codes["spike"] = neurons.event_codes["spike"].replace("rand()", "draws(t, i)")
    arrays = small_arrays(inputs.inputs, arms)
    decay = {"synapses": {"decay": DECAY}} if "synapses.decays" in arrays else {}
    for name, model in experiment.OBJECTS.items():
        model.assign(net[name], **RULE.get(name, {}), **decay.get(name, {}))
    for key, value in arrays.items():
        name, variable = key.split(".")
        net[name].variables[variable].get_value()[...] = value
    spikes = SpikeMonitor(neurons, name="spikes")
    net.add(spikes)
    net.run(STEPS * SMALL.dt, namespace={})
    w, b, expected, divergences = reference(arrays, draws, arms)
    assert len(expected) > 80 and len(divergences) == 2 * arms
    assert list(zip(np.round(spikes.t / SMALL.dt).astype(int), spikes.i, strict=True)) == expected
    np.testing.assert_allclose(net["synapses"].w, w, rtol=0, atol=1e-10)
    np.testing.assert_allclose(neurons.b, b, rtol=0, atol=1e-10)
    np.testing.assert_allclose(net["divergence"].divergence, divergences, rtol=1e-10)
    for arm in range(1, arms):  # SAL and decay did something
        assert np.abs(w[:6] - w[6 * arm : 6 * arm + 6]).max() > 0.01


def test_firing_probability_per_step():
    """Intervals of uncoupled neurons without refractoriness are geometric (Kolmogorov-Smirnov, 1 %)."""
    seed(4)
    defaultclock.dt = 0.2 * ms
    bias = 0.3
    neurons = NeuronGroup(500, name="neurons", **{**sampling.neuron.kwargs(), "reset": RESET})
    neurons.length = linked_var(NeuronGroup(1, "length : 1 (shared)", name="schedule"), "length")
    sampling.neuron.assign(neurons)
    neurons.b, neurons.ready, neurons.left = bias, 1, 1
    neurons.rate = np.log1p(np.exp(bias) / 50) / (0.2 * ms)
    spikes = SpikeMonitor(neurons, name="spikes")
    Network(neurons, spikes).run(0.4 * second)
    # The same number of intervals of every neuron: a fixed time would prefer short ones.
    trains = [np.round(train / (0.2 * ms)) for train in spikes.spike_trains().values()]
    intervals = np.concatenate([np.diff(train)[:25] for train in trains])
    steps = np.arange(1, 400)
    seen = np.searchsorted(np.sort(intervals), steps, side="right") / len(intervals)
    assert len(intervals) == 500 * 25
    assert np.abs(seen - geom(1 / (1 + 50 * np.exp(-bias))).cdf(steps)).max() < 1.63 / np.sqrt(len(intervals))


def test_targets_have_their_weights():
    """The probabilities of the states give the weights back that made them."""
    w, b = np.array([[0, 0.5, -0.3], [0.5, 0, 0.9], [-0.3, 0.9, 0]]), np.array([0.1, -0.2, 0.3])
    np.testing.assert_allclose(pair_weights(probabilities(w, b)), w, atol=1e-14)
    z = states(3)
    assert z[6].tolist() == [0, 1, 1]


def test_amplitudes_are_truncated():
    """Normal, cut at 1.5 standard deviations."""
    drawn = amplitudes(0.1, 100, np.random.default_rng(1))
    assert np.abs(drawn - 1).max() <= 0.15 and drawn.std() == pytest.approx(0.0743, rel=0.02)


def test_initial_asymmetry_is_that_of_the_seed():
    """Noise 0.8, seed 9002: 0.959."""
    w = student(9002, 0.8, 0.0, 7)["w"]
    assert (w - w.T)[np.triu_indices(7, 1)].var() == pytest.approx(0.959, abs=5e-4)


def test_amplitudes_are_drawn_in_the_order_of_the_authors():
    """Of two matrices a window, the second counts below the diagonal, and on the first diagonal above it."""
    numbers = iter([0.1, 0.2])
    rng = SimpleNamespace(normal=lambda size: np.full(size, next(numbers)))
    np.testing.assert_allclose(amplitudes(1.0, 3, rng), [[1.2, 1.2, 1.1], [1.2, 1.2, 1.2], [1.2, 1.2, 1.2]])


def test_amplitudes_are_not_negative():
    """Noise 0.8 would make some windows negative, P(-1.5 < x < -1.25) of all; those do not learn."""
    drawn = amplitudes(0.8, 200, np.random.default_rng(1))
    assert drawn.min() == 0
    assert (drawn == 0).mean() == pytest.approx(0.0448, rel=0.1)
