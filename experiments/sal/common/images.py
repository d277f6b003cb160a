"""Images for classification: which there are, and how they are divided."""

import numpy as np

from datasets.base import Dataset
from datasets.cifar10 import load_cifar10
from datasets.digits8 import load_digits8
from datasets.fashion_mnist import load_fashion_mnist
from datasets.mnist import load_mnist
from datasets.svhn import load_svhn

LOADERS = {"mnist": load_mnist, "fashion_mnist": load_fashion_mnist, "cifar10": load_cifar10, "svhn": load_svhn}
SHAPES = {
    "digits8": (1, 8, 8),
    "mnist": (1, 28, 28),
    "fashion_mnist": (1, 28, 28),
    "cifar10": (3, 32, 32),
    "svhn": (3, 32, 32),
}
SHIFTED = ("cifar10", "svhn")  # while the network of the paper is trained on them


def load(name: str, source: str) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name : str
        Key of `SHAPES`.
    source : str
        ``auto``, ``real`` or ``standin``; the digits of 8 x 8 pixels have only one.

    Returns
    -------
    Dataset
        ``images`` and ``labels``, and with some ``images_test`` and ``labels_test``.

    Raises
    ------
    ValueError
        There is no such data set.
    DatasetNotFound
        It is not on this machine.
    """
    if name not in SHAPES:
        raise ValueError(f"inputs.data must be one of {', '.join(SHAPES)}, not '{name}'")
    return load_digits8() if name == "digits8" else LOADERS[name](source=source)


def split(data: Dataset, n_train: int, n_test: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Divide a data set.

    Parameters
    ----------
    data : Dataset
        Images and labels. Without test images of its own, they are taken from the others.
    n_train, n_test : int
        How many images are drawn.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    tuple of four ndarray
        Training images, shape (n_train, pixels), in [0, 1], and their classes; test images and their classes.

    Raises
    ------
    ValueError
        There are not enough images.
    """
    x, y = data["images"].reshape(len(data["labels"]), -1), data["labels"]
    chosen = rng.permutation(len(y))
    train, rest = chosen[:n_train], chosen[n_train : n_train + n_test]
    x_test, y_test = x, y
    if "images_test" in data.arrays:
        x_test, y_test = data["images_test"].reshape(-1, x.shape[1]), data["labels_test"]
        rest = rng.permutation(len(y_test))[:n_test]
    if len(train) < n_train or len(rest) < n_test:
        raise ValueError(f"{data.name} has not {n_train} training and {n_test} test images here")
    scale = float(x.max())
    return x[train] / scale, y[train].astype(int), x_test[rest] / scale, y_test[rest].astype(int)
