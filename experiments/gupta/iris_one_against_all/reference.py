"""Backpropagation and logistic regression on the very rows of each point."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.gupta.common.baselines import IRIS, scores
from experiments.gupta.iris_one_against_all.inputs import split
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
    """
    rows = x_train, y_train, *_ = split(p, rng)
    hidden = (p.network.n_1, p.network.n_2)
    models = {
        "backpropagation": train_backprop(x_train, y_train, hidden=hidden, seed=p.run.seed, **IRIS),
        "logistic regression": train_logistic(x_train, y_train),
    }
    return {"baselines": scores(models, *rows)}
