"""Outputs that appear whole or not at all, and what is read of them."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from base.errors import FileError

YOUNG = 60.0  # seconds in which a folder may not have its lock yet


@contextmanager
def atomic(target: Path, directory: bool = False) -> Iterator[Path]:
    """Write to a temporary neighbour and rename it when the block ends without an error.

    Parameters
    ----------
    target : Path
        File or folder to make; replaced if it exists.
    directory : bool
        Make a folder instead of a file.

    Yields
    ------
    Path
        Where to write.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    new = scratch / target.name
    try:
        if directory:
            new.mkdir()
        yield new
        if directory and target.exists():
            os.replace(target, scratch / "old")
        os.replace(new, target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def read_json(file: Path) -> Any:
    """Read a JSON file that we have written.

    Parameters
    ----------
    file : Path
        The file.

    Raises
    ------
    FileError
        It is not there, or damaged.
    """
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileError(file, "is missing") from None
    except ValueError:
        raise FileError(file, "is damaged") from None


@contextmanager
def scratch(prefix: str) -> Iterator[Path]:
    """Make a folder for a while, and remove those that killed processes have left.

    Parameters
    ----------
    prefix : str
        Of its name. The folder is in ``$TMPDIR``; a lock beside it is held as long as its process lives.

    Yields
    ------
    Path
        The folder.
    """
    from filelock import FileLock, Timeout  # the process that writes GeNN's code has none, and needs none

    here = Path(tempfile.gettempdir())
    for left in here.glob(f"{prefix}*.lock"):
        try:
            if left.stat().st_mtime < time.time() - YOUNG:
                with FileLock(left, timeout=0):
                    _remove(left)
        except (OSError, Timeout):  # somebody else's, or in use
            continue
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=here))
    lock = folder.with_name(f"{folder.name}.lock")
    with FileLock(lock):
        try:
            yield folder
        finally:
            _remove(lock)


def _remove(lock: Path) -> None:
    """Remove a folder and the lock beside it."""
    shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
    lock.unlink(missing_ok=True)
