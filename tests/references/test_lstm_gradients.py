"""Gradients of the LSTM agree with finite differences and the factorisation of e-prop, blocks of e-prop 3 with both."""

import numpy as np
import pytest

from references.eprop import lstm_blocks as blocks
from references.eprop.lstm_gradients import GATES, backward, forward, traces

N_IN, N, N_OUT, T = 3, 6, 2, 40


@pytest.fixture(params=[0, 1, 2])
def case(request):
    """Return weights, one sequence, target and error of its readout, half the squared error being the loss."""
    rng = np.random.default_rng(request.param)
    w = {gate: rng.standard_normal((N_IN + N + 1, N)) for gate in GATES}
    w["f"][-1] += 1
    w["out"] = rng.standard_normal((N + 1, N_OUT))
    x, target = rng.standard_normal((T, N_IN)), rng.standard_normal((T, N_OUT))
    run = forward(w, x)
    return w, x, run, target, run["y"] - target


def assert_same(found, expected, tolerance=1e-10):
    """Arrays differ by less than `tolerance`, relative to the largest value."""
    for gate in GATES:
        assert np.abs(found[gate] - expected[gate]).max() < tolerance * np.abs(expected[gate]).max(), gate


@pytest.mark.parametrize(
    ("name", "pre", "post"), [(g, p, 2) for g in GATES for p in (0, N_IN + 4, -1)] + [("out", 1, 0)]
)
def test_backward_equals_finite_differences(case, name, pre, post):
    """The sign and size of the derivative of the loss by single weights."""
    w, x, _, target, err = case
    losses = []
    for step in (1e-5, -1e-5):
        tilted = {key: value.copy() for key, value in w.items()}
        tilted[name][pre, post] += step
        losses.append(0.5 * ((forward(tilted, x)["y"] - target) ** 2).sum())
    slope = (losses[0] - losses[1]) / 2e-5
    assert backward(w, forward(w, x), err)[name][pre, post] == pytest.approx(slope, rel=1e-5, abs=1e-6)


def test_traces_times_ideal_learning_signals_are_the_gradient(case):
    """The factorisation on which all of e-prop rests."""
    w, _, run, _, err = case
    exact = backward(w, run, err)
    found = {gate: sum(dh * e[gate] for dh, e in zip(exact["dh"], traces(run), strict=True)) for gate in GATES}
    assert_same(found, exact)


def in_blocks(case, n_block, carry, synthetic=True):
    """Return the gradient in blocks whose guesses are right, the exact one, and dE/dc of all first steps by both."""
    w, x, run, _, err = case
    exact = backward(w, run, err)
    h, c, eps = np.zeros((1, N)), np.zeros((1, N)), np.zeros((3, 1, N_IN + N + 1, N))
    grads, firsts = dict.fromkeys(GATES, 0.0), []
    for at in range(0, T, n_block):
        rows = []
        for k in range(at, min(at + n_block, T)):
            rows.append(blocks.advance(w, x[None, k], h, c, fresh=k == 0))
            h, c = rows[-1]["h"], rows[-1]["c"]
        beyond, after = {}, at + len(rows)
        if synthetic and after < T:
            ahead, right = blocks.advance(w, x[None, after], h, c, fresh=False), exact["dc"][None, after]
            beyond = {gate: right * ahead[f"to_{gate}"] for gate in "igf"} | {"c": right * ahead["f"]}
        part, total = blocks.backward(w, rows, err[at:after, None], beyond, eps, carry)
        firsts.append((total[0], exact["dc"][at]))
        grads = {gate: grads[gate] + part[gate] for gate in GATES}
    return grads, exact, firsts


@pytest.mark.parametrize("carry", [True, False], ids=["carried", "cut"])
def test_a_block_that_is_the_whole_sequence_has_the_gradient(case, carry):
    """Nothing lies beyond it."""
    found, exact, _ = in_blocks(case, T, carry)
    assert_same(found, exact)


@pytest.mark.parametrize("n_block", [1, 2, 4, 7])
@pytest.mark.parametrize("carry", [True, False], ids=["carried", "cut"])
def test_right_guesses_give_the_gradient_if_nothing_returns_through_output_gates(case, carry, n_block):
    """With traces, or with what a cell passes on to itself in the guess; targets of the guesses are right too."""
    w, x, _, target, _ = case
    w["o"][N_IN:-1] = 0
    run = forward(w, x)
    found, exact, firsts = in_blocks((w, x, run, target, run["y"] - target), n_block, carry)
    assert_same(found, exact)
    for total, expected in firsts:
        np.testing.assert_allclose(total, expected, atol=1e-12 * np.abs(exact["dc"]).max())


def test_traces_alone_in_blocks_of_one_step_are_the_cut_gradient(case):
    """E-prop 1 with symmetric feedback is backpropagation without recurrent transmission."""
    w, _, run, _, err = case
    assert_same(in_blocks(case, 1, carry=True, synthetic=False)[0], backward(w, run, err, cut=True))


def test_the_target_of_a_guess_is_the_derivative_by_the_cell_state(case):
    """Finite differences: loss of the rest of a sequence after the cell state of one step was moved."""
    w, x, run, target, err = case
    exact = backward(w, run, err)
    at = T // 2

    def loss(c):
        h = run["o"][at] * np.tanh(c)
        total = 0.5 * ((np.append(h, 1) @ w["out"] - target[at]) ** 2).sum()
        for t in range(at + 1, T):
            s = np.concatenate([x[t], h, [1.0]])
            i, f, o = (1 / (1 + np.exp(-s @ w[gate])) for gate in "ifo")
            c = f * c + i * np.tanh(s @ w["g"])
            h = o * np.tanh(c)
            total += 0.5 * ((np.append(h, 1) @ w["out"] - target[t]) ** 2).sum()
        return total

    for cell in range(N):
        moved = 1e-5 * np.eye(N)[cell]
        slope = (loss(run["c"][at] + moved) - loss(run["c"][at] - moved)) / 2e-5
        assert exact["dc"][at, cell] == pytest.approx(slope, rel=1e-5, abs=1e-6)


def test_longer_blocks_lose_less_of_the_gradient(case):
    """At a border nothing returns through output gates, whatever the guesses: the published form is not exact."""
    cosines = []
    for n_block in (1, 4, T):
        found, exact, _ = in_blocks(case, n_block, carry=True)
        a, b = (np.concatenate([grads[gate].ravel() for gate in GATES]) for grads in (found, exact))
        cosines.append(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert 0.5 < cosines[0] < cosines[1] < 1 - 1e-6 and cosines[2] > 1 - 1e-12
