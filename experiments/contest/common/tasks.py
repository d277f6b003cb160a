"""The static task: the same samples, in the same three parts, for every rule."""

from dataclasses import dataclass

import numpy as np

from base.values import Values
from datasets.base import Dataset
from datasets.digits8 import load_digits8
from datasets.iris import load_iris
from datasets.mnist import load_mnist


@dataclass(frozen=True)
class Task:
    """Samples in [0, 1], shape (rows, inputs), and their classes; training, validation and test rows follow each other.

    Parameters
    ----------
    x : ndarray, shape (rows, inputs)
        Intensities.
    y : ndarray of int, shape (rows,)
        Classes from 0 on.
    n_train, n_validation : int
        Rows of the first two parts; the rest is the test.
    """

    x: np.ndarray
    y: np.ndarray
    n_train: int
    n_validation: int

    @property
    def train(self) -> slice:
        """Rows that are learned."""
        return slice(0, self.n_train)

    @property
    def validation(self) -> slice:
        """Rows that choose epoch and parameters."""
        return slice(self.n_train, self.n_train + self.n_validation)

    @property
    def test(self) -> slice:
        """Rows that nothing is chosen by."""
        return slice(self.n_train + self.n_validation, len(self.y))


def dataset(p: Values) -> Dataset:
    """Load the data set of a point.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, those of `experiments.contest.common.keys.Static` among them.

    Returns
    -------
    Dataset
        Images or features, and labels.
    """
    loaders = {"digits8": load_digits8, "mnist": lambda: load_mnist(source="standin")}
    return loaders.get(p.inputs.data, load_iris)()


def encoded(features: np.ndarray, n_train: int) -> np.ndarray:
    """Return features z, scaled to [0, 1] by the training rows and clipped, then 1 - z: small values too are seen."""
    low, high = features[:n_train].min(axis=0), features[:n_train].max(axis=0)
    z = np.clip((features - low) / (high - low), 0.0, 1.0)
    return np.concatenate([z, 1.0 - z], axis=1)


def task(p: Values) -> Task:
    """Divide the samples of a point, with the same share of each class in all parts as far as numbers allow.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment; the seed alone decides which sample falls into which part, whatever the rule.

    Returns
    -------
    Task
        Samples and parts.

    Raises
    ------
    ValueError
        There are not so many samples.
    """
    data, sizes = dataset(p), (p.inputs.n_train, p.inputs.n_validation, p.inputs.n_test)
    labels = data["labels"].astype(int)
    if sum(sizes) > len(labels):
        raise ValueError(
            f"inputs.n_train, n_validation and n_test: {sum(sizes)} samples, but {data.name} has {len(labels)}"
        )
    rng = np.random.default_rng(p.run.seed)
    order = rng.permutation(len(labels))
    # Ranks within classes, shuffled among equals: any part of the order has about the same share of each class.
    ranks = np.empty(len(labels))
    for one in np.unique(labels):
        rows = order[labels[order] == one]
        ranks[rows] = (np.arange(len(rows)) + rng.random()) / len(rows)
    chosen = np.argsort(ranks, kind="stable")[: sum(sizes)]
    if "features" in data.arrays:
        x = encoded(data["features"][chosen], p.inputs.n_train)
        return Task(x, (labels[chosen] == int(p.inputs.data[-1])).astype(int), *sizes[:2])
    images = data["images"].reshape(len(labels), -1)[chosen]
    return Task(images / float(data["images"].max()), labels[chosen], *sizes[:2])
