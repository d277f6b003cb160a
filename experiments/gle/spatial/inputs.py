"""Images in the order in which they are shown, and initial weights; the same for GLE and backpropagation."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from datasets.base import Dataset
from datasets.digits8 import load_digits8


def dataset(p: Mapping[str, Any]) -> Dataset:
    """Load the digits; nothing else is offered."""
    return load_digits8()


def task(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Draw images, their order, and initial weights.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        ``x``, shape (images, pixels), training images first, in [0, 1]; ``y``, their classes; ``order``, shape (epochs,
        n_train), a permutation of the training images for every epoch; ``w`` and ``b``, layer by layer, as PyTorch
        initialises them.
    """
    n_train, n_test = int(p["network.n_train"]), int(p["network.n_test"])
    data = dataset(p)
    chosen = rng.permutation(len(data["labels"]))[: n_train + n_test]
    sizes = [int(p[f"network.n_{k}"]) for k in range(4)]
    w, b = [], []
    for n, m in zip(sizes[:-1], sizes[1:], strict=True):
        w.append(rng.uniform(-1, 1, (n, m)) / np.sqrt(n))
        b.append(rng.uniform(-1, 1, m) / np.sqrt(n))
    order = np.array([rng.permutation(n_train) for _ in range(int(p["network.n_epochs"]))])
    return {"x": data["images"][chosen] / 16.0, "y": data["labels"][chosen].astype(int), "order": order, "w": w, "b": b}


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return images, order and initial values; test images are shown after the training images of every epoch.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Generator of this point.

    Returns
    -------
    dict of ndarray
        Tables of `experiments.gle.layers.stack`; weights, biases and time constants of every layer.
    """
    given = task(p, rng)
    n_epochs, n_train = given["order"].shape
    images = len(given["y"])
    test = np.tile(np.arange(n_train, images), (n_epochs, 1))
    teach = np.tile(np.arange(images) < n_train, n_epochs)
    arrays = {
        "samples.values": given["x"],
        "labels.values": given["y"].astype(float),
        "order.values": np.hstack([given["order"], test]).ravel().astype(float),
        "teach.values": teach.astype(float),
    }
    for k, (w, b) in enumerate(zip(given["w"], given["b"], strict=True), start=1):
        tau = np.full(b.size, p["inputs.tau"])
        arrays |= {f"to_{k}.w": w.ravel(), f"layer_{k}.b": b, f"layer_{k}.tau_m": tau, f"layer_{k}.tau_r": tau}
        arrays[f"layer_{k}.linear"] = np.full(b.size, float(k == len(given["w"])))
    return arrays
