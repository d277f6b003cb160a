"""The device ``genn``: brian2genn writes a GeNN project, in an environment of its own; GeNN compiles it here.

brian2genn needs an older Brian2 and NumPy than the rest of the suite (``requirements-genn.txt``). Only the generation
of code runs there, as a process of its own (`runner.genn_project`). The program that comes out needs no Python.

brian2genn's programs take a duration, and nothing else. The values of a point, its tables and its seed are therefore
read from files by lines that are added to the generated ``main.cpp`` (``genn.h``).
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from base.catalogue import ROOT
from runner.binary import Program

NEWEST = 4  # GeNN 5 has another interface, which brian2genn does not know
VALUES = "given.h"
# What a program of brian2genn says although all is well.
CHATTER = re.compile(
    r"# (DT|totalTime|We are running with fixed time step) .*|[-+.\de]+ done \.\.\.|everything finished\."
)


def sources() -> Path:
    """Return the folder of GeNN's sources, which ``GENN_PATH`` names.

    Raises
    ------
    ConfigError
        There is none, or it is not GeNN 4.
    """
    from base.errors import ConfigError

    named = os.environ.get("GENN_PATH", "")
    if not named:
        raise ConfigError(
            "environment", "GENN_PATH", "not set; device genn needs the sources of GeNN 4.9.0, see docs/devices.md"
        )
    if not (Path(named) / "version.txt").is_file() or not (Path(named) / "bin" / "genn-buildmodel.sh").is_file():
        raise ConfigError("environment", "GENN_PATH", f"'{named}' does not hold the sources of GeNN 4.9.0")
    if int(version(Path(named)).split(".")[0]) != NEWEST:
        raise ConfigError("environment", "GENN_PATH", f"'{named}' holds GeNN {version(Path(named))}; needed is 4.9.0")
    return Path(named)


def version(folder: Path) -> str:
    """Return the version of the sources of GeNN in a folder."""
    return (folder / "version.txt").read_text(encoding="utf-8").strip()


def interpreter() -> str:
    """Return the Python that has brian2genn: ``GENN_PYTHON``, or this one.

    Raises
    ------
    ConfigError
        Neither has it.
    """
    from base.errors import ConfigError

    named = os.environ.get("GENN_PYTHON", "")
    if named and shutil.which(named) is None:
        raise ConfigError("environment", "GENN_PYTHON", f"'{named}' is no program")
    if not named and find_spec("brian2genn") is None:
        raise ConfigError(
            "environment", "GENN_PYTHON", "not set; device genn needs the Python of environment-genn.yml or "
            "requirements-genn.txt, see docs/devices.md"
        )  # fmt: skip
    return named or sys.executable


def use_gpu() -> bool:
    """Return whether GeNN is to use an NVIDIA GPU: where ``CUDA_PATH`` is set."""
    return bool(os.environ.get("CUDA_PATH"))


def generate(module: Any, structure: Mapping[str, Any], project: Path, gpu: bool) -> dict[str, Any]:
    """Write the GeNN project of one structure; runs in the environment of brian2genn.

    Parameters
    ----------
    module : module
        The ``experiment.py``.
    structure : Mapping
        ``network.*`` keys and their values.
    project : Path
        Folder of the project.
    gpu : bool
        Whether for a GPU, or for one core of the CPU.

    Returns
    -------
    dict
        The manifest (see `runner.standalone.description`).
    """
    import brian2genn  # noqa: F401  (registers the device)
    from brian2 import device, prefs, second, set_device
    from brian2.core.network import _get_all_objects
    from brian2.groups.group import CodeRunner

    from runner.standalone import assemble, description, explained
    from runner.toolchain import FLAGS, LINK_FLAGS

    # Not `device.build`: brian2genn refuses what was done before the run once the run is over.
    set_device("genn", directory=str(project), compile=False, run=False, use_GPU=gpu)
    prefs.codegen.cpp.extra_compile_args_gcc = FLAGS
    prefs.codegen.cpp.extra_link_args = LINK_FLAGS
    prefs.codegen.cpp.headers = [f'"{VALUES}"']
    for kind in ("include_dirs", "library_dirs", "runtime_library_dirs"):
        setattr(prefs.codegen.cpp, kind, [])
    network = assemble(module, structure)
    for obj in _get_all_objects(network.objects):
        # brian2genn knows these operations by their name alone, and silently leaves out those of another name.
        if type(obj) is CodeRunner and "_run_regularly" not in obj.name:
            obj._name = f"{obj.group.name}_run_regularly_{obj.name}"
    manifest = description(module, network)
    for line in _values(network, manifest):
        device.insert_code("main", line)
    with explained(module):
        network.run(1 * second, namespace={})
    shutil.copy(Path(__file__).with_name("genn.h"), project / VALUES)
    return manifest


def _values(network: Any, manifest: Mapping[str, Any]) -> list[str]:
    """Return the lines of ``main.cpp`` that set values, tables and seed at run time."""
    from brian2 import NeuronGroup, Synapses, device
    from brian2.core.variables import DynamicArrayVariable

    from runner.standalone import timed_arrays

    lines = []
    groups = {obj.name: obj for obj in network.objects if isinstance(obj, NeuronGroup | Synapses)}
    tables = timed_arrays(network)
    for key, array in manifest["arrays"].items():
        name, field = key.split(".", 1)
        if name in tables:
            lines.append(f'runner::given("{key}", {name}_values, {array["size"]});')
        array["settable"] = name in tables or name in groups and array["settable"] and not field.startswith("_")
        if name in tables or not array["settable"]:
            continue
        variable = groups[name].variables[field]
        place = device.get_array_name(variable, access_data=not isinstance(variable, DynamicArrayVariable))
        if isinstance(variable, DynamicArrayVariable):
            lines.append(f'runner::given("{key}", {place}.data(), {place}.size());')
        else:
            lines.append(f'runner::given("{key}", {place}, {array["size"]});')
    seed = "(unsigned long)_array_run_seed[0]"
    return [*lines, f"srand({seed});", f"rk_seed({seed}, _mersenne_twister_states[0]);"]


def generate_elsewhere(experiment: str, structure: Mapping[str, Any], project: Path) -> dict[str, Any]:
    """Let the environment of brian2genn write the project.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
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
    from base.errors import BuildError

    command = [interpreter(), "-m", "runner.genn_project", experiment, "--structure", json.dumps(structure)]
    command += ["--out", str(project), *(["--gpu"] if use_gpu() else [])]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr, sep="\n")  # the job's log keeps the whole story
    if done.returncode:
        raise BuildError((done.stderr.strip().splitlines() or ["brian2genn: no message"])[-1])
    return json.loads((project / "manifest.json").read_text(encoding="utf-8"))


