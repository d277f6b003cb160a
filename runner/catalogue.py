"""Which experiments and scales there are. Needs no Brian2."""

from collections.abc import Sequence
from functools import cache

from runner.errors import ConfigError, nearest
from runner.fingerprint import ROOT

SCALES = ("smoke", "quick", "paper")


@cache
def names() -> tuple[str, ...]:
    """Return all experiments, ``<paper>/<experiment>``, sorted: every folder that has a ``config.yaml``."""
    return tuple(
        sorted(
            file.parent.relative_to(ROOT / "experiments").as_posix()
            for file in (ROOT / "experiments").glob("*/*/config.yaml")
        )
    )


def check_targets(words: Sequence[str]) -> None:
    """Refuse a misspelt experiment on a command line.

    Parameters
    ----------
    words : sequence of str
        The command line; only words of the form ``<known paper>/<name>`` are looked at.

    Raises
    ------
    ConfigError
        With the nearest experiment.
    """
    papers = {name.split("/")[0] for name in names()}
    for word in words:
        if word.count("/") == 1 and word.split("/")[0] in papers and word not in names():
            raise ConfigError("experiments", word, f"unknown experiment; {nearest(word, names())}")
