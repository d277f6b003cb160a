"""Which parameters ``inputs.py`` and ``reference.py`` ask for: a typo is told before anything is compiled."""

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from base.catalogue import ROOT
from base.errors import ConfigError, nearest


def _choices(node: ast.AST) -> dict[str, list[str]]:
    """Return the names that a comprehension or loop runs over texts, with those texts; unknown ones with none."""
    loops: list[ast.comprehension | ast.For] = [node] if isinstance(node, ast.For) else getattr(node, "generators", [])
    found: dict[str, list[str]] = {}
    for loop in loops:
        items = loop.iter.elts if isinstance(loop.iter, ast.Tuple | ast.List) else []
        texts = [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]
        for name in (one.id for one in ast.walk(loop.target) if isinstance(one, ast.Name)):
            found[name] = texts if len(texts) == len(items) else []
    return found


def _patterns(key: ast.expr, choices: dict[str, list[str]]) -> list[str]:
    """Return regular expressions of the keys that an expression can be; none where that is not known."""
    if isinstance(key, ast.Constant) and isinstance(key.value, str):
        return [re.escape(key.value)]
    if not isinstance(key, ast.JoinedStr):
        return []
    found = [""]
    for part in key.values:
        texts = [".+"]
        if isinstance(part, ast.Constant):
            texts = [re.escape(str(part.value))]
        elif isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
            texts = [re.escape(text) for text in choices.get(part.value.id, [])] or texts
        found = [before + text for before in found for text in texts]
    return found


def _asked(node: ast.AST, choices: dict[str, list[str]]) -> Iterator[tuple[int, str]]:
    """Yield line and pattern of what is looked up in a piece of code, inside the loops that are around it."""
    choices = {**choices, **_choices(node)}
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "p":
        for pattern in _patterns(node.slice, choices):
            yield node.lineno, pattern
    for child in ast.iter_child_nodes(node):
        yield from _asked(child, choices)


def check_keys(file: Path, known: Collection[str]) -> None:
    """Refuse a file that looks up in ``p`` what is no parameter.

    Keys that only the run knows are left to it.

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
    for line, pattern in _asked(_parsed(file), {}):
        if not any(re.fullmatch(pattern, key) for key in known):
            key = re.sub(r"\\(.)", r"\1", pattern).replace(".+", "*")
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
