"""Tasks of the e-prop experiments: what is shown, what is asked, and what their configurations ask for."""

import importlib

import numpy as np
import pytest

from base.values import Values
from experiments.eprop.common import protocol
from experiments.eprop.evidence_accumulation import inputs as evidence
from experiments.eprop.pattern_generation import inputs as patterns
from experiments.eprop.store_recall import inputs as recall
from runner.experiment import load
from runner.planning import plan

PAPER = {
    "eprop/sine_tutorial": (30, {"network.n_rec": 100}),
    "eprop/pattern_generation": (12, {"network.n_rec": 600, "network.n_out": 3, "network.n_steps": 1000}),
    "eprop/store_recall": (9, {"network.n_rec": 100, "network.n_steps": 2400, "schedule.n_batch": 128}),
    "eprop/evidence_accumulation": (15, {"network.n_rec": 100, "network.n_steps": 2250}),
}


@pytest.mark.parametrize("name", PAPER)
def test_full_size_is_planned(name):
    """Points and sizes of the paper."""
    planned = plan(load(name), "paper")
    number, sizes = PAPER[name]
    assert len(planned.points) == number and len(planned.builds) == 1
    assert all(point["values"].items() >= sizes.items() for point in planned.points)


@pytest.mark.parametrize("name", sorted({*PAPER, "eprop/gradient_checks"} - {"eprop/sine_tutorial"}))
@pytest.mark.parametrize("scale", ["quick", "paper"])
def test_tables_are_as_long_as_needed(name, scale):
    """No point asks for more than its tables hold, and some point of every structure fills them."""
    module = importlib.import_module(f"experiments.{name.replace('/', '.')}.inputs")
    longest = {}
    for point in plan(load(name), scale).points:
        p = {**point["values"], "run.seed": point["seed"]}
        if point["seed"] == 1 and p["inputs.feedback"] in ("symmetric", "random"):
            arrays = module.arrays(Values(p), np.random.default_rng(1))
            used = arrays["stimulus.n_rows"] * arrays["stimulus.n_channels"] / p["network.n_pattern"]
            longest[point["build"]] = max(used, longest.get(point["build"], 0))
    assert longest and min(longest.values()) > 0.99


def test_store_and_recall_alternate():
    """A bit follows every store, a recall comes last, and both are about as likely as asked for."""
    rng = np.random.default_rng(2)
    drawn = np.array([recall.commands(12, 1 / 7, rng) for _ in range(400)])
    for row in drawn:
        places = row[row != recall.BIT]
        assert set(places[::2]) == {recall.STORE} and set(places[1::2]) == {recall.RECALL}
        assert len(places) % 2 == 0
        assert (row[np.flatnonzero(row == recall.STORE) + 1] == recall.BIT).all()
    assert 2 < (drawn != recall.BIT).sum(axis=1).mean() < 3


def test_the_stored_bit_is_recalled():
    """The answer is the bit that was shown together with the last store; a recall shows none."""
    p = {"network.n_steps": 120, "network.n_answer": 10, "inputs.p_command": 0.3}
    active, answers = recall.sequences(Values(p), 200, np.random.default_rng(3))
    for shown, asked in zip(active, answers, strict=True):
        stored = -1
        for symbol, answer in zip(shown, asked, strict=True):
            if symbol[2]:
                stored = int(symbol[1])
            assert symbol[:2].sum() == 1 - symbol[3]
            assert answer == (stored if symbol[3] else -1)
    assert 0.4 < answers[answers >= 0].mean() < 0.6


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"network.n_answer": 7}, "network.n_answer 7 must divide"),
        ({"inputs.p_command": 0.0}, "must lie between 0 and 1"),
    ],
)
def test_impossible_sequences_are_refused(changed, message):
    """One line that names the key."""
    p = {"network.n_steps": 120, "network.n_answer": 10, "inputs.p_command": 0.3}
    with pytest.raises(ValueError, match=message):
        recall.sequences(Values({**p, **changed}), 1, np.random.default_rng(3))


def test_cues_come_one_after_the_other():
    """Left and right groups are active during their cues, the third group during the decision."""
    p = {"network.dt": 1e-3, "network.n_steps": 2250, "inputs.n_cues": 7}
    p |= {
        "inputs.pause": 0.05,
        "inputs.cue": 0.1,
        "inputs.decision": 0.15,
        "inputs.rate": 40.0,
        "inputs.background": 10.0,
    }
    cues = np.array([[0, 1, 0, 0, 1, 1, 0]])
    (table,) = evidence.probabilities(Values(p), cues)
    assert table.shape == (45, 4)
    for number, side in enumerate(cues[0]):
        rows = slice(3 * number + 1, 3 * number + 3)
        np.testing.assert_allclose(table[rows, side], 0.04)
        np.testing.assert_allclose(table[rows, 1 - side], 0)
    assert np.count_nonzero(table[:, :2]) == 14
    np.testing.assert_array_equal(np.flatnonzero(table[:, 2]), [42, 43, 44])
    np.testing.assert_allclose(table[:, 3], 0.01)


def test_groups_of_a_clock_take_turns():
    """Five groups, 200 steps each, one spike every ten steps, none in the first step."""
    spikes = patterns.clock(1000, 5, 10)
    assert spikes.sum(axis=0).tolist() == [20] * 5
    for group in range(5):
        times = np.flatnonzero(spikes[:, group])
        assert times.min() >= 200 * group and times.max() < 200 * (group + 1)
        assert set(np.diff(times)) == {10}
    assert not spikes[0].any()


def test_feedback_of_every_kind():
    """Symmetric is a copy, uniform has the size of random, none is zero; only two kinds follow the output weights."""
    w_out, b = np.random.default_rng(0).standard_normal((2, 6, 3))
    found = {kind: protocol.feedback(kind, w_out, b) for kind in protocol.FEEDBACK}
    np.testing.assert_array_equal(found["symmetric"]["feedback.b"].reshape(3, 6), w_out.T)
    for kind in ("random", "adaptive"):
        np.testing.assert_array_equal(found[kind]["feedback.b"].reshape(3, 6), b.T)
    np.testing.assert_allclose(found["uniform"]["feedback.b"], np.sqrt((b**2).mean()))
    assert not found["none"]["feedback.b"].any()
    assert {kind for kind in found if found[kind]["feedback.adaptive"]} == {"symmetric", "adaptive"}


def test_normalised_adaptation_is_converted():
    """The authors' 1.7 for 20 ms and 1200 ms is 0.02904 without normalisation."""
    p = {"network.n_rec": 4, "inputs.n_adaptive": 1, "inputs.beta": 1.7, "network.dt": 1e-3}
    beta = protocol.adaptive(Values({**p, "recurrent.tau_a": 1.2, "recurrent.tau_m": 0.02}))
    np.testing.assert_allclose(beta, [0, 0, 0, 0.02904], atol=5e-6)
