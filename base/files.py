"""Outputs that appear whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
