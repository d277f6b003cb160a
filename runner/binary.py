"""Run a compiled program once, and believe it only when everything checks out. Needs no Brian2.

A Brian2 program ends with status 0 when it could not read a file, when an array has the wrong size, when a number is
``nan`` or ``.05``, and when it could not write its results: it says so on stderr, or not at all, and uses default
values. So names, types, sizes and finiteness are checked before, and stderr and the end time after.
"""

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from base.errors import Told

STOPPING = {-signal.SIGHUP, -signal.SIGINT, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGXCPU}
EVERY = 60.0  # seconds between two lines about one point on the terminal


class RunError(Told):
    """A run cannot be started, or its result cannot be trusted."""


class StoppedError(RunError):
    """A run was stopped from outside: its point is not to blame, and is run again by the next call."""


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a build, by its path in the folder; what runs leave there does not count."""
    files = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}
    return {
        name: hashlib.sha256(file.read_bytes()).hexdigest()
        for name, file in files.items()
        if name != "build.json" and not name.startswith("results/") and file.suffix != ".lock"
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """Check that all files of a build are as they were made, and read its description.

    Parameters
    ----------
    folder : Path
        Folder made by `runner.build`.

    Raises
    ------
    RunError
        The folder holds no complete build, or one that was damaged or changed.
    """
    try:
        made = json.loads((folder / "build.json").read_text(encoding="utf-8"))["files"]
        found = checksums(folder)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        complete = set(made) <= set(found)
    except (OSError, ValueError, LookupError, TypeError):
        complete = False
    if not complete:
        raise RunError(f"{folder}: is not a complete build; delete it and run again")
    for name in made:
        if made[name] != found[name]:
            raise RunError(f"{folder}: {name} is not as it was built; delete the folder and run again")
    return manifest


class Program(ABC):
    """A program on any device: a description of its arrays, which says what values they take, and a way to run it."""

    manifest: dict[str, Any]

    @abstractmethod
    def run(
        self, values: Mapping[str, Any], results: Path, progress: Callable[[float, float], None] | None = None
    ) -> dict[str, float]:
        """Run it from its beginning; return ``cpu_s`` and ``wall_s``."""

    @abstractmethod
    def reader(self, results: Path) -> Callable[[str], np.ndarray]:
        """Return a function: ``<object>.<variable>`` to the array after the run, in SI base units."""

    def check(self, key: str, value: Any) -> np.ndarray:
        """Convert one value to the type of its variable.

        Parameters
        ----------
        key : str
            ``<object>.<variable>``.
        value : array_like
            A number, or an array of the variable's size, in SI base units.

        Returns
        -------
        numpy.ndarray
            Of the variable's dtype; 0-d for a number.

        Raises
        ------
        RunError
            Unknown variable, wrong size or type, or a value that is not finite.
        """
        array = self.manifest["arrays"].get(key)
        if array is None or not array["settable"]:
            raise RunError(f"{key}: {'is not a variable of the program' if array is None else 'cannot be set'}")
        given, dtype = np.asarray(value), np.dtype(array["dtype"])
        if given.dtype.kind not in "biuf" or not np.isfinite(given).all():
            raise RunError(f"{key}: holds a value that is not a finite number")
        converted = given.astype(dtype)
        if dtype.kind in "biu" and not np.array_equal(converted, given):
            raise RunError(f"{key}: needs whole numbers that fit {dtype}")
        if given.ndim and array["size"] >= 0 and given.size != array["size"]:
            raise RunError(f"{key}: needs {array['size']} values, got {given.size}")
        return converted

    def checked(self, values: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Convert all values of a run.

        Parameters
        ----------
        values : Mapping
            ``<object>.<variable>`` to number or array; must hold ``run.seed`` and ``run.duration``.

        Returns
        -------
        dict
            The same keys; see `check`.

        Raises
        ------
        RunError
            A wrong or a missing value, or a duration that is not positive.
        """
        for key in ("run.seed", "run.duration"):
            if key not in values:
                raise RunError(f"{key}: is missing")
        if float(self.check("run.duration", values["run.duration"])) <= 0:
            raise RunError(f"run.duration: must be positive, got {values['run.duration']}")
        return {key: self.check(key, value) for key, value in values.items()}


