"""What the local rule is compared with: the same layers trained by backpropagation of error."""

from collections.abc import Mapping

import numpy as np
from pandas import DataFrame
from sklearn.neural_network import MLPClassifier

from references.gupta.backprop import accuracy, train_backprop

# The baselines are our design, as the rest.
PROTOCOL = {"rate": 1e-3, "batch": 32, "epochs": 20}  # digits
IRIS = {"rate": 5e-3, "batch": 16, "epochs": 100}
# Decay d: d w is added to the gradient of a weight; scikit-learn divides its penalty by the size of a batch.
BASELINES = {
    "backpropagation": {},
    "backpropagation, L2": {"decay": 0.01 * PROTOCOL["batch"]},
    "backpropagation, L2 0.03": {"decay": 0.03 * PROTOCOL["batch"]},
    "backpropagation, L2 0.1": {"decay": 0.1 * PROTOCOL["batch"]},
    "backpropagation, sigmoids": {"activation": "logistic"},
}


def train(method: str, x: np.ndarray, y: np.ndarray, hidden: tuple[int, int], seed: int) -> MLPClassifier:
    """Train one baseline.

    Parameters
    ----------
    method : str
        Key of `BASELINES`.
    x : ndarray, shape (rows, 784)
        Training images.
    y : ndarray of int, shape (rows,)
        Classes.
    hidden : tuple of int
        Sizes of the hidden layers.
    seed : int
        Seed of initial weights and order.

    Returns
    -------
    MLPClassifier
        The trained network.
    """
    return train_backprop(x, y, hidden=hidden, seed=seed, **{**PROTOCOL, **BASELINES[method]})


def scores(
    models: Mapping[str, MLPClassifier],
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
) -> DataFrame:
    """Return ``method``, and its accuracy on the rows that it was trained with (``train``) and on others (``test``)."""
    rows = [(name, accuracy(one, x_train, y_train), accuracy(one, x_test, y_test)) for name, one in models.items()]
    return DataFrame(rows, columns=["method", "train", "test"])
