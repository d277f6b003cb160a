"""Images in the IDX format: the files of MNIST and of the sets that imitate it."""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from datasets.base import Corpus, Dataset

LAYOUT = "train-images-idx3-ubyte, train-labels-idx1-ubyte and the two of t10k, each maybe with .gz"
PARTS = (
    ("images", "train-images", 3),
    ("labels", "train-labels", 1),
    ("images_test", "t10k-images", 3),
    ("labels_test", "t10k-labels", 1),
)


def files(corpus: Corpus, root: Path) -> dict[str, Path]:
    """Find the four files, gzipped or not, with a dash or a dot before ``idx``.

    Parameters
    ----------
    corpus : Corpus
        For the message.
    root : Path
        Their folder.

    Returns
    -------
    dict
        Name of the array to file.

    Raises
    ------
    DatasetNotFound
        One of them is missing.
    """
    found = {}
    for name, stem, n_dim in PARTS:
        spellings = [f"{stem}{mark}idx{n_dim}-ubyte{suffix}" for mark in "-." for suffix in ("", ".gz")]
        present = [root / spelling for spelling in spellings if (root / spelling).is_file()]
        if not present:
            raise corpus.not_found(root, spellings[0])
        found[name] = present[0]
    return found


def read(corpus: Corpus, root: Path, version: str, n_train: int, n_test: int) -> Dataset:
    """Read and check the four files.

    Parameters
    ----------
    corpus : Corpus
        The corpus.
    root : Path
        Folder of the files.
    version : str
        What the data set says about its edition.
    n_train, n_test : int
        Numbers of images that must be there.

    Returns
    -------
    Dataset
        ``images`` (n_train, 784) and ``labels`` (n_train,) of type uint8; ``images_test``, ``labels_test`` likewise.

    Raises
    ------
    DatasetNotFound
        A file is missing.
    DatasetCorrupt
        A magic number, a shape, a length or a label is wrong.
    """
    arrays = {}
    dims = {name: n_dim for name, _, n_dim in PARTS}
    for name, path in files(corpus, root).items():
        shape = (n_test if name.endswith("test") else n_train, 28, 28)[: dims[name]]
        arrays[name] = _array(corpus, root, path, shape).reshape(shape[0], -1).squeeze()
    for name in ("labels", "labels_test"):
        if arrays[name].max(initial=0) > 9:
            raise corpus.corrupt(root, f"{name} has a class beyond 9")
    return Dataset(corpus.name, "real", version, arrays)


def _array(corpus: Corpus, root: Path, path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Read one file of unsigned bytes."""
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise corpus.corrupt(root, f"{path.name}: {error}") from error
    n_header = 4 + 4 * len(shape)
    header = np.frombuffer(content[:n_header].ljust(n_header, b"\0"), dtype=">u4")
    expected = np.array([0x800 + len(shape), *shape])
    if (header != expected).any():
        told = "magic number and shape {} instead of {}".format(*(list(map(int, h)) for h in (header, expected)))
        raise corpus.corrupt(root, f"{path.name}: {told}")
    if len(content) - n_header != math.prod(shape):
        raise corpus.corrupt(root, f"{path.name}: {len(content)} bytes instead of {n_header + math.prod(shape)}")
    return np.frombuffer(content, dtype=np.uint8, offset=n_header)
