"""YAML of people: strict about what would be lost silently, one line when something is wrong. Needs no Brian2.

The language is YAML 1.2 with its core schema: ``yes`` and ``1:30`` are texts, ``010`` is ten, a date is a text.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from base.errors import ConfigError

NOTHING = re.compile(r"null|Null|NULL|~|")
FLAG = re.compile(r"true|True|TRUE|false|False|FALSE")
WHOLE = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
DIGITS = 300  # of a number; a longer one is a slip, and no float holds it
VALUES = 1_000_000  # of a file, aliases written out


class _Reader:
    """Turn one text of YAML into values.

    Parameters
    ----------
    file : object
        Named in errors.
    """

    def __init__(self, file: object) -> None:
        self.file, self.values = file, 0

    def read(self, text: str) -> Any:
        """Return the value of a text, None if it says nothing."""
        try:
            # Only a text with an exclamation mark can hold a tag.
            for event in YAML(typ="safe", pure=True).parse(text) if "!" in text else ():
                if getattr(event, "tag", None):
                    raise self._error(event, f"the tag {event.tag} has no meaning here; write the value without it")
            node = YAML(typ="safe", pure=True).compose(text)
            return None if node is None else self._value(node)
        except YAMLError as error:
            where = getattr(error, "problem_mark", None)
            said = [getattr(error, "context", None), getattr(error, "problem", None)]
            place = f" (line {where.line + 1}, column {where.column + 1})" if where else ""
            told = ", ".join(filter(None, said)) or str(error)
            raise ConfigError(self.file, "syntax", f"{told}{place}") from None
        except RecursionError:
            raise ConfigError(self.file, "syntax", "is nested too deeply") from None

    def _error(self, at: Any, reason: str) -> ConfigError:
        return ConfigError(self.file, "syntax", f"{reason} (line {at.start_mark.line + 1})")

    def _value(self, node: Node) -> Any:
        self.values += 1
        if self.values > VALUES:
            raise self._error(node, f"more than {VALUES} values")
        if isinstance(node, MappingNode):
            return self._mapping(node)
        if isinstance(node, SequenceNode):
            return [self._value(item) for item in node.value]
        assert isinstance(node, ScalarNode)
        if node.style is not None:  # in quotes, or a block
            return node.value
        if len(node.value) > DIGITS and (NUMBER.fullmatch(node.value) or WHOLE.fullmatch(node.value)):
            raise self._error(node, f"a number of {len(node.value)} characters is too long")
        return scalar(node.value)

    def _mapping(self, node: MappingNode) -> dict[str, Any]:
        lines: dict[str, int] = {}
        found = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode) or not key.value:
                raise self._error(key, "a key must be a word")
            if key.value == "<<":
                raise self._error(key, "there are no merge keys in YAML 1.2; write the keys out")
            if key.value in lines:
                both = f"(lines {lines[key.value]} and {line})"
                raise ConfigError(self.file, key.value, f"given twice {both}; keep one of them")
            lines[key.value] = line
            found[key.value] = self._value(value)
        return found


def scalar(text: str) -> Any:
    """Return what a word without quotes means: a number, a flag, nothing, or itself.

    Parameters
    ----------
    text : str
        ``0.1``, ``true``, ``null``, ``20 ms``.

    Returns
    -------
    int, float, bool, str or None
        By the core schema of YAML 1.2.
    """
    if NOTHING.fullmatch(text):
        return None
    if FLAG.fullmatch(text):
        return text.lower() == "true"
    if len(text) <= DIGITS and WHOLE.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if len(text) <= DIGITS and NUMBER.fullmatch(text):
        return float(re.sub(r"\.(?=[in])", "", text.lower()))
    return text


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping; a key given twice is an error.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its content; keys are texts as they are written.

    Raises
    ------
    ConfigError
        The file is missing, is not YAML, is not a mapping, names a key twice, or uses a tag or a merge key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(path, "file", "does not exist") from None
    except (OSError, ValueError) as error:  # bytes that are no text; a name that no file can have
        raise ConfigError(path, "file", f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    loaded = _Reader(path).read(text)
    if not isinstance(loaded, dict):
        raise ConfigError(path, "file", "must be a mapping of keys to values")
    return loaded


def read_value(text: str, file: object, key: str) -> Any:
    """Read one value of a command line as `read_yaml` reads it in a file.

    Parameters
    ----------
    text : str
        ``0.1``, ``20 ms``, ``[3, 5]``.
    file : object
        Option named in errors.
    key : str
        Key named in errors.

    Raises
    ------
    ConfigError
        It is no value.
    """
    try:
        return _Reader(file).read(text)
    except ConfigError:
        raise ConfigError(file, key, f"cannot read '{text}'") from None


def flatten(section: Any, file: object, prefix: str = "") -> dict[str, Any]:
    """Turn nested sections into dotted keys.

    Parameters
    ----------
    section : Mapping
        ``{"neurons": {"tau_m": "20 ms"}}``; dotted keys are kept as they are.
    file : object
        File named in errors.
    prefix : str
        Dotted prefix of all keys.

    Returns
    -------
    dict
        ``{"neurons.tau_m": "20 ms"}``.

    Raises
    ------
    ConfigError
        A key is given twice (nested and dotted), or the section is no mapping.
    """
    if not isinstance(section, Mapping):
        raise ConfigError(file, prefix.strip(".") or "file", f"must map keys to values, got {section!r}")
    flat: dict[str, Any] = {}
    for key, value in section.items():
        name = f"{prefix}{key}"
        for found, content in (
            flatten(value, file, f"{name}.") if isinstance(value, Mapping) else {name: value}
        ).items():
            if found in flat:
                raise ConfigError(file, found, "given twice, nested and with dots; keep one of them")
            flat[found] = content
    return flat
