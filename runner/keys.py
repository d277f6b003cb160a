"""Which parameters ``inputs.py`` and ``reference.py`` ask for: a typo is told before anything is compiled."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

from base.catalogue import ROOT
from base.errors import ConfigError, nearest


def _asked(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and dotted key of every ``p.<section>.<name>`` in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            of = node.value.value
            if isinstance(of, ast.Name) and of.id == "p":
                yield node.lineno, f"{node.value.attr}.{node.attr}"


def check_keys(file: Path, known: Collection[str]) -> None:
    """Refuse a file that reads from ``p`` what is no parameter.

    Parameters
    ----------
    file : Path
        ``inputs.py`` or ``reference.py`` of an experiment; need not be there.
    known : collection of str
        Keys of its parameters.

    Raises
    ------
    ConfigError
        With the line and the nearest key.
    """
    for line, key in _asked(_parsed(file)):
        if key not in known:
            raise ConfigError(file.relative_to(ROOT), key, f"no parameter (line {line}); {nearest(key, known)}")


def arrays_of(file: Path) -> set[str]:
    """Return the keys of arrays that an ``inputs.py`` writes out, as ``{"<object>.<variable>": ...}``.

    Parameters
    ----------
    file : Path
        ``inputs.py`` of an experiment; need not be there.
    """
    keys = [key for node in ast.walk(_parsed(file)) if isinstance(node, ast.Dict) for key in node.keys]
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8") if file.exists() else "")
