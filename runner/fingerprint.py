"""Digests of code that see what is computed and nothing else: what decides whether something must be redone.

A digest covers the functions, classes and constants that are *reached* from where one looks, in whatever files they
are: not comments, docstrings, prose and layout, not the drawing code beside a function that observes, not the place of
a definition. It is strict otherwise: a renamed local variable counts. What such an edit does to the numbers is the
question of `runner.neutral`.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from base.catalogue import ROOT

EVERYTHING = "*"  # in place of a name: all of a file


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

    PROSE = {"text", "source", "symbol", "symbols", "deviations", "valid"}  # a range refuses values; it changes none

    def _body(self, node: Any) -> Any:
        node.body = _without_docstring(node.body) or [ast.Pass()]
        return self.generic_visit(node)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _body

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


def _without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return statements without the text that may stand first."""
    first = body[0] if body else None
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return list(body[1:] if documented and isinstance(first.value.value, str) else body)  # type: ignore[union-attr]


def said(text: str) -> str:
    """Return what the code of a file says, without comments, docstrings, prose and layout."""
    return ast.dump(_Normalise().visit(ast.Module(_without_docstring(ast.parse(text).body), [])))


class _Unit(NamedTuple):
    """Statements that count together: all that bind one name, or one that binds none."""

    text: str
    uses: frozenset[tuple[str, ...]]  # names, with the attributes that are taken of them


class _Module(NamedTuple):
    """A parsed file."""

    units: dict[str, _Unit]  # by the name that they bind
    always: tuple[_Unit, ...]  # what runs whenever the file is imported
    imports: dict[str, frozenset[tuple[str, str]]]  # name to (module, attribute or nothing)
    loads: frozenset[str]  # names that are imported whenever the file is


LETTERS = "SYMBOLS"  # the table of symbols that the models of a file share: prose


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that a top-level statement binds; none if it does more than that."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        parts = [part for target in targets for part in getattr(target, "elts", [target])]
        return {part.id for part in parts} if all(isinstance(part, ast.Name) for part in parts) else set()
    return set()


def _uses(node: ast.AST) -> Iterator[tuple[str, ...]]:
    """Yield every name in a piece of code, with the attributes that are taken of it: ``("np", "random", "rand")``."""
    chain: list[str] = []
    inner = node
    while isinstance(inner, ast.Attribute):
        chain.append(inner.attr)
        inner = inner.value
    if isinstance(inner, ast.Name):
        yield (inner.id, *reversed(chain))
        return
    for child in ast.iter_child_nodes(node):
        yield from _uses(child)


def _imported(tree: ast.AST, file: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (name, module, attribute) of every import, wherever in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = ".".join(file.parents[node.level - 1].relative_to(ROOT).parts) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            for alias in node.names:
                yield alias.asname or alias.name, module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield (
                    alias.asname or alias.name.split(".")[0],
                    alias.name if alias.asname else (alias.name.split(".")[0]),
                    "",
                )


def _parse(file: Path) -> _Module:
    """Return a parsed file of the project; parsed anew when it has changed."""
    found = file.stat()
    return _parsed(file, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=4096)
def _parsed(file: Path, changed: int, size: int) -> _Module:
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    imports: dict[str, set[tuple[str, str]]] = {}
    for name, module, attribute in _imported(tree, file):
        imports.setdefault(name, set()).add((module, attribute))
    binding: dict[str, list[ast.stmt]] = {}
    free: list[ast.stmt] = []
    for node in _without_docstring(tree.body):
        main = isinstance(node, ast.If) and ast.unparse(node.test) in ("__name__ == '__main__'", "TYPE_CHECKING")
        if isinstance(node, ast.Import | ast.ImportFrom) or main or LETTERS in (names := _bound(node)):
            continue
        node = _Normalise().visit(node)
        for name in names:
            binding.setdefault(name, []).append(node)
        if not names:
            free.append(node)

    def unit(nodes: Sequence[ast.stmt]) -> _Unit:
        text = "\n".join(map(ast.dump, nodes))
        return _Unit(text, frozenset(use for node in nodes for use in _uses(node)))

    loaded = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return _Module(
        {name: unit(nodes) for name, nodes in binding.items()},
        tuple(unit([node]) for node in free),
        {name: frozenset(found) for name, found in imports.items()},
        frozenset(name for node in loaded for name, _, _ in _imported(node, file)),
    )


def _file(module: str) -> Path | None:
    """Return the file of a module of the project."""
    path = ROOT / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if module and file.is_file()), None)


