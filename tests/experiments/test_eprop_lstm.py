"""Configurations of the e-prop 3 experiments, and what their inputs refuse."""

import numpy as np
import pytest
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.lstm_protocol import RULES, rule
from experiments.eprop.copy_repeat import figure as copied
from experiments.eprop.copy_repeat import inputs as copy
from runner.experiment import load
from runner.planning import plan

PAPER = {"eprop/copy_repeat": (12, {"network.n_rec": 256, "network.n_copies": 256}), "eprop/next_symbol": (15, {})}


@pytest.mark.parametrize("name", PAPER)
def test_full_size_is_planned_and_smoke_runs_the_program_of_quick(name):
    """One program serves all rules."""
    plans = {scale: plan(load(name), scale) for scale in ("smoke", "quick", "paper")}
    number, sizes = PAPER[name]
    assert len(plans["paper"].points) == number and len(plans["paper"].builds) == 1
    assert all(point["values"].items() >= sizes.items() for point in plans["paper"].points)
    assert plans["smoke"].builds.keys() == plans["quick"].builds.keys()


def test_all_rules_start_from_the_same_weights_and_bits():
    """The rule changes three switches."""
    points = [point for point in plan(load("eprop/copy_repeat"), "quick").points if point["seed"] == 1]
    drawn = [copy.arrays(Values({**point["values"], "run.seed": 1}), np.random.default_rng(1)) for point in points]
    for other in drawn[1:]:
        same = {key for key in other if np.array_equal(other[key], drawn[0][key])}
        assert set(other) - same <= {"task.carry", "task.synthetic", "task.recurrent"}
    assert len({tuple(rule(Values({**points[0]["values"], "inputs.rule": name})).values()) for name in RULES}) == len(
        RULES
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs.rule": "magic"}, "inputs.rule 'magic' is none of"),
        ({"network.n_out": 5}, "network.n_out is 5"),
        ({"network.n_table": 100}, "must be a multiple of the 3 bits"),
    ],
)
def test_what_does_not_fit_is_refused(change, message):
    """One line that names the key."""
    point = plan(load("eprop/copy_repeat"), "smoke").points[0]
    with pytest.raises(ValueError, match=message):
        copy.arrays(Values({**point["values"], **change}), np.random.default_rng(1))


def test_the_longest_solved_sequence_is_that_of_a_batch_which_met_the_criterion():
    """It never becomes shorter, and is 0 before."""
    batches = DataFrame(
        {
            "point": 0,
            "seed": 1,
            "sequences": [8, 16, 24, 32],
            "solved": [0.0, 1.0, 0.0, 1.0],
            "length_seen": [5.0, 5.0, 7.0, 7.0],
            "bits": [0.5, 0.1, 0.6, 0.14],
        }
    )
    points = DataFrame({"point": [0], "inputs.rule": ["traces"]})
    found = copied.learning({"batches": batches, "points": points})
    assert found["longest"].tolist() == [0, 5, 5, 7]
