"""Backpropagation and logistic regression on the very rows of each point, and backpropagation on moved rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pandas import DataFrame

from experiments.gupta.common.attacks import of_classifier
from experiments.gupta.common.baselines import IRIS
from experiments.gupta.iris.inputs import moved, split
from references.gupta.backprop import accuracy, train_backprop, train_logistic


def reference(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train the baselines of one point.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Splits the rows as for the spiking network.

    Returns
    -------
    dict of DataFrame
        baselines : method, train, test (accuracies).
        baseline_robustness : epsilon, accuracy of backpropagation on test rows that were moved against its own margin.
    """
    keys = ("inputs.first", "inputs.second", "inputs.n_train", "inputs.n_test")
    x_train, y_train, x_test, y_test = split(*(p[key] for key in keys), rng)
    hidden = (p["network.n_1"], p["network.n_2"])
    backprop = train_backprop(x_train, y_train, hidden=hidden, seed=p["run.seed"], **IRIS)
    models = {"backpropagation": backprop, "logistic regression": train_logistic(x_train, y_train)}
    scores = [
        {"method": method, "train": accuracy(model, x_train, y_train), "test": accuracy(model, x_test, y_test)}
        for method, model in models.items()
    ]
    network = of_classifier(backprop)
    misled = [
        {"epsilon": epsilon, "accuracy": np.mean(network.margin(moved(network, x_test, y_test, epsilon), y_test) > 0)}
        for epsilon in p["inputs.epsilons"]
    ]
    return {"baselines": DataFrame(scores), "baseline_robustness": DataFrame(misled)}
