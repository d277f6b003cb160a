"""Prepared arrays, made once per machine and checked whenever they are read."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from pathlib import Path

import numpy as np
from filelock import FileLock

from base.files import atomic
from datasets.base import Dataset, home, log

FACTS = "facts"  # the entry with everything that is not an array
_prepares = ContextVar("prepares", default=True)


class NotPrepared(Exception):  # noqa: N818 - not an error, but the answer to a question
    """The data set can be prepared but has not been, inside `only_prepared`."""


@contextmanager
def only_prepared() -> Iterator[None]:
    """Let no data set be prepared inside the block; `cached` raises `NotPrepared` instead.

    Yields
    ------
    None
        Nothing.
    """
    token = _prepares.set(False)
    try:
        yield
    finally:
        _prepares.reset(token)


def stamp(paths: Iterable[Path]) -> str:
    """Return a digest of names, sizes and times of change: another digest, other files.

    Parameters
    ----------
    paths : iterable of Path
        Files, or folders that stand for what is directly in them.

    Returns
    -------
    str
        SHA-256, hexadecimal.
    """
    stats = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(paths)]
    return hashlib.sha256(json.dumps(stats).encode()).hexdigest()


def cached(slug: str, key: Mapping[str, object], prepare: Callable[[], Dataset]) -> Dataset:
    """Read a prepared data set, or prepare and keep it.

    Two processes that want the same data set prepare it once: the second waits. A file that is truncated, altered or
    unreadable is made again. Where nothing can be written the data set is prepared every time.

    Parameters
    ----------
    slug : str
        First part of the file name.
    key : Mapping
        Everything that the arrays depend on: version of the recipe and of the package, arguments, `stamp` of files.
    prepare : callable
        Makes the data set.

    Returns
    -------
    Dataset
        Equal to what ``prepare`` returns.

    Raises
    ------
    NotPrepared
        There is none, inside `only_prepared`.
    """
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]
    file = home() / "prepared" / f"{slug}-{digest}.npz"
    found = _read(file)
    if found is not None:
        return found
    if not _prepares.get():
        raise NotPrepared(slug)
    with ExitStack() as stack:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(file.with_suffix(".lock")))
        except OSError as error:
            log.warning("%s cannot be written (%s); set LOCAL_CREDIT_DATA to a folder that can", file, error)
            return prepare()
        found = _read(file)  # another process may have made it meanwhile
        if found is not None:
            return found
        log.info("%s: preparing %s", slug, file)
        made = prepare()
        try:
            _write(made, file)
        except OSError as error:
            log.warning("%s was not written (%s)", file, error)
        return made


def _write(dataset: Dataset, file: Path) -> None:
    """Write arrays and facts; not compressed, because reading must take no time."""
    facts = np.frombuffer(json.dumps(dataset.fingerprint()).encode(), dtype=np.uint8)
    with atomic(file) as out:
        np.savez(out, allow_pickle=False, **{FACTS: facts}, **dataset.arrays)


def _read(file: Path) -> Dataset | None:
    """Return the data set of a file, or None if there is no file or it is damaged."""
    if not file.exists():
        return None
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        facts = json.loads(arrays.pop(FACTS).tobytes())
        dataset = Dataset(facts["name"], facts["source"], facts["version"], arrays)
        if dataset.sha256 == facts["sha256"]:
            return dataset
        problem = "its arrays do not have the recorded SHA-256"
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        problem = str(error)
    log.warning("%s is damaged (%s) and is prepared again", file, problem)
    return None
