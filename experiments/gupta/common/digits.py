"""MNIST digits for the layered network: splits by seed."""

from collections.abc import Sequence

import numpy as np

from base.values import Values
from datasets.base import Dataset
from datasets.mnist import load_mnist


def dataset(p: Values) -> Dataset:
    """Load the digits: the full set where ``MNIST_DIR`` is, otherwise the subset that a package holds.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment; ``inputs.source`` is auto, real or standin.

    Returns
    -------
    Dataset
        Images and labels.
    """
    return load_mnist(source=p.inputs.source)


def task(p: Values) -> tuple[tuple[int, ...], int, int]:
    """Return which digits are told apart, and how many images there are.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, or its row in the table of points, where a list is text.

    Returns
    -------
    digits : tuple of int
        Digit of class 0, of class 1, and so on.
    n_train, n_test : int
        Images of all classes together.
    """
    digits = p.inputs.digits
    digits = digits.split(",") if isinstance(digits, str) else digits
    return tuple(map(int, digits)), int(p.inputs.n_train), int(p.inputs.n_test)


def split(
    data: Dataset, digits: Sequence[int], n_train: int, n_test: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Split some digits into training and test images, the same number of each digit.

    Parameters
    ----------
    data : Dataset
        Images (bytes) and labels.
    digits : sequence of int
        Digit of class 0, of class 1, and so on.
    n_train, n_test : int
        Images of all classes together.
    rng : numpy.random.Generator
        Source of the split; of a fresh generator these are the first numbers drawn.

    Returns
    -------
    x_train : ndarray, shape (n_train, 784)
        Intensities in [0, 1], class 0 first.
    y_train : ndarray of int, shape (n_train,)
        Class: position in `digits`.
    x_test : ndarray, shape (n_test, 784)
        Intensities of the test images, class 0 first.
    y_test : ndarray of int, shape (n_test,)
        Class.

    Raises
    ------
    ValueError
        If a digit has fewer images than asked for.
    """
    train, test = n_train // len(digits), n_test // len(digits)
    x_train, x_test = [], []
    for digit in digits:
        rows = rng.permutation(np.flatnonzero(data["labels"] == digit))
        if len(rows) < train + test:
            raise ValueError(
                f"digit {digit} has {len(rows)} images, too few for {train} training and {test} test images"
            )
        x_test.append(data["images"][rows[:test]] / 255.0)
        x_train.append(data["images"][rows[test : test + train]] / 255.0)
    classes = np.arange(len(digits))
    return np.concatenate(x_train), np.repeat(classes, train), np.concatenate(x_test), np.repeat(classes, test)
