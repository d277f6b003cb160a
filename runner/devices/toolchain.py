"""The compiler: flags, a precompiled header for all programs, and make. Needs no Brian2."""

import os
import re
import shlex
import shutil
import subprocess
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from base.errors import BuildError, ConfigError
from base.files import atomic
from runner.fingerprint import digest

# Portable (no -march) and without unsafe mathematics: the same numbers on every node of a cluster.
FLAGS = ("-w", "-O3", "-std=c++14", "-fno-math-errno", "-fno-trapping-math", "-pthread")
# gcc flushes denormals to zero only when *linked* with this flag; without it decaying traces become many times slower
# (benchmarks/standalone_traps.py).
LINK_FLAGS = ["-pthread", "-ffast-math"]

# DEPS= skips a preprocessor pass over all files, which a folder that is built once does not need.
MAKE = ["make", "DEPS="]
# The file that allocates, reads and writes all arrays, and computes nothing, is the longest one, and took longest to
# compile. Like the number of compilers, this decides no number, and is not part of the recipe. Needs GNU make 3.82.
SOONER = "--eval=objects.o: OPTIMISATIONS += -O1"

STANDARD_HEADERS = """cmath iostream fstream random vector map set tuple string algorithm climits csignal ctime cstdlib
cstdio cstring chrono condition_variable mutex thread utility limits sstream stdint.h stdlib.h time.h""".split()


def flags() -> list[str]:
    """Return the flags of the compiler, with what the site adds (``--config flags=-march=x86-64-v3``).

    They are part of the key of a program and of the provenance.
    """
    return [*FLAGS, *shlex.split(os.environ.get("LOCAL_CREDIT_FLAGS", ""))]


@cache
def compiler() -> tuple[str, str]:
    """Return the C++ compiler and its version.

    Returns
    -------
    command : str
        ``$CXX`` or ``g++``.
    version : str
        Its first line of ``--version``.

    Raises
    ------
    ConfigError
        There is no such compiler.
    """
    command = cxx()
    programs = list(takewhile(lambda word: not word.startswith("-"), command.split()))  # ccache g++ -m64
    if not programs or not all(map(shutil.which, programs)):
        raise ConfigError("environment", "CXX", f"C++ compiler '{command}' not found; install g++ or set CXX")
    try:
        said = subprocess.run([*command.split(), "--version"], capture_output=True, text=True, check=True).stdout
        return command, said.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        raise ConfigError("environment", "CXX", f"'{command} --version' fails; install g++ or set CXX") from None


def cxx() -> str:
    """Return the command of the C++ compiler: ``$CXX``, or ``g++`` where that is not set or empty."""
    return os.environ.get("CXX", "").strip() or "g++"


def command(header: Path) -> str:
    """Return the compiler as make is told: with the precompiled header, and ccache where there is one.

    Parameters
    ----------
    header : Path
        The header.
    """
    compiler = cxx()
    # Part of the command, because Brian2 >= 2.10 tests its flags one by one and would drop a flag with an argument.
    told = f"{compiler} -fpch-preprocess -include {shlex.quote(str(header))}"
    return told if shutil.which("ccache") is None or "ccache" in compiler else f"ccache {told}"


def recipe() -> list[Any]:
    """Return all that decides what a generated program is compiled to, beside the program; the same everywhere.

    Raises
    ------
    ConfigError
        There is no compiler.
    """
    told = command(Path("standard.h")).removeprefix("ccache ")
    return [compiler()[1], flags(), LINK_FLAGS, told, STANDARD_HEADERS, MAKE]


def _environment(cache: Path, header: Path) -> dict[str, str]:
    """Return the environment of make."""
    environment = {**os.environ, "CXX": command(header)}
    if not environment["CXX"].startswith("ccache "):
        return environment
    folder = Path(os.environ.get("CCACHE_DIR") or cache / "ccache")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        said = f"'{folder}' cannot be made ({error.strerror}); unset it, or name a folder that can be written"
        raise ConfigError("environment", "CCACHE_DIR", said) from None
    return {
        **environment,
        "CCACHE_SLOPPINESS": "pch_defines,time_macros",
        "CCACHE_DIR": str(folder),
        "CCACHE_BASEDIR": str(cache.parent),
    }


def precompiled_header(cache: Path) -> Path:
    """Compile the standard headers once for all builds; parsing them is most of the time of a build.

    Parameters
    ----------
    cache : Path
        Folder of the compiler cache.

    Returns
    -------
    Path
        Header to include; its compiled form lies beside it.
    """
    from filelock import FileLock  # not in the Python that has brian2genn

    command, version = compiler()
    folder = cache / f"header-{digest(flags(), command, version)}"
    header = folder / "standard.h"
    compiled = header.with_suffix(".h.gch")
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not compiled.exists():
            # In its place from the start: clang writes down where the header lay, and when it was made.
            header.write_text("".join(f"#include <{name}>\n" for name in STANDARD_HEADERS), encoding="utf-8")
            with atomic(compiled) as new:
                compile_it = [
                    *command.split(),
                    *flags(),
                    "-x",
                    "c++-header",
                    str(header.resolve()),
                    "-o",
                    str(new.resolve()),
                ]
                made = subprocess.run(compile_it, capture_output=True, text=True, check=False)
                if made.returncode:
                    raise BuildError(f"{command}: the standard headers do not compile: {first_error(made.stderr)}")
    return header


def first_error(said: str) -> str:
    """Return the line of a compiler or linker that says what is wrong, else that of make, else the last words."""
    for sign in (r"error: |cannot find |undefined reference", r"\*\*\*"):
        for line in said.splitlines():
            if re.search(sign, line):
                return line.strip()
    return " ".join(said.split())[-300:] or "no message"


def compile_project(project: Path, cache: Path, jobs: int) -> None:
    """Compile a generated project and drop what running it does not need.

    Parameters
    ----------
    project : Path
        Folder of the project.
    cache : Path
        Folder of the compiler cache.
    jobs : int
        Number of compilers at a time.

    Raises
    ------
    BuildError
        With the first error of the compiler.
    """
    environment = _environment(cache, precompiled_header(cache))
    make = [*MAKE, SOONER, f"-j{jobs}"]
    made = subprocess.run(make, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if made.returncode:
        print(made.stdout, made.stderr, sep="\n")  # the job's log keeps the whole story
        raise BuildError(f"compilation failed: {first_error(made.stderr)}")
    for file in [*project.rglob("*.o"), *project.rglob("*.d")]:
        file.unlink()
