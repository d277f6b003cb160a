"""The same network, weights and images, trained by backpropagation."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.gle.spatial.inputs import task
from references.gle.backpropagation import train

SHARED = ("layer_1.settle", "layer_2.settle", "layer_3.settle")


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train by backpropagation.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws images, order and weights as for the network.

    Returns
    -------
    dict of DataFrame
        backpropagation : epoch, test, training (accuracies).
        trained_weights : start, end (of every weight, layer by layer).
    """
    given, n_test = task(p, rng), p.network.n_test
    lasts = (p.network.n_train + n_test) * p.network.shown * p.network.dt
    n_epochs = int(p.run.duration / lasts + 1e-6)  # a run may be shorter than its table of images
    images = given["x"], given["y"], given["order"][:n_epochs]
    start = np.concatenate([w.ravel() for w in given["w"]])  # a copy: training changes the weights in place
    trained = train(*images, given["w"], given["b"], rate=p.to_1.eta, batch=p.network.batch, test=n_test)
    course = {"test": trained["test"], "training": trained["training"]}
    end = np.concatenate([w.ravel() for w in trained["w"]])
    return {
        "backpropagation": DataFrame({"epoch": np.arange(1, len(course["test"]) + 1), **course}),
        "trained_weights": DataFrame({"start": start, "end": end}),
    }
