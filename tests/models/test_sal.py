"""The stochastic neuron and SAL: refractoriness, PSP, STDP window, conservation."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses, defaultclock, ms, prefs, second, seed

from models import sal

prefs.codegen.target = "numpy"
DT = 0.4 * ms


def pair(spike_times, w=0.0, **parameters):
    """Two neurons coupled both ways that fire in given steps (and only then)."""
    defaultclock.dt = DT
    kwargs = sal.neuron.kwargs()
    fires = " or ".join(f"(i == {k} and timestep(t, dt) == {step})" for k, step in spike_times)
    neurons = NeuronGroup(2, name="neurons", **{**kwargs, "threshold": fires})
    synapses = Synapses(neurons, neurons, name="synapses", **sal.synapse.kwargs())
    synapses.connect(i=[0, 1], j=[1, 0])
    synapses.pre.order, synapses.post.order = -1, 1
    sal.neuron.assign(neurons)
    sal.synapse.assign(synapses, **parameters)
    neurons.lastspike = -1000 * second
    synapses.w = w
    synapses.plastic = 1
    synapses.n_epoch = 1
    return neurons, synapses


@pytest.mark.parametrize("lag", [1, 7, 24, 60])
def test_window(lag):
    """A pair of spikes changes both directions by exp(-lag / tau), causal down and anti-causal up."""
    neurons, synapses = pair([(0, 10), (1, 10 + lag)])
    Network(neurons, synapses).run((30 + lag) * DT)
    expected = np.exp(-lag / 25)
    np.testing.assert_allclose(synapses.pairs, [-expected, expected], rtol=1e-12)


def test_simultaneous_spikes_do_not_count():
    """The window is zero at lag 0, also beside an older spike of the partner."""
    neurons, synapses = pair([(0, 10), (1, 10), (1, 50)])
    Network(neurons, synapses).run(80 * DT)
    expected = np.exp(-40 / 25)
    np.testing.assert_allclose(synapses.pairs, [-expected, expected], rtol=1e-12)


def test_all_pairs_count():
    """Every earlier spike of the partner adds its part."""
    neurons, synapses = pair([(0, 10), (0, 50), (1, 70)])
    Network(neurons, synapses).run(100 * DT)
    total = np.exp(-60 / 25) + np.exp(-20 / 25)
    np.testing.assert_allclose(synapses.pairs, [-total, total], rtol=1e-12)


def test_an_epoch_applies_the_sum_and_clears_it():
    """The weight moves by eta times the sum per refractory period of the epoch."""
    neurons, synapses = pair([(0, 10), (1, 17)], w=0.5, eta=0.1)
    synapses.n_epoch = 4
    sal.synapse.add_steps(synapses, epoch=40 * DT)
    Network(neurons, synapses).run(41 * DT)
    change = 0.1 * np.exp(-7 / 25) / 4
    np.testing.assert_allclose(synapses.w, [0.5 - change, 0.5 + change], rtol=1e-12)
    np.testing.assert_allclose(synapses.pairs, 0)


def test_psp_is_rectangular():
    """The partner sees the weight at lags 1 to 24 of 25."""
    neurons, synapses = pair([(0, 10)], w=0.7)
    seen = StateMonitor(neurons, "input", record=1, when="thresholds", order=1)
    Network(neurons, synapses, seen).run(50 * DT)
    np.testing.assert_allclose(np.flatnonzero(seen.input[0] == 0.7), np.arange(11, 35))


def test_rate_and_shortest_interval():
    """Rate of uncoupled neurons: 1 / (t_isi + tau_ref exp(-u)); no interval is shorter than t_isi."""
    seed(4)
    defaultclock.dt = DT
    neurons = NeuronGroup(2000, name="neurons", **sal.neuron.kwargs())
    sal.neuron.assign(neurons)
    neurons.b = 0.3
    neurons.lastspike = -1000 * second
    spikes = SpikeMonitor(neurons)
    Network(neurons, spikes).run(1.2 * second)
    late = spikes.t > 0.2 * second
    expected = 2000 / (10.4 * ms + 10 * ms * np.exp(-0.3))
    assert np.sum(late) == pytest.approx(float(expected * second), rel=0.01)
    shortest = min(np.diff(train / DT).min() for train in spikes.spike_trains().values() if len(train) > 1)
    assert round(shortest) == 26
