"""Make what a device needs to run one structure: for most devices, a compiled program."""

import argparse
import gc
import json
import logging
import os
import re
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from base.errors import BuildError, one_line
from base.files import atomic, read_json
from runner import devices
from runner.binary import checksums
from runner.programs import UNCOMPILED

if TYPE_CHECKING:
    from runner.experiment import Experiment

# What a compiler says when it is not the program that is wrong.
MACHINE = re.compile(r"No space left|quota|Killed|[Mm]emory|internal compiler error|Permission|Read-only|not found")


def cpu_seconds() -> float:
    """Return the CPU time of this process and of the children it waited for."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def generate(
    experiment: "Experiment",
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
        Arguments of `runner.devices.network.add_traces`.
    device : str
        Name of the device.

    Raises
    ------
    BuildError
        The device cannot run the network, or Brian2 refuses it.
    ConfigError
        What the device needs is not installed.
    """
    from brian2 import BrianLogger

    # `runner.records` checks the indices of recordings when the program has said how many synapses there are.
    BrianLogger.suppress_name("cannot_check_statemonitor_indices")
    manifest = devices.generate(device, experiment.module, structure, project, traces)
    (project / "manifest.json").write_text(json.dumps({**manifest, "device": device}, indent=1), encoding="utf-8")
    forget()


def forget() -> None:
    """Let go of what Brian2 keeps of a network, whose objects would take their names from those of the next."""
    from brian2 import get_device

    get_device().reinit()
    gc.collect()


def build(
    experiment: "Experiment",
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
        Folder to make; see `compiled`.
    jobs : int
        Number of compilers at a time.
    traces : Mapping, optional
        Arguments of `runner.devices.network.add_traces`.
    device : str
        Name of the device.

    Raises
    ------
    BuildError
        The device cannot run the network, or the network or its compilation failed.
    ConfigError
        What the device needs is not installed.
    """
    compiled(target, lambda project: generate(experiment, structure, project, traces, device), device, jobs)


def compiled(target: Path, sources: Callable[[Path], None], device: str, jobs: int) -> None:
    """Put sources into a folder and compile them; the folder appears only when it is complete.

    Parameters
    ----------
    target : Path
        Folder to make: ``manifest.json``, ``build.json`` (device, cost, compiler, flags, checksums of all files) and,
        where there is one, the program ``main`` with its sources.
    sources : callable
        Writes the sources into the folder that it is given.
    device : str
        Name of the device.
    jobs : int
        Number of compilers at a time.

    Raises
    ------
    BuildError
        The compilation failed.
    """
    wall, cpu = time.time(), cpu_seconds()
    cache = Path(os.environ.get("LOCAL_CREDIT_CACHE", target.parent)).resolve()
    with atomic(target, directory=True) as project:
        sources(project)
        devices.DEVICES[device].compile(project, cache, jobs)
        cost = {
            "key": target.name,
            "device": device,
            "cpu_s": round(cpu_seconds() - cpu, 2),
            "wall_s": round(time.time() - wall, 2),
            **devices.DEVICES[device].tools(),
            "files": checksums(project),
        }
        (project / "build.json").write_text(json.dumps(cost, indent=1), encoding="utf-8")


def planned_structure(results: Path, name: str, key: str) -> tuple[dict[str, Any], str]:
    """Return the structural values that belong to the key of a program, and its device.

    Parameters
    ----------
    results : Path
        Folder of all results, with the plans.
    name : str
        ``<paper>/<experiment>``.
    key : str
        The key.

    Raises
    ------
    BuildError
        No plan asks for it.
    """
    for plan in _asking(results, name, key):
        return plan["builds"][key], plan["device"]
    raise BuildError(f"{name}: program {key}: no plan in {results} asks for it; run the workflow again")


def _asking(results: Path, name: str, key: str) -> Iterator[dict[str, Any]]:
    """Yield the plans that ask for a program."""
    for file in sorted(results.glob(f"*/{name}/plan.json")):
        if key in (plan := read_json(file))["builds"]:
            yield plan


def may_fail(results: Path, name: str, key: str, error: BuildError) -> bool:
    """Return whether a program that does not compile makes rows of failures: in sweeps, unless the machine is to blame.

    Parameters
    ----------
    results : Path
        Folder of all results, with the plans.
    name : str
        ``<paper>/<experiment>``.
    key : str
        Key of the program.
    error : BuildError
        What the compiler said.
    """
    lenient = all("jobs" in plan and not plan["strict"] for plan in _asking(results, name, key))
    return lenient and not MACHINE.search(str(error))


@one_line()
def main() -> None:
    """Command line of the build job."""
    parser = argparse.ArgumentParser(prog="python -m runner.build", description=__doc__)
    parser.add_argument("experiment", help="<paper>/<experiment>")
    parser.add_argument("key", help="key of the program, from plan.json")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of all results")
    parser.add_argument("--jobs", type=int, default=2, help="compilers at a time")
    args = parser.parse_args()
    target = args.results / "builds" / args.experiment / args.key
    generated = args.results / "generated" / args.experiment / args.key

    def sources(project: Path) -> None:
        if generated.exists():
            shutil.copytree(generated, project, dirs_exist_ok=True)
            return
        # Loaded only here: what is generated already needs no Brian2.
        from runner.devices.network import with_units
        from runner.experiment import load

        experiment = load(args.experiment)
        print(f"generating {args.experiment}", flush=True)
        for handler in logging.getLogger("brian2").handlers:
            if type(handler) is logging.StreamHandler:
                handler.setStream(sys.stdout)  # warnings are for the log
        generate(experiment, with_units(experiment.module, structure), project, device=device)

    structure, device = planned_structure(args.results, args.experiment, args.key)
    print(f"compiling {args.experiment} for {device}, program {args.key}", flush=True)
    try:
        compiled(target, sources, device, args.jobs)
    except BuildError as error:
        if not may_fail(args.results, args.experiment, args.key, error):
            raise
        print(f"{args.experiment}, program {args.key}: {error}; the others go on", file=sys.stderr)
        with atomic(target, directory=True) as folder:
            reason = f"{error}; to compile it again, delete {target}"
            (folder / UNCOMPILED).write_text(json.dumps({"reason": reason}), encoding="utf-8")
        return
    shutil.rmtree(generated, ignore_errors=True)


if __name__ == "__main__":
    main()
