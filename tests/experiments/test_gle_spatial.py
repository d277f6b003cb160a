"""Instantaneous GLE: the output is the static forward pass, errors are those of backpropagation, each in its time."""

import numpy as np
import pytest
from brian2 import Network, StateMonitor, ms, prefs

from base.values import Values
from datasets.base import Dataset
from experiments.gle.spatial import inputs as given
from models.gle.layers import parts, stack
from references.gle.backpropagation import errors, forward

prefs.codegen.target = "numpy"

SIZES = (7, 6, 5, 4)
N, SHOWN = 5, 8  # images, time steps of each


def settled():
    """Show some images to a network without time constants; return its rates and errors after every step."""
    rng = np.random.default_rng(4)
    w = [rng.normal(size=pair) for pair in zip(SIZES[:-1], SIZES[1:], strict=True)]
    b = [rng.normal(size=n) for n in SIZES[1:]]
    x, y = rng.normal(size=(N, SIZES[0])), rng.integers(0, SIZES[-1], N)
    objects = stack(parts(3), SIZES, 0.2 * ms, samples=N, presentations=N, shown=SHOWN, interval=N * SHOWN * 0.2 * ms)
    tables = objects["input"].namespace | objects["layer_3"].namespace
    tables["samples"].values[:], tables["labels"].values[:] = x, y
    tables["order"].values[:], tables["teach"].values[:] = np.arange(N), 1
    for name, model in parts(3).items():
        model.assign(objects[name], **({"settle": SHOWN - 1} if name.startswith("layer") else {}))
    monitors = []
    for k in range(1, 4):
        layer = objects[f"layer_{k}"]
        layer.tau_m, layer.tau_r, layer.b, layer.linear = 1.2 * ms, 1.2 * ms, b[k - 1], float(k == 3)
        objects[f"to_{k}"].w = w[k - 1].ravel()
        monitors.append(StateMonitor(layer, ["r", "error"], record=True, dt=0.2 * ms, when="end"))
    Network(*objects.values(), *monitors).run(N * SHOWN * 0.2 * ms)
    shape = (N, SHOWN, -1)
    rates = [m.r.T.reshape(shape) for m in monitors]
    found = [m.error.T.reshape(shape) for m in monitors]
    gradients = [objects[f"to_{k}"].g[:].reshape(SIZES[k - 1], SIZES[k]) for k in range(1, 4)]
    return (x, y, w, b), rates, found, gradients


@pytest.fixture(scope="module")
def shown():
    return settled()


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_rates_are_the_forward_pass_after_as_many_steps_as_layers(shown, layer):
    (x, _, w, b), rates, _, _ = shown
    expected = forward(x, w, b)[layer]
    np.testing.assert_allclose(rates[layer - 1][:, layer - 1 :], np.repeat(expected[:, None], SHOWN + 1 - layer, 1))
    assert np.abs(rates[layer - 1][1:, : layer - 1] - expected[1:, None]).max(initial=1) > 1e-3, "not before"


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_errors_are_those_of_backpropagation_after_the_way_back(shown, layer):
    (x, y, w, b), _, found, _ = shown
    expected = errors(forward(x, w, b), y, w)[layer - 1]
    arrives = 3 + (3 - layer)  # step in which it is there: through three layers, then back
    late = found[layer - 1][:, arrives:]
    np.testing.assert_allclose(late, np.repeat(expected[:, None], SHOWN - arrives, 1), rtol=1e-10, atol=1e-13)
    assert np.abs(found[layer - 1][:, arrives - 1] - expected).max() > 1e-3, "not before"


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_collected_gradients_are_those_of_backpropagation(shown, layer):
    (x, y, w, b), _, _, gradients = shown
    rates = forward(x, w, b)
    expected = rates[layer - 1].T @ errors(rates, y, w)[layer - 1]
    np.testing.assert_allclose(gradients[layer - 1], expected, rtol=1e-9, atol=1e-12)


def corpus(monkeypatch, name, n=30, n_test=0, pixels=12):
    """Let `inputs` find small images in the place of a corpus; return the images."""
    rng = np.random.default_rng(1)
    arrays = {"images": rng.integers(0, 17, (n, 3, 2, 2)), "labels": np.arange(n) % 10}
    if n_test:
        arrays |= {"images_test": 100 + rng.integers(0, 17, (n_test, 3, 2, 2)), "labels_test": np.arange(n_test) % 10}
    data = Dataset("test", "real", "1", {key: a.astype(np.uint8) for key, a in arrays.items()})
    monkeypatch.setitem(given.LOADERS, name, lambda: data)
    return {"inputs.data": name, "network.n_train": 8, "network.n_test": 4, "network.n_0": pixels}


def test_cifar10_keeps_its_own_test_images(monkeypatch):
    p = corpus(monkeypatch, "cifar10", n_test=6)
    x, y = given.images(Values(p), np.random.default_rng(2))
    assert x.shape == (12, 12) and y.shape == (12,)
    assert x[:8].max() < 20 / 255 and x[8:].min() >= 100 / 255


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"inputs.data": "letters"}, "inputs.data must be digits or cifar10, not 'letters'"),
        ({"network.n_train": 40}, "network.n_train and n_test: 44 images of 30 that digits has"),
        ({"network.n_0": 64}, "network.n_0 is 64, but an image has 12 pixels"),
    ],
)
def test_images_that_do_not_fit_are_refused(monkeypatch, changed, text):
    p = corpus(monkeypatch, "digits") | changed
    with pytest.raises(ValueError, match=text):
        given.images(Values(p), np.random.default_rng(2))
