"""Mackey-Glass: what is compared with what, and a network that hears itself."""

import numpy as np
from brian2 import StateMonitor, ms, prefs

from experiments.gle.mackey_glass import experiment
from experiments.gle.mackey_glass.inputs import HORIZONS, N_LAYERS, part
from models import gle, gle_series

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
        model.assign(net[name], **({"t_free": 6 * ms} if model is gle_series.series else {}))
    gle.stimulus.assign(net["goals"])
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