def compile_project(project: Path) -> None:
    """Compile a generated project with GeNN.

    Parameters
    ----------
    project : Path
        Folder of the project.

    Raises
    ------
    BuildError
        With the first error of the compiler.
    """
    from base.errors import BuildError

    folder = sources()
    include = os.pathsep.join(map(str, (project.resolve(), project.resolve() / "brianlib" / "randomkit")))
    generator = [str(folder / "bin" / "genn-buildmodel.sh"), *([] if use_gpu() else ["-c"])]
    for command in ([*generator, "-i", include, "magicnetwork_model.cpp"], ["make"]):
        made = subprocess.run(
            command,
            cwd=project,
            env={**os.environ, "GENN_PATH": str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            print(made.stdout, made.stderr, sep="\n")
            errors = [line for line in (made.stderr + made.stdout).splitlines() if "error" in line.lower()]
            raise BuildError(f"GeNN: compilation failed: {errors[0] if errors else made.stderr.strip()[-300:]}")


class GennProgram(Program):
    """A program made by brian2genn and GeNN."""

    def command(self, values: Mapping[str, np.ndarray], results: Path) -> list[str]:
        """Write all values to files, and return the command line."""
        (results / "given").mkdir(parents=True)
        self.output(results).mkdir()
        (results / "static_arrays").symlink_to(self.folder / "static_arrays")
        for key, array in values.items():
            np.ascontiguousarray(array).tofile(results / "given" / f"{key}.bin")
        return [str(self.folder / "main"), "test", repr(float(values["run.duration"]))]

    def place(self, results: Path) -> Path:
        """Return the working directory: its paths are relative, and two programs must not share them."""
        return results

    def output(self, results: Path) -> Path:
        """Return the folder in which the program writes its results."""
        return results / "results"

    def environment(self, results: Path) -> dict[str, str]:
        """Return the environment variables of the program."""
        return {**os.environ, "LOCAL_CREDIT_GIVEN": str(results / "given")}

    def complaints(self, said: str) -> str:
        """Return what the program said beside its usual words."""
        return "\n".join(line for line in said.splitlines() if line.strip() and not CHATTER.fullmatch(line.strip()))
