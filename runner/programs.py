"""What a generated program says, without what Brian2 leaves to chance: its contents, and the key that they make.

Two runs of the same code write the same C++ project, but for the order in which ``main.cpp`` treats clocks and the
order of the arrays in the manifest, which follow sets of objects. A program is known by its contents, so that an edit
that does not reach it compiles and simulates nothing.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from base.files import read_json
from runner.fingerprint import digest

UNCOMPILED = "failure.json"  # in the folder of a program that the compiler refuses
WIRING = "network.json"  # beside the sources: what the network is made of, for the report
NOT_SAID = ("build.json", "results", "main", WIRING)  # beside the sources, too: cost, results, the compiled program
# Neighbouring lines that come in the order of a set: clocks that are set back, and clocks that are only kept.
UNORDERED = re.compile(
    rb"(?:^[ \t]*_array_\w*clock\w*_(?:timestep|t)\[0\] = 0(?:\.0)?;\n){2,}|(?:^[ \t]*\w+\.add\(&\w+, NULL\);\n){2,}",
    re.MULTILINE,
)
STEP = re.compile(r"\.add\(&\w+, _run_")  # in main.cpp: what a time step runs


def _said(file: Path) -> bytes:
    """Return the bytes of a generated file in the one order of all that are equal."""
    content = file.read_bytes()
    if file.name == "main.cpp":
        return UNORDERED.sub(lambda lines: b"".join(sorted(lines[0].splitlines(keepends=True))), content)
    if file.name == "manifest.json":
        return json.dumps(json.loads(content), sort_keys=True).encode()
    return content


def contents(project: Path) -> dict[str, str]:
    """Return what a generated project says.

    Parameters
    ----------
    project : Path
        Folder of the project, with its ``manifest.json``; compiled or not.

    Returns
    -------
    dict
        Relative path of every file to the SHA-256 of its bytes.
    """
    files = (file for file in sorted(project.rglob("*")) if file.is_file() and file.suffix not in (".lock", ".o", ".d"))
    return {
        name: hashlib.sha256(_said(file)).hexdigest()
        for file in files
        if (name := file.relative_to(project).as_posix()).split("/")[0] not in NOT_SAID
    }


def program_key(project: Path, identity: Any) -> str:
    """Return the key of a program.

    Parameters
    ----------
    project : Path
        Folder of the generated project.
    identity : Any
        JSON-like: what compiles it (`runner.devices.toolchain.recipe`).

    Returns
    -------
    str
        The same for the same contents, compiler and flags, whatever code has generated them.
    """
    return digest(contents(project), identity)


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Return the names of the files in which two projects differ, sorted."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def contents_but_names(project: Path, names: Mapping[str, str]) -> dict[str, str]:
    """Return what a generated project says once some of its variables and objects have other names.

    Brian2 sorts by name, so lines that hold a renamed variable may stand elsewhere. Every file is known by its lines,
    and by the order of all others, but in ``objects.cpp``, which declares, reads and writes arrays one by one. What a
    time step runs stays in order, whatever its name. Whether the equations are the same is another question
    (`runner.differences.same`).

    Parameters
    ----------
    project : Path
        Folder of the project.
    names : Mapping
        Names that it has to those that it would have; of a project that has the new ones already, each to itself.

    Returns
    -------
    dict
        As `contents`; with an entry more for a new name that the project has already, of which no renaming is known to
        be one.
    """
    files = list(contents(project))
    text = "\n".join(_said(project / name).decode(errors="replace") for name in files if not name.endswith(".json"))
    taken = {new: "taken" for old, new in names.items() if old != new and _named([new]).search(text)}
    moving = _named(names.values())
    return {_with_names(name, names): digest(_lines(project / name, names, moving)) for name in files} | {
        f"the name {name} is taken": why for name, why in taken.items()
    }


def same_but_names(one: Path, other: Path, names: Mapping[str, str]) -> bool:
    """Return whether two generated projects differ only by some names.

    Parameters
    ----------
    one, other : Path
        Folders of the projects.
    names : Mapping
        Names in `one` to names in `other`.
    """
    return contents_but_names(one, names) == contents_but_names(other, {new: new for new in names.values()})


def _named(names: Iterable[str]) -> re.Pattern[str]:
    """Return what finds some names in generated code, whatever Brian2 puts before or behind them."""
    return re.compile("|".join(rf"(?<![A-Za-z0-9])(_num)?{name}(?![A-Za-z0-9])" for name in names) or "(?!)")


def _with_names(text: str, names: Mapping[str, str]) -> str:
    """Return a text of generated code with other names, and without what Brian2 makes of the names of arrays."""
    for old, new in names.items():
        text = re.sub(rf"(?<![A-Za-z0-9])(_num)?{old}(?![A-Za-z0-9])", rf"\g<1>{new}", text)
    return re.sub(r"(_array_\w+?)_\d{6,10}\b", r"\1", text)


def _renamed(content: Any, names: Mapping[str, str], depth: int = 0) -> Any:
    """Return a manifest with other names; what is said of an array or a monitor has keys of its own."""
    if isinstance(content, dict):
        keys = {key: _with_names(key, names) if depth < 2 else key for key in content}
        return {keys[key]: _renamed(value, names, depth + 1) for key, value in content.items()}
    if isinstance(content, list):
        return [_renamed(value, names, depth + 1) for value in content]
    return _with_names(content, names) if isinstance(content, str) else content


def _lines(file: Path, names: Mapping[str, str], moving: re.Pattern[str]) -> tuple[list[str], list[str]]:
    """Return all lines of a file, sorted, and in their order those that hold no name that may move."""
    text = _said(file).decode(errors="replace")
    if file.suffix == ".json":
        content = _renamed(json.loads(text), names)
        shown = content.pop("schedule", [])  # in order, it is in main.cpp
        return [json.dumps(content, sort_keys=True), *sorted(shown)], []
    said = _with_names(text, names)
    if file.stem in ("objects", "makefile"):
        return sorted(said.split("\n" if file.suffix else None)), []
    lines = said.splitlines()
    return sorted(lines), [line for line in lines if STEP.search(line) or not moving.search(line)]


def uncompiled(build: Path) -> str | None:
    """Return why the compiler refused a program, None if it did not.

    Parameters
    ----------
    build : Path
        Folder made by `runner.build`.
    """
    file = build / UNCOMPILED
    return str(read_json(file)["reason"]) if file.exists() else None
