"""Make what a device needs to run one structure: for most devices, a compiled program."""

import argparse
import json
import logging
import os
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner import devices, standalone
from runner.experiment import Experiment, load
from runner.files import atomic
from runner.quantities import ConfigError
from runner.sweep import build_key, plan, read_sweep, with_units


def cpu_seconds() -> float:
    """Return the CPU time of this process and of the children it waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def generate(
    experiment: Experiment,
    structure: Mapping[str, Any],
    project: Path,
    traces: Mapping[str, Any] | None = None,
    device: str = devices.DEFAULT,
) -> None:
    """Write the sources of one structure, with their ``manifest.json``.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    structure : Mapping
        ``network.*`` keys and their values.
    project : Path
        Existing folder.
    traces : Mapping, optional
        Arguments of `runner.standalone.add_traces`.
    device : str
        Name of the device.

    Raises
    ------
    BuildError
        The device cannot run the network, or Brian2 refuses it.
    ConfigError
        What the device needs is not installed.
    """
    manifest = devices.generate(device, experiment, structure, project, traces)
    (project / "manifest.json").write_text(json.dumps({**manifest, "device": device}, indent=1), encoding="utf-8")


def build(
    experiment: Experiment,
    structure: Mapping[str, Any],
    target: Path,
    jobs: int = 2,
    traces: Mapping[str, Any] | None = None,
    device: str = devices.DEFAULT,
) -> None:
    """Generate and compile the program of one structure; the folder appears only when it is complete.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    structure : Mapping
        ``network.*`` keys and their values.
    target : Path
        Folder to make: ``manifest.json``, ``build.json`` (device, cost, compiler, flags) and, where there is one, the
        program ``main`` with its sources.
    jobs : int
        Number of compilers at a time.
    traces : Mapping, optional
        Arguments of `runner.standalone.add_traces`.
    device : str
        Name of the device.

    Raises
    ------
    BuildError
        The device cannot run the network, or the network or its compilation failed.
    ConfigError
        What the device needs is not installed.
    """
    wall, cpu = time.time(), cpu_seconds()
    cache = Path(os.environ.get("LOCAL_CREDIT_CACHE", target.parent)).resolve()
    with atomic(target, directory=True) as project:
        generate(experiment, structure, project, traces, device)
        devices.compile_project(device, project, cache, jobs)
        cost = {
            "key": target.name,
            "device": device,
            "cpu_s": round(cpu_seconds() - cpu, 2),
            "wall_s": round(time.time() - wall, 2),
            **devices.tools(device),
        }
        (project / "build.json").write_text(json.dumps(cost, indent=1), encoding="utf-8")


def main() -> None:
    """Command line of the build job."""
    parser = argparse.ArgumentParser(prog="python -m runner.build", description=__doc__)
    parser.add_argument("experiment", help="<paper>/<experiment>")
    parser.add_argument("key", nargs="?", help="key of the build; default: all builds of the scale")
    parser.add_argument("--structure", help="JSON text of the structural values that belong to the key")
    parser.add_argument("--scale", default="quick")
    parser.add_argument("--sweep", help="sweep of your own: YAML file, or JSON text")
    parser.add_argument("--device", choices=devices.DEVICES, help="default: that of the configuration")
    parser.add_argument("--out", type=Path, required=True, help="folder to make (with a key), or folder of all builds")
    parser.add_argument("--jobs", type=int, default=2, help="compilers at a time")
    args = parser.parse_args()
    logging.getLogger("brian2").setLevel(logging.WARNING)
    try:
        experiment = load(args.experiment)
        device = args.device or experiment.device
        if args.structure:
            structure = with_units(experiment, json.loads(args.structure))
            builds = {build_key(experiment, structure, device=device): structure}
        else:
            builds = plan(experiment, args.scale, read_sweep(args.sweep) if args.sweep else None, device=device).builds
        if args.key and args.key not in builds:
            sys.exit(f"{args.experiment}: build {args.key}: the code has changed since the workflow was planned; rerun")
        for key in [args.key] if args.key else builds:
            target = args.out if args.key else args.out / key
            if not target.exists():
                print(f"building {args.experiment} for {device}, structure {key}", flush=True)
                build(experiment, builds[key], target, args.jobs, device=device)
    except (ConfigError, standalone.BuildError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
