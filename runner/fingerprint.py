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
    LETTERS = "SYMBOLS"  # the table of symbols that the models of a file share

    def __init__(self, without: Sequence[str]) -> None:
        self.without = set(without)

    def _body(self, node: Any) -> Any:
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            node.body = node.body[1:] or [ast.Pass()]
        return self.generic_visit(node)

    def visit_Module(self, node: ast.Module) -> Any:
        node.body = [item for item in node.body if not self._names(item) & {*self.without, self.LETTERS}]
        return self._body(node)

    @staticmethod
    def _names(node: ast.stmt) -> set[str]:
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        return {getattr(node, "name", ""), *(getattr(target, "id", "") for target in targets)} - {""}

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


def _imports(tree: ast.AST, file: Path) -> list[Path]:
    """Return the project files that a module imports."""
    found: set[Path] = set()
    for node in ast.walk(tree):
        base, names = ROOT, []
        if isinstance(node, ast.ImportFrom):
            base = file.parents[node.level - 1] if node.level else ROOT
            module = f"{node.module}." if node.module else ""
            names = [module.strip("."), *(f"{module}{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in filter(None, names):
            path = base / name.replace(".", "/")
            found |= {candidate for candidate in (path.with_suffix(".py"), path / "__init__.py") if candidate.is_file()}
    return sorted(found)


def sources(path: Path) -> list[Path]:
    """Return a Python file and the project files it imports, directly or not.

    Parameters
    ----------
    path : Path
        A Python file.

    Returns
    -------
    list of Path
        Sorted.
    """
    waiting, seen = [path.resolve()], set()
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            waiting += _imports(ast.parse(file.read_text(encoding="utf-8"), filename=str(file)), file)
    return sorted(seen)


@cache
def corpora(path: Path) -> tuple[str, ...]:
    """Return the environment variables that decide which data a Python file loads.

    Parameters
    ----------
    path : Path
        A Python file, for example an ``inputs.py``.

    Returns
    -------
    tuple of str
        Sorted; what the corpora that it can load declare as their ``variable``.
    """
    if not path.exists():
        return ()
    found = set()
    for file in sources(path):
        if file.parent == ROOT / "datasets":
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.keyword) and node.arg == "variable" and isinstance(node.value, ast.Constant):
                    found.add(str(node.value.value))
    return tuple(sorted(found))


@cache
def code(path: Path, without: tuple[str, ...] = ()) -> str:
    """Return the digest of a Python file and of the project files it imports.

    Parameters
    ----------
    path : Path
        A Python file.
    without : tuple of str
        Top-level functions and constants of this file that do not count.

    Returns
    -------
    str
        Digest that changes when, and only when, the code changes: comments, docstrings, prose and layout are ignored.
        Templates of generated code beside a file, and trained weights (``.npz``), count with it.
    """
    texts = []
    for template in sorted({f for file in sources(path) for f in file.parent.glob("templates/*")}):
        texts.append((template.name, template.read_text(encoding="utf-8")))
    for weights in sorted({f for file in sources(path) for f in file.parent.glob("*.npz")}):
        texts.append((weights.name, hashlib.sha256(weights.read_bytes()).hexdigest()))
    for file in sources(path):
        tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
        texts.append((file.name, ast.dump(_Normalise(without if file == path.resolve() else ()).visit(tree))))
    return digest(sorted(texts))
