"""How planning, the graph of jobs and the files of a sweep grow with its number of points.

    python -m benchmarks.graph_size [--figure docs/graph_size.png]

Sweeps two run-time parameters of sal/phase_plane. Planning is `runner.plan` as a process of its own (the import of
Brian2 included); the graph is a dry run of Snakemake. Files and bytes are counted after real runs of 100 and 1000
points (plan, recordings, logs, benchmarks and Snakemake's notes; not the build) and multiplied for larger sweeps.
Seconds are CPU seconds of this machine.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from runner.experiment import load
from runner.planning import plan
from runner.sweep import read_sweep

ROOT = Path(__file__).resolve().parent.parent
EXPERIMENT = "sal/phase_plane"
DURATION = "6 s"
POINTS = (100, 1000, 10_000, 100_000, 1_000_000)
PER_JOB = (100, 1000)
RUN = (100, 1000)


def sweep(points: int) -> dict[str, Any]:
    """Return a sweep of so many points, ten values of one parameter and many of another."""
    return {
        "name": f"points{points}",
        "experiment": EXPERIMENT,
        "scale": "quick",
        "set": {"run.duration": DURATION},
        "sweep": {
            "synapses.eta": {"from": 0.01, "to": 0.1, "n": 10},
            "neurons.tau_plus": {"from": "5 ms", "to": "15 ms", "n": points // 10},
        },
    }


def seconds_of(*command: str) -> tuple[float, str]:
    """Run a Python module and return its CPU seconds, children included, and what it said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def footprint(folder: Path) -> tuple[int, int]:
    """Return the number of files and their bytes, builds and what Snakemake keeps of builds not included."""
    files = [file for file in folder.rglob("*") if file.is_file() and "builds" not in file.relative_to(folder).parts]
    return len(files), sum(file.stat().st_size for file in files)


def measure(scratch: Path) -> pd.DataFrame:
    """Return one row per number of points and points per job."""
    experiment, rows = load(EXPERIMENT), []
    for points in POINTS:
        file = scratch / f"points{points}.yaml"
        file.write_text(json.dumps(sweep(points)), encoding="utf-8")
        cost = plan(experiment, "quick", read_sweep(str(file))).cost["point"]
        for per_job in PER_JOB:
            chunk = str(1.001 * per_job * cost)
            plans = scratch / "plans"
            planning, _ = seconds_of(
                "runner.plan", EXPERIMENT, "--sweep", str(file), "--chunk-seconds", chunk, "--results", str(plans)
            )
            (out,) = plans.glob(f"sweep-{file.stem}/*/*/plan.json")
            jobs = len(json.loads(out.read_text(encoding="utf-8"))["chunks"])
            command = ["snakemake", "--profile", "profiles/default", "sweep", "--config", f"sweep={file}"]
            command += [f"chunk_seconds={chunk}", "--directory"]
            graph, _ = seconds_of(*command, str(scratch / "empty"), "--dry-run", "--quiet", "all")
            rows.append({"points": points, "per_job": per_job, "planning": planning, "graph": graph, "jobs": jobs})
            print(rows[-1], flush=True)
            if points in RUN and per_job == PER_JOB[0]:
                before = footprint(scratch / "run") if (scratch / "run").exists() else (0, 0)
                seconds_of(*command, str(scratch / "run"), "--quiet", "all", "--until", "simulate")
                files, size = (now - then for now, then in zip(footprint(scratch / "run"), before, strict=True))
                rows[-1] |= {"files": files, "bytes": size}
                print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    # What one job and one point leave, from the larger of the two runs.
    ran = table[table["points"] == max(RUN)].dropna().iloc[0]
    table["measured"] = table["files"].notna()
    table["files"] = table["files"].fillna(table["jobs"] * ran["files"] / ran["jobs"])
    table["bytes"] = table["bytes"].fillna(table["points"] * ran["bytes"] / ran["points"])
    return table


def markdown(table: pd.DataFrame) -> str:
    """Return the table for the documentation."""
    lines = ["| points | points per job | jobs | planning | Snakemake's graph | files | size |", "|" + "---:|" * 7]
    for row in table.itertuples():
        about = "" if row.measured else "≈ "
        lines.append(
            f"| {row.points:,} | {row.per_job} | {row.jobs:,} | {row.planning:.1f} s | {row.graph:.1f} s"
            f" | {about}{row.files:,.0f} | {about}{row.bytes / 1e6:,.1f} MB |"
        )
    return "\n".join(lines)


def draw(table: pd.DataFrame, file: Path) -> None:
    """Draw the growth of seconds and of jobs and files."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    from analysis.plots import COLOURS, STYLE, panel_label

    plt.style.use(STYLE)
    fig, (left, right) = plt.subplots(1, 2, figsize=(7.2, 2.8), layout="constrained")
    for per_job, line in zip(PER_JOB, ("-", "--"), strict=True):
        rows = table[table["per_job"] == per_job]
        of = f", {per_job} points per job"
        left.loglog(rows["points"], rows["graph"], line, marker="o", c=COLOURS["blue"], label=f"Snakemake's graph{of}")
        right.loglog(rows["points"], rows["jobs"], line, marker="o", c=COLOURS["blue"], label=f"jobs{of}")
        right.loglog(rows["points"], rows["files"], line, marker="s", c=COLOURS["orange"], label=f"files{of}")
    rows = table[table["per_job"] == PER_JOB[0]]
    left.loglog(
        rows["points"], rows["planning"], marker="s", c=COLOURS["green"], label="planning, import of Brian2 included"
    )
    left.axhline(10, color=COLOURS["grey"], linestyle=":")
    left.set(xlabel="points of the sweep", ylabel="CPU time (s)", ylim=(1, None))
    right.loglog(rows["points"], rows["points"], ":", c=COLOURS["grey"], label="one per point")
    right.set(xlabel="points of the sweep", ylabel="number")
    for ax, letter in ((left, "a"), (right, "b")):
        panel_label(ax, letter)
        ax.legend(fontsize=6)
    fig.savefig(file, dpi=200)


def main() -> None:
    """Print the table, and draw it if wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.graph_size", description=__doc__.splitlines()[0])
    parser.add_argument("--figure", type=Path, help="PNG or SVG to write")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        table = measure(Path(scratch))
    print(markdown(table))
    if args.figure:
        draw(table, args.figure)


if __name__ == "__main__":
    main()
