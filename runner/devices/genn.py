"""The device ``genn``: brian2genn writes a GeNN project, in an environment of its own; GeNN compiles it here.

brian2genn needs an older Brian2 and NumPy than the rest of the suite (``requirements-genn.txt``). Only the generation
of code runs there, as a process of its own (`runner.devices.genn_project`). The program that comes out needs no Python.

GeNN's library is compiled once, in our cache, from a copy of the sources: they may be read-only, on a path with spaces,
or used by other programs. Its own script is not used, because it takes all cores and leaves links behind.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from math import ceil, isclose
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from base.catalogue import ROOT
from base.errors import BuildError, ConfigError
from base.files import atomic
from runner.binary import CompiledProgram
from runner.devices import toolchain
from runner.devices.base import Device
from runner.devices.features import FEATURES
from runner.fingerprint import code, digest

NEEDED = "4.9.0"  # brian2genn 1.7 knows this release; GeNN 5 has another interface
PARTS = ("include", "share", "src/genn", "Makefile", "version.txt")  # what the library and generators are made of
PACKAGES = ("brian2genn", "brian2", "numpy", "sympy")  # what decides the code that brian2genn writes
MODEL = "magicnetwork_model"  # as brian2genn calls every model
# What a program of brian2genn says although all is well.
CHATTER = re.compile(
    r"# (DT|totalTime|We are running with fixed time step) .*|[-+.\de]+ done \.\.\.|everything finished\."
)


def sources() -> Path:
    """Return the folder of GeNN's sources, which ``GENN_PATH`` names.

    Raises
    ------
    ConfigError
        There is none, or it is another release.
    """
    named = os.environ.get("GENN_PATH", "")
    if not named:
        raise ConfigError(
            "environment", "GENN_PATH", f"not set; device genn needs the sources of GeNN {NEEDED}, see docs/devices.md"
        )
    folder = Path(named).resolve()
    release = folder / "version.txt"
    found = release.read_text(encoding="utf-8").strip() if release.is_file() else NEEDED
    if found == NEEDED and not all((folder / part).exists() for part in PARTS):
        raise ConfigError("environment", "GENN_PATH", f"'{named}' does not hold the sources of GeNN {NEEDED}")
    if found != NEEDED:
        raise ConfigError("environment", "GENN_PATH", f"'{named}' holds GeNN {found}; needed is {NEEDED}")
    return folder


def interpreter() -> str:
    """Return the Python that has brian2genn: ``GENN_PYTHON``, or this one.

    Raises
    ------
    ConfigError
        Neither has it.
    """
    named = os.environ.get("GENN_PYTHON", "")
    if named:
        found = shutil.which(named)
        if found is None:
            raise ConfigError("environment", "GENN_PYTHON", f"'{named}' is no program")
        return str(Path(found).absolute())  # not resolved: the link of a virtual environment says which it is
    if find_spec("brian2genn") is None:
        raise ConfigError(
            "environment", "GENN_PYTHON", "not set; device genn needs the Python of environment-genn.yml or "
            "requirements-genn.txt, see docs/devices.md"
        )  # fmt: skip
    return sys.executable


@cache
def releases(python: str) -> dict[str, str]:
    """Return the releases of the packages that write the code, in the Python that has them.

    Raises
    ------
    ConfigError
        It lacks one.
    """
    asked = (
        f"import json; from importlib.metadata import version; print(json.dumps({{p: version(p) for p in {PACKAGES}}}))"
    )
    done = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ConfigError("environment", "GENN_PYTHON", f"'{python}' lacks a package of requirements-genn.txt: {last}")
    return json.loads(done.stdout)


def cuda() -> str:
    """Return the folder of CUDA if GeNN is to use an NVIDIA GPU: ``CUDA_PATH``, empty for one core of the CPU.

    Raises
    ------
    ConfigError
        It holds no compiler.
    """
    named = os.environ.get("CUDA_PATH", "")
    if named and not (Path(named) / "bin" / "nvcc").is_file():
        raise ConfigError("environment", "CUDA_PATH", f"'{named}' holds no bin/nvcc; unset it to use a core of the CPU")
    return named


def usable(folder: Path) -> Path:
    """Return a folder in which GeNN's makefiles, which quote nothing, find their way.

    Raises
    ------
    ConfigError
        Its path holds a blank or a colon.
    """
    if re.search(r"[\s:]", str(folder.resolve())):
        raise ConfigError("device genn", str(folder), "GeNN cannot build in a path with a blank or a colon; move it")
    return folder.resolve()


def make(command: Sequence[object], folder: Path) -> None:
    """Run a command of a build; say in one line what is wrong, and in the log the whole story.

    Raises
    ------
    BuildError
        With the first error of the compiler.
    """
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
        raise BuildError(f"GeNN: compilation failed: {toolchain.first_error(done.stderr + done.stdout)}")


def library(cache: Path, jobs: int) -> Path:
    """Compile GeNN's library, once for a state of its sources; whoever comes second waits.

    Parameters
    ----------
    cache : Path
        Folder of the compiler cache.
    jobs : int
        Number of compilers at a time.

    Returns
    -------
    Path
        A copy of the sources with the library, which appears when it is complete.

    Raises
    ------
    BuildError
        The compilation failed.
    """
    from filelock import FileLock  # not in the Python that has brian2genn, which reads this file, too

    given = sources()
    state = hashlib.sha256()
    for part in PARTS:
        for file in sorted(path for path in [given / part, *(given / part).rglob("*")] if path.is_file()):
            state.update(f"{file.relative_to(given)}\n".encode() + file.read_bytes())
    backend = "cuda" if cuda() else "single_threaded_cpu"
    folder = usable(cache) / f"genn-{digest(state.hexdigest(), toolchain.compiler(), backend)}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            print(f"compiling GeNN {NEEDED}, once for all builds", flush=True)
            with atomic(folder, directory=True) as new:
                for part in PARTS:
                    (new / part).parent.mkdir(parents=True, exist_ok=True)
                    copy = shutil.copytree if (given / part).is_dir() else shutil.copyfile
                    copy(given / part, new / part)
                make(["make", f"-j{jobs}", "libgenn", backend], new)
                for objects in new.glob("obj*"):
                    shutil.rmtree(objects)
    return folder


def compile_project(project: Path, cache: Path, jobs: int) -> None:
    """Compile a generated project with GeNN; see `runner.devices.base.Device.compile`."""
    project, made = usable(project), library(cache, jobs)
    # The library is there (-o: not to be made). The model decides what GeNN's generator is: it is compiled with it.
    makefile = "MakefileCUDA" if cuda() else "MakefileSingleThreadedCPU"
    generator = ["-o", "libgenn", "-o", "backend", "-C", made / "src" / "genn" / "generator", "-f", makefile]
    told = {
        "MODEL": project / f"{MODEL}.cpp",
        "GENERATOR_PATH": project,
        "BUILD_MODEL_INCLUDE": f"{project}:{project / 'brianlib' / 'randomkit'}",
        "CXX_STANDARD": "c++14",
    }
    make(["make", f"-j{jobs}", *generator, *(f"{name}={value}" for name, value in told.items())], project)
    make([project / "generator", f"{made}/", project, "0"], project)
    # GeNN compiles the model without optimisation, unless told.
    optimised = [] if cuda() else [f"CXXFLAGS=-c -fPIC -MMD -MP {' '.join(toolchain.flags())}"]
    make(["make", f"-j{jobs}", "-C", f"{MODEL}_CODE", *optimised], project)
    make(["make", f"-j{jobs}"], project)
    for file in [*project.rglob("*.o"), *project.rglob("*.d"), project / "generator"]:
        file.unlink()


class Genn(Device):
    """GeNN 4, by brian2genn 1.7."""

    name = "genn"
    text = "GeNN on a GPU or one core of the CPU, by brian2genn"
    lacks = frozenset(FEATURES)

    def ready(self) -> None:
        """Need the sources of GeNN, a Python with brian2genn, a compiler, and a path that GeNN can handle."""
        sources()
        releases(interpreter())
        cuda()
        usable(Path.cwd())
        super().ready()

    def identity(self) -> list[Any]:
        """Return what decides what is made of a network."""
        here = Path(__file__)
        written_by = [code(here.with_name("genn_project.py"), "generate"), code(here, "compile_project")]
        header = here.with_name("genn.h").read_text(encoding="utf-8")
        sources()
        return [self.name, written_by, header, toolchain.recipe(), NEEDED, bool(cuda()), releases(interpreter())]

    def generate(
        self,
        module: ModuleType,
        structure: Mapping[str, Any],
        project: Path,
        traces: Mapping[str, Any] | None,
        check: Callable[[Any], None],
    ) -> dict[str, Any]:
        """Let the environment of brian2genn write the project of a network that was looked at here."""
        from runner.devices.numpy import NumpyProgram
        from runner.quantities import plain

        if traces:
            raise BuildError(f"{module.__name__}: device genn records no traces; use device cpp_standalone or numpy")
        check(NumpyProgram(module, structure).network)
        return generate_elsewhere(module.__name__, plain(structure), project)

    def compile(self, project: Path, cache: Path, jobs: int) -> None:
        """Compile it with GeNN."""
        compile_project(project, cache, jobs)

    def tools(self) -> dict[str, Any]:
        """Return what makes the programs: the Brian2 of that other Python, too (its NumPy computes no number)."""
        writing = {name: releases(interpreter())[name] for name in ("brian2genn", "brian2")}
        genn = f"{NEEDED} ({'CUDA' if cuda() else 'single-threaded CPU'})"
        return {**super().tools(), "versions": {**writing, "genn": genn}}

    def open(self, folder: Path) -> "GennProgram":
        """Return the program."""
        return GennProgram(folder)


def generate_elsewhere(module: str, structure: Mapping[str, Any], project: Path) -> dict[str, Any]:
    """Let the environment of brian2genn write the project.

    Parameters
    ----------
    module : str
        Name of the module ``experiment``.
    structure : Mapping
        ``network.*`` keys and their values, plain numbers.
    project : Path
        Folder of the project.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    BuildError
        With the last words of the process.
    """
    command = [interpreter(), "-m", "runner.devices.genn_project", module, "--structure", json.dumps(structure)]
    command += ["--out", str(project), *(["--gpu"] if cuda() else [])]
    # The same order of sets in every process: brian2genn writes the same program.
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")  # the job's log keeps the whole story
        raise BuildError((done.stderr.strip().splitlines() or ["brian2genn: no message"])[-1])
    print(done.stderr, end="")
    return json.loads((project / "manifest.json").read_text(encoding="utf-8"))


class GennProgram(CompiledProgram):
    """A program made by brian2genn and GeNN."""

    def command(self, values: Mapping[str, np.ndarray], results: Path) -> list[str]:
        """Write all values to files, and return the command line."""
        (results / "given").mkdir(parents=True)
        self.output(results).mkdir()
        # Both are looked for in the working directory: what the program reads, and the library of the model.
        for name in ("static_arrays", f"{MODEL}_CODE"):
            (results / name).symlink_to(self.folder / name)
        for key, array in values.items():
            np.ascontiguousarray(array).tofile(results / "given" / f"{key}.bin")
        # GeNN runs the whole steps of a duration, other devices begin the last one: half a percent of a step less than
        # what they run comes out as the same steps.
        dt = self.manifest["dt"]
        steps = float(values["run.duration"]) / dt
        whole = round(steps) if isclose(steps, round(steps), rel_tol=1e-9) else ceil(steps)
        return [str(self.folder / "main"), "test", repr((whole - 0.005) * dt)]

    def place(self, results: Path) -> Path:
        """Return the working directory: its paths are relative, and two programs must not share them."""
        return results

    def output(self, results: Path) -> Path:
        """Return the folder in which the program writes its results."""
        return results / "results"

    def environment(self, results: Path) -> dict[str, str]:
        """Return the environment variables of the program."""
        return {**os.environ, "LOCAL_CREDIT_GIVEN": str(results / "given")}

    def unexpected_output(self, said: str) -> str:
        """Return what the program said beside its usual words."""
        return "\n".join(line for line in said.splitlines() if line.strip() and not CHATTER.fullmatch(line.strip()))
