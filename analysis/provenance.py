"""Write down what made the tables of an experiment: a fixed short list, never the environment of the process."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from base.catalogue import ROOT
from base.files import read_json

PACKAGES = ("brian2", "numpy", "pandas", "snakemake", "matplotlib")


def _git(*arguments: str) -> str | None:
    """Return the output of git; None without git, outside a repository, or where git refuses to look."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _state() -> dict[str, Any]:
    """Return commit and whether it was changed since; ``unknown`` where nobody knows."""
    top = _git("rev-parse", "--show-toplevel")
    # An archive that was unpacked inside another repository has no commit of its own.
    if top is None or not Path(top).exists() or not Path(top).samefile(ROOT):
        return {"commit": "unknown", "dirty": "unknown"}
    commit, changed = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    return {"commit": commit or "unknown", "dirty": "unknown" if changed is None else bool(changed)}


def _cpu() -> str:
    """Return the model of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def data_of(points: pd.DataFrame) -> list[dict[str, str]]:
    """Return the data sets that points were shown: name, source, version and SHA-256 of each.

    Parameters
    ----------
    points : DataFrame
        One row per point; without the columns of data (`runner.simulate.data_of`) there are none.
    """
    columns = ["data", "data_source", "data_version", "data_sha256"]
    if not set(columns) <= set(points):
        return []
    found = points[columns].drop_duplicates().sort_values(columns)
    return [dict(zip(("name", "source", "version", "sha256"), row, strict=True)) for row in found.to_numpy()]


def provenance(
    plan: Mapping[str, Any],
    runs: Sequence[Mapping[str, Any]],
    builds: Path,
    data: Sequence[Mapping[str, str]],
    checksum: str,
    failed: int = 0,
) -> dict[str, Any]:
    """Return what made the tables of an experiment.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    runs : sequence of Mapping
        ``cpu_s`` and ``wall_s`` of every point that was run.
    builds : Path
        Folder of all builds.
    data : sequence of Mapping
        The data sets that the points were shown (`data_of`).
    checksum : str
        Of the tables.
    failed : int
        Number of points that failed.

    Returns
    -------
    dict
        Code, versions, machine, parameters, cost, data and checksum.
    """
    points = plan["points"]
    keys = sorted({points.build_of(number) for chunk in plan["chunks"] for number in chunk})
    files = [builds / plan["experiment"] / key / "build.json" for key in keys]
    # What the compiler refuses leaves none; then its points are failures.
    made = [read_json(file) for file in files if not failed or file.exists()]
    fixed = {key: value for key, value in points.values(0).items() if key not in plan["swept"]}
    swept = {key: sorted({json.dumps(value) for value in points.each_value(key)}) for key in plan["swept"]}
    return {
        "experiment": plan["experiment"],
        "scale": plan["scale"],
        **_state(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": plan["command"],
        **({"sweep": plan["sweep"]} if plan.get("sweep") else {}),
        **({"variants": plan["variants"]} if plan.get("variants") else {}),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
            **made[0].get("versions", {}),  # of a device that writes code in a Python of its own
        },
        "device": made[0]["device"],
        "compiler": made[0]["compiler"],
        "flags": made[0]["flags"],
        "cpu": _cpu(),
        "parameters": {**fixed, **{k: [json.loads(v) for v in values] for k, values in swept.items()}},
        "units": plan["units"],
        "build": {
            "keys": keys,
            "cpu_s": round(sum(build["cpu_s"] for build in made), 2),
            "wall_s": round(sum(build["wall_s"] for build in made), 2),
        },
        "runs": {
            "n": len(runs),
            **({"failed": failed} if failed else {}),
            "cpu_s": round(sum(run["cpu_s"] for run in runs), 2),
            "wall_s": round(sum(run["wall_s"] for run in runs), 2),
        },
        "data": list(data),
        "checksum": checksum,
    }
