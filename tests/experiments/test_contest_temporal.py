"""GLE on tasks in time: derivatives through time are checked against differences, and the reference learns."""

import numpy as np
import pytest

from base.values import Values
from experiments.contest.common.rounds import rounds
from experiments.contest.temporal import through_time
from experiments.contest.temporal.inputs import N_LAYERS, sizes
from experiments.contest.temporal.reference import reference
from experiments.gle.common.classification import initial

P = {
    **{
        "network.n_hidden": 5,
        "network.n_classes": 3,
        "network.n_copies": 4,
        "network.n_steps": 12,
        "network.dt": 2e-4,
        "network.probed": True,
    },
    **{"inputs.n_slow": 3, "inputs.tau": 1e-3, "inputs.n_epochs": 2, "inputs.n_probe": 4, "inputs.length": 12},
}
SMALL = {
    **P,
    **{"network.n_classes": 2, "network.n_steps": 60, "inputs.length": 60, "inputs.data": "evidence", "run.seed": 1},
    **{
        "inputs.n_train": 40,
        "inputs.n_validation": 20,
        "inputs.n_test": 20,
        "inputs.eta_through": 1e-2,
        "inputs.tau_through": 1e-3,
    },
}


def loss(p, at, x, y):
    """Cross-entropy of every step but the last, which nothing compares."""
    r = through_time.layers_of(p, at).rates(x.T)[:-1, :, -3:]
    return float(np.sum(np.log(np.exp(r).sum(axis=-1)) - r[:, np.arange(len(y)), y]))


@pytest.mark.parametrize("name", [f"{kind}_{k}" for kind in ("weights", "biases") for k in range(1, N_LAYERS + 1)])
def test_derivatives_are_those_of_differences(name):
    p, rng = Values(P), np.random.default_rng(2)
    drawn = initial(sizes(p), rng)
    at = {f"weights_{k}": drawn[f"to_{k}.w"] for k in range(1, N_LAYERS + 1)}
    at |= {f"biases_{k}": drawn[f"bias_{k}.w"] for k in range(1, N_LAYERS + 1)}
    x, y = rng.standard_normal((4, 12)), rng.integers(0, 3, 4)
    found = through_time.gradients(p, at, x, y)[name]
    for place in range(0, found.size, 3):
        step = 1e-5 * (np.arange(found.size) == place)
        slope = (loss(p, at | {name: at[name] + step}, x, y) - loss(p, at | {name: at[name] - step}, x, y)) / 2e-5
        assert found[place] == pytest.approx(slope, rel=1e-5, abs=1e-7)


def test_the_reference_looks_and_damages_as_often_as_the_rule():
    p = Values(SMALL)
    tables = reference(p, np.random.default_rng(1))
    kinds = [kind for kind, _ in rounds(p)]
    assert len(tables["reference.course"]) == kinds.count("look") and len(tables["reference.damage"]) == kinds.count(
        "damage"
    )
    assert tables["reference.course"]["epoch"].tolist() == [0, 1, 2]
    assert tables["reference.sizes"].iloc[0].to_dict() == {
        "rule": "BPTT, rates", "data": "evidence", "n_plastic": 5 + 25 + 25 + 10, "n_steps": 60,
    }  # fmt: skip
