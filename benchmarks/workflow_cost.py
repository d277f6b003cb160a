"""What the workflow itself costs: CPU seconds of every stage of a cold run, beside compiling and simulating.

python -m benchmarks.workflow_cost                      all experiments at scale quick, this commit
python -m benchmarks.workflow_cost --revision HEAD~5    another one, with the same environment
python -m benchmarks.workflow_cost sal --cores 1

Runs in a fresh clone. Every Python process says at its end what it used (benchmarks/accounting). What `runner.build`
waits for is compiling, what `runner.simulate` waits for is the programs. `runner.plan` also generates their sources:
what it needs more than when it plans once more with all sources there.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from base.catalogue import ROOT

WORK = {"runner.build": "compiling", "runner.simulate": "simulating"}
PLANNER, REFERENCES = "runner.plan", "runner.refer"


def calls(account: Path) -> pd.DataFrame:
    """Return one row per Python process: ``stage``, ``own`` and ``children`` (CPU s)."""
    rows = []
    for file in account.iterdir():
        for line in file.read_text(encoding="utf-8").splitlines():
            said = json.loads(line)
            command = said["command"]
            module = command[1] if command[:1] == ["-m"] else Path(command[0]).name if command else "python"
            # The planner works in processes that it has forked.
            own = said["own"] + (said["children"] if module == "runner.plan" else 0.0)
            rows.append({"stage": module, "own": own, "children": said["children"]})
    return pd.DataFrame(rows)


def run(clone: Path, account: Path, *arguments: str) -> tuple[float, float]:
    """Run Snakemake in a clone; return wall time, and CPU seconds of all Python processes."""
    account.mkdir()
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--profile", "profiles/default", *arguments],
        cwd=clone,
        env={**os.environ, "ACCOUNT": str(account), "PYTHONPATH": str(ROOT / "benchmarks" / "accounting")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return time.time() - started, float(calls(account)["own"].sum())


def table(found: pd.DataFrame, planning: float) -> str:
    """Return the stages of a run as text, and the share of what is none of the work that was asked for.

    Parameters
    ----------
    found : DataFrame
        What `calls` returns.
    planning : float
        CPU seconds of the planner when it generates nothing.
    """
    stages = found.groupby("stage").agg(calls=("own", "size"), own=("own", "sum"), children=("children", "sum"))
    lines = [f"{'stage':<28}{'calls':>6}{'own CPU s':>11}"]
    for stage, row in stages.sort_values("own", ascending=False).iterrows():
        lines.append(f"{stage:<28}{row['calls']:6.0f}{row['own']:11.1f}")
    work = {name: float(stages["children"].get(stage, 0.0)) for stage, name in WORK.items()}
    total = float(stages["own"].sum()) + sum(work.values())
    lines += [f"{name:<28}{'':>6}{seconds:11.1f}" for name, seconds in work.items()]
    lines.append(f"{'all':<28}{'':>6}{total:11.1f}   {total / 60:.1f} CPU min")
    own = {stage: float(stages["own"].get(stage, 0.0)) for stage in (PLANNER, REFERENCES, "snakemake")}
    work |= {"generating sources": own[PLANNER] - planning, "references": own[REFERENCES]}
    work["everything else"] = total - sum(work.values())
    lines += [f"  {name:<26}{'':>6}{100 * seconds / total:11.1f} %" for name, seconds in work.items()]
    lines.append(f"  {'of it Snakemake':<26}{'':>6}{100 * own['snakemake'] / total:11.1f} %")
    return "\n".join(lines)


def main() -> None:
    """Print the stages of a cold run, the time of the first figure, and the cost of calls that do nothing."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.workflow_cost",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("targets", nargs="*", default=["quick"], help="of Snakemake (default: quick)")
    parser.add_argument("--revision", default="HEAD", help="git revision to clone")
    parser.add_argument("--cores", default="all")
    parser.add_argument("--keep", type=Path, help="folder of the clone; default: a temporary one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="local-credit-") as scratch:
        clone = args.keep or Path(scratch) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        commit = subprocess.run(
            ["git", "checkout", "--quiet", "--detach", args.revision], cwd=clone, capture_output=True, check=False
        )
        if commit.returncode:
            sys.exit(f"--revision: {args.revision}: no such revision")
        started = time.time()
        options = ["--cores", args.cores, "--set-threads", "build=1", "--quiet", "rules", "--", *args.targets]
        wall, _ = run(clone, Path(scratch) / "cold", *options)
        figures = sorted(file.stat().st_mtime for file in clone.glob("results/*/*/*/figure.png"))
        for plan in clone.glob("results/*/*/*/plan.json"):
            plan.unlink()
        run(clone, Path(scratch) / "planning", "--dry-run", "--quiet", "all", "--", *args.targets)
        planned = calls(Path(scratch) / "planning")
        print(table(calls(Path(scratch) / "cold"), float(planned.loc[planned["stage"] == PLANNER, "own"].sum())))
        print(f"wall time {wall / 60:.1f} min; first figure after {figures[0] - started:.0f} s, of {len(figures)}")
        _, again = run(clone, Path(scratch) / "again", "--quiet", "all", "--", *args.targets)
        print(f"a second call that does nothing: {again:.1f} CPU s")
        _, dry = run(clone, Path(scratch) / "dry", "--dry-run", "--quiet", "all", "--", "sal/phase_plane")
        print(f"a dry run of one experiment: {dry:.1f} CPU s")


if __name__ == "__main__":
    main()
