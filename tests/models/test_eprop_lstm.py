"""The LSTM that learns with e-prop 3 equals, to rounding, a plain NumPy program, sequence by sequence."""

import numpy as np
import pytest

from datasets.base import Dataset
from experiments.eprop.common.lstm_protocol import RULES
from experiments.eprop.copy_repeat import inputs as copy
from experiments.eprop.next_symbol import inputs as text
from references.eprop.lstm_gradients import GATES, backward, forward, online, sigmoid
from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

SMALL = {
    "network.n_rec": 6,
    "network.n_guess": 7,
    "network.n_table": 60,
    "task.n_batch": 4,
    "task.eta": 0.02,
    "task.eta_guess": 0.05,
    "inputs.n_iterations": 200,
}


def sequences(arrays, level, p):
    """Yield input, target and mask of one sequence after the other; send the level that is to follow."""
    n_bits = p["network.n_in"] - 2
    table = arrays["bits_of.values"].reshape(-1, n_bits)
    first = 0
    while True:
        n, r = 1 + (level + 1) // 2, 1 + level // 2
        vectors = table[(first + np.arange(n)) % len(table)]
        first += n
        x, goal = np.zeros(((r + 1) * n + 3, n_bits + 2)), np.zeros(((r + 1) * n + 3, n_bits + 1))
        x[0, n_bits], x[1 : n + 1, :n_bits], x[n + 1, n_bits + 1] = 1, vectors, p["task.count"] * r
        goal[n + 2 : -1, :n_bits], goal[-1, -1] = np.tile(vectors, (r, 1)), 1
        level = yield x, goal, np.arange(len(x)) > n + 1


class Adam:
    """Adam in the form of TensorFlow, as the schedule of all e-prop experiments has it."""

    def __init__(self, w, eta):
        self.w, self.eta, self.k = w, eta, 0
        self.moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in w.items()}

    def step(self, grads, n_batch):
        """Change the weights by the gradient of a batch."""
        self.k += 1
        rate = np.sqrt(1 - 0.999**self.k) / (1 - 0.9**self.k)
        for name, grad in grads.items():
            mean, square = self.moments[name]
            mean, square = 0.9 * mean + 0.1 * grad / n_batch, 0.999 * square + 0.001 * (grad / n_batch) ** 2
            self.moments[name] = mean, square
            self.w[name] -= self.eta(name) * rate * mean / (np.sqrt(square) + 1e-8)


def reference(arrays, p):
    """Train as the experiment does, with a loop over sequences.

    Returns
    -------
    batches : list of tuple
        Bits per output and length of every batch that is over.
    w : dict
        Weights at the end.
    """
    n_in, n, n_out, n_guess = (p[f"network.{name}"] for name in ("n_in", "n_rec", "n_out", "n_guess"))
    w = {gate: arrays[f"gates.w_{gate}"].reshape(-1, n).copy() for gate in GATES}
    w["out"] = arrays["output.w"].reshape(-1, n_out)[n_in:].copy()
    w["in"] = arrays["guess_in.w"].reshape(-1, n_guess)[n_in:].copy()
    w["c"], w["h"] = (arrays[f"guess_out.w_{name}"].reshape(n_guess, n).copy() for name in "ch")
    adam = Adam(w, lambda name: p["task.eta_guess" if name in ("in", "c", "h") else "task.eta"])
    level, left, batches = 0, p["inputs.n_iterations"], []
    drawn = sequences(arrays, level, p)
    x, goal, within = next(drawn)
    while True:
        grads = {name: np.zeros_like(value) for name, value in w.items()}
        cost, asked = 0.0, 0
        for number in range(p["task.n_batch"]):
            if number:
                x, goal, within = drawn.send(level)
            left -= len(x) + 1  # and the pause, in which the last step is completed
            if left < 0:
                return batches, w
            run = forward(w, x)
            probability = sigmoid(run["y"])
            err = within[:, None] * (probability - goal)
            cost -= (within[:, None] * np.log2(np.where(goal > 0.5, probability, 1 - probability))).sum()
            asked += within.sum() * n_out
            before = np.column_stack([np.vstack([np.zeros(n), run["h"][:-1]]), np.ones(len(x))])
            r = np.maximum(before @ w["in"], 0)
            guesses = {name: r @ w[name] for name in "ch"}
            used = arrays["task.synthetic"]
            found = online(
                w,
                run,
                err,
                lambda t: (used * guesses["c"][t], used * guesses["h"][t]),  # noqa: B023
                carry=bool(arrays["task.carry"]),
                through_output=bool(p["task.through_output"]),
            )
            for gate in GATES:
                grads[gate] += arrays["task.recurrent"] * found[gate]
            grads["out"] += np.column_stack([run["h"], np.ones(len(x))]).T @ err
            miss = {name: guesses[name] - found[f"d{name}"] for name in "ch"}
            for name in "ch":
                grads[name] += r.T @ miss[name]
            grads["in"] += before.T @ ((r > 0) * sum(miss[name] @ w[name].T for name in "ch"))
        bits = cost / asked
        batches.append((bits, len(x)))
        level += int(bits < p["task.criterion"])
        adam.step(grads, p["task.n_batch"])
        x, goal, within = drawn.send(level)


