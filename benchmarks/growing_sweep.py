"""What a sweep costs that grows: all points once, then a longer list, of which only the new points are run.

    python -m benchmarks.growing_sweep [--points 1000] [--more 200]

Sweeps sal/phase_plane with 2.4 s of simulated time in an empty folder, then again with more values. Counts the points
that were simulated by the logs of their jobs. Seconds are CPU seconds of this machine, children included.
"""

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path

from benchmarks.graph_size import seconds_of

EXPERIMENT = "sal/phase_plane"


def sweep(points: int) -> dict:
    """Return a sweep of so many points."""
    return {
        "name": "growing",
        "experiment": EXPERIMENT,
        "scale": "smoke",
        "set": {"run.duration": "2.4 s"},
        "sweep": {"synapses.eta": [round(1e-4 * k, 6) for k in range(1, points + 1)]},
    }


def simulated(folder: Path) -> int:
    """Return the number of points that the logs of jobs tell of, and forget them."""
    logs = list((folder / "results" / "logs" / "sweep-growing").glob("**/simulate-*.log"))
    number = sum(len(re.findall("^point .* done", log.read_text(encoding="utf-8"), re.MULTILINE)) for log in logs)
    for log in logs:
        log.unlink()
    return number


def main() -> None:
    """Print points, simulations and seconds of every step."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growing_sweep", description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--more", type=int, default=200)
    args = parser.parse_args()
    total, found = args.points + args.more, []
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "growing.yaml"
        command = ["snakemake", "--profile", "profiles/default", "sweep", "--config", f"sweep={file}", "--quiet", "all"]
        for label, points in (("first", args.points), ("extended", total), ("again", total)):
            file.write_text(json.dumps(sweep(points)), encoding="utf-8")
            seconds, _ = seconds_of(*command, "--directory", scratch, "--cores", "1")
            made = Path(scratch) / "results" / "sweep-growing" / EXPERIMENT / "provenance.json"
            checksum = json.loads(made.read_text(encoding="utf-8"))["checksum"][:12]
            found.append(simulated(Path(scratch)))
            print(
                f"{label:9} {points:7} points, {found[-1]:7} simulated, {seconds:7.1f} CPU s, tables {checksum}",
                flush=True,
            )
    if found != [args.points, args.more, 0]:
        sys.exit("points were run again")


if __name__ == "__main__":
    main()
