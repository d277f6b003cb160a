"""CIFAR-10: colour photographs of ten classes, 32 x 32 pixels, by Krizhevsky (2009)."""

import os
from pathlib import Path

import numpy as np

from datasets import pickles
from datasets.base import Corpus, Dataset, choose, require
from datasets.cache import cached, stamp

TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST = "test_batch"
CORPUS = Corpus(
    name="CIFAR-10",
    variable="CIFAR10_DIR",
    layout="data_batch_1 to data_batch_5 and test_batch, the version for Python",
    licence="CIFAR-10 is by Alex Krizhevsky, comes without a licence and is not distributed here",
)
N_BATCH = 10_000
RECIPE = 1


def load_cifar10(
    root: str | os.PathLike[str] | None = None, source: str = "auto", *, n_batch: int = N_BATCH
) -> Dataset:
    """Load the complete set; nothing stands in for it.

    Parameters
    ----------
    root : path-like, optional
        Folder of the six pickles, or the one above ``cifar-10-batches-py``; default ``CIFAR10_DIR``.
    source : str
        ``auto`` or ``real``.
    n_batch : int
        Number of images that each file must hold.

    Returns
    -------
    Dataset
        ``images`` (50000, 3, 32, 32), channels red, green, blue, and ``labels`` (50000,), uint8; ``images_test``
        (10000, 3, 32, 32) and ``labels_test``.

    Raises
    ------
    DatasetNotFound
        A file is missing.
    DatasetCorrupt
        A file does not hold what it should.
    """

    def real(folder: Path) -> Dataset:
        inner = folder / "cifar-10-batches-py"
        folder = inner if inner.is_dir() else folder
        require(CORPUS, folder, (*TRAIN, TEST))
        key = {"files": stamp(folder / name for name in (*TRAIN, TEST)), "recipe": RECIPE, "expected": n_batch}
        return cached("cifar-10", key, lambda: _prepare(folder, n_batch))

    return choose(CORPUS, root, source, real)


def _prepare(root: Path, n_batch: int) -> Dataset:
    """Join the training batches."""
    batches = {name: _batch(root, name, n_batch) for name in (*TRAIN, TEST)}
    arrays = {"images": np.concatenate([batches[name][0] for name in TRAIN]), "images_test": batches[TEST][0]}
    labels = {"labels": np.concatenate([batches[name][1] for name in TRAIN]), "labels_test": batches[TEST][1]}
    return Dataset(CORPUS.name, "real", "version for Python", {**arrays, **labels})


def _batch(root: Path, name: str, n_batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Read one pickle."""
    try:
        content = pickles.read(root / name)
        images, labels = np.asarray(content[b"data"]), np.asarray(content[b"labels"])
    except (ValueError, KeyError, TypeError) as error:
        raise CORPUS.corrupt(root, f"{name}: {error}") from error
    if images.shape != (n_batch, 3072) or images.dtype != np.uint8 or labels.shape != (n_batch,):
        raise CORPUS.corrupt(root, f"{name}: {len(images)} images and {len(labels)} labels instead of {n_batch}")
    if labels.min() < 0 or labels.max() > 9:
        raise CORPUS.corrupt(root, f"{name}: a label is not in 0..9")
    return images.reshape(-1, 3, 32, 32), labels.astype(np.uint8)