def trained(**overrides):
    """Train the Brian2 network; return its tables, its point and what `inputs` has drawn."""
    experiment = load("eprop/copy_repeat")
    planned = plan(experiment, "smoke", overrides={**SMALL, **overrides})
    point = planned.points[0]
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, planned.builds[point["build"]]))
    p = {**point["values"], "run.seed": point["seed"]}
    return tables, p, copy.arrays(p, np.random.default_rng(point["seed"]))


@pytest.mark.parametrize(
    "more",
    [
        *({"inputs.rule": rule} for rule in RULES),
        {"inputs.rule": "e-prop 3", "task.through_output": 1.0, "task.criterion": 2.0},
        {"inputs.rule": "synthetic gradient", "task.through_output": 1.0, "task.criterion": 2.0},
    ],
    ids=[*RULES, "e-prop 3, output gates, longer and longer", "synthetic gradient, output gates, longer and longer"],
)
def test_training_equals_the_reference(more):
    """Losses, lengths and weights; with a criterion that is always met sequences become longer after every batch."""
    tables, p, arrays = trained(**more)
    batches, w = reference(arrays, p)
    found = tables["batches"]
    assert len(batches) == len(found) > 3
    np.testing.assert_allclose(found["bits"], [bits for bits, _ in batches], rtol=1e-10)
    np.testing.assert_array_equal(found["length_seen"], [length for _, length in batches])
    n_in = p["network.n_in"]
    expected = {f"gates.w_{gate}": w[gate] for gate in GATES}
    expected |= {f"guess_out.w_{name}": w[name] for name in "ch"}
    expected |= {
        "output.w": np.vstack([np.zeros((n_in, w["out"].shape[1])), w["out"]]),
        "guess_in.w": np.vstack([np.zeros((n_in, w["in"].shape[1])), w["in"]]),
    }
    final = tables["final"]
    for name, value in expected.items():
        learnt = final.loc[final["variable"] == name, "value"].to_numpy()
        np.testing.assert_allclose(learnt, value.ravel(), rtol=1e-9, atol=1e-11, err_msg=name)
    assert np.array_equal(w["i"].ravel(), arrays["gates.w_i"]) == (p["inputs.rule"] == "readout")


@pytest.mark.parametrize("rule", ["traces", "e-prop 3"])
def test_the_gradient_of_a_batch_is_that_of_the_reference(rule, monkeypatch):
    """What the synapses have accumulated over two sequences; traces alone are backpropagation that is cut."""
    experiment = load("eprop/copy_repeat")
    monkeypatch.setattr(experiment.module, "FINAL", [f"gates.grad_{gate}" for gate in GATES])
    # A batch of three sequences of five steps, each with a pause, that changes nothing; then two sequences of the next.
    still = {"task.n_batch": 3, "task.eta": 0.0, "task.eta_guess": 0.0, "inputs.n_iterations": 30}
    tables, p, arrays = trained(**{"inputs.rule": rule, **still})
    n_in, n, n_out = (p[f"network.{name}"] for name in ("n_in", "n_rec", "n_out"))
    w = {gate: arrays[f"gates.w_{gate}"].reshape(-1, n) for gate in GATES}
    w["out"] = arrays["output.w"].reshape(-1, n_out)[n_in:]
    drawn = sequences(arrays, 0, p)
    shown = [next(drawn), *(drawn.send(0) for _ in range(4))]
    expected = dict.fromkeys(GATES, 0.0)
    for x, goal, within in shown[3:]:
        run = forward(w, x)
        grads = backward(w, run, within[:, None] * (sigmoid(run["y"]) - goal), cut=True)
        expected = {gate: expected[gate] + grads[gate] for gate in GATES}
    final = tables["final"]
    for gate in GATES:  # all guesses are still 0, so that e-prop 3 does not differ
        found = final.loc[final["variable"] == f"gates.grad_{gate}", "value"].to_numpy()
        assert np.abs(found - expected[gate].ravel()).max() < 1e-10 * np.abs(expected[gate]).max()


