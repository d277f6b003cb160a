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
from base.tables import checksum

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


def _data(points: pd.DataFrame) -> list[dict[str, str]]:
    """Return the data sets that the points were shown: name, source, version and SHA-256 of each."""
    columns = ["data", "data_source", "data_version", "data_sha256"]
    if not set(columns) <= set(points):
        return []
    found = points[columns].drop_duplicates().sort_values(columns)
    return [dict(zip(("name", "source", "version", "sha256"), row, strict=True)) for row in found.to_numpy()]


def provenance(
    plan: Mapping[str, Any],
    recordings: Sequence[Path],
    builds: Path,
    points: pd.DataFrame,
    observations: Mapping[str, pd.DataFrame],
) -> dict[str, Any]:
    """Return what made the tables of an experiment.

    Parameters
    ----------
    plan : Mapping
        Content of ``plan.json``.
    recordings : sequence of Path
        One folder per chunk, with its ``cost.json``.
    builds : Path
        Folder of all builds.
    points : DataFrame
        One row per point, with the data that it was shown.
    observations : Mapping
        The tables.

    Returns
    -------
    dict
        Code, versions, machine, parameters, cost, data and checksum.
    """
    keys = sorted({plan["points"][number]["build"] for chunk in plan["chunks"] for number in chunk})
    made = [read_json(builds / plan["experiment"] / key / "build.json") for key in keys]
    runs = [run for chunk in recordings for run in read_json(chunk / "cost.json")]
    failed = len(observations.get("failures", ()))
    fixed = {k: v for k, v in plan["points"][0]["values"].items() if k not in plan["swept"]}
    swept = {k: sorted({json.dumps(point["values"][k]) for point in plan["points"]}) for k in plan["swept"]}
    return {
        "experiment": plan["experiment"],
        "scale": plan["scale"],
        **_state(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": plan["command"],
        **({"sweep": plan["sweep"]} if plan.get("sweep") else {}),
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
        "data": _data(points),
        "checksum": checksum(observations),
    }