class CompiledProgram(Program):
    """A compiled program and the description of its arrays.

    Parameters
    ----------
    folder : Path
        Folder made by `runner.build`.

    Raises
    ------
    RunError
        The folder holds no complete build.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.manifest = read_manifest(folder)

    def command(self, values: Mapping[str, np.ndarray], results: Path) -> list[str]:
        """Write the arrays to files, and return the command line.

        Parameters
        ----------
        values : Mapping
            From `checked`.
        results : Path
            Folder of the result files.

        Returns
        -------
        list of str
            See `place` and `environment` for where it is run.
        """
        given = results / "given"
        given.mkdir(parents=True)
        arguments = []
        for key, array in values.items():
            if array.ndim:
                file = given / f"{key}.bin"
                file.write_bytes(np.ascontiguousarray(array).tobytes())  # tofile() does not say that the disk is full
                arguments.append(f"{key}={file}")
            else:
                arguments.append(f"{key}={int(array) if array.dtype.kind in 'biu' else repr(float(array))}")
        return [str(self.folder / "main"), "--results_dir", f"{results}{os.sep}", *arguments]

    def place(self, results: Path) -> Path:
        """Return the working directory of the program: where it finds its static arrays."""
        return self.folder

    def output(self, results: Path) -> Path:
        """Return the folder in which the program writes its results."""
        return results

    def environment(self, results: Path) -> dict[str, str]:
        """Return the environment of the program: one core, unless the user asks for threads (docs/dense.md)."""
        return {"OMP_NUM_THREADS": "1", **os.environ}

    def unexpected_output(self, said: str) -> str:
        """Return what the program said that it should not have said."""
        return said.strip()

    def run(
        self, values: Mapping[str, Any], results: Path, progress: Callable[[float, float], None] | None = None
    ) -> dict[str, float]:
        """Run the program.

        Parameters
        ----------
        values : Mapping
            ``<object>.<variable>`` to number or array; must hold ``run.seed`` and ``run.duration``.
        results : Path
            Empty folder for the result files.
        progress : callable, optional
            Called with percentage done and expected seconds left, now and then.

        Returns
        -------
        dict
            ``cpu_s`` and ``wall_s`` of the process.

        Raises
        ------
        RunError
            A wrong value, a complaint of the program, or an end before the end time.
        """
        results = results.resolve()
        command = self.command(self.checked(values), results)
        start, before = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
        try:
            process = subprocess.Popen(
                command,
                cwd=self.place(results),
                env=self.environment(results),
                stdout=subprocess.PIPE,
                stderr=(results / "stderr").open("w"),
                text=True,
                errors="replace",
            )
        except OSError as error:  # no run bit, a disk without programs, another kind of processor
            reason = f"{self.folder / 'main'}: {error.strerror}"
            remedy = "delete its folder and run again, or take a disk that may hold programs"
            raise StoppedError(f"the program cannot be started: {reason}; {remedy}") from None
        try:
            said = []
            for line in process.stdout or ():
                word, *numbers = line.split() or [""]
                if word == "progress" and progress:
                    progress(*map(float, numbers))
                elif word != "progress":
                    said.append(line)
            status = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        complaint = self.unexpected_output((results / "stderr").read_text(encoding="utf-8") + "".join(said))
        if status in STOPPING:
            raise StoppedError(
                f"the program ended with status {status}: it was stopped, or killed for lack of memory; run again"
            )
        if status or complaint:
            raise RunError(f"the program ended with status {status}: {complaint or 'no message'}")
        info = self.output(results) / "last_run_info.txt"
        facts = info.read_text(encoding="utf-8").split() if info.exists() else []
        if len(facts) < 2:
            raise RunError("the program wrote no results")
        fraction = float(facts[1])
        if fraction < 1:
            raise RunError(f"the program stopped after {100 * fraction:.1f} % of the simulated time")
        return {
            "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            "wall_s": time.time() - start,
        }

    def reader(self, results: Path) -> Callable[[str], np.ndarray]:
        """Return a function that reads the arrays of one run.

        Parameters
        ----------
        results : Path
            Folder of the result files.

        Returns
        -------
        callable
            ``<object>.<variable>`` to a flat array, in SI base units.
        """

        def read(key: str) -> np.ndarray:
            array = self.manifest["arrays"][key]
            values = np.fromfile(self.output(results) / array["file"], dtype=np.dtype(array["dtype"]))
            if array["size"] >= 0 and values.size != array["size"]:
                raise StoppedError(
                    f"{key}: the program wrote {values.size} of {array['size']} values; is the disk full?"
                )
            return values

        return read


def log_progress(experiment: str, point: int) -> Callable[[float, float], None]:
    """Return a progress function that prints a line for the job's log, and once a minute for the terminal.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    point : int
        Number of the point.
    """
    shown = time.time()

    def show(percent: float, left: float) -> None:
        nonlocal shown
        line = f"{experiment}, point {point}: {percent:.0f} % simulated, about {left:.0f} s left"
        print(line, flush=True)
        if time.time() - shown >= EVERY:
            shown = time.time()
            print(line, file=sys.stderr, flush=True)

    return show
