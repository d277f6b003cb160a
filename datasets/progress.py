"""How far a long preparation is, as log lines."""

import time
from collections.abc import Collection, Iterator
from typing import TypeVar

from datasets.base import log

Item = TypeVar("Item")


def track(items: Collection[Item], what: str, every: float = 2.0) -> Iterator[Item]:
    """Yield all items and log now and then how many were done.

    Parameters
    ----------
    items : collection
        What to go through.
    what : str
        Name of the items.
    every : float
        Seconds between two lines.

    Yields
    ------
    Item
        One after the other.
    """
    last = time.monotonic()
    for done, item in enumerate(items):
        if time.monotonic() - last > every:
            last = time.monotonic()
            log.info("%s: %d of %d", what, done, len(items))
        yield item
