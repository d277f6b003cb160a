"""The integrate-and-fire neuron of SAL: voltage, spikes and synaptic currents against a plain loop."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, StateMonitor, Synapses, defaultclock, ms, mV, prefs, second

from models.sal import alignment, lif

prefs.codegen.target = "numpy"
DT = 0.2 * ms


@pytest.mark.parametrize("shape", ["square", "single", "twice"])
def test_without_noise_it_equals_a_plain_loop(shape):
    """Two coupled neurons without noise, 1500 steps: voltages, spikes and weights summed over the currents."""
    defaultclock.dt = DT
    neurons = NeuronGroup(2, name="neurons", **lif.neuron.kwargs())
    synapses = Synapses(neurons, neurons, name="synapses", **alignment.nearest_synapse.kwargs())
    synapses.connect(i=[0, 1], j=[1, 0])
    lif.neuron.add_steps(neurons)
    lif.neuron.assign(neurons, sigma=0 * mV)
    alignment.nearest_synapse.assign(synapses)
    neurons.b, neurons.offset, neurons.slope = [0.9, 0.8], -51 * mV, [4, 3] * mV
    neurons.tau_m, neurons.tau_syn, neurons.v = [5, 12] * ms, 4 * ms, -52 * mV
    setattr(neurons, shape, 1)
    neurons.lastspike = neurons.last = -1000 * second
    synapses.pre_time = synapses.pre_older = synapses.post_time = -1000 * second
    synapses.w = [0.7, -0.4]  # from neuron 0 to 1, and back
    traces = StateMonitor(neurons, ["v", "psp"], record=True, when="thresholds", order=-1)
    Network(neurons, synapses, traces).run(1500 * DT)

    v, rise, fall, lag = np.full(2, -52.0), np.zeros(2), np.zeros(2), np.full(2, 10**6)
    b, slope, tau_m = np.array([0.9, 0.8]), np.array([4.0, 3.0]), np.array([5.0, 12.0])
    n_spikes = np.zeros(2)
    for step in range(1500):
        # Currents of neurons are taken before they decay in this step.
        psp = {"square": (lag <= 50).astype(float), "single": rise, "twice": fall}[shape]
        current = np.array([-0.4 * psp[1], 0.7 * psp[0]])
        free = lag >= 50
        v = np.where(free, v + 0.2 / tau_m * (-51 + slope * (b + current) - v), v)
        rise, fall = rise - 0.2 / 4 * rise, fall + 0.2 / 4 * (rise - fall)
        np.testing.assert_allclose(traces.v[:, step] / mV, v, atol=1e-9)
        np.testing.assert_allclose(traces.psp[:, step], psp, atol=1e-12)
        fired = free & (v > -50)
        v, rise = np.where(fired, -52, v), rise + 10 / 4 * fired
        lag = np.where(fired, 1, lag + 1)
        n_spikes += fired
    assert (n_spikes > 3).all()
    np.testing.assert_array_equal(neurons.n_spikes, n_spikes)
