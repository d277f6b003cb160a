"""The LSTM that learns with e-prop 3 equals, to rounding, a plain NumPy program, block by block."""

import numpy as np
import pytest

from base.values import Values
from datasets.base import Dataset
from experiments.eprop.common.lstm_protocol import RULES
from experiments.eprop.copy_repeat import inputs as copy
from experiments.eprop.next_symbol import inputs as text
from references.eprop.lstm_blocks import Block, Rule, learn, sigmoid
from references.eprop.lstm_gradients import GATES
from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan, planned
from runner.simulate import run_point

SMALL = {
    "network.n_rec": 6,
    "network.n_guess": 7,
    "network.n_table": 60,
    "network.n_copies": 1,
    "task.eta": 0.02,
    "task.eta_guess": 0.05,
    "inputs.n_iterations": 120,
}


def start(arrays, p):
    """Return the initial weights as the reference has them: readout and guesses do not read inputs."""
    n_in, n, n_out, n_guess = (p[f"network.{name}"] for name in ("n_in", "n_rec", "n_out", "n_guess"))
    w = {gate: arrays[f"gates.w_{gate}"].reshape(-1, n).copy() for gate in GATES}
    w["out"] = arrays["output.w"].reshape(-1, n_out)[n_in:].copy()
    w["guess_in"] = arrays["guess_in.w"].reshape(-1, n_guess)[n_in:].copy()
    w["guess_out"] = arrays["guess_out.w"].reshape(n_guess, n).copy()
    return w


def rule(arrays, p):
    """Return the rule as the reference has it."""
    carry, synthetic, recurrent = (bool(arrays[f"task.{name}"]) for name in ("carry", "synthetic", "recurrent"))
    return Rule(carry, synthetic, recurrent, p["task.eta"], p["task.eta_guess"])


def assert_learnt(read, w, p):
    """Weights of the program, by key, are those of the reference."""
    n_in = p["network.n_in"]
    above = lambda value: np.vstack([np.zeros((n_in, value.shape[1])), value])  # noqa: E731
    expected = {f"gates.w_{gate}": w[gate] for gate in GATES} | {"guess_out.w": w["guess_out"]}
    expected |= {"output.w": above(w["out"]), "guess_in.w": above(w["guess_in"])}
    for name, value in expected.items():
        np.testing.assert_allclose(read(name), value.ravel(), rtol=1e-10, atol=1e-11, err_msg=name)


def copies(arrays, p, batches):
    """Yield the blocks of copy-repeat, and note bits per output and length of every batch."""
    n_bits, n_copies, n_block = p["network.n_in"] - 2, p["network.n_copies"], p["network.n_block"]
    table, first, level = arrays["bits_of.values"].reshape(-1, n_bits), 0, 0
    while True:
        n, r = 1 + (level + 1) // 2, 1 + level // 2
        length = (r + 1) * n + 3
        vectors = table[(first + np.arange(n_copies * n)) % len(table)].reshape(n_copies, n, n_bits).swapaxes(0, 1)
        first += n_copies * n
        x, goal = np.zeros((length, n_copies, n_bits + 2)), np.zeros((length, n_copies, n_bits + 1))
        x[0, :, n_bits], x[1 : n + 1, :, :n_bits], x[n + 1, :, n_bits + 1] = 1, vectors, p["task.count"] * r
        goal[n + 2 : -1, :, :n_bits], goal[-1, :, -1] = np.tile(vectors, (r, 1, 1)), 1
        within = (np.arange(length) > n + 1)[:, None, None]
        costs = []
        for k in range(0, length, n_block):

            def compare(y, part=slice(k, k + n_block), goal=goal, within=within, costs=costs):
                odds = sigmoid(y)
                right = np.where(goal[part] > 0.5, odds, 1 - odds)
                costs.append(-(within[part] * np.log2(right)).sum())
                return within[part] * (odds - goal[part])

            yield Block(x[k : k + n_block], compare, k == 0, x[k + n_block] if k + n_block < length else None)
        batches.append((sum(costs) / (within.sum() * n_copies * (n_bits + 1)), length))
        level += int(batches[-1][0] < p["task.criterion"])


def reference(arrays, p):
    """Return bits and lengths of all batches, and the weights after them."""
    w, batches = start(arrays, p), []
    n_blocks = p["inputs.n_iterations"] // p["network.n_block"]
    blocks = copies(arrays, p, batches)
    for _ in zip(range(n_blocks), learn(w, blocks, rule(arrays, p)), strict=False):
        pass
    next(blocks)  # the batch that ends with the last block
    return batches, w


LONGER = {"task.criterion": 2.0}  # is always met: sequences become longer after every batch


@pytest.mark.parametrize(
    "more",
    [
        *({"inputs.rule": name, **LONGER} for name in RULES),
        {"network.n_block": 1, **LONGER},
        {"network.n_block": 2, **LONGER},
        {"network.n_block": 3, "inputs.rule": "synthetic gradient"},
    ],
    ids=[*RULES, "blocks of 1", "blocks of 2", "blocks of 3, always of the same length"],
)
def test_training_equals_the_reference(more):
    """Losses, lengths and weights; sequences end within blocks and with them."""
    experiment = load("eprop/copy_repeat")
    changes = {**SMALL, "inputs.rule": "e-prop 3", **more}
    one = plan(experiment, "smoke", overrides=changes)
    point = one.points[0]
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, one.builds[point["build"]]))
    p = {**point["values"], "run.seed": point["seed"]}
    arrays = copy.arrays(Values(p), np.random.default_rng(point["seed"]))
    batches, w = reference(arrays, p)
    found, final = tables["batches"], tables["final"]
    assert len(batches) == len(found) > 3
    np.testing.assert_allclose(found["bits"], [bits for bits, _ in batches], rtol=1e-10)
    np.testing.assert_array_equal(found["length_seen"], [length for _, length in batches])
    assert_learnt(lambda name: final.loc[final["variable"] == name, "value"].to_numpy(), w, p)
    assert np.array_equal(w["i"].ravel(), arrays["gates.w_i"]) == (p["inputs.rule"] == "readout")


