"""The baselines: what a hidden layer can do, exact repetition, and the length of training."""

import warnings

import numpy as np
import pytest

from references.gupta.backprop import accuracy, train_backprop, train_logistic

SETTINGS = {"hidden": (20, 20), "rate": 5e-3, "batch": 16, "epochs": 100}


@pytest.fixture
def exclusive_or():
    """Four clouds of points whose class is the exclusive or of their two coordinates."""
    rng = np.random.default_rng(0)
    corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]).repeat(25, axis=0)
    return corners + rng.normal(0, 0.1, corners.shape), corners[:, 0] ^ corners[:, 1]


def test_backprop_solves_exclusive_or(exclusive_or):
    """Hidden layers separate what a linear classifier cannot."""
    x, y = exclusive_or
    assert accuracy(train_backprop(x, y, **SETTINGS), x, y) == 1.0
    assert accuracy(train_logistic(x, y), x, y) < 0.8


def test_layers_and_epochs(exclusive_or):
    """Sizes as asked for; every epoch is carried out, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = train_backprop(*exclusive_or, **SETTINGS)
    assert [w.shape for w in model.coefs_] == [(2, 20), (20, 20), (20, 1)]
    assert model.n_iter_ == SETTINGS["epochs"]


def test_seed(exclusive_or):
    """Same seed, same weights; another seed, other weights."""
    weights = [train_backprop(*exclusive_or, **SETTINGS, seed=seed).coefs_[0] for seed in (1, 1, 2)]
    np.testing.assert_array_equal(weights[0], weights[1])
    assert np.any(weights[0] != weights[2])


def test_decay_shrinks_the_weights(exclusive_or):
    """The L2 penalty has its effect."""
    free, decayed = (train_backprop(*exclusive_or, **SETTINGS, decay=decay) for decay in (0.0, 1.0))
    assert np.linalg.norm(decayed.coefs_[0]) < np.linalg.norm(free.coefs_[0])


def test_accuracy():
    """Share of rows that are right."""
    x = np.array([[-1.0], [-0.5], [0.5], [1.0]])
    model = train_logistic(x, np.array([0, 0, 1, 1]))
    assert accuracy(model, x, np.array([0, 0, 1, 0])) == 0.75
