"""Backpropagation and logistic regression on the very rows of each point, and backpropagation on moved rows."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.gupta.common.attacks import of_classifier
from experiments.gupta.common.baselines import IRIS, scores
from experiments.gupta.iris.inputs import moved, split
from references.gupta.backprop import train_backprop, train_logistic


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train the baselines of one point.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Splits the rows as for the spiking network.

    Returns
    -------
    dict of DataFrame
        baselines : method, train, test (accuracies).
        baseline_robustness : epsilon, accuracy of backpropagation on test rows that were moved against its own margin.
    """
    task = (p.inputs.first, p.inputs.second, p.inputs.n_train, p.inputs.n_test)
    x_train, y_train, x_test, y_test = split(*task, rng)
    hidden = (p.network.n_1, p.network.n_2)
    backprop = train_backprop(x_train, y_train, hidden=hidden, seed=p.run.seed, **IRIS)
    models = {"backpropagation": backprop, "logistic regression": train_logistic(x_train, y_train)}
    network = of_classifier(backprop)
    misled = [
        {"epsilon": epsilon, "accuracy": np.mean(network.margin(moved(network, x_test, y_test, epsilon), y_test) > 0)}
        for epsilon in p.inputs.epsilons
    ]
    return {"baselines": scores(models, x_train, y_train, x_test, y_test), "baseline_robustness": DataFrame(misled)}
