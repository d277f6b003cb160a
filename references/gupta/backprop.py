"""Baselines for a local rule: backpropagation of error and logistic regression, both from scikit-learn."""

import warnings
from collections.abc import Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier


def train_backprop(
    x: np.ndarray,
    y: np.ndarray,
    *,
    hidden: Sequence[int],
    rate: float,
    batch: int,
    epochs: int,
    decay: float = 0.0,
    activation: str = "relu",
    seed: int = 0,
) -> MLPClassifier:
    """Train a layered network by backpropagation of the cross-entropy, with Adam.

    Every epoch is carried out: nothing stops the training early. With two classes the output is one logistic unit,
    which is a softmax of two written with the difference of its inputs.

    Parameters
    ----------
    x : ndarray, shape (rows, features)
        Inputs.
    y : ndarray of int, shape (rows,)
        Classes.
    hidden : sequence of int
        Sizes of the hidden layers.
    rate : float
        Learning rate of Adam; its decay rates are 0.9 and 0.999.
    batch : int
        Rows of a minibatch.
    epochs : int
        Passes through the rows.
    decay : float
        Strength of the L2 penalty on the weights, scikit-learn's ``alpha``.
    activation : str
        Of the hidden layers, in scikit-learn's words: ``relu`` or ``logistic``.
    seed : int
        Seed of the initial weights and of the order of the rows.

    Returns
    -------
    MLPClassifier
        The trained network; its ``coefs_`` and ``intercepts_`` are the weights and biases layer by layer.
    """
    model = MLPClassifier(
        hidden_layer_sizes=tuple(hidden),
        activation=activation,
        solver="adam",
        alpha=decay,
        batch_size=min(batch, len(x)),
        learning_rate_init=rate,
        max_iter=epochs,
        n_iter_no_change=epochs,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # The number of epochs is the protocol, so that "not converged" is no news.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(x, y)


def train_logistic(x: np.ndarray, y: np.ndarray, inverse_decay: float = 1.0) -> LogisticRegression:
    """Train a logistic regression with an L2 penalty.

    Parameters
    ----------
    x : ndarray, shape (rows, features)
        Inputs.
    y : ndarray of int, shape (rows,)
        Classes.
    inverse_decay : float
        One over the strength of the penalty, scikit-learn's ``C``.

    Returns
    -------
    LogisticRegression
        The trained linear classifier.
    """
    return LogisticRegression(C=inverse_decay, max_iter=1000).fit(x, y)


def accuracy(model: MLPClassifier | LogisticRegression, x: np.ndarray, y: np.ndarray) -> float:
    """Share of rows that a trained classifier gets right.

    Parameters
    ----------
    model : MLPClassifier or LogisticRegression
        A trained classifier.
    x : ndarray, shape (rows, features)
        Inputs.
    y : ndarray of int, shape (rows,)
        Classes.

    Returns
    -------
    float
        Between 0 and 1.
    """
    return float(np.mean(model.predict(x) == y))
