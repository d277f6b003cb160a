"""Folders of tables whose points are known by their content: what they hold, and what its number is now.

The plan of a sweep says for each folder of ``recordings`` and ``references`` which contents it holds (digests of
program, values, inputs and seed), and the numbers of their points; ``content.json`` in the folder says the same with
the numbers of the day on which it was made. At a scale, folders are numbered, and points keep their numbers.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from base.errors import FileError
from base.files import read_json

CONTENT = "content.json"


def folders(plan: Mapping[str, Any], kind: str) -> list[str]:
    """Return the names of the folders of a plan, in its order.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    kind : str
        ``recordings`` or ``references``.
    """
    if "jobs" in plan:
        return list(plan["jobs"][kind])
    return [str(number) for number in range(len(plan["chunks" if kind == "recordings" else "references"]))]


def held(folder: Path) -> dict[str, dict[str, int]]:
    """Return the contents of all folders below one: name to content to the number it had.

    Parameters
    ----------
    folder : Path
        For example ``results/sweep-my/sal/lif/recordings``; need not be there.
    """
    return {file.parent.name: read_json(file) for file in sorted(folder.glob(f"*/{CONTENT}"))}


def renumbered(folder: Path, wanted: Mapping[str, int]) -> dict[int, int]:
    """Return the number of every point of a folder now, by the number that its tables have.

    Parameters
    ----------
    folder : Path
        Folder of tables.
    wanted : Mapping
        Content to number, of the points that are asked for.

    Raises
    ------
    FileError
        It holds another content.
    """
    before = read_json(folder / CONTENT)
    for content, number in wanted.items():
        if content not in before:
            raise FileError(folder, f"does not hold point {number}")
    return {before[content]: number for content, number in wanted.items()}
