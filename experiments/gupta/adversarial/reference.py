"""What is attacked beside the rule: the same layers trained by backpropagation in several ways, a linear classifier."""

import numpy as np
import pandas as pd
from pandas import DataFrame

from base.values import Values
from experiments.gupta.adversarial.inputs import blocks, images
from experiments.gupta.common.attacks import RateNetwork, of_classifier
from experiments.gupta.common.baselines import BASELINES, train
from experiments.gupta.common.digits import dataset, split, task
from references.gupta.backprop import train_logistic

LINEAR = "linear"
INVERSE_DECAY = 0.01  # of the linear classifier: strongly regularised, as a robust one must be


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train the baselines of one point, and attack each with images of its own.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Splits the images as for the spiking network.

    Returns
    -------
    dict of DataFrame
        baseline_robustness : method, attack, epsilon, accuracy.
        baseline_gradient : method, zero (share of exactly vanishing entries of the gradient).
        baseline_weights : of plain backpropagation: layer, kind (w or b), index (row by row), value.
    """
    x_train, y_train, x_test, y_test = split(dataset(p), *task(p), rng)
    hidden, seed = (p.network.n_1, p.network.n_2), p.run.seed
    models = {method: of_classifier(train(method, x_train, y_train, hidden, seed)) for method in BASELINES}
    models[LINEAR] = of_classifier(train_logistic(x_train, y_train, INVERSE_DECAY))
    rows = []
    for method, model in models.items():
        for attack, epsilon in blocks(p.inputs.epsilons):
            if attack != "transfer":
                moved = images(attack, epsilon, x_test, y_test, model, model, seed)
                score = float(np.mean(model.margin(moved, y_test) > 0))
                rows.append({"method": method, "attack": attack, "epsilon": epsilon, "accuracy": score})
    zero = {method: float(np.mean(model.gradient(x_test, y_test) == 0)) for method, model in models.items()}
    parts = [
        DataFrame({"layer": layer, "kind": kind, "index": np.arange(value.size), "value": value.ravel()})
        for layer, values in enumerate(models["backpropagation"].layers)
        for kind, value in zip("wb", values, strict=True)
    ]
    return {
        "baseline_robustness": DataFrame(rows),
        "baseline_gradient": DataFrame({"method": list(zero), "zero": list(zero.values())}),
        "baseline_weights": pd.concat(parts, ignore_index=True),
    }


def network(weights: DataFrame) -> RateNetwork:
    """Return the network of one point from the rows of ``baseline_weights``."""
    layers = []
    for _, layer in weights.sort_values("index").groupby("layer"):
        w, b = (layer.loc[layer["kind"] == kind, "value"].to_numpy() for kind in "wb")
        layers.append((w.reshape(-1, b.size), b))
    return RateNetwork(layers, "relu")
