"""Penn Treebank for the prediction of words, in Mikolov's form, or the King James Bible in the same form."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from datasets import text
from datasets.base import Corpus, Dataset, choose, require
from datasets.cache import cached, stamp

FILES = {"": "ptb.train.txt", "_valid": "ptb.valid.txt", "_test": "ptb.test.txt"}
CORPUS = Corpus(
    name="Penn Treebank",
    variable="PTB_DIR",
    layout="ptb.train.txt, ptb.valid.txt and ptb.test.txt, one sentence a line",
    licence="The Penn Treebank is licensed by the LDC and is not distributed here",
    standin='load_ptb(source="standin") takes the King James Bible',
)
N_TOKENS = (929_589, 73_760, 82_430)
N_TYPES = 10_000
UNKNOWN, END = "<unk>", "<eos>"
BLOCK = 20  # verses, of which the last is for test and the one before for validation
RECIPE = 1


def load_ptb(
    root: str | os.PathLike[str] | None = None,
    source: str = "auto",
    *,
    n_tokens: tuple[int, int, int] = N_TOKENS,
    n_types: int = N_TYPES,
) -> Dataset:
    """Load training, validation and test text as numbers of words.

    Parameters
    ----------
    root : path-like, optional
        Folder of the three files; default ``PTB_DIR``.
    source : str
        ``auto``, ``real`` or ``standin``.
    n_tokens : tuple of int
        Tokens that the three real files must have, an end of sentence a line included.
    n_types : int
        Different words of the real corpus; size of the vocabulary of the stand-in.

    Returns
    -------
    Dataset
        ``x`` (n,) int32, sentences one after the other, each ended by ``<eos>``; ``x_valid``, ``x_test``; ``words``
        (n_types,), most frequent first.

    Raises
    ------
    DatasetNotFound
        A file, or any text that could stand in, is missing.
    DatasetCorrupt
        A file does not hold what it should.
    """

    def real(folder: Path) -> Dataset:
        require(CORPUS, folder, FILES.values())
        files = stamp(folder / name for name in FILES.values())
        key = {"files": files, "recipe": RECIPE, "expected": n_tokens, "types": n_types}
        return cached("ptb", key, lambda: _real(folder, n_tokens, n_types))

    def standin() -> Dataset:
        found = text.find()
        origin = stamp([Path(found.origin)]) if found.kind != "package" else found.origin
        key = {"text": origin, "recipe": RECIPE, "types": n_types}
        return cached("ptb-standin", key, lambda: _standin(found, n_types))

    return choose(CORPUS, root, source, real, standin)


def _real(root: Path, n_tokens: Sequence[int], n_types: int) -> Dataset:
    """Read the three files and compare their sizes with the known ones."""
    parts = []
    for name, expected in zip(FILES.values(), n_tokens, strict=True):
        lines = (root / name).read_text(encoding="utf-8").splitlines()
        tokens = [token for line in lines for token in (*line.split(), END)]
        if len(tokens) != expected:
            raise CORPUS.corrupt(root, f"{name}: {len(tokens)} tokens instead of {expected}")
        parts.append(tokens)
    words = _vocabulary(parts[0])
    if len(words) != n_types:
        raise CORPUS.corrupt(root, f"{FILES['']}: {len(words)} different words instead of {n_types}")
    unknown = {token for tokens in parts for token in tokens} - set(words)
    if unknown:
        raise CORPUS.corrupt(root, f"{len(unknown)} words of the other files are not in {FILES['']}")
    return Dataset(CORPUS.name, "real", "Mikolov's files", _numbered(parts, words))


def _standin(found: text.Text, n_types: int) -> Dataset:
    """Split a text by blocks of verses, so that all books are in all parts, and replace rare words."""
    parts: list[list[str]] = [[], [], []]
    for number, line in enumerate(text.lines(found)):
        place = number % BLOCK
        parts[max(0, place - BLOCK + 3)] += [*tokens(line), END]
    words = _vocabulary([*parts[0], UNKNOWN], n_types)
    if UNKNOWN not in words:
        words[-1] = UNKNOWN
    origin = {"file": f"file {Path(found.origin).name}", "program": "Debian's bible-kjv", "package": found.origin}
    return Dataset(CORPUS.name, "standin", origin[found.kind], _numbered(parts, words))


def tokens(line: str) -> list[str]:
    """Split a line into lower-case words, which may hold apostrophes, numbers and punctuation; hyphens are dropped.

    Parameters
    ----------
    line : str
        Text.

    Returns
    -------
    list of str
        The tokens.
    """
    return re.findall(r"(?:[^\W\d_]|')+|\d+|[^\w\s'-]", line.lower())


def _vocabulary(found: Sequence[str], size: int | None = None) -> list[str]:
    """Return the most frequent tokens, equally frequent ones by alphabet."""
    counts = Counter(found)
    return sorted(counts, key=lambda token: (-counts[token], token))[:size]


def _numbered(parts: Sequence[Sequence[str]], words: Sequence[str]) -> dict[str, np.ndarray]:
    """Replace words by their places in the vocabulary."""
    places = {word: place for place, word in enumerate(words)}
    unknown = places.get(UNKNOWN, -1)
    arrays = {
        f"x{suffix}": np.array([places.get(token, unknown) for token in part], dtype=np.int32)
        for suffix, part in zip(FILES, parts, strict=True)
    }
    return {**arrays, "words": np.array(words)}
