"""Say what the code of a checkout means for the numbers of its experiments, as JSON: one side of `runner.neutral`.

python -m runner.meaning guards quick paper             digests of the code, part by part; seconds
python -m runner.meaning programs paper sal/lif         what the generated programs say
python -m runner.meaning inputs paper sal/lif           arrays of the first round of every point
python -m runner.meaning tables smoke sal/lif           tables of a run at scale smoke
"""

import argparse
import inspect
import json
import logging
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from base.catalogue import SCALES, names
from base.errors import BuildError, ConfigError, one_line
from base.files import atomic
from base.tables import checksum
from runner import devices
from runner.binary import Program
from runner.build import compiled, generate
from runner.build_key import build_key
from runner.devices.toolchain import recipe
from runner.experiment import Experiment, load
from runner.fingerprint import digest
from runner.guards import guards
from runner.interface import observed, recorded
from runner.planning import planned
from runner.programs import contents, contents_but_names, program_key
from runner.quantities import plain
from runner.simulate import drawn, inputs_module


@dataclass(frozen=True)
class Given:
    """What is said depends on it, too.

    Parameters
    ----------
    builds : Path
        Folder of programs, shared by both sides: equal programs are compiled once.
    names : Mapping
        Names in generated programs to those that count as the same (`runner.programs.contents_but_names`).
    """

    builds: Path
    names: Mapping[str, str]


def of_guards(experiment: Experiment, scale: str, given: Given) -> dict[str, str]:
    """Return the digests of the parts (`runner.guards`)."""
    return guards(experiment, planned(experiment.name, scale).points)


def of_programs(experiment: Experiment, scale: str, given: Given) -> dict[str, dict[str, str]]:
    """Return what the programs of a scale say: structure, as JSON text, to file to digest.

    Compiler, flags and release of Brian2 are an entry of their own, ``tools``.
    """
    found = {}
    for structure in planned(experiment.name, scale).builds.values():
        with tempfile.TemporaryDirectory() as scratch:
            generate(experiment, structure, Path(scratch), device=experiment.device)
            tools = digest(recipe())
            said = contents_but_names(Path(scratch), given.names) if given.names else contents(Path(scratch))
            found[json.dumps(plain(structure), sort_keys=True)] = {**said, "tools": tools}
    return found


def of_inputs(experiment: Experiment, scale: str, given: Given) -> dict[str, str]:
    """Return a digest of the arrays that each point is shown in its first round, and whether more rounds follow."""
    rounds = inspect.isgeneratorfunction(getattr(inputs_module(experiment.name), "inputs", None))
    found = {"rounds": "follow" if rounds else ""}

    def named(word: str) -> str:
        return given.names.get(word, word)

    for point in planned(experiment.name, scale).points:
        asked = drawn(experiment.name, point)
        arrays = {".".join(map(named, key.split("."))): _array(value) for key, value in next(asked).items()}
        found[str(point["point"])] = digest(arrays)
        asked.close()
    return found


def _array(value: Any) -> str:
    """Return type, shape and content of an array as text."""
    array = np.asarray(value)
    return f"{array.dtype} {array.shape} {digest(array.tobytes().hex())}"


def of_tables(experiment: Experiment, scale: str, given: Given) -> dict[str, str]:
    """Return the checksum of every table that the experiment is observed by."""
    plan = planned(experiment.name, scale)

    def program(structure: dict[str, Any]) -> AbstractContextManager[Program]:
        return nullcontext(devices.open_program(_program(experiment, structure, given.builds, plan.device)))

    tables = observed(plan, recorded(plan, program))
    return {name: checksum({name: table}) for name, table in tables.items()}


def _copy(source: str, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True)


def _program(experiment: Experiment, structure: Mapping[str, Any], builds: Path, device: str) -> Path:
    """Return the folder of a program, compiled by the side that comes first."""
    with tempfile.TemporaryDirectory() as scratch:
        generate(experiment, structure, Path(scratch), device=device)
        source = build_key(experiment, structure, device=device)
        key = program_key(Path(scratch), recipe()) if devices.DEVICES[device].program else source
        folder = builds / experiment.name / key
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not folder.exists():
                compiled(folder, lambda project: _copy(scratch, project), device, 2)
    return folder


SAYS: Mapping[str, Callable[[Experiment, str, Given], dict[str, Any]]] = {
    "guards": of_guards,
    "programs": of_programs,
    "inputs": of_inputs,
    "tables": of_tables,
}


@one_line()
def main() -> None:
    """Command line: JSON text, scale to experiment to what is asked; ``error`` in place of it where it failed."""
    parser = argparse.ArgumentParser(prog="python -m runner.meaning", description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("what", choices=SAYS)
    parser.add_argument("of", nargs="*", help="scales and experiments; default: all experiments")
    parser.add_argument("--builds", type=Path, default=Path("results/neutral"), help="folder of compiled programs")
    parser.add_argument("--renamed", nargs="*", default=[], metavar="OLD=NEW", help="names that make no difference")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    args = parser.parse_args()
    logging.getLogger("brian2").setLevel(logging.ERROR)
    given = Given(args.builds.resolve(), dict(pair.split("=") for pair in args.renamed))
    scales = [word for word in args.of if word in SCALES]
    found: dict[str, dict[str, Any]] = {scale: {} for scale in scales}
    for name in [word for word in args.of if word not in SCALES] or names():
        for scale in scales:
            try:
                found[scale][name] = SAYS[args.what](load(name), scale, given)
            except (BuildError, ConfigError, Exception) as error:
                found[scale][name] = {"error": f"{type(error).__name__}: {error}"}
            print(f"{args.what} of {name} at scale {scale}", file=sys.stderr, flush=True)
    with atomic(args.out) as out:
        out.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
