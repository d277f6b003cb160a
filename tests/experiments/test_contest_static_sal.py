"""SAL on the static task: phases of spikes between epochs, their repetition for the figure, and the other rules."""

import numpy as np
import pandas as pd
import pytest

from base.values import Values
from experiments.contest.common.measures import DAMAGE, looked_at
from experiments.contest.static_sal.figure import observe
from experiments.contest.static_sal.inputs import ARMS, LINEAR, inputs, learner, n_cycles, task
from experiments.contest.static_sal.learned import angles, learned, n_steps
from experiments.contest.static_sal.reference import reference
from runner.experiment import load
from runner.planning import plan


def smoke(**changed):
    """Resolve the keys of the smallest scale."""
    (point,) = plan(load("contest/static_sal"), "smoke", None, {f"inputs.{k}": v for k, v in changed.items()}).points
    return {**point["values"], "run.seed": point["seed"]}


@pytest.fixture(scope="module")
def phases():
    """Arrays of all rounds of three epochs, and the feedback weights that are said to come out of each."""
    rng, given, aligned = np.random.default_rng(9), [], []
    asked = inputs(Values(smoke(n_epochs=3)), rng)
    arrays = next(asked)
    with pytest.raises(StopIteration):
        while True:
            given.append(arrays)
            aligned.append(arrays["feedback.w"] + 0.1 * rng.normal(size=arrays["feedback.w"].size))
            arrays = asked.send({"final": pd.DataFrame({"value": aligned[-1]})})
    return given, aligned


def test_a_phase_comes_before_every_epoch_and_after_the_last(phases):
    given, aligned = phases
    assert len(given) == 4
    np.testing.assert_array_equal(given[2]["feedback.w"], aligned[1])
    assert np.abs(given[1]["forward.w"] - given[0]["forward.w"]).max() > 1e-3
    p = Values(smoke())
    assert given[0]["run.duration"] == pytest.approx(n_cycles(p) * 0.2 + 1e-4)
    assert n_steps(p) == 1 + round(n_cycles(p) * 2000 / 90)


def test_the_figure_learns_what_the_phases_learned(phases):
    """The figure has only recordings; accuracies and angles are those of the network between the phases."""
    given, aligned = phases
    p = smoke(n_epochs=3)
    known = {"point": 0, "seed": 1, "index": np.arange(len(aligned[0]))}
    weights = [pd.DataFrame({**known, "round": at, "w": one["feedback.w"]}) for at, one in enumerate(given)]
    points = pd.DataFrame([{"point": 0, "seed": 1, **{k: v for k, v in p.items() if k.split(".")[0] != "network"}}])
    points = points.assign(**{f"network.n_{k}": p[f"network.n_{k}"] for k in range(4)})
    points = points.assign(**{f"network.{k}_ms": 1e3 * p[f"network.{k}"] for k in ("cycle", "dt")})
    recordings = {
        "points": points,
        "weights": pd.concat(weights),
        "final": pd.DataFrame({**known, "value": aligned[-1]}),
    }
    others = reference(Values(p), np.random.default_rng(0))
    tables = observe(recordings | {name: table.assign(point=0, seed=1) for name, table in others.items()})

    samples, network = task(Values(p)), learner(Values(p), "SAL")
    network.w = np.split(given[3]["forward.w"], np.cumsum([160, 400]))
    network.w = [w.reshape(shape) for w, shape in zip(network.w, [(8, 20), (20, 20), (20, 2)], strict=True)]
    network.b = np.split(given[3]["neurons.b"], np.cumsum([8, 20, 20]))[1:]
    network.feedback = [
        part.reshape(w.shape) for part, w in zip(np.split(aligned[3], [160, 560]), network.w, strict=True)
    ]
    course = tables["course"].query("rule == 'SAL'").set_index("epoch")
    for name, part in (("validation", samples.validation), ("test", samples.test)):
        assert course.loc[3, name] == network.accuracy(samples.x[part], samples.y[part])
    found = tables["angles"].query("rule == 'SAL' and epoch == 3")["angle_deg"]
    np.testing.assert_allclose(found, angles(network, samples.x[:90], samples.y[:90]))

    assert set(tables["course"]["rule"]) == set(ARMS) and set(tables["course"]["epoch"]) == set(looked_at(3))
    assert tables["course"].groupby("rule").size().eq(4).all() and len(tables["damage"]) == 5 * len(DAMAGE)
    sizes = tables["sizes"].set_index("rule")["n_plastic"]
    assert sizes.drop(LINEAR).eq(600).all() and sizes[LINEAR] == 16


def test_only_backpropagation_has_no_angle():
    """The rules begin with the same weights, and their output layer learns by the gradient itself."""
    p = Values(smoke())
    first = {rule: learned(p, rule)["angles"].query("epoch == 0").set_index("layer")["angle_deg"] for rule in ARMS}
    assert first["backpropagation"].max() < 1e-3 and first[LINEAR].max() < 1e-3
    for rule in ("SAL", "feedback alignment", "Kolen-Pollack"):
        assert first[rule][3] < 1e-3 and first[rule][[1, 2]].min() > 30
        np.testing.assert_array_equal(learner(p, rule).w[0], learner(p, "backpropagation").w[0])


def test_damage_is_done_to_the_epoch_that_validation_chose():
    p = Values(smoke(n_epochs=20, rate_bp=0.1))
    tables = learned(p, "backpropagation")
    course = tables["course"]
    best = course.loc[course["validation"].idxmax(), "test"]
    assert tables["damage"].set_index("kind").loc["none", "test"] == best > course.loc[0, "test"]
