"""Run a single point of an experiment again, with traces of everything if wanted."""

import argparse
import logging
from pathlib import Path

from brian2 import ms

from base.errors import ConfigError, one_line
from base.files import atomic
from base.yaml_files import read_value
from runner import devices
from runner.experiment import load
from runner.opened import opened
from runner.planning import plan
from runner.quantities import parse
from runner.records import write
from runner.simulate import run_point
from runner.sweep import read_sweep


@one_line()
def main() -> None:
    """Command line of the single point."""
    parser = argparse.ArgumentParser(prog="python -m runner.point", description=__doc__)
    parser.add_argument("experiment", help="<paper>/<experiment>")
    parser.add_argument("--point", type=int, required=True, help="number of the point (plan.json, points.parquet)")
    parser.add_argument("--scale", help="default: that of the sweep, or quick")
    parser.add_argument("--sweep", help="sweep of your own: YAML file, or JSON text")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE", help="override, e.g. run.duration='2 s'")
    parser.add_argument("--traces", action="store_true", help="record every state variable")
    parser.add_argument("--elements", type=int, default=10, help="neurons or synapses of each object to trace")
    parser.add_argument("--every", default="1 ms", help="sampling interval of the traces")
    parser.add_argument("--device", choices=devices.DEVICES, help="default: that of the configuration")
    parser.add_argument("--out", type=Path, help="folder of tables; default results/points/<experiment>/<point>")
    args = parser.parse_args()
    logging.getLogger("brian2").setLevel(logging.WARNING)
    overrides = {}
    for item in args.set:
        key, found, value = item.partition("=")
        if not found:
            raise ConfigError("--set", item, "must have the form KEY=VALUE")
        overrides[key] = read_value(value, "--set", key)
    experiment = load(args.experiment)
    user = read_sweep(args.sweep) if args.sweep is not None else None
    if user and user.experiment != experiment.name:
        raise ConfigError(user.file, "experiment", f"is {user.experiment}, but {experiment.name} is asked for")
    device = args.device or experiment.device
    planned = plan(experiment, args.scale or (user.scale if user else "quick"), user, overrides, device=device)
    if not 0 <= args.point < len(planned.points):
        raise ConfigError("--point", str(args.point), f"must lie between 0 and {len(planned.points) - 1}")
    point = planned.points[args.point]
    structure = planned.builds[point["build"]]
    traces = None
    if args.traces:
        traces = {"elements": args.elements, "every": parse(args.every, 1 * ms, "--every", "interval")}
        if args.elements < 1:
            raise ConfigError("--elements", str(args.elements), "must be at least 1")
        if traces["every"] <= 0 * ms:
            raise ConfigError("--every", args.every, "must be positive")
    with opened(experiment, structure, device, Path("results"), traces) as program:
        tables, _ = run_point(experiment.name, point, program)
    out = args.out or Path("results/points") / experiment.name / str(args.point)
    with atomic(out, directory=True) as folder:
        write(tables, folder)
    for name, table in tables.items():
        print(f"{out / name}.parquet: {len(table)} rows; {', '.join(table.columns)}")


if __name__ == "__main__":
    main()
