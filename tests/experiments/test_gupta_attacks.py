"""Gradients of the attacks against finite differences, and what the attacks may do."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from experiments.gupta.common.attacks import RateNetwork, fgsm, of_classifier, pgd, random_signs


def random_network(activation, n_classes=2):
    """Make a small network."""
    rng = np.random.default_rng(0)
    sizes = (7, 6, 5, n_classes)
    layers = [(rng.normal(size=(n, m)), rng.normal(size=m)) for n, m in zip(sizes[:-1], sizes[1:], strict=True)]
    return RateNetwork(layers, activation, beta=1.3)


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_gradient_equals_finite_differences(activation, n_classes):
    network = random_network(activation, n_classes)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(size=(5, 7)), rng.integers(n_classes, size=5)
    step = 1e-6
    numeric = np.stack(
        [(network.margin(x + step * e, y) - network.margin(x - step * e, y)) / (2 * step) for e in np.eye(7)], axis=1
    )
    np.testing.assert_allclose(network.gradient(x, y), numeric, rtol=1e-6, atol=1e-8)


def test_attacks_lower_the_margin_within_their_bounds():
    network = random_network("sigmoid")
    rng = np.random.default_rng(2)
    x, y = rng.uniform(size=(50, 7)), rng.integers(2, size=50)
    for moved in (fgsm(network, x, y, 0.05), pgd(network, x, y, 0.05), random_signs(x, 0.05, rng)):
        assert np.abs(moved - x).max() <= 0.05 + 1e-12
        assert moved.min() >= 0 and moved.max() <= 1
    before, once, often = (
        network.margin(z, y).mean() for z in (x, fgsm(network, x, y, 0.05), pgd(network, x, y, 0.05))
    )
    assert often <= once < before


def test_classifier_keeps_its_answers():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 4))
    for y in ((x[:, 0] > 0).astype(int), rng.integers(3, size=200)):
        model = MLPClassifier((6, 5), max_iter=30, random_state=0).fit(x, y) if len(set(y)) else None
        network = of_classifier(model)
        np.testing.assert_array_equal(network.voltages(x)[-1].argmax(axis=1), model.predict(x))