@pytest.fixture
def compiled(built, tmp_path):
    """Return a function: a program and changes to its values, to all that it was given, and how to read its results."""

    def run(module, name, **changes):
        point = planned(name, "smoke").points[0]
        p = {**point["values"], "run.seed": point["seed"], **changes}
        given = module.arrays(Values(p), np.random.default_rng(point["seed"]))
        values = {k: v for k, v in p.items() if k.split(".")[0] not in ("network", "inputs")}
        program, results = built(name), tmp_path / "run"
        results.mkdir()
        program.run({**values, **given}, results)
        return p, given, program.reader(results)

    return run


def test_a_batch_of_copies_equals_the_reference(compiled):
    """The compiled program: 16 sequences at a time, which become longer."""
    p, given, read = compiled(copy, "eprop/copy_repeat", **{"inputs.n_iterations": 36, **LONGER})
    batches, w = reference(given, p)
    assert p["network.n_copies"] == 16 and len(batches) > 2
    np.testing.assert_allclose(read("task.bits"), batches[-1][0], rtol=1e-10)
    assert_learnt(read, w, p)


def stretches(arrays, p, costs):
    """Yield the blocks of a text of which every copy reads a stretch, and note bits of every step."""
    n_in, n_copies, n_block = (p[f"network.{name}"] for name in ("n_in", "n_copies", "n_block"))
    n_each = arrays["task.n_each"]
    places = arrays["symbols.values"].astype(int)[np.arange(n_each)[:, None] + n_each * np.arange(n_copies)]
    goals = arrays["symbols.values"].astype(int)[1 + np.arange(n_each)[:, None] + n_each * np.arange(n_copies)]
    for k in range(0, n_each - n_block + 1, n_block):

        def compare(y, part=goals[k : k + n_block]):
            odds, goal = np.exp(y) / np.exp(y).sum(axis=-1, keepdims=True), np.eye(n_in)[part]
            costs.extend(-np.log2((odds * goal).sum(axis=-1)).mean(axis=-1))
            return odds - goal

        yield Block(np.eye(n_in)[places[k : k + n_block]], compare, k == 0, np.eye(n_in)[goals[k + n_block - 1]])


@pytest.mark.parametrize("rule_name", ["e-prop 3", "synthetic gradient", "traces"])
def test_reading_equals_the_reference(rule_name, monkeypatch):
    """Bits per character and weights; the text goes on at every border."""
    words = np.array(["the", "beginning", ",", "<eos>", "heaven", "earth", "god's", "7"])
    drawn = np.random.default_rng(3).integers(len(words), size=150).astype(np.int32)
    corpus = Dataset("words", "standin", "drawn", {"x": drawn, "words": words})
    monkeypatch.setattr(text, "dataset", lambda p: corpus)  # noqa: ARG005
    experiment = load("eprop/next_symbol")
    sizes = {"network.n_rec": 5, "network.n_guess": 6, "network.n_table": 200, "inputs.n_symbols": 122}
    more = {"network.n_copies": 1, "task.n_report": 20, "task.eta": 0.02, "task.eta_guess": 0.02}
    one = plan(experiment, "smoke", overrides={**sizes, **more, "inputs.rule": rule_name})
    point = one.points[0]
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, one.builds[point["build"]]))
    p = {**point["values"], "run.seed": point["seed"]}
    arrays = text.arrays(Values(p), np.random.default_rng(point["seed"]))
    w, costs = start(arrays, p), []
    for _ in learn(w, stretches(arrays, p, costs), rule(arrays, p)):
        pass
    expected = np.array(costs).reshape(-1, 20).mean(axis=1)
    np.testing.assert_allclose(tables["reports"]["bits"], expected, rtol=1e-10)
    final = tables["final"]
    assert_learnt(lambda name: final.loc[final["variable"] == name, "value"].to_numpy(), w, p)


def test_reading_in_copies_equals_the_reference(compiled):
    """The compiled program: 32 stretches at a time."""
    p, given, read = compiled(text, "eprop/next_symbol", **{"inputs.n_symbols": 32 * 40 + 1, "task.n_report": 40})
    w, costs = start(given, p), []
    for _ in learn(w, stretches(given, p, costs), rule(given, p)):
        pass
    assert p["network.n_copies"] == 32 and len(costs) == 40
    np.testing.assert_allclose(read("task.bits"), np.mean(costs), rtol=1e-10)
    assert_learnt(read, w, p)


def test_words_are_spelled_out():
    """Letters, blanks, and one symbol for everything else."""
    assert (
        "".join((text.LETTERS + "#")[k] for k in text.symbols(np.array(["ab", "<eos>", ",", "it's"]))) == "ab # # it#s"
    )
