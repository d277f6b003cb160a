"""Digests of code that ignore comments, docstrings and layout: what decides whether something must be redone."""

import ast
import hashlib
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def digest(*things: Any) -> str:
    """Return a short hash of JSON-like things.

    Parameters
    ----------
    *things : Any
        Numbers, texts, lists, mappings.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    return hashlib.sha256(json.dumps(things, sort_keys=True, default=str).encode()).hexdigest()[:16]


class _Normalise(ast.NodeTransformer):
    """Drop what does not change a result: docstrings, the prose of `param` and `Model`, comments in equations."""

    PROSE = {"text", "source", "symbol", "symbols", "deviations"}

    def __init__(self, without: Sequence[str]) -> None:
        self.without = set(without)

    def _body(self, node: Any) -> Any:
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_Module(self, node: ast.Module) -> Any:
        node.body = [item for item in node.body if getattr(item, "name", None) not in self.without]
        return self._body(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return self._body(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        return self._body(node)

    def visit_Call(self, node: ast.Call) -> Any:
        if isinstance(node.func, ast.Name) and node.func.id in ("param", "Model"):
            if node.func.id == "param":
                node.args = node.args[:1]
            node.keywords = [keyword for keyword in node.keywords if keyword.arg not in self.PROSE]
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> Any:
        if isinstance(node.value, str) and "\n" in node.value:
            lines = (re.sub(r"\s+", " ", re.sub(r"#\s.*", "", line)).strip() for line in node.value.splitlines())
            return ast.copy_location(ast.Constant("\n".join(line for line in lines if line)), node)
        return node


def _imports(tree: ast.AST) -> list[Path]:
    """Return the project files that a module imports."""
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        files = (ROOT / (name.replace(".", "/") + ".py") for name in names)
        found += [file for file in files if file.is_file()]
    return sorted(set(found))


@cache
def code(path: Path, without: tuple[str, ...] = ()) -> str:
    """Return the digest of a Python file and of the project files it imports.

    Parameters
    ----------
    path : Path
        A Python file.
    without : tuple of str
        Top-level functions of this file that do not count.

    Returns
    -------
    str
        Digest that changes when, and only when, the code changes: comments, docstrings, prose and layout are ignored.
    """
    files, seen = [path.resolve()], {}
    while files:
        file = files.pop()
        if file in seen:
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
        files += _imports(tree)
        seen[file] = ast.dump(_Normalise(without if file == path.resolve() else ()).visit(tree))
    return digest(sorted((file.name, text) for file, text in seen.items()))