def read(arrays, p):
    """Read a text, step by step, with weights that change on the way.

    Returns
    -------
    bits : list
        Mean bits per character of every report.
    w : dict
        Weights at the end.
    """
    n_in, n, n_out, n_guess = (p[f"network.{name}"] for name in ("n_in", "n_rec", "n_out", "n_guess"))
    w = {gate: arrays[f"gates.w_{gate}"].reshape(-1, n).copy() for gate in GATES}
    w["out"] = arrays["output.w"].reshape(-1, n_out)[n_in:].copy()
    w["in"] = arrays["guess_in.w"].reshape(-1, n_guess)[n_in:].copy()
    w["c"], w["h"] = (arrays[f"guess_out.w_{name}"].reshape(n_guess, n).copy() for name in "ch")
    adam = Adam(w, lambda name: p["task.eta_guess" if name in ("in", "c", "h") else "task.eta"])
    carry, synthetic, through = arrays["task.carry"], arrays["task.synthetic"], p["task.through_output"]
    h, c, cost, bits = np.zeros(n), np.zeros(n), 0.0, []
    vector = {gate: np.zeros_like(w[gate]) for gate in "igf"}
    grads = {name: np.zeros_like(value) for name, value in w.items()}
    before = None
    for number, symbol in enumerate(arrays["symbols.values"][: p["inputs.n_symbols"]].astype(int)):
        a, x = np.append(h, 1.0), np.eye(n_in)[symbol]
        y = a @ w["out"]
        r = np.maximum(a @ w["in"], 0)
        guess_c, guess_h = r @ w["c"], r @ w["h"]
        s = np.concatenate([x, a])
        i, f, o = (sigmoid(s @ w[gate]) for gate in "ifo")
        g = np.tanh(s @ w["g"])
        to = {"i": g * i * (1 - i), "g": i * (1 - g**2), "f": c * f * (1 - f)}
        c = f * c + i * g
        h = o * np.tanh(c)
        if before:  # everything is known that step number - 1 waits for
            probability = np.exp(y) / np.exp(y).sum()
            cost -= np.log2(probability[symbol])
            err = probability - x
            later = synthetic * f * guess_c
            dh = w["out"][:-1] @ err + sum(w[gate][n_in:-1] @ (synthetic * guess_c * to[gate]) for gate in "igf")
            dh += w["o"][n_in:-1] @ (synthetic * through * guess_h * o * (1 - o) * np.tanh(c))
            for gate in "igf":
                grads[gate] += vector[gate] * (dh * before["slope"] + (1 - carry) * later)
            grads["o"] += np.outer(before["s"], dh * before["opening"])
            grads["out"] += np.outer(a, err)
            miss_c, miss_h = before["guess_c"] - dh * before["slope"] - later, before["guess_h"] - dh
            grads["c"] += np.outer(before["r"], miss_c)
            grads["h"] += np.outer(before["r"], miss_h)
            grads["in"] += np.outer(before["a"], (before["r"] > 0) * (w["c"] @ miss_c + w["h"] @ miss_h))
        for gate in "igf":
            vector[gate] = carry * f * vector[gate] + np.outer(s, to[gate])
        before = {"slope": o * (1 - np.tanh(c) ** 2), "opening": o * (1 - o) * np.tanh(c), "s": s, "a": a, "r": r}
        before |= {"guess_c": guess_c, "guess_h": guess_h}
        if number and number % p["task.n_batch"] == 0:
            adam.step(grads, p["task.n_batch"])
            grads = {name: np.zeros_like(value) for name, value in w.items()}
        if number and number % p["task.n_report"] == 0:
            bits.append(cost / p["task.n_report"])
            cost = 0.0
    return bits, w


@pytest.mark.parametrize("rule", ["e-prop 3", "synthetic gradient", "traces"])
def test_reading_equals_the_reference(rule, monkeypatch):
    """Bits per character and weights, which change every five characters."""
    words = np.array(["the", "beginning", ",", "<eos>", "heaven", "earth", "god's", "7"])
    places = np.random.default_rng(3).integers(len(words), size=150).astype(np.int32)
    corpus = Dataset("words", "standin", "drawn", {"x": places, "words": words})
    monkeypatch.setattr(text, "dataset", lambda p: corpus)  # noqa: ARG005
    experiment = load("eprop/next_symbol")
    sizes = {"network.n_rec": 5, "network.n_guess": 6, "network.n_table": 200, "inputs.n_symbols": 150}
    more = {"task.n_batch": 5, "task.n_report": 20, "task.eta": 0.02, "task.eta_guess": 0.02}
    planned = plan(experiment, "smoke", overrides={**sizes, **more, "inputs.rule": rule, "task.through_output": 1.0})
    point = planned.points[0]
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, planned.builds[point["build"]]))
    p = {**point["values"], "run.seed": point["seed"]}
    arrays = text.arrays(p, np.random.default_rng(point["seed"]))
    bits, w = read(arrays, p)
    np.testing.assert_allclose(tables["reports"]["bits"], bits, rtol=1e-10)
    final = tables["final"]
    for name, value in {**{f"gates.w_{gate}": w[gate] for gate in GATES}, "guess_out.w_c": w["c"]}.items():
        learnt = final.loc[final["variable"] == name, "value"].to_numpy()
        np.testing.assert_allclose(learnt, value.ravel(), rtol=1e-9, atol=1e-11, err_msg=name)
        assert not np.array_equal(learnt, arrays[name])


def test_words_are_spelled_out():
    """Letters, blanks, and one symbol for everything else."""
    assert (
        "".join((text.LETTERS + "#")[k] for k in text.symbols(np.array(["ab", "<eos>", ",", "it's"]))) == "ab # # it#s"
    )
