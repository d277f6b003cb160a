"""Fashion-MNIST: articles of clothing in the format of MNIST, by Zalando, MIT licence."""

import os
from pathlib import Path

from datasets import idx
from datasets.base import Corpus, Dataset, choose
from datasets.cache import cached, stamp

CORPUS = Corpus(
    name="Fashion-MNIST",
    variable="FASHION_MNIST_DIR",
    layout=idx.LAYOUT,
    licence="Fashion-MNIST is by Zalando (MIT licence; Debian: dataset-fashion-mnist) and is not distributed here",
)
N_TRAIN, N_TEST = 60_000, 10_000
RECIPE = 1


def load_fashion_mnist(
    root: str | os.PathLike[str] | None = None, source: str = "auto", *, n_train: int = N_TRAIN, n_test: int = N_TEST
) -> Dataset:
    """Load the complete set; nothing stands in for it.

    Parameters
    ----------
    root : path-like, optional
        Folder of the four IDX files; default ``FASHION_MNIST_DIR``.
    source : str
        ``auto`` or ``real``.
    n_train, n_test : int
        Numbers of images that the files must hold.

    Returns
    -------
    Dataset
        ``images`` (60000, 784) and ``labels`` (60000,), uint8; ``images_test`` and ``labels_test`` likewise.

    Raises
    ------
    DatasetNotFound
        A file is missing.
    DatasetCorrupt
        A file does not hold what it should.
    """

    def real(folder: Path) -> Dataset:
        key = {"files": stamp(idx.files(CORPUS, folder).values()), "recipe": RECIPE, "expected": (n_train, n_test)}
        return cached("fashion-mnist", key, lambda: idx.read(CORPUS, folder, "IDX files", n_train, n_test))

    return choose(CORPUS, root, source, real)
