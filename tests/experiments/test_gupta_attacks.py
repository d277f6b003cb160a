"""Gradients of the attacks against finite differences, and what the attacks may do."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from experiments.gupta.common.attacks import RateNetwork, fgsm, of_classifier, pgd, pgd_restarts, random_signs


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
    attacked = {
        "FGSM": fgsm(network, x, y, 0.05),
        "PGD": pgd(network, x, y, 0.05),
        "restarts": pgd_restarts(network, x, y, 0.05, rng),
        "random": random_signs(x, 0.05, rng),
    }
    for moved in attacked.values():
        assert np.abs(moved - x).max() <= 0.05 + 1e-12
        assert moved.min() >= 0 and moved.max() <= 1
    margins = {name: network.margin(moved, y) for name, moved in attacked.items()}
    assert margins["restarts"].mean() <= margins["PGD"].mean() <= margins["FGSM"].mean() < network.margin(x, y).mean()
    assert (margins["restarts"] <= network.margin(x, y)).all()


def test_one_step_is_the_worst_case_of_a_linear_classifier():
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0.3, 0.7, size=(60, 7)), rng.integers(2, size=60)
    network = of_classifier(LogisticRegression().fit(x, y))
    once, often = (network.margin(z, y) for z in (fgsm(network, x, y, 0.1), pgd_restarts(network, x, y, 0.1, rng)))
    np.testing.assert_allclose(once, often, rtol=1e-12)
    exact = network.margin(x, y) - 0.1 * np.abs(network.gradient(x, y)).sum(axis=1)
    np.testing.assert_allclose(once, exact, rtol=1e-12)


def test_classifier_keeps_its_answers():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(200, 4))
    for y in ((x[:, 0] > 0).astype(int), rng.integers(3, size=200)):
        for kind in (
            MLPClassifier((6, 5), max_iter=30, random_state=0),
            MLPClassifier((6, 5), "logistic", max_iter=30, random_state=0),
            LogisticRegression(),
        ):
            model = kind.fit(x, y)
            network = of_classifier(model)
            np.testing.assert_array_equal(network.voltages(x)[-1].argmax(axis=1), model.predict(x))
