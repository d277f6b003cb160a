"""Mackey-Glass: what is compared with what, and a network that hears itself."""

from dataclasses import replace

import numpy as np
from brian2 import StateMonitor, ms, prefs

from experiments.gle.mackey_glass import experiment
from experiments.gle.mackey_glass.inputs import HORIZONS, N_LAYERS, part
from models.gle import series, stimuli
from references.gle import through_time

prefs.codegen.target = "numpy"


def test_goals_lie_a_horizon_after_the_newest_value():
    x = np.arange(200.0)
    arrays = part(x, 10, 50)
    newest = arrays["samples.values"][:-1]
    np.testing.assert_array_equal(arrays["future.values"][1:], newest[:, None] + np.array(HORIZONS))


def test_the_network_goes_on_with_its_own_prediction():
    """From the given time on the input is the first output of the step before."""
    net = experiment.network(experiment.Structure(n_layer=4, n_series=60))
    rng = np.random.default_rng(1)
    for name, model in experiment.OBJECTS.items():
        model.assign(net[name], **({"t_free": 6 * ms} if model is series.series else {}))
    stimuli.stimulus.assign(net["targets"])
    shown = rng.normal(size=60)
    net["input"].namespace["samples"].values[:] = shown
    for k in range(1, N_LAYERS + 1):
        layer = net[f"layer_{k}"]
        layer.tau_m, layer.tau_r, layer.linear = 0.8 * ms, 0.2 * ms, 1
        net[f"to_{k}"].w = "rand()"
    inner = StateMonitor(net["input"], "r", record=True, dt=0.2 * ms, when="end")
    net.add(inner)
    net.run(12 * ms)
    heard, said = inner.r[0], net["predictions"].r[0]
    np.testing.assert_allclose(heard[:30], shown[:30])
    np.testing.assert_allclose(heard[30:], said[29:-1])


def network_in_time(rng):
    """Return layers of random neurons, with the weights of the Brian2 network above."""
    sizes = [1, 4, 4, 4, len(HORIZONS)]
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    return through_time.stack(
        [rng.normal(size=pair) / 2 for pair in pairs],
        [rng.normal(size=n) / 2 for n in sizes[1:]],
        [rng.uniform(0.3, 1.5, n) for n in sizes[1:]],
        [rng.uniform(0.2, 1, n) for n in sizes[1:]],
        [True, False, False, True],
        0.2,
    )


def test_backpropagation_through_time_has_the_rates_of_the_network():
    net = experiment.network(experiment.Structure(n_layer=4, n_series=60))
    rng = np.random.default_rng(2)
    layers, shown = network_in_time(rng), rng.normal(size=60)
    for name, model in experiment.OBJECTS.items():
        model.assign(net[name], **({"t_free": 1000 * ms} if model is series.series else {}))
    stimuli.stimulus.assign(net["targets"])
    net["input"].namespace["samples"].values[:] = shown
    for k in range(1, N_LAYERS + 1):
        units = slice(4 * (k - 1), 4 * k if k < N_LAYERS else None)
        layer = net[f"layer_{k}"]
        layer.tau_m, layer.tau_r = layers.tau_m[units] * ms, layers.tau_r[units] * ms
        layer.b, layer.linear = layers.b[units], layers.linear[units]
        w = layers.w_in[:, units] if k == 1 else layers.w[4 * (k - 2) : 4 * (k - 1), units]
        net[f"to_{k}"].w = w.ravel()
        net[f"to_{k}"].eta = 0
    net.run(12 * ms)
    np.testing.assert_allclose(net["predictions"].r.T, layers.rates(shown[:, None])[:, 0, -len(HORIZONS) :], rtol=1e-12)


def test_backpropagation_through_time_has_the_gradient_of_finite_differences():
    rng = np.random.default_rng(3)
    layers, x, weight = network_in_time(rng), rng.normal(size=(12, 3)), rng.normal(size=(12, 3, 18))

    def loss(**changed):
        return (replace(layers, **changed).rates(x) ** 2 * weight).sum() / 2

    r = layers.rates(x)
    for name, found in zip(("w_in", "w"), layers.gradients(x, r, r * weight), strict=True):
        value = getattr(layers, name)
        for place in zip(*np.nonzero(value), strict=True):
            shift = np.zeros_like(value)
            shift[place] = 1e-6
            slope = (loss(**{name: value + shift}) - loss(**{name: value - shift})) / 2e-6
            np.testing.assert_allclose(found[place], slope, rtol=1e-5, atol=1e-7)
