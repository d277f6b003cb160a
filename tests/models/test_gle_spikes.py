"""Spikes stand for rates, with the noise of a Poisson process; without spikes the chain is the old one."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, Synapses, ms, prefs, seed

from base.values import Values
from experiments.gle.lag_line import experiment as lag_line
from experiments.gle.lag_line.inputs import inputs as of_the_chain
from experiments.gle.spikes import experiment
from experiments.gle.spikes.figure import power
from experiments.gle.spikes.inputs import SENT, cells, receivers
from models.gle import chain as gle_chain
from models.gle import descent, spikes
from runner.planning import planned

DT = 0.01  # ms


@pytest.fixture(autouse=True)
def numpy_target():
    """Simulate without a compiler."""
    prefs.codegen.target = "numpy"


def chain(module, model, steps, **student):
    """Run a chain with the weights of its start; return output, errors and what neuron 2 hears, in every step."""
    net = module.network(module.Structure(n_replicas=3, record=DT * ms, record_learned=DT * ms))
    p = planned("gle/lag_line", "smoke").points[0]["values"]
    arrays = of_the_chain(Values({**p, "network.n_replicas": 3}), np.random.default_rng(3))
    gle_chain.teacher.assign(net["teacher"])
    model.assign(net["student"], **student)
    descent.gradients.assign(net["gradients"])
    descent.learned.assign(net["learned"], t_switch=0 * ms, eta=0.0)
    net["teacher"].roll = arrays["teacher.roll"]
    net["teacher"].namespace["wave"].values[:] = arrays["wave.values"]
    net["learned"].initial = net["learned"].value = arrays["learned.initial"]
    # Only the chain: the neurons beside it are another test.
    Network(*(net[name] for name in ("teacher", "student", "gradients", "learned", "average", "traces"))).run(
        steps * DT * ms
    )
    return {name: np.asarray(getattr(net["traces"], name))[0] for name in ("output", "e_1", "e_2", "r_in_2")}


def test_without_spikes_and_synapses_it_is_the_chain():
    """A synapse of one time step hands on what was sent in the step before."""
    expected = chain(lag_line, gle_chain.student, 600)
    found = chain(experiment, spikes.student, 600, tau_s=DT * ms, compensated=0.0)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-12, atol=1e-15, err_msg=name)
    assert np.abs(expected["e_1"]).max() > 1e-3


def test_many_neurons_send_what_they_stand_for():
    """What is heard has the variance of filtered shot noise; output and error follow those without spikes."""
    seed(4)
    n = 20000
    exact, noisy = (chain(experiment, spikes.student, 1500, n_rate=size, n_error=size) for size in (0, n))
    late = slice(300, None)
    wrong = noisy["r_in_2"][late] - exact["r_in_2"][late]
    predicted = exact["r_in_2"][late].mean() / (2 * n * 0.1)  # rate / (2 P nu tau_s)
    assert wrong.var() == pytest.approx(predicted, rel=0.4)  # 120 ... 12 ms hold some 60 independent values
    np.testing.assert_allclose(noisy["output"][late], exact["output"][late], atol=0.05)
    assert np.corrcoef(noisy["e_1"][late], exact["e_1"][late])[0, 1] > 0.5


@pytest.mark.parametrize("one_by_one", [False, True], ids=["poisson", "cells"])
def test_populations_are_heard_as_shot_noise(one_by_one):
    """100 neurons at a constant rate: mean and variance of what arrives, as one number or neuron by neuron."""
    seed(5)
    n, size, tau_s = 40, 100, 0.2
    group = NeuronGroup(n, dt=DT * ms, **spikes.receiver.kwargs())
    spikes.receiver.assign(group, t_settle=2 * ms)
    group.tau_m, group.tau_r, group.ahead_r, group.ahead_e = 1 * ms, 0.1 * ms, 0.1 * ms, 1 * ms
    group.tau_s, group.mean, group.swing, group.size = tau_s * ms, 1.5, 0, 0 if one_by_one else size
    group.heard_r = group.u = 1.5  # no transient
    spikes.receiver.add_steps(group)
    senders = NeuronGroup(n * size, dt=DT * ms, **spikes.cells.kwargs())
    spikes.cells.assign(senders)
    senders.mean, senders.polarity, senders.share, senders.onto_error = 1.5 * one_by_one, 1, 1 / size, 0
    links = Synapses(senders, group, dt=DT * ms, **spikes.to_receiver.kwargs())
    links.connect(j="i // 100")
    Network(group, senders, links).run(12 * ms)
    steps = 1000
    mean = np.asarray(group.r_sum) / steps
    variance = np.asarray(group.r_square).sum() / steps / n - mean.mean() ** 2
    assert mean.mean() == pytest.approx(1.5, abs=0.02)
    predicted = 1.5 / (size * DT) * power(tau_s, 1.0, 0.1, DT)
    assert variance == pytest.approx(predicted, rel=0.15)
    # In continuous time: (ahead ** 2 + tau_s tau_m) / (2 (tau_s + tau_m) tau_s tau_m).
    assert predicted == pytest.approx(1.5 / size * (0.01 + 0.2) / (2 * 1.2 * 0.2), rel=0.05)


def test_every_cell_is_heard_by_a_receiver_of_its_size():
    neurons, grid = cells(), receivers()
    assert set(SENT) == {"none", "rates", "errors", "both"}
    np.testing.assert_array_equal(grid["size"][neurons["receiver"]], neurons["size"])
    assert set(grid["set"][neurons["receiver"]]) == {"cells"}
