"""The stochastic neuron and SAL: refractoriness, PSP, STDP window, conservation."""

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    defaultclock,
    ms,
    prefs,
    second,
    seed,
)

from models.sal import alignment

prefs.codegen.target = "numpy"
DT = 0.4 * ms


def pair(spike_times, w=0.0, **parameters):
    """Two neurons coupled both ways that fire in given steps (and only then)."""
    defaultclock.dt = DT
    kwargs = alignment.neuron.kwargs()
    fires = " or ".join(f"(i == {k} and timestep(t, dt) == {step})" for k, step in spike_times)
    neurons = NeuronGroup(2, name="neurons", **{**kwargs, "threshold": fires})
    synapses = Synapses(neurons, neurons, name="synapses", **alignment.synapse.kwargs())
    synapses.connect(i=[0, 1], j=[1, 0])
    alignment.neuron.add_steps(neurons)
    alignment.neuron.assign(neurons)
    alignment.synapse.assign(synapses, **parameters)
    neurons.lastspike = -1000 * second
    synapses.w = w
    synapses.plastic = 1
    synapses.n_epoch = 1
    return neurons, synapses


def run(duration, *objects):
    """Run objects in the order of slots that the model is made for."""
    network = Network(*objects)
    network.schedule = alignment.SCHEDULE
    network.run(duration)


@pytest.mark.parametrize("lag", [1, 7, 24, 60])
def test_window(lag):
    """A pair of spikes changes both directions by exp(-lag / tau), causal down and anti-causal up."""
    neurons, synapses = pair([(0, 10), (1, 10 + lag)])
    run((30 + lag) * DT, neurons, synapses)
    expected = np.exp(-lag / 25)
    np.testing.assert_allclose(synapses.pairs, [-expected, expected], rtol=1e-12)


def test_simultaneous_spikes_do_not_count():
    """The window is zero at lag 0, also beside an older spike of the partner."""
    neurons, synapses = pair([(0, 10), (1, 10), (1, 50)])
    run(80 * DT, neurons, synapses)
    expected = np.exp(-40 / 25)
    np.testing.assert_allclose(synapses.pairs, [-expected, expected], rtol=1e-12)


def test_all_pairs_count():
    """Every earlier spike of the partner adds its part."""
    neurons, synapses = pair([(0, 10), (0, 50), (1, 70)])
    run(100 * DT, neurons, synapses)
    total = np.exp(-60 / 25) + np.exp(-20 / 25)
    np.testing.assert_allclose(synapses.pairs, [-total, total], rtol=1e-12)


def test_an_epoch_applies_the_sum_and_clears_it():
    """The weight moves by eta times the sum per refractory period of the epoch."""
    neurons, synapses = pair([(0, 10), (1, 17)], w=0.5, eta=0.1)
    synapses.n_epoch = 4
    alignment.synapse.add_steps(synapses, epoch=40 * DT)
    run(41 * DT, neurons, synapses)
    change = 0.1 * np.exp(-7 / 25) / 4
    np.testing.assert_allclose(synapses.w, [0.5 - change, 0.5 + change], rtol=1e-12)
    np.testing.assert_allclose(synapses.pairs, 0)


def test_psp_is_rectangular():
    """The partner sees the weight at lags 1 to 24 of 25."""
    neurons, synapses = pair([(0, 10)], w=0.7)
    seen = StateMonitor(neurons, "input", record=1, when="thresholds", order=1)
    run(50 * DT, neurons, synapses, seen)
    np.testing.assert_allclose(np.flatnonzero(seen.input[0] == 0.7), np.arange(11, 35))


def test_rate_and_shortest_interval():
    """Rate of uncoupled neurons: 1 / (t_isi + tau_ref exp(-u)); no interval is shorter than t_isi."""
    seed(4)
    defaultclock.dt = DT
    neurons = NeuronGroup(2000, name="neurons", **alignment.neuron.kwargs())
    alignment.neuron.assign(neurons)
    neurons.b = 0.3
    neurons.lastspike = -1000 * second
    spikes = SpikeMonitor(neurons)
    run(1.2 * second, neurons, spikes)
    late = spikes.t > 0.2 * second
    expected = 2000 / (10.4 * ms + 10 * ms * np.exp(-0.3))
    assert np.sum(late) == pytest.approx(float(expected * second), rel=0.01)
    shortest = min(np.diff(train / DT).min() for train in spikes.spike_trains().values() if len(train) > 1)
    assert round(shortest) == 26


def lagged_pair(model, synapse, uniform, w, b, **parameters):
    """Two neurons coupled both ways; the random numbers of their spikes are given."""
    defaultclock.dt = DT
    table = TimedArray(uniform, dt=DT, name="uniform")
    neurons = NeuronGroup(2, name="neurons", **{**model.kwargs(uniform=table), "threshold": "uniform(t, i) < p_spike"})
    synapses = Synapses(neurons, neurons, name="synapses", **synapse.kwargs())
    synapses.connect(i=[0, 1], j=[1, 0])
    if synapse is alignment.nearest_synapse:
        synapses.pre_time = synapses.pre_older = synapses.post_time = -1000 * second
    model.add_steps(neurons)
    model.assign(neurons, **parameters)
    synapse.assign(synapses)
    neurons.lastspike = -1000 * second
    neurons.b = b
    synapses.w = w
    return neurons, synapses


