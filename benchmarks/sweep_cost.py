"""What a sweep costs: builds, runs, and the overhead of a point over the bare run time of the program.

    python -m benchmarks.sweep_cost

Plans 50 parameter combinations x 2 seeds of run-time parameters of sal/phase_plane, compiles, runs every chunk as the
workflow does, and compares with the CPU time of the compiled program alone. Numbers are CPU seconds of this machine.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SWEEP = {
    "name": "benchmark",
    "experiment": "sal/phase_plane",
    "scale": "quick",
    "set": {"run.duration": "90 s"},
    "sweep": {
        "synapses.eta": [round(0.01 * k, 2) for k in range(1, 11)],
        "neurons.tau_plus": [f"{5 * k} ms" for k in range(1, 6)],
    },
    "seeds": 2,
}


def cpu(*command: str) -> float:
    """Run a module of the runner and return its CPU seconds, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print builds, runs and CPU seconds."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sweep = ["--scale", "quick", "--sweep", json.dumps(SWEEP)]
        planning = cpu("runner.plan", SWEEP["experiment"], *sweep, "--results", str(folder))
        (file,) = folder.glob("sweep-*/*/*/plan.json")
        plan = json.loads(file.read_text(encoding="utf-8"))
        building = sum(
            cpu("runner.build", SWEEP["experiment"], key, "--results", str(folder)) for key in plan["builds"]
        )
        builds = [folder / "builds" / SWEEP["experiment"] / key for key in plan["builds"]]
        simulating, bare = 0.0, 0.0
        for chunk in plan["jobs"]["recordings"]:
            out = folder / "recordings" / chunk
            arguments = ["--plan", str(file), "--chunk", chunk, "--build", str(builds[0])]
            simulating += cpu("runner.simulate", *arguments, "--out", str(out))
            bare += sum(run["cpu_s"] for run in json.loads((out / "cost.json").read_text(encoding="utf-8")))

    n, chunks = len(plan["points"]), len(plan["chunks"])
    allowed = 2 * bare + chunks
    print(f"planning    {planning:7.2f} CPU s")
    print(f"builds      {len(builds):7d}         {building:.2f} CPU s")
    print(f"runs        {n:7d}         in {chunks} chunks")
    print(f"program     {bare:7.2f} CPU s   {bare / n:.3f} s per point")
    print(f"simulate    {simulating:7.2f} CPU s   {simulating / n:.3f} s per point")
    print(f"overhead    {simulating / bare:7.2f} x       the bare program")
    kept = "kept" if simulating <= allowed else "NOT kept"
    print(f"allowed     {allowed:7.2f} CPU s   2 x the program + 1 s per chunk: {kept}")
    if len(builds) != 1 or simulating > allowed:
        sys.exit(1)


if __name__ == "__main__":
    main()
