"""SVHN: house numbers in street photographs, cropped digits of 32 x 32 pixels, by Netzer et al. (2011)."""

import os
from pathlib import Path

import numpy as np

from datasets.base import Corpus, Dataset, choose, require
from datasets.cache import cached, stamp

FILES = {"": "train_32x32.mat", "_test": "test_32x32.mat"}
CORPUS = Corpus(
    name="SVHN",
    variable="SVHN_DIR",
    layout="train_32x32.mat and test_32x32.mat",
    licence="SVHN is free for non-commercial use only and is not distributed here",
)
N_TRAIN, N_TEST = 73_257, 26_032
RECIPE = 1


def load_svhn(
    root: str | os.PathLike[str] | None = None, source: str = "auto", *, n_train: int = N_TRAIN, n_test: int = N_TEST
) -> Dataset:
    """Load training and test digits; nothing stands in for them.

    Parameters
    ----------
    root : path-like, optional
        Folder of the two MATLAB files; default ``SVHN_DIR``.
    source : str
        ``auto`` or ``real``.
    n_train, n_test : int
        Numbers of images that the files must hold.

    Returns
    -------
    Dataset
        ``images`` (73257, 3, 32, 32), channels red, green, blue, and ``labels`` (73257,), uint8, the digit 0 as 0;
        ``images_test`` (26032, 3, 32, 32) and ``labels_test``.

    Raises
    ------
    DatasetNotFound
        A file is missing.
    DatasetCorrupt
        A file does not hold what it should.
    """

    def real(folder: Path) -> Dataset:
        require(CORPUS, folder, FILES.values())
        key = {
            "files": stamp(folder / name for name in FILES.values()),
            "recipe": RECIPE,
            "expected": (n_train, n_test),
        }
        return cached("svhn", key, lambda: _prepare(folder, {"": n_train, "_test": n_test}))

    return choose(CORPUS, root, source, real)


def _prepare(root: Path, expected: dict[str, int]) -> Dataset:
    """Read both files; they count the digit 0 as 10 and have the image number as the last axis."""
    from scipy.io import loadmat

    arrays = {}
    for part, name in FILES.items():
        try:
            content = loadmat(root / name)
            images, labels = content["X"], content["y"].ravel()
        except Exception as error:  # scipy raises whatever its parsers meet in a damaged file
            raise CORPUS.corrupt(root, f"{name}: {error}") from error
        if images.shape != (32, 32, 3, expected[part]) or images.dtype != np.uint8 or len(labels) != expected[part]:
            raise CORPUS.corrupt(
                root, f"{name}: images of shape {images.shape} instead of (32, 32, 3, {expected[part]})"
            )
        if labels.min() < 1 or labels.max() > 10:
            raise CORPUS.corrupt(root, f"{name}: a label is not in 1..10")
        arrays[f"images{part}"] = np.ascontiguousarray(images.transpose(3, 2, 0, 1))
        arrays[f"labels{part}"] = (labels % 10).astype(np.uint8)
    return Dataset(CORPUS.name, "real", "cropped digits", arrays)
