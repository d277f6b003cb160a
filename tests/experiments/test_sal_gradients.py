"""Gradients of layers with feedback weights against finite differences and plain sums; the network of the paper."""

import numpy as np
import pytest

from references.sal import convolutions
from references.sal.gradients import METHODS, Layers, compare

SIZES = (6, 5, 4, 3)


def made(method="BP", seed=0, **keys):
    rng = np.random.default_rng(100 + seed)
    return Layers(SIZES, method, np.random.default_rng(seed), **keys), rng.uniform(size=(7, 6)), rng.integers(3, size=7)


@pytest.mark.parametrize("twice", [False, True])
def test_backpropagation_equals_finite_differences(twice):
    network, x, y = made(twice=twice)
    step = 1e-6
    for values, gradient in zip((*network.w, *network.b), sum(network.gradients(x, y), []), strict=True):
        for place in np.ndindex(values.shape):
            losses = []
            for sign in (1, -1):
                values[place] += sign * step
                losses.append(network.loss(x, y))
                values[place] -= sign * step
            numeric = (losses[0] - losses[1]) / (2 * step)
            assert gradient[place] == pytest.approx(numeric, rel=1e-5, abs=1e-9)


def test_errors_travel_through_the_feedback_weights():
    """Image by image and neuron by neuron; the first feedback weights do nothing."""
    network, x, y = made("FA")
    expected = [np.zeros_like(w) for w in network.w]
    for one, label in zip(x, y, strict=True):
        a = [one]
        for w, b in zip(network.w, network.b, strict=True):
            total = [sum(a[-1][j] * w[j, i] for j in range(len(a[-1]))) + b[i] for i in range(len(b))]
            a.append(total if len(a) == 3 else [max(value, 0) for value in total])
        powers = np.exp(a.pop())
        delta = [powers / powers.sum() - np.eye(3)[label]]
        for layer in (2, 1):
            back = network.feedback[layer]
            delta.insert(0, [(a[layer][j] > 0) * (back[j] @ delta[0]) for j in range(len(a[layer]))])
        for layer in range(3):
            expected[layer] += np.outer(a[layer], delta[layer]) / len(y)
    network.feedback[0] = np.full_like(network.feedback[0], 1000.0)
    for found, wanted in zip(network.gradients(x, y)[0], expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_methods_start_alike_and_feedback_moves_as_it_should():
    """Fixed; the signs of the forward weights; the same changes; what was set."""
    for method in METHODS:
        network, x, y = made(method, decay=0.3)
        before = [values.copy() for values in network.feedback]
        same, _, _ = made("FA")
        np.testing.assert_array_equal(network.w[1], same.w[1])
        distance = [compare(w, b)["spread"] for w, b in zip(network.w, network.feedback, strict=True)]
        for _ in range(20):
            network.epoch(x, y, batch=3)
        after = [compare(w, b) for w, b in zip(network.w, network.used(), strict=True)]
        if method == "KP":  # only the decay acts on the difference
            assert all(a["spread"] < 0.5 * d for a, d in zip(after, distance, strict=True))
        else:
            assert all(np.array_equal(a, b) for a, b in zip(network.feedback, before, strict=True))
        if method in ("BP", "SCFA"):
            assert all(a["signs"] == 1 for a in after)
    with pytest.raises(ValueError, match="method must be one of BP, FA, SCFA, KP, SAL, not 'EP'"):
        made("EP")


def test_momentum_and_decay_are_those_of_a_plain_loop():
    network, x, y = made("KP", rate=0.1, momentum=0.5, decay=0.2)
    other, _, _ = made("KP")
    speed = 0
    for _ in range(3):
        gradient = other.gradients(x, y)
        network.learn(x, y)
        speed = 0.5 * speed + gradient[0][1] + 0.2 * other.w[1]
        expected = other.w[1] - 0.1 * speed
        np.testing.assert_allclose(network.w[1], expected, atol=1e-14)
        other.w, other.b, other.feedback = ([v.copy() for v in vs] for vs in (network.w, network.b, network.feedback))


def test_without_pytorch_one_line_says_what_to_do(monkeypatch):
    monkeypatch.setattr(convolutions, "torch", None)
    with pytest.raises(ModuleNotFoundError, match=r"^inputs.network conv needs PyTorch: pip install -r requirements"):
        convolutions.Convolutions((1024, 20, 15, 10), "BP", np.random.default_rng(0), shape=(1, 28, 28))


def convolutional(method):
    pytest.importorskip("torch", reason="PyTorch is an optional dependency: requirements-torch.txt")
    rng = np.random.default_rng(3)
    network = convolutions.Convolutions((1024, 20, 15, 10), method, np.random.default_rng(1), shape=(1, 28, 28))
    return network, rng.uniform(size=(12, 784)), rng.integers(10, size=12)


def gradients(network, x, y):
    """All gradients of one batch."""
    import torch

    network._optimiser.zero_grad()
    p = network.outputs(convolutions._tensor(x).reshape(-1, 1, 28, 28))
    network._loss(p, torch.from_numpy(y)).backward()
    return [values.grad.numpy().copy() for values in (*network._kernels, *network._w, *network._b)]


def test_detours_do_nothing_with_transposed_weights():
    """Gradients equal those of a plain network; with its weights as feedback, those of every method do."""
    exact, x, y = convolutional("BP")
    expected = gradients(exact, x, y)
    plain, _, _ = convolutional("BP")
    plain._layer = lambda operation, x, w, returning, bias=None: operation(x, w, bias)
    same, _, _ = convolutional("FA")
    for values, back in zip((*same._kernels, *same._w), (*same._kernels_back, *same._back), strict=True):
        back.data = values.detach().clone()
    for network in (plain, same):
        for found, wanted in zip(gradients(network, x, y), expected, strict=True):
            np.testing.assert_allclose(found, wanted, atol=1e-6)
    random, _, _ = convolutional("FA")
    found = gradients(random, x, y)
    np.testing.assert_allclose(found[4], expected[4], atol=1e-6)  # above the last detour
    assert all(np.abs(a - b).max() > 1e-4 for a, b in zip(found[:4], expected[:4], strict=True))


def test_convolutions_learn_and_take_feedback():
    network, x, y = convolutional("SAL")
    network.feedback, network.flip = network.w, False
    before = network.loss(x, y)
    for _ in range(40):
        network.epoch(x, y, batch=6)
    assert network.loss(x, y) < before - 0.3 and network.accuracy(x, y) > 0.8
    assert network.moved(x.reshape(-1, 1, 28, 28)).shape == (12, 1, 28, 28)
    with pytest.raises(ValueError, match=r"network.n_0 must be 1024 for these images, not 64"):
        convolutions.Convolutions((64, 20, 15, 10), "BP", np.random.default_rng(0), shape=(1, 28, 28))