def _inside(module: str) -> bool:
    """Return whether a dotted name is a module or a folder of the project."""
    return bool(module) and (_file(module) is not None or (ROOT / module.replace(".", "/")).is_dir())


def _follow(module: str, rest: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    """Yield what a chain of attributes of a module of the project means: (file, name), and the packages above it."""
    while True:
        file = _file(module)
        deeper = f"{module}.{rest[0]}" if rest else ""
        if deeper and _inside(deeper) and not (file and rest[0] in _parse(file).units):
            if file:
                yield file, ""
            module, rest = deeper, rest[1:]
            continue
        if file:
            yield file, rest[0] if rest else EVERYTHING
        return


def reached(path: Path, roots: Sequence[str]) -> tuple[set[str], set[Path]]:
    """Return the texts of all that is reached from some names of a file, and the files in which it stands."""
    waiting: list[tuple[Path, str]] = [(path.resolve(), root) for root in roots]
    seen: set[tuple[Path, str]] = set()
    texts: set[str] = set()
    while waiting:
        here = file, name = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        module = _parse(file)
        units = [module.units[name]] if name in module.units else []
        if name == EVERYTHING:
            units = list(module.units.values())
            handed_on = [one for one in module.loads if not _is_module(module, one)]
            waiting += [found for one in handed_on for found in _meant(module, (one,), texts)]
        elif not name:  # whatever is imported runs what always runs
            units = list(module.always)
            waiting += [(found, "") for one in module.loads for found in _loaded(module, one)]
        elif name in module.imports:
            waiting += _meant(module, (name,), texts)
        if name:
            waiting.append((file, ""))
        for unit in units:
            texts.add(unit.text)
            for use in unit.uses:
                if use[0] in module.imports:
                    waiting += _meant(module, use, texts)
                if use[0] in module.units:
                    waiting.append((file, use[0]))
    return texts, {file for file, _ in seen}


def _meant(module: _Module, use: tuple[str, ...], texts: set[str]) -> Iterator[tuple[Path, str]]:
    """Yield what an imported name means in the project; write down what it means elsewhere."""
    for source, attribute in module.imports[use[0]]:
        if _inside(source):
            yield from _follow(source, (attribute, *use[1:]) if attribute else use[1:])
        else:
            texts.add(f"import {source} {attribute} as {use[0]}")


def _is_module(module: _Module, name: str) -> bool:
    """Return whether an imported name is a module; anything else may be there to be handed on."""
    return any(not attribute or _inside(f"{source}.{attribute}") for source, attribute in module.imports[name])


def _loaded(module: _Module, name: str) -> Iterator[Path]:
    """Yield the files of the project that are run when a name is imported."""
    for source, attribute in module.imports[name]:
        yield from filter(None, (_file(source), _file(f"{source}.{attribute}") if attribute else None))


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
            module = _parse(file)
            waiting += [found for name in module.imports for found in _loaded(module, name)]
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


def code(path: Path, *roots: str) -> str:
    """Return the digest of what a Python file computes, with what it uses of other files of the project.

    Parameters
    ----------
    path : Path
        A Python file.
    *roots : str
        Functions, classes and constants of the file from which one looks; default is all of them.

    Returns
    -------
    str
        Digest that changes when what is reached changes: comments, docstrings, prose, layout, the place of a
        definition, and what is not reached are ignored. Templates of generated code beside a file, and trained weights
        (``.npz``), count with it.
    """
    texts, files = reached(path, roots or (EVERYTHING,))
    folders = sorted({file.parent for file in files})
    templates = [(f.name, f.read_text(encoding="utf-8")) for folder in folders for f in folder.glob("templates/*")]
    weights = [(f.name, hashlib.sha256(f.read_bytes()).hexdigest()) for folder in folders for f in folder.glob("*.npz")]
    return digest(sorted(texts), sorted(templates), sorted(weights))
