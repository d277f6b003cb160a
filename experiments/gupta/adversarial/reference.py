"""The same layers trained by backpropagation, with and without decaying weights: what is attacked beside the rule."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from experiments.gupta.common.attacks import RateNetwork, of_classifier
from experiments.gupta.common.baselines import DECAY, train
from experiments.gupta.common.digits import dataset, split, task


def reference(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train the baselines of one point.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Splits the images as for the spiking network.

    Returns
    -------
    dict of DataFrame
        baselines : method, layer, kind (w or b), index (row by row), value.
    """
    x_train, y_train, _, _ = split(dataset(p), *task(p), rng)
    hidden = (p["network.n_1"], p["network.n_2"])
    parts = []
    for method in DECAY:
        network = of_classifier(train(method, x_train, y_train, hidden, p["run.seed"]))
        for layer, values in enumerate(network.layers):
            for kind, value in zip("wb", values, strict=True):
                known = {"method": method, "layer": layer, "kind": kind}
                parts.append(DataFrame({**known, "index": np.arange(value.size), "value": value.ravel()}))
    return {"baselines": pd.concat(parts, ignore_index=True)}


def networks(baselines: DataFrame) -> dict[str, RateNetwork]:
    """Return the networks of one point by method, from its table."""
    found = {}
    for method in DECAY:
        rows = baselines[baselines["method"] == method].sort_values("index")
        layers = []
        for _, layer in rows.groupby("layer"):
            w, b = (layer.loc[layer["kind"] == kind, "value"].to_numpy() for kind in "wb")
            layers.append((w.reshape(-1, b.size), b))
        found[method] = RateNetwork(layers, "relu")
    return found
