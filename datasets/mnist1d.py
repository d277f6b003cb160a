"""MNIST-1D: ten templates, distorted into sequences of 40 samples, by Greydanus and Kobak, Apache-2.0."""

import hashlib
import os
import random
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from datasets import pickles
from datasets.base import Corpus, Dataset, DatasetNotFound, choose
from datasets.cache import cached, stamp

FILE = "mnist1d_data.pkl"
CORPUS = Corpus(
    name="MNIST-1D",
    variable="MNIST1D_DIR",
    layout=f"{FILE}, the authors' pickle",
    licence="MNIST-1D (Apache-2.0) is generated anew, bit by bit the same in single precision, by the package mnist1d",
)
SHA256 = {"x": "d53506bddd12d3b7", "y": "6e13c7aab5f83126"}  # of float32 and uint8, little-endian, first 16 digits
RECIPE = 1
LENGTH = 40  # of the authors' file


def load_mnist1d(root: str | os.PathLike[str] | None = None, source: str = "auto", length: int = LENGTH) -> Dataset:
    """Load the frozen data set, from the authors' file if it is there, otherwise generated with their program.

    Parameters
    ----------
    root : path-like, optional
        Folder of the authors' pickle; default ``MNIST1D_DIR``.
    source : str
        ``auto`` or ``real``; both give the same arrays.
    length : int
        Samples of a sequence. Other lengths than the file's sample the same curves more often; they are generated.

    Returns
    -------
    Dataset
        ``x`` (4000, length) float32, mean 0 and standard deviation 1 over all samples; ``y`` (4000,) uint8; ``x_test``
        (1000, length), ``y_test``; ``t`` (length,) float32, the sampling times.

    Raises
    ------
    DatasetNotFound
        The package mnist1d is missing.
    DatasetCorrupt
        The arrays are not those of the authors.
    """

    def real(folder: Path) -> Dataset:
        file = folder / FILE
        if length == LENGTH and file.is_file():
            key = {"files": stamp([file]), "recipe": RECIPE}
            return cached("mnist1d-file", key, lambda: _from_file(folder))
        if find_spec("mnist1d") is None:
            raise DatasetNotFound(
                f"{CORPUS.name}: the package mnist1d, which generates it, is missing: pip install mnist1d. "
                f"Or set {CORPUS.variable} to the folder of {FILE}."
            )
        package = f"mnist1d {version('mnist1d')}"
        if length != LENGTH:
            key = {"package": package, "recipe": RECIPE, "length": length}
            return cached(f"mnist1d-{length}", key, lambda: _generated(folder, package, length))
        return cached("mnist1d", {"package": package, "recipe": RECIPE}, lambda: _generated(folder, package, length))

    return choose(CORPUS, root, source, real)


def _from_file(root: Path) -> Dataset:
    """Read the authors' pickle."""
    try:
        content = pickles.read(root / FILE)
    except ValueError as error:
        raise CORPUS.corrupt(root, f"{FILE}: {error}") from error
    return _checked(root, "authors' file", content)


def _generated(root: Path, package: str, length: int) -> Dataset:
    """Run the authors' program, which seeds the global generators, and put these back."""
    from mnist1d.data import get_dataset_args, make_dataset

    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        arguments = get_dataset_args()
        arguments.final_seq_length = length
        content = make_dataset(arguments)
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002
    return _checked(root, package, content, length)


def _checked(root: Path, edition: str, content: dict, length: int = LENGTH) -> Dataset:
    """Compare the training set with the authors'; of other lengths, only the labels are known."""
    types = {"x": "<f4", "y": "u1", "x_test": "<f4", "y_test": "u1", "t": "<f4"}
    try:
        arrays = {name: np.asarray(content[name]).astype(dtype) for name, dtype in types.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise CORPUS.corrupt(root, f"{edition}: {error}") from error
    for name, expected in SHA256.items():
        found = hashlib.sha256(arrays[name].tobytes()).hexdigest()[:16]
        if found != expected and (name == "y" or length == LENGTH):
            raise CORPUS.corrupt(root, f"{edition}: SHA-256 of {name} begins with {found} instead of {expected}")
    edition = edition if length == LENGTH else f"{edition}, length {length}"
    return Dataset(CORPUS.name, "real", edition, arrays)