def loop(uniform, w, b, psp, block):
    """Plain loop: spikes (steps x 2), intervals that they end, and the window of both synapses over nearest pairs.

    ``w[0]`` leads from neuron 0 to neuron 1; `psp` is a function of the lag, spikes are blocked at lags below `block`.
    """
    lag, last = [10**6, 10**6], [-(10**6), -(10**6)]
    spikes, intervals, window = np.zeros(uniform.shape, bool), [], [0.0, 0.0]
    for step, numbers in enumerate(uniform):
        u = [b[0] + w[1] * psp(lag[1]), b[1] + w[0] * psp(lag[0])]
        fired = [numbers[k] < 1 / (1 + 25 * np.exp(-u[k])) and lag[k] >= block for k in (0, 1)]
        for k in (0, 1):
            other = 1 - k
            if fired[k] and last[other] >= last[k]:
                intervals.append((step, k, step - last[other]))
                value = np.exp(-(step - last[other]) / 25)
                window[other] -= value  # synapse onto k, from the neuron that fired before
                window[k] += value
        for k in (0, 1):
            last[k] = step if fired[k] else last[k]
            lag[k] = 1 if fired[k] else lag[k] + 1
        spikes[step] = fired
    return spikes, intervals, window


def test_nearest_neighbours_equal_a_plain_loop():
    """Spikes step by step, intervals and STDP window of the variant of the theory (PSP at lags 1 to 24, ISI of 25)."""
    uniform = np.random.default_rng(3).random((4000, 2))
    w, b = [1.5, 0.5], [1.5, 2.0]  # coincident spikes do occur
    spikes, intervals, window = loop(uniform, w, b, lambda lag: float(lag < 25), 25)
    assert spikes.all(axis=1).sum() >= 3
    neurons, synapses = lagged_pair(
        alignment.lagged_neuron, alignment.nearest_synapse, uniform, w, b, t_psp=9.6 * ms, t_isi=10 * ms
    )
    monitor = SpikeMonitor(neurons)
    Network(neurons, synapses, monitor).run(len(uniform) * DT)
    found = np.zeros_like(spikes)
    found[np.round(monitor.t / DT).astype(int), monitor.i] = True
    np.testing.assert_array_equal(found, spikes)
    np.testing.assert_allclose(synapses.pairs, window, rtol=1e-9)
    np.testing.assert_array_equal(synapses.n_near, len(intervals))


@pytest.mark.parametrize("carry", [0, 1])
def test_alpha_shaped_potentials_equal_a_plain_loop(carry):
    """Spikes and STDP window step by step with alpha-shaped PSPs that begin anew at every spike, or add up."""
    uniform = np.random.default_rng(4).random((3000, 2))
    w, b, tau_syn = [1.5, -0.5], [0.5, 1.0], 25 / 2

    def kernel(lag):
        return 25 / tau_syn**2 * lag * np.exp(-lag / tau_syn)

    neurons, synapses = lagged_pair(alignment.shaped_neuron, alignment.nearest_synapse, uniform, w, b, t_isi=10 * ms)
    neurons.tau_syn, neurons.carry = tau_syn * DT, carry
    monitor = SpikeMonitor(neurons)
    traces = StateMonitor(neurons, "psp", record=True, when="thresholds", order=1)
    Network(neurons, synapses, monitor, traces).run(len(uniform) * DT)
    found = np.zeros(uniform.shape, bool)
    found[np.round(monitor.t / DT).astype(int), monitor.i] = True
    if carry:
        shape = kernel(np.arange(len(uniform)))
        expected = [np.convolve(found[:, k], shape)[: len(uniform)] for k in (0, 1)]
        np.testing.assert_allclose(traces.psp, expected, atol=1e-12)
    else:
        spikes, _, window = loop(uniform, w, b, kernel, 25)
        np.testing.assert_array_equal(found, spikes)
        np.testing.assert_allclose(synapses.pairs, window, rtol=1e-9)


@pytest.mark.parametrize("order", [None, alignment.SCHEDULE])
def test_intervals_are_counted_by_their_synapses(order):
    """The histogram equals that of the plain loop, from `t_begin` on; in the shared order spikes come a step later."""
    uniform = np.random.default_rng(5).random((4000, 2))
    w, b, t_max = [0.5, 1.5], [1.5, 1.0], 60
    uniform[-1] = 1  # no spike that would arrive after the end
    neurons, synapses = lagged_pair(
        alignment.lagged_neuron, alignment.fixed_synapse, uniform, w, b, t_psp=9.6 * ms, t_isi=10 * ms
    )
    counter = Synapses(neurons, neurons, name="intervals", **alignment.interval_counter.kwargs())
    counter.connect(i=np.repeat([0, 1], t_max - 1), j=np.repeat([1, 0], t_max - 1))
    counter.pre_time = counter.pre_older = counter.post_time = -1000 * second
    counter.interval = np.tile(np.arange(1, t_max), 2)
    alignment.interval_counter.assign(counter, t_begin=(500 + (order is not None)) * DT)
    together = Network(neurons, synapses, counter)
    together.schedule = order
    together.run(len(uniform) * DT)
    _, intervals, _ = loop(uniform, w, b, lambda lag: float(lag < 25), 25)
    expected = np.zeros((2, t_max - 1))
    for step, k, lag in intervals:
        if step >= 500 and lag < t_max:
            expected[1 - k, lag - 1] += 1
    assert expected.sum() > 100
    np.testing.assert_array_equal(counter.number, expected.ravel())
