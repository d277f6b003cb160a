"""The values of one point, as attributes: what ``inputs``, ``dataset`` and ``reference`` get as ``p``.

``p.network.dt`` is a plain number in SI base units (second, volt, hertz, ...); whole numbers, switches, texts and lists
are what they are. ``network(p)`` gets the same names with Brian2's units.
"""

from collections.abc import Mapping
from typing import Any

from base.errors import ConfigError, nearest


class UnknownParameter(ConfigError, AttributeError):
    """A name that no parameter of the experiment has."""


class Values:
    """The values of one point.

    Parameters
    ----------
    values : Mapping
        Dotted key to value, in SI base units.
    experiment : str
        ``<paper>/<experiment>``; named in errors.

    Raises
    ------
    UnknownParameter
        On reading an attribute that is no parameter: one line, with the nearest that is one.
    """

    def __init__(self, values: Mapping[str, Any], experiment: str = "p") -> None:
        self._values, self._experiment = dict(values), experiment
        for key, value in values.items():
            section, _, name = key.partition(".")
            vars(vars(self).setdefault(section, _Section(self, section)))[name] = value

    def updated(self, values: Mapping[str, Any]) -> "Values":
        """Return a copy with some other values, by dotted key."""
        return Values({**self._values, **values}, self._experiment)

    def __getattr__(self, name: str) -> Any:
        """Refuse what is not there."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise UnknownParameter(self._experiment, name, f"no parameters; {nearest(name, self._sections())}")

    def _sections(self) -> set[str]:
        return {key.partition(".")[0] for key in self._values}


class _Section:
    """The values of one object of a network, or of ``network``, ``inputs`` and ``run``."""

    def __init__(self, of: Values, name: str) -> None:
        self._of, self._name = of, name

    def __getattr__(self, name: str) -> Any:
        """Refuse what is not there."""
        if name.startswith("_"):
            raise AttributeError(name)
        key, known = f"{self._name}.{name}", self._of._values
        raise UnknownParameter(self._of._experiment, key, f"no parameter; {nearest(key, known)}")
