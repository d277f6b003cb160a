"""Gupta's rule on the static task: the gradient it is compared with, its rounds, and what is made of recordings."""

import numpy as np
import pandas as pd
import pytest
from brian2 import prefs
from scipy.special import log_softmax

from base.values import Values
from experiments.contest.common.measures import DAMAGE, looked_at
from experiments.contest.common.rounds import rounds
from experiments.contest.static_gupta.experiment import Structure, network
from experiments.contest.static_gupta.figure import observe
from experiments.contest.static_gupta.gradient import gradient
from experiments.contest.static_gupta.inputs import PROBE, inputs, shares, task
from experiments.contest.static_gupta.measured import angles
from experiments.gupta.common.attacks import RateNetwork
from experiments.gupta.common.protocol import layers_of
from runner.experiment import load
from runner.planning import plan

prefs.codegen.target = "numpy"


def smoke(**changed):
    """Resolve the keys of the smallest scale."""
    (point,) = plan(load("contest/static_gupta"), "smoke", None, {f"inputs.{k}": v for k, v in changed.items()}).points
    return Values({**point["values"], "run.seed": point["seed"]})


def test_gradient_is_that_of_finite_differences():
    rng, n, beta = np.random.default_rng(3), (5, 4, 3, 2), 1.3
    layers = [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in zip(n[:-1], n[1:], strict=True)]
    x, y = rng.random((6, 5)), rng.integers(0, 2, 6)

    def loss():
        output = RateNetwork(layers, "sigmoid", beta).voltages(x)[-1]
        return -log_softmax(beta * output, axis=1)[np.arange(6), y].sum()

    for (w, _), found in zip(layers, gradient(layers, x, y, beta), strict=True):
        for place in np.ndindex(w.shape):
            ends = []
            for step in (1e-5, -1e-5):
                w[place] += step
                ends.append(loss())
                w[place] -= step
            assert (ends[0] - ends[1]) / 2e-5 == pytest.approx(found[place], abs=1e-6)


def test_steepest_descent_has_no_angle():
    p = smoke()
    rng = np.random.default_rng(1)
    before = layers_of(p, rng.normal(size=600), rng.normal(size=50))
    data = task(p)
    slopes = gradient(before, data.x[data.train], data.y[data.train], p.neurons.beta)
    after = [(w - 1e-3 * slope, b) for (w, b), slope in zip(before, slopes, strict=True)]
    assert max(angles(p, before, after).values()) < 1e-3
    back = [(2 * w - moved, b) for (w, b), (moved, _) in zip(before, after, strict=True)]
    assert min(angles(p, before, back).values()) > 180 - 1e-3


def readout(p, arrays, right):
    """Return the recording of a round in which all answers are right, or all are wrong."""
    n = round(arrays["run.duration"] / p.schedule.n_steps / p.network.dt)
    order, label = arrays["order.values"][:n].astype(int), arrays["labels.values"][:n].astype(int)
    rows = pd.DataFrame({"row": np.repeat(order, 2), "label": np.repeat(label, 2), "i": np.tile([48, 49], n)})
    rows["t_ms"] = (np.repeat(np.arange(n), 2) + 0.96) * p.schedule.n_steps * p.network.dt * 1e3
    rows["V"] = rows["a"] = ((rows["i"] - 48 == rows["label"]) == right).astype(float)
    return rows.assign(learning=np.repeat(arrays["training.values"][:n] > 0, 2))


def test_rounds_and_tables():
    """The probe learns slowly from the weights of an epoch; damage is done to the first of the best epochs."""
    p = smoke()
    given, recorded, rng = [], [], np.random.default_rng(1)
    asked = inputs(p, rng)
    arrays = next(asked)
    kinds = rounds(p)
    for place, (kind, what) in enumerate(kinds):
        given.append(arrays)
        right = kind == "damage" or what == 1
        end = {"synapses.w": arrays["synapses.w"] + 1, "neurons.b": arrays["neurons.b"]}
        final = pd.concat(pd.DataFrame({"variable": name, "value": value}) for name, value in end.items())
        recorded.append(readout(p, arrays, right).assign(point=0, seed=1, round=place))
        if place + 1 < len(kinds):
            arrays = asked.send({"readout": recorded[-1].drop(columns=["point", "seed", "round"]), "final": final})
    names = [kind for kind, _ in kinds]
    assert names == ["probe", "look", *["learn", "probe", "look"] * 2, *["damage"] * len(DAMAGE)]
    assert looked_at(2) == [0, 1, 2]
    assert given[3]["synapses.eta"] == PROBE["synapses.eta"] and given[3]["training.values"][:90].all()
    np.testing.assert_array_equal(given[4]["synapses.w"], given[3]["synapses.w"] + 1)
    np.testing.assert_array_equal(given[5]["synapses.w"], given[3]["synapses.w"])
    assert not given[4]["training.values"].any() and set(given[4]["order.values"][:60]) == set(range(90, 150))
    np.testing.assert_array_equal(given[-len(DAMAGE)]["synapses.w"], given[3]["synapses.w"])

    columns = {"point": 0, "seed": 1, "network.dt_ms": 0.5}
    of_point = plan(load("contest/static_gupta"), "smoke", None, {}).points[0]["values"]
    points = pd.DataFrame([{k: v for k, v in of_point.items() if k != "network.dt"} | columns])
    weights, biases = (
        pd.concat(pd.DataFrame({"point": 0, "round": at, name[-1]: one[name]}) for at, one in enumerate(given))
        for name in ("synapses.w", "neurons.b")
    )
    tables = observe({"readout": pd.concat(recorded), "weights": weights, "biases": biases, "points": points})
    assert tables["course"]["validation"].tolist() == tables["course"]["test"].tolist() == [0, 1, 0]
    assert tables["damage"]["test"].tolist() == [1] * len(DAMAGE) and len(tables["angles"]) == 9
    assert tables["sizes"].to_dict("records") == [{"rule": "Gupta", "data": "iris_1", "n_plastic": 600, "n_steps": 84}]
    half = pd.DataFrame({"row": [90, 119, 120, 149], "correct": [True, False, True, True]})
    assert shares(p, half) == [0.5, 1.0]


@pytest.mark.parametrize("probed", [True, False])
def test_weights_are_recorded_if_asked_for(probed):
    net = network(Structure(probed=probed))
    assert ("weights" in net and "biases" in net) is probed
