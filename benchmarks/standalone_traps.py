"""What five choices of the runner are worth, as ratios of CPU seconds from one run on this machine.

    python -m benchmarks.standalone_traps

Compares, with programs generated here: linking with and without flush-to-zero (traces that decay into denormal
numbers), Brian2's own progress report with the runner's, asking the process clock in every step or never, compiling
with and without the precompiled header, and optimising the file that only holds arrays like the others or less.
"""

import os
import resource
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from brian2 import Network, NeuronGroup, Synapses, device, ms, prefs, second, set_device

from runner.devices import cpp_standalone, toolchain


def cpu(command: list[str], folder: Path, **environment: str) -> float:
    """Return the CPU seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env={**os.environ, **environment}, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def decaying() -> Network:
    """Return neurons that decay for 2000 time constants, through the denormal numbers."""
    neurons = NeuronGroup(1000, "dv/dt = -v / (5*ms) : 1", method="exact", name="neurons", dt=1 * ms, namespace={})
    neurons.v = 1
    return Network(neurons)


def small() -> Network:
    """Return ten small objects, for which the loop over objects is most of the work."""
    groups = [
        NeuronGroup(
            2,
            "dv/dt = -v / (20*ms) : 1",
            name=f"cells_{k}",
            namespace={},
            method="exact",
            threshold="v > 1",
            reset="v = 0",
        )
        for k in range(3)
    ]
    synapses = Synapses(groups[0], groups[1], on_pre="v_post += 1", name="links", namespace={})
    synapses.connect()
    return Network(groups, synapses)


def project(network: Callable[[], Network], folder: Path, link: list[str], duration: float, **run: object) -> Path:
    """Generate and compile a plain Brian2 program, and return its folder."""
    device.reinit()
    set_device("cpp_standalone", build_on_run=False)
    prefs.codegen.cpp.extra_compile_args_gcc = toolchain.flags()
    prefs.codegen.cpp.extra_link_args = link
    net = network()
    net.run(duration * second, namespace={}, **run)
    device.build(directory=str(folder), compile=False, run=False)
    header = toolchain.precompiled_header(folder.parent)
    cpu(["make", "-j2", "DEPS="], folder, CXX=f"g++ -fpch-preprocess -include {header}")
    return folder


def compiling(folder: Path, compiler: str, *options: str) -> float:
    """Return the CPU time of compiling a program anew."""
    for file in [*folder.rglob("*.o"), folder / "main"]:
        file.unlink()
    return cpu(["make", "-j2", "DEPS=", *options], folder, CXX=compiler)


def fastest(folder: Path) -> float:
    """Return the least CPU time of five runs."""
    return min(cpu(["./main"], folder) for _ in range(5))


def main() -> None:
    """Print five ratios."""
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        slow = fastest(project(decaying, here / "denormal", ["-pthread"], 10.0))
        fast = fastest(project(decaying, here / "flushed", toolchain.LINK_FLAGS, 10.0))
        print(f"denormals   {slow:6.2f} / {fast:.2f} CPU s = {slow / fast:5.1f}   without / with flush to zero")

        silent = fastest(project(small, here / "silent", toolchain.LINK_FLAGS, 60.0))
        told = fastest(project(small, here / "told", toolchain.LINK_FLAGS, 60.0, report="text"))
        print(f"progress    {told:6.2f} / {silent:.2f} CPU s = {told / silent:5.1f}   with / without Brian2's report")

        folder = here / "silent"
        cpp_standalone.ignore_wall_time(folder / "network.cpp")
        command = f"g++ -fpch-preprocess -include {toolchain.precompiled_header(here)}"
        quick = compiling(folder, command)
        timeless = fastest(folder)
        print(
            f"wall time   {silent:6.2f} / {timeless:.2f} CPU s = {silent / timeless:5.1f}   asked in every step / never"
        )
        sooner = compiling(folder, command, toolchain.SOONER)
        plain = compiling(folder, "g++")
        print(
            f"compiling   {plain:6.2f} / {quick:.2f} CPU s = {plain / quick:5.1f}   without / with precompiled header"
        )
        print(
            f"arrays      {quick:6.2f} / {sooner:.2f} CPU s = {quick / sooner:5.1f}   optimised like all files / less"
        )


if __name__ == "__main__":
    main()
