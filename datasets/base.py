"""What all corpora share: a data set with its fingerprint, errors that say the remedy, the choice of the source."""

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np

log = logging.getLogger("datasets")


class DatasetNotFound(Exception):  # noqa: N818 - the name that users read
    """Files of a corpus, or the package that holds or makes them, are missing."""


class DatasetCorrupt(Exception):  # noqa: N818
    """Files of a corpus are there, but are not what they should be."""


def home() -> Path:
    """Return the folder for prepared arrays, and below ``corpora/`` for corpora without a variable of their own."""
    return Path(os.environ.get("LOCAL_CREDIT_DATA") or Path.home() / ".cache" / "local-credit")


@dataclass(frozen=True)
class Corpus:
    """What error messages and the list of data sets tell about a corpus.

    Parameters
    ----------
    name : str
        As people write it.
    variable : str
        Environment variable with the folder of the corpus.
    layout : str
        Expected files, in one line.
    licence : str
        One sentence, without its full stop.
    standin : str
        Another: the call that works without the corpus, and what it does; empty if there is none.
    """

    name: str
    variable: str
    layout: str
    licence: str
    standin: str = ""

    def root(self, root: str | os.PathLike[str] | None = None) -> Path:
        """Return the folder to look in: the argument, the environment variable, or a folder below `home`.

        Parameters
        ----------
        root : path-like, optional
            Overrides the environment variable.

        Returns
        -------
        Path
            It need not exist.
        """
        default = home() / "corpora" / self.variable.removesuffix("_DIR").lower()
        return Path(root or os.environ.get(self.variable) or default)

    def not_found(self, root: Path, missing: str | os.PathLike[str]) -> DatasetNotFound:
        """Return the error for a missing path.

        Parameters
        ----------
        root : Path
            Where the corpus was looked for.
        missing : path-like
            The first missing path, relative to ``root``.

        Returns
        -------
        DatasetNotFound
            To be raised.
        """
        problem = f"{self.name} was not found under {root} (missing {Path(missing).as_posix()})."
        return DatasetNotFound(f"{problem} {self._remedy()}")

    def corrupt(self, root: Path, problem: str) -> DatasetCorrupt:
        """Return the error for a file that is not as it should be.

        Parameters
        ----------
        root : Path
            Where the corpus was found.
        problem : str
            File and fault.

        Returns
        -------
        DatasetCorrupt
            To be raised.
        """
        return DatasetCorrupt(f"{self.name} under {root} is corrupt ({problem}). {self._remedy()}")

    def _remedy(self) -> str:
        situation = "; ".join(filter(None, (self.licence, self.standin)))
        return f"Expected {self.layout}. Set {self.variable}. {situation}."


@dataclass(frozen=True)
class Dataset:
    """Arrays of one corpus, and where they come from.

    Parameters
    ----------
    name : str
        Name of the corpus.
    source : str
        ``real``, ``real-subset`` or ``standin``. Results from a stand-in must say so wherever they are shown.
    version : str
        Edition of the corpus, or package and version that the arrays come from.
    arrays : Mapping
        Name to array. The arrays cannot be written to.
    """

    name: str
    source: str
    version: str
    arrays: Mapping[str, np.ndarray]

    def __post_init__(self) -> None:
        if self.source not in ("real", "real-subset", "standin"):
            raise ValueError(f"{self.name}: '{self.source}' is not a source")
        views = {name: np.asarray(array).view() for name, array in self.arrays.items()}
        for array in views.values():
            array.flags.writeable = False
        object.__setattr__(self, "arrays", MappingProxyType(views))

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of names, types, shapes and bytes of the arrays, the same on every platform."""
        total = hashlib.sha256()
        for name, array in sorted(self.arrays.items()):
            little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            total.update(json.dumps([name, little.dtype.str, array.shape]).encode())
            total.update(little.view(np.uint8).data if little.size and little.dtype.kind != "U" else little.tobytes())
        return total.hexdigest()

    def fingerprint(self) -> dict[str, str]:
        """Return name, source, version and SHA-256: what results must record."""
        return {"name": self.name, "source": self.source, "version": self.version, "sha256": self.sha256}

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name} {'x'.join(map(str, array.shape))}" for name, array in self.arrays.items())
        return f"<{self.name}, {self.source}, {self.version}: {shapes}>"


def require(corpus: Corpus, root: Path, paths: Iterable[str]) -> None:
    """Complain about the first of several paths that is missing.

    Parameters
    ----------
    corpus : Corpus
        For the message.
    root : Path
        Folder of the corpus.
    paths : iterable of str
        Relative to ``root``.

    Raises
    ------
    DatasetNotFound
        One of the paths does not exist.
    """
    for path in paths:
        if not (root / path).exists():
            raise corpus.not_found(root, path)


def choose(
    corpus: Corpus,
    root: str | os.PathLike[str] | None,
    source: str,
    real: Callable[[Path], Dataset],
    standin: Callable[[], Dataset] | None = None,
) -> Dataset:
    """Take the real corpus or what stands in for it, and log which one it was.

    Parameters
    ----------
    corpus : Corpus
        The corpus.
    root : path-like or None
        Folder that the caller asked for.
    source : str
        ``real``: the corpus or an error. ``standin``: the replacement. ``auto``: the corpus if it is there, otherwise
        the replacement.
    real : callable
        Folder to data set.
    standin : callable, optional
        Makes the replacement; None if there is none.

    Returns
    -------
    Dataset
        The data set.

    Raises
    ------
    DatasetNotFound
        The corpus is missing and nothing may or can stand in.
    DatasetCorrupt
        The corpus is there but damaged; nothing stands in for it then.
    ValueError
        There is no such source.
    """
    if source not in ("auto", "real", "standin"):
        raise ValueError(f"{corpus.name}: source must be auto, real or standin, not '{source}'")
    folder = corpus.root(root)
    if source == "standin":
        if standin is None:
            raise ValueError(f"{corpus.name}: nothing stands in for it")
        taken = standin()
    else:
        try:
            taken = real(folder)
        except DatasetNotFound as error:
            if source == "real" or standin is None:
                raise
            asked = root or os.environ.get(corpus.variable)
            log.log(logging.WARNING if asked else logging.DEBUG, "%s", error)
            try:
                taken = standin()
            except DatasetNotFound as neither:
                raise DatasetNotFound(f"{error} {neither}") from None
    log.info("%s: %s (%s)", taken.name, taken.source, taken.version)
    return taken
