"""Write down what made the tables of an experiment: a fixed short list, never the environment of the process."""

import argparse
import json
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from analysis.tables import checksum, read_folder
from runner.devices import DEFAULT
from runner.files import atomic
from runner.fingerprint import ROOT

PACKAGES = ("brian2", "numpy", "pandas", "snakemake", "matplotlib")


def _git(*arguments: str) -> str:
    """Return the output of git, or nothing outside a repository."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _cpu() -> str:
    """Return the model of the processor."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _data(recordings: Sequence[Path]) -> list[dict[str, str]]:
    """Return the data sets that the points were shown: name, source, version and SHA-256 of each."""
    points = pd.concat([pd.read_parquet(chunk / "points.parquet") for chunk in recordings], ignore_index=True)
    columns = ["data", "data_source", "data_version", "data_sha256"]
    if not set(columns) <= set(points):
        return []
    found = points[columns].drop_duplicates().sort_values(columns)
    return [dict(zip(("name", "source", "version", "sha256"), row, strict=True)) for row in found.to_numpy()]


def main() -> None:
    """Command line of the provenance job."""
    parser = argparse.ArgumentParser(prog="python -m runner.provenance", description=__doc__)
    parser.add_argument("--plan", type=Path, required=True)
    parser.add_argument("--recordings", type=Path, nargs="+", required=True)
    parser.add_argument("--builds", type=Path, required=True, help="folder of all builds")
    parser.add_argument("--observations", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()

    plan = json.loads(args.plan.read_text(encoding="utf-8"))
    keys = sorted({point["build"] for point in plan["points"]})
    builds = [json.loads((args.builds / plan["experiment"] / key / "build.json").read_text("utf-8")) for key in keys]
    runs = [run for chunk in args.recordings for run in json.loads((chunk / "cost.json").read_text("utf-8"))]
    fixed = {k: v for k, v in plan["points"][0]["values"].items() if k not in plan["swept"]}
    swept = {k: sorted({json.dumps(point["values"][k]) for point in plan["points"]}) for k in plan["swept"]}
    device = "" if builds[0]["device"] == DEFAULT else f" device={builds[0]['device']}"
    facts = {
        "experiment": plan["experiment"],
        "scale": plan["scale"],
        "commit": _git("rev-parse", "HEAD") or "unknown",
        "dirty": bool(_git("status", "--porcelain", "--untracked-files=no")),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": f"snakemake --profile profiles/default {plan['experiment']} --config scale={plan['scale']}{device}",
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "device": builds[0]["device"],
        "compiler": builds[0]["compiler"],
        "flags": builds[0]["flags"],
        "cpu": _cpu(),
        "parameters": {**fixed, **{k: [json.loads(v) for v in values] for k, values in swept.items()}},
        "units": plan["units"],
        "build": {
            "keys": keys,
            "cpu_s": round(sum(build["cpu_s"] for build in builds), 2),
            "wall_s": round(sum(build["wall_s"] for build in builds), 2),
        },
        "runs": {
            "n": len(runs),
            "cpu_s": round(sum(run["cpu_s"] for run in runs), 2),
            "wall_s": round(sum(run["wall_s"] for run in runs), 2),
        },
        "data": _data(args.recordings),
        "checksum": checksum(read_folder(args.observations)),
    }
    with atomic(args.out) as out:
        out.write_text(json.dumps(facts, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
