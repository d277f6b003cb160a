"""What all rules of the contest share: parts of the data, measures, damage, and what is made of the tables."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest

from base.values import Values
from experiments.contest.common import joint, measures, sequences, tasks
from experiments.contest.common.joint import chosen
from experiments.contest.common.properties import PROPERTIES
from experiments.contest.common.tuned import best
from models.eprop import spiking
from models.gle import batch, intervals
from models.gupta import rule
from models.sal import layered

DIGITS = {"inputs.data": "digits8", "inputs.n_train": 1000, "inputs.n_validation": 300, "inputs.n_test": 400}
IRIS = {"inputs.data": "iris_1", "inputs.n_train": 90, "inputs.n_validation": 30, "inputs.n_test": 30}
CUES = {**DIGITS, "inputs.data": "evidence", "inputs.length": 60}


@pytest.mark.parametrize(("keys", "classes"), [(DIGITS, 10), (IRIS, 2)])
def test_parts_have_the_same_share_of_each_class(keys, classes):
    found = tasks.task(Values({**keys, "run.seed": 3}))
    parts = [found.y[part] for part in (found.train, found.validation, found.test)]
    assert [len(part) for part in parts] == [keys[f"inputs.n_{name}"] for name in ("train", "validation", "test")]
    shares = np.array([np.bincount(part, minlength=classes) / len(part) for part in parts])
    assert np.ptp(shares, axis=0).max() < 0.07 and 0 <= found.x.min() and found.x.max() <= 1


def test_no_sample_is_in_two_parts_and_the_seed_decides():
    # Images are drawn without return: those that are equal are so in the data, too.
    one, same, other = (tasks.task(Values({**DIGITS, "run.seed": seed})) for seed in (3, 3, 4))
    assert np.array_equal(one.x, same.x) and not np.array_equal(one.x, other.x)
    everything = tasks.dataset(Values(DIGITS))["images"].reshape(-1, 64) / 16
    _, times = np.unique(one.x, axis=0, return_counts=True)
    assert times.max() == np.unique(everything, axis=0, return_counts=True)[1].max()


def test_more_samples_than_there_are_is_one_line():
    with pytest.raises(
        ValueError, match="inputs.n_train, n_validation and n_test: 1800 samples, but Digits 8x8 has 1797"
    ):
        tasks.task(Values({**DIGITS, "inputs.n_train": 1100, "run.seed": 1}))


def test_evidence_is_on_the_side_of_more_cues():
    p = Values({**CUES, "run.seed": 1})
    found = sequences.sequences(p)
    seen = np.sign([[row[a:b].sum() for a, b in ((3, 10), (13, 20), (23, 30))] for row in found.x])
    assert np.mean((seen.sum(axis=1) > 0) == found.y) > 0.9  # the noise hides a cue now and then
    assert found.x[:, 30:].mean() == pytest.approx(0, abs=0.02) and found.x[:, 30:].std() == pytest.approx(
        0.5, abs=0.01
    )
    assert sequences.answered(p) == 10 and set(found.y) == {0, 1}


def test_cues_follow_pauses():
    (row,) = sequences.cues(np.array([[1.0, -1.0, 1.0]]), 60)
    assert row.tolist() == [0] * 3 + [1] * 7 + [0] * 3 + [-1] * 7 + [0] * 3 + [1] * 7 + [0] * 30


def test_angles():
    assert measures.angle(np.array([-2.0, 0.0]), np.array([1.0, 0.0])) == 0
    assert measures.angle(np.array([1.0, 0.0]), np.array([1.0, 0.0])) == 180
    assert measures.angle(np.array([0.0, 1.0]), np.array([1.0, 0.0])) == pytest.approx(90)
    assert np.isnan(measures.angle(np.zeros(2), np.ones(2)))


def test_what_is_looked_at_begins_before_and_ends_with_the_last_epoch():
    assert measures.looked_at(20) == [0, 1, 2, 3, 5, 8, 13, 20] and measures.looked_at(1) == [0, 1]


@pytest.mark.parametrize("kind", measures.DAMAGE)
def test_damage(kind):
    rng = np.random.default_rng(1)
    before = [rng.normal(0, size, (100, 100)) for size in (0.1, 3)]
    for old, new in zip(before, measures.damaged(before, kind, rng), strict=True):
        off = new - old
        assert {
            "none": np.array_equal(old, new),
            "slow 20 %": np.array_equal(old, new) and measures.slowed(2.0, kind) == 2.4,
            "noise 0.1": np.isclose(off.std(), 0.1 * old.std(), rtol=0.05),
            "noise 0.3": np.isclose(off.std(), 0.3 * old.std(), rtol=0.05),
            "missing 10 %": np.isclose(np.mean(new == 0), 0.1, atol=0.02) and set(off[new != 0]) == {0.0},
            "8 bits": len(np.unique(new)) <= 255 and np.abs(off).max() <= np.abs(old).max() / 127 / 2 + 1e-12,
            "4 bits": len(np.unique(new)) <= 15 and np.abs(off).max() <= np.abs(old).max() / 7 / 2 + 1e-12,
        }[kind]


def test_weights_of_zero_have_no_levels():
    assert np.array_equal(measures.quantised(np.zeros(3), 4), np.zeros(3))


COURSE = pd.DataFrame(
    {
        "rule": ["GLE"] * 4 + ["Gupta"] * 2,
        "data": "digits8",
        "seed": [1, 1, 1, 2, 1, 2],
        "epoch": [0, 1, 2, 1, 1, 1],
        "validation": [0.1, 0.9, 0.9, 0.5, 0.95, 0.96],
        "test": [0.1, 0.8, 0.85, 0.6, 0.9, 0.8],
    }
)
SIZES = pd.DataFrame({"rule": ["GLE", "Gupta"], "data": "digits8", "n_plastic": [100, 100], "n_steps": [6, 84]})


def test_validation_alone_chooses_the_first_of_the_best_epochs():
    found = chosen(COURSE).set_index(["rule", "seed"])
    assert found["epoch"].tolist() == [1, 1, 1, 1] and found.loc[("GLE", 1), "test"] == 0.8


def test_what_is_made_of_the_tables():
    """Mean, spread, samples to criterion and work of two rules, one of them joined."""
    damage = pd.DataFrame({"rule": "GLE", "data": "digits8", "seed": 1, "kind": ["none", "4 bits"], "test": [0.8, 0.7]})
    angles = pd.DataFrame({"rule": ["GLE"], "data": "digits8", "seed": 1, "epoch": 0, "layer": 1, "angle_deg": 3.0})
    own = {"course": COURSE[:4], "damage": damage, "angles": angles, "sizes": SIZES[:1]}
    others = {"static_gupta.course": COURSE[4:], "reference.sizes": SIZES[1:].assign(point=0)}
    points = pd.DataFrame({"inputs.data": ["digits8"], "inputs.n_train": [50]})
    found = joint.results(own, {**others, "points": points}, {"digits8": 0.8})
    summary = found["summary"].set_index("rule")
    assert list(found["sizes"]) == list(SIZES) and summary.index.tolist() == ["GLE", "Gupta"]
    assert summary["test"].tolist() == pytest.approx([0.7, 0.85]) and summary["reached"].tolist() == [0.5, 1]
    assert summary["below_best"].tolist() == pytest.approx([0.15, 0]) and summary["samples"].tolist() == [50, 50]
    assert found["losses"]["loss"].tolist() == pytest.approx([0, 0.1])
    work = found["work"].set_index(["rule", "seed", "epoch"])["operations"]
    assert work[("GLE", 1, 2)] == 2 * 50 * 100 * 6 and work[("Gupta", 2, 1)] == 50 * 100 * 84


OF_OPTIMISER = {"first", "square", "count", "eta", "grad_mean", "grad_square"}


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("GLE", [batch.dense]),
        ("GLE, settled", [intervals.dense_adam]),
        ("e-prop", [spiking.synapse]),
        ("e-prop, random feedback", [spiking.synapse]),
        ("e-prop, ALIF", [spiking.adaptive_synapse]),
        ("Gupta", [rule.synapse]),
    ],
)
def test_numbers_of_a_synapse_are_those_of_its_equations(name, models):
    kept = [one for model in models for one in kept_by(model)]
    of_rule = [one for one in kept if one not in OF_OPTIMISER]
    assert PROPERTIES[name].numbers == f"{len(of_rule)} + {len(kept) - len(of_rule)}"


def test_numbers_of_aligned_feedback():
    """Beside the forward weight and its momentum, which are not simulated."""
    assert PROPERTIES["SAL"].numbers == f"{1 + len(kept_by(layered.feedback))} + 1"


def kept_by(model):
    """Return the variables of a synapse that change and are its own."""
    lines = [line.split("#")[0].strip() for line in model.equations.splitlines()]
    return [line.split(":")[0].strip() for line in lines if line and "=" not in line and "constant" not in line]


def test_every_rule_has_a_look_and_needs():
    assert set(joint.LOOKS) == set(PROPERTIES)


@pytest.mark.parametrize(
    ("here", "papers"),
    [
        ("static", ["gle.spatial"]),
        ("temporal", ["gle.mnist_1d"]),
        ("static_sal", ["sal.classification"]),
        ("static_gupta", ["gupta.ten_digits"]),
        ("static_eprop", ["eprop.phonemes", "eprop.evidence_accumulation"]),
        ("temporal_eprop", ["eprop.phonemes", "eprop.evidence_accumulation"]),
    ],
)
def test_rules_are_those_of_the_papers_experiments(here, papers):
    """The same equations: what differs are sizes, values and arrays."""
    ours, *theirs = (import_module(f"experiments.{name}.experiment").OBJECTS for name in (f"contest.{here}", *papers))
    known = [model for objects in theirs for model in objects.values()]
    assert [model.name for model in ours.values() if model not in known] == []


def test_of_equal_points_the_one_that_learns_sooner_is_best():
    course = pd.DataFrame({"inputs.eta": [0.1, 0.1, 0.2, 0.2, 0.3, 0.3], "epoch": [0, 1] * 3})
    course = course.assign(rule="GLE", data="digits8", seed=1, validation=[0.1, 0.9, 0.2, 0.9, 0.5, 0.5], test=0.0)
    found = best(course)
    assert found["inputs.eta"].tolist() == [0.2, 0.1, 0.3] and found["validation"].tolist() == [0.9, 0.9, 0.5]
    assert list(found) == ["rule", "data", "inputs.eta", "validation", "mean"]
