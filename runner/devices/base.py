"""What the runner needs of a device, whichever it is."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from runner.binary import Program
from runner.devices import toolchain


class Device(ABC):
    """One way to run a network. All take parameters, arrays, tables, seed and duration at run time, and run rounds.

    Attributes
    ----------
    name : str
        As in the configuration.
    text : str
        What it is, one line.
    program : bool
        Whether what it generates says all, so that it is known by its contents (`runner.programs`) and not by its code.
    kept : bool
        Whether a build is worth keeping for the next run of a single point.
    lacks : frozenset of str
        Keys of `runner.devices.features.FEATURES` that it does not offer.
    """

    name: str
    text: str
    program: bool = False
    kept: bool = True
    lacks: frozenset[str]

    def ready(self) -> None:
        """Refuse to begin where the tools of the device are missing; by default those of a C++ program.

        Raises
        ------
        ConfigError
            One line: what is missing.
        """
        toolchain.compiler()

    @abstractmethod
    def identity(self) -> list[Any]:
        """Return what, beside the network, decides what the device makes of it; part of the key of a build.

        Returns
        -------
        list
            JSON-like: name, code, compiler, flags, versions.

        Raises
        ------
        ConfigError
            What the device needs is not installed.
        """

    @abstractmethod
    def generate(
        self,
        module: ModuleType,
        structure: Mapping[str, Any],
        project: Path,
        traces: Mapping[str, Any] | None,
        check: Callable[[Any], None],
    ) -> dict[str, Any]:
        """Write in a folder what the device makes of one structure, without compiling it.

        Parameters
        ----------
        module : module
            The ``experiment.py``.
        structure : Mapping
            ``network.*`` keys and their values.
        project : Path
            The folder.
        traces : Mapping or None
            Arguments of `runner.devices.network.add_traces`.
        check : callable
            Takes the network before any code is generated; may refuse it.

        Returns
        -------
        dict
            Description of the network (see `runner.devices.network.description`).

        Raises
        ------
        BuildError
            The device cannot run the network, or Brian2 refuses it.
        """

    def compile(self, project: Path, cache: Path, jobs: int) -> None:  # noqa: B027 (a device may compile nothing)
        """Compile what `generate` has written.

        Parameters
        ----------
        project : Path
            The folder.
        cache : Path
            Folder of the compiler cache.
        jobs : int
            Number of compilers at a time.

        Raises
        ------
        BuildError
            The compilation failed.
        """

    def tools(self) -> dict[str, Any]:
        """Return what makes the programs of the device, for the provenance.

        Returns
        -------
        dict
            ``compiler``, ``flags``, and ``versions`` of packages that are not those of this Python.
        """
        return {"compiler": ": ".join(toolchain.compiler()), "flags": " ".join(toolchain.flags()), "versions": {}}

    @abstractmethod
    def open(self, folder: Path) -> Program:
        """Return the program in the folder of a build.

        Raises
        ------
        RunError
            The folder holds no complete build.
        """
