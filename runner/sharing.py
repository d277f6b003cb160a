"""Which points share a reference (``reference.py``, see `runner.refer`): what its ``SHARED`` names does not count."""

import ast
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from base.catalogue import ROOT
from base.errors import ConfigError
from runner.experiment import Experiment
from runner.fingerprint import digest
from runner.groups import cut


def _shared(file: Path) -> tuple[str, ...]:
    """Return the keys that ``SHARED`` of a ``reference.py`` names; read, not imported, which may take long."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "SHARED":
            try:
                return tuple(ast.literal_eval(node.value))
            except ValueError:
                remedy = "must be a tuple of keys, written out: it is read without running the file"
                raise ConfigError(file.relative_to(ROOT), "SHARED", remedy) from None
    return ()


def references(
    experiment: Experiment, points: Sequence[Mapping[str, Any]], apart: Collection[str], size: int
) -> list[list[list[int]]]:
    """Return the groups of points that share a reference, cut for jobs.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    points : sequence of Mapping
        ``point``, ``seed`` and ``values`` of each.
    apart : collection of str
        Keys that share nothing, whatever ``SHARED`` says.
    size : int
        Largest number of groups of a job.

    Returns
    -------
    list of list of list of int
        Job, group, number of the point; empty without ``reference.py``.
    """
    file = experiment.folder / "reference.py"
    if not file.exists():
        return []
    shared = _shared(file)
    for key in set(shared) - {"run.seed"}:
        experiment.check_key(key, file.relative_to(ROOT))
    groups: dict[str, list[int]] = {}
    for point in points:
        keys = {"run.seed": point["seed"], **point["values"]}
        kept = {key: value for key, value in keys.items() if key not in shared or key in apart}
        groups.setdefault(digest(kept), []).append(point["point"])
    return cut(list(groups.values()), size)
