"""Images in the order in which they are shown, and initial weights; the same for GLE and backpropagation."""

from typing import Any

import numpy as np

from base.values import Values
from datasets.base import Dataset
from datasets.cifar10 import load_cifar10
from datasets.digits8 import load_digits8

LOADERS = {"digits": load_digits8, "cifar10": load_cifar10}
BRIGHTEST = {"digits": 16.0, "cifar10": 255.0}


def dataset(p: Values) -> Dataset:
    """Load the images.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.

    Returns
    -------
    Dataset
        ``images`` and ``labels``; of CIFAR-10 also ``images_test`` and ``labels_test``.

    Raises
    ------
    ValueError
        There are no such images.
    DatasetNotFound
        CIFAR-10 is asked for, but ``CIFAR10_DIR`` does not lead to it.
    """
    if p.inputs.data not in LOADERS:
        raise ValueError(f"inputs.data must be digits or cifar10, not '{p.inputs.data}'")
    return LOADERS[p.inputs.data]()


def images(p: Values, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Choose the images.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    x : ndarray, shape (images, pixels)
        In [0, 1], training images first. Digits are split at random, CIFAR-10 as it comes.
    y : ndarray of int, shape (images,)
        Their classes.

    Raises
    ------
    ValueError
        There are fewer images, or they have another number of pixels.
    """
    data, wanted = dataset(p), [int(p.network.n_train), int(p.network.n_test)]
    whole = "images_test" not in data.arrays
    parts = [(data["images"], data["labels"])] + ([] if whole else [(data["images_test"], data["labels_test"])])
    wanted = [sum(wanted)] if whole else wanted
    x, y = [], []
    for (pictures, labels), n in zip(parts, wanted, strict=True):
        if n > len(labels):
            raise ValueError(f"network.n_train and n_test: {n} images of {len(labels)} that {p.inputs.data} has")
        chosen = rng.permutation(len(labels))[:n]
        x.append(pictures[chosen].reshape(n, -1) / BRIGHTEST[p.inputs.data])
        y.append(labels[chosen].astype(int))
    if x[0].shape[1] != p.network.n_0:
        raise ValueError(f"network.n_0 is {p.network.n_0}, but an image has {x[0].shape[1]} pixels")
    return np.concatenate(x), np.concatenate(y)


def task(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw images, their order, and initial weights.

    Parameters
    ----------
    p : Values
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
    x, y = images(p, rng)
    sizes = [p.network.n_0, p.network.n_1, p.network.n_2, p.network.n_3]
    w, b = [], []
    for n, m in zip(sizes[:-1], sizes[1:], strict=True):
        w.append(rng.uniform(-1, 1, (n, m)) / np.sqrt(n))
        b.append(rng.uniform(-1, 1, m) / np.sqrt(n))
    order = np.array([rng.permutation(int(p.network.n_train)) for _ in range(int(p.network.n_epochs))])
    return {"x": x, "y": y, "order": order, "w": w, "b": b}


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return images, order and initial values; test images are shown after the training images of every epoch.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Generator of this point.

    Returns
    -------
    dict of ndarray
        Tables of `models.gle.layers.stack`; weights, biases and time constants of every layer.
    """
    given = task(p, rng)
    n_epochs, n_train = given["order"].shape
    n_images = len(given["y"])
    test = np.tile(np.arange(n_train, n_images), (n_epochs, 1))
    teach = np.tile(np.arange(n_images) < n_train, n_epochs)
    arrays = {
        "samples.values": given["x"],
        "labels.values": given["y"].astype(float),
        "order.values": np.hstack([given["order"], test]).ravel().astype(float),
        "teach.values": teach.astype(float),
    }
    for k, (w, b) in enumerate(zip(given["w"], given["b"], strict=True), start=1):
        tau = np.full(b.size, p.inputs.tau)
        arrays |= {f"to_{k}.w": w.ravel(), f"layer_{k}.b": b, f"layer_{k}.tau_m": tau, f"layer_{k}.tau_r": tau}
        arrays[f"layer_{k}.linear"] = np.full(b.size, float(k == len(given["w"])))
    return arrays
