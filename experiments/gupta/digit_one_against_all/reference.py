"""Backpropagation and logistic regression on the very images of each point."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.gupta.common.baselines import scores, train
from experiments.gupta.digit_one_against_all.inputs import split
from references.gupta.backprop import train_logistic


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train the baselines of one point.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Splits the images as for the spiking network.

    Returns
    -------
    dict of DataFrame
        baselines : method, train, test (accuracies).
    """
    rows = x_train, y_train, *_ = split(p, rng)
    hidden = (p.network.n_1, p.network.n_2)
    models = {
        "backpropagation": train("backpropagation", x_train, y_train, hidden, p.run.seed),
        "logistic regression": train_logistic(x_train, y_train),
    }
    return {"baselines": scores(models, *rows)}
