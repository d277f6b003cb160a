"""Print what an experiment is going to cost, or write its plan for the jobs that run it."""

import argparse
import json
import sys
from pathlib import Path

from runner.devices import DEVICES
from runner.experiment import load
from runner.files import atomic
from runner.quantities import ConfigError
from runner.sweep import CHUNK_SECONDS, Plan, plan, read_sweep


def describe(planned: Plan) -> str:
    """Say in a few lines what is going to be run.

    Parameters
    ----------
    planned : Plan
        The plan.

    Returns
    -------
    str
        Points, builds, chunks and expected cost.
    """
    n, builds, chunks = len(planned.points), len(planned.builds), len(planned.chunks)
    seeds = len({point["seed"] for point in planned.points})
    total = builds * planned.cost["build"] + n * planned.cost["point"]
    lines = [
        f"{planned.experiment} at scale {planned.scale}, device {planned.device}",
        f"  points  {n:6d}   ({n // seeds} parameter combinations x {seeds} seeds)",
        f"  builds  {builds:6d}   ({planned.cost['build']:g} CPU s each, unless cached)",
        f"  chunks  {chunks:6d}   (jobs of at most {max(map(len, planned.chunks))} points)",
        f"  cost    {total:6.0f}   CPU s expected ({planned.cost['point']:g} s per point)",
        f"  swept   {', '.join(planned.swept) or 'nothing'}",
    ]
    return "\n".join(lines)


def main() -> None:
    """Command line of the planner."""
    parser = argparse.ArgumentParser(prog="python -m runner.plan", description=__doc__)
    parser.add_argument("experiment", help="<paper>/<experiment>")
    parser.add_argument("--scale", help="default: that of the sweep, or quick")
    parser.add_argument("--sweep", help="sweep of your own: YAML file, or JSON text")
    parser.add_argument("--chunk-seconds", type=float, default=CHUNK_SECONDS, help="how long one job should last")
    parser.add_argument("--device", choices=DEVICES, help="default: that of the configuration")
    parser.add_argument("--out", type=Path, help="write the plan as JSON")
    args = parser.parse_args()
    try:
        user = read_sweep(args.sweep) if args.sweep else None
        planned = plan(
            load(args.experiment),
            args.scale or (user.scale if user else "quick"),
            user,
            chunk_seconds=args.chunk_seconds,
            device=args.device,
        )
    except ConfigError as error:
        sys.exit(str(error))
    print(describe(planned))
    if args.out:
        with atomic(args.out) as out:
            out.write_text(json.dumps(planned.content()), encoding="utf-8")


if __name__ == "__main__":
    main()
