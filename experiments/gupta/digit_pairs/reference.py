"""The same layers trained by backpropagation, with and without decaying weights, on the very images of each point."""

import numpy as np
import pandas as pd
from pandas import DataFrame
from sklearn.neural_network import MLPClassifier

from base.values import Values
from experiments.gupta.common.baselines import scores, train
from experiments.gupta.common.digits import dataset, split, task

METHODS = ("backpropagation", "backpropagation, L2")
N_SHOWN = 10  # pictures of input weights of either assembly


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
        baseline_pictures : unit, assembly (whose output the unit drives), rank, pixel, w: input weights of those units
            of backpropagation that drive an output most.
    """
    rows = x_train, y_train, *_ = split(dataset(p), *task(p), rng)
    hidden = (p.network.n_1, p.network.n_2)
    models = {method: train(method, x_train, y_train, hidden, p.run.seed) for method in METHODS}
    return {
        "baselines": scores(models, *rows),
        "baseline_pictures": pictures(models["backpropagation"]),
    }


def pictures(model: MLPClassifier) -> DataFrame:
    """Return the input weights of the hidden units that drive an output most; see `reference`."""
    drive = (model.coefs_[1] @ model.coefs_[2]).ravel()  # of every hidden unit onto the answer "second class"
    units = DataFrame({"unit": np.arange(len(drive)), "assembly": (drive > 0).astype(int)})
    units["strength"] = np.abs(drive) * np.linalg.norm(model.coefs_[0], axis=0)
    units["rank"] = units.groupby("assembly")["strength"].rank(ascending=False, method="first").astype(int)
    rows = []
    for unit in units[units["rank"] <= N_SHOWN].itertuples():
        weights = model.coefs_[0][:, unit.unit].astype(np.float32)
        known = {"unit": unit.unit, "assembly": unit.assembly, "rank": unit.rank}
        rows.append(DataFrame({**known, "pixel": np.arange(len(weights)), "w": weights}))
    return pd.concat(rows, ignore_index=True)
