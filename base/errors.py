"""What a user can act on, in one line. Needs no Brian2."""

import difflib
from collections.abc import Iterable, Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

ROOT = Path(__file__).resolve().parent.parent  # of the repository; names of its files are relative to it


class ConfigError(Exception):
    """Something in a configuration is wrong: one line with the file, the key, the reason and the remedy."""

    def __init__(self, file: object, key: str, reason: str) -> None:
        line = None if "(line" in reason else _line(file, key)
        told = f"{file}: {key}: {reason}{f' (line {line})' if line else ''}"
        super().__init__(" ".join(told.split()))


class BuildError(Exception):
    """The network cannot be built."""


def _line(file: object, key: str) -> int | None:
    """Return the line of a YAML file in which a dotted key stands; None unless it stands there exactly once."""
    if not str(file).endswith((".yaml", ".yml")):
        return None
    try:
        root = YAML(typ="safe", pure=True).compose(
            ROOT / str(file) if not Path(str(file)).exists() else Path(str(file))
        )
        found = {line for name, line in _keys(root, "") if name == key or name.endswith(f".{key}")}
    except (OSError, ValueError, YAMLError, RecursionError):
        return None
    return found.pop() if len(found) == 1 else None


def _keys(node: Node | None, prefix: str) -> Iterator[tuple[str, int]]:
    """Yield the dotted keys of a YAML document, with their lines."""
    if isinstance(node, SequenceNode):
        for item in node.value:
            yield from _keys(item, prefix)
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield f"{prefix}{key.value}", key.start_mark.line + 1
            yield from _keys(value, f"{prefix}{key.value}.")


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
