"""What a user can act on, in one line. Needs no Brian2."""

import difflib
from collections.abc import Iterable


class ConfigError(Exception):
    """Something in a configuration is wrong: one line with the file, the key, the reason and the remedy."""

    def __init__(self, file: object, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")


class BuildError(Exception):
    """The network cannot be built."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Suggest the valid name that is nearest to a wrong one.

    Parameters
    ----------
    name : str
        What was written.
    names : iterable of str
        What could have been written.

    Returns
    -------
    str
        ``did you mean 'x'?`` or the list of valid names.
    """
    names = sorted(names)
    found = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    return f"did you mean '{found[0]}'?" if found else f"valid are: {', '.join(names)}"
