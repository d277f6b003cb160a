"""The same layers trained by backpropagation on the very images of each point."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.gupta.common.baselines import scores, train
from experiments.gupta.common.digits import dataset, split, task


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train the baseline of one point.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Splits the images as for the spiking network.

    Returns
    -------
    dict of DataFrame
        baselines : one row; method, train, test (accuracies).
    """
    rows = x_train, y_train, *_ = split(dataset(p), *task(p), rng)
    model = train("backpropagation", x_train, y_train, (p.network.n_1, p.network.n_2), p.run.seed)
    return {"baselines": scores({"backpropagation": model}, *rows)}
