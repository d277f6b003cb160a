"""What data sets there are on this machine: ``python -m datasets``; make them ready: ``python -m datasets prepare``."""

import argparse
import logging
import sys
import time

from base.errors import one_line
from datasets.base import Dataset, DatasetCorrupt, DatasetNotFound, home
from datasets.cache import NotPrepared, only_prepared
from datasets.catalogue import CATALOGUE, Entry

HEADER = ("name", "source", "version", "SHA-256", "looked in")


def status(name: str, entry: Entry) -> tuple[tuple[str, ...], str]:
    """Return one row of the list, and what is to be said below it.

    Parameters
    ----------
    name : str
        Name of the corpus.
    entry : Entry
        Its loader.

    Returns
    -------
    row : tuple of str
        In the order of `HEADER`.
    remark : str
        One line, or nothing.
    """
    place = str(entry.corpus.root()) if entry.corpus else "-"
    try:
        with only_prepared():
            found = entry.load()
    except NotPrepared:
        return (name, "available", "", "", place), f"{name}: python -m datasets prepare {name}"
    except DatasetNotFound as error:
        return (name, "missing", "", "", place), f"{name}: {error}"
    except DatasetCorrupt as error:
        return (name, "corrupt", "", "", place), f"{name}: {error}"
    return (name, found.source, found.version, found.sha256[:16], place), ""


def listing() -> str:
    """Return the list of all corpora: what `auto` takes, from where, and what is missing.

    Returns
    -------
    str
        A table, and a line for everything that is not ready.
    """
    found = [status(name, entry) for name, entry in CATALOGUE.items()]
    rows = [HEADER, *(row for row, _ in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    remarks = [remark for _, remark in found if remark]
    return "\n".join([*lines, "", f"prepared arrays: {home() / 'prepared'}", *remarks])


def prepare(name: str, source: str) -> Dataset:
    """Load a data set with the default arguments of its loader, so that it is in the cache.

    Parameters
    ----------
    name : str
        Name of the corpus.
    source : str
        ``auto``, ``real`` or ``standin``; iris and Mackey-Glass have only one.

    Returns
    -------
    Dataset
        The data set.
    """
    entry = CATALOGUE[name]
    return entry.load(source=source) if entry.corpus else entry.load()


@one_line()
def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m datasets", description=__doc__)
    commands = parser.add_subparsers(dest="command", metavar="prepare")
    preparing = commands.add_parser("prepare", help="prepare a data set; later calls of its loader take no time")
    preparing.add_argument("name", choices=CATALOGUE)
    preparing.add_argument("--source", choices=("auto", "real", "standin"), default="auto")
    args = parser.parse_args()
    if args.command is None:
        print(listing())
        return
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    start = time.perf_counter()
    try:
        made = prepare(args.name, args.source)
    except (DatasetNotFound, DatasetCorrupt, ValueError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    shapes = ", ".join(f"{key} {array.dtype}{list(array.shape)}" for key, array in made.arrays.items())
    print(*(f"{key}: {value}" for key, value in made.fingerprint().items()), f"arrays: {shapes}", sep="\n")
    print(f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
