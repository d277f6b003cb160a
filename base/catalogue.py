"""Which experiments and scales there are, and where."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from base.errors import ConfigError, nearest

ROOT = Path(__file__).resolve().parent.parent  # of the repository
SCALES = ("smoke", "quick", "paper")


@cache
def names(folder: Path = ROOT / "experiments") -> tuple[str, ...]:
    """Return all experiments: every folder two levels down that has a ``config.yaml``.

    Parameters
    ----------
    folder : Path
        Of all experiments.

    Returns
    -------
    tuple of str
        ``<paper>/<experiment>``, sorted; folders that start with an underscore are templates and left out.
    """
    found = (file.parent.relative_to(folder) for file in folder.glob("*/*/config.yaml"))
    return tuple(sorted(path.as_posix() for path in found if not any(part.startswith("_") for part in path.parts)))


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
