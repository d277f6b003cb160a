"""The device ``cpp_standalone``: a C++ program that takes every value, the seed and the duration at run time."""

import gc
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from base.errors import BuildError
from runner.binary import CompiledProgram
from runner.devices.base import Device
from runner.devices.toolchain import LINK_FLAGS, compile_project, flags, recipe
from runner.fingerprint import code

HEADER = Path(__file__).with_name("standalone.h")


def _substitute(file: Path, pattern: str, replacement: str) -> None:
    """Replace exactly one match in a generated file."""
    text, n = re.subn(pattern, replacement, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if n != 1:
        raise BuildError(f"{file.name}: expected one match of {pattern!r}, found {n}; this Brian2 version is not known")
    file.write_text(text, encoding="utf-8")


def ignore_wall_time(file: Path) -> None:
    """Take the process clock out of the loop over time steps: asking it costs as much as a small network.

    Parameters
    ----------
    file : Path
        The generated ``network.cpp``. Brian2 asks in every step, for a time limit that it is not given.
    """
    _substitute(file, r"^\s*current = std::clock\(\);\n\s*elapsed_realtime = .*;$", "")
    _substitute(file, r"^(.*)double elapsed_realtime;$", r"\1double elapsed_realtime = 0;")


def _adapt(project: Path, network: str, epsilon: float) -> None:
    """Make the generated program take seed and duration at run time, report progress, and keep its clocks together.

    Brian2 decides with an absolute tolerance of 1e-14 s whether two clocks tick together. Beyond 64 s of simulated time
    doubles are coarser than that, and objects on different clocks silently change their order. A fraction of the time
    step is the right tolerance.
    """
    shutil.copy(HEADER, project / "runner.h")
    _substitute(project / "network.cpp", r"^#define Clock_epsilon 1e-14$", f"#define Clock_epsilon {epsilon!r}")
    ignore_wall_time(project / "network.cpp")
    _substitute(project / "main.cpp", r'^#include "run\.h"$', '#include "run.h"\n#include "runner.h"')
    _substitute(
        project / "main.cpp",
        rf"^\s*{network}\.run\([-+.\de]+, NULL, [-+.\de]+\);$",
        f"""    runner::seed(_random_generators, (unsigned long)_array_run_seed[0]);
    {{
        runner::Progress progress(&{network}.t, _array_run_duration[0]);
        {network}.run(_array_run_duration[0], NULL, 10.0);
    }}""",
    )


def generate(
    module: ModuleType,
    structure: Mapping[str, Any],
    project: Path,
    traces: Mapping[str, Any] | None = None,
    check: Callable[[Any], None] | None = None,
) -> dict[str, Any]:
    """Write the C++ project of one structure; see `runner.devices.base.Device.generate`."""
    from brian2 import device, prefs, second, set_device

    from runner.devices.network import assemble, description, explained

    gc.collect()  # a network that is still there takes names from the objects of the next
    set_device("cpp_standalone", build_on_run=False, directory=None)
    device.reinit()
    device.activate(build_on_run=False, directory=None)
    prefs.codegen.cpp.extra_compile_args_gcc = flags()
    # Threads (of dense synapses) need the compiler's library, too.
    prefs.codegen.cpp.extra_link_args = [*LINK_FLAGS, *(flag for flag in flags() if flag == "-fopenmp")]
    # The defaults hold the absolute path of the environment, which would end in the program.
    for kind in ("include_dirs", "library_dirs", "runtime_library_dirs"):
        setattr(prefs.codegen.cpp, kind, [])
    network = assemble(module, structure, traces)
    if check:
        check(network)
    with explained(module):
        network.run(1 * second, namespace={})
    device.build(directory=str(project), compile=False, run=False)
    steps = [float(obj.clock.dt) for obj in network.sorted_objects]
    _adapt(project, network.name, 0.01 * min(steps))
    return description(module, network)


class CppStandalone(Device):
    """Brian2's C++ standalone mode."""

    name = "cpp_standalone"
    text = "a compiled C++ program; the default"
    program = True
    lacks = frozenset({"python"})

    def identity(self) -> list[Any]:
        """Return what decides what is made of a network."""
        import brian2

        written_by = code(Path(__file__), "generate")
        return [self.name, written_by, brian2.__version__, HEADER.read_text(encoding="utf-8"), recipe()]

    def generate(
        self,
        module: ModuleType,
        structure: Mapping[str, Any],
        project: Path,
        traces: Mapping[str, Any] | None,
        check: Callable[[Any], None],
    ) -> dict[str, Any]:
        """Write the C++ project."""
        return generate(module, structure, project, traces, check)

    def compile(self, project: Path, cache: Path, jobs: int) -> None:
        """Compile it."""
        compile_project(project, cache, jobs)

    def open(self, folder: Path) -> CompiledProgram:
        """Return the program."""
        return CompiledProgram(folder)
