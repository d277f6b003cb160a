"""The device ``numpy``: the same network on Brian2's NumPy target; no compiler, for small networks and a debugger."""

import importlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from runner.binary import Program
from runner.devices.base import Device
from runner.fingerprint import code

REPORT = 10.0  # seconds of wall time between two words about progress


def activate() -> None:
    """Make networks for the NumPy target from now on."""
    from brian2 import BrianLogger, prefs, set_device

    BrianLogger.suppress_name("unused_brian_object")  # some are only looked at
    prefs.codegen.target = "numpy"
    prefs.core.stop_on_keyboard_interrupt = False  # Brian2 would return as if the run were complete
    set_device("runtime")


class Numpy(Device):
    """Brian2's runtime mode."""

    name = "numpy"
    text = "Brian2's runtime mode without a compiler, for small networks"
    kept = False
    lacks = frozenset({"copies"})

    def ready(self) -> None:
        """Need nothing."""

    def identity(self) -> list[Any]:
        """Return what decides what is made of a network."""
        import brian2

        return [self.name, code(Path(__file__), "NumpyProgram"), brian2.__version__, np.__version__]

    def generate(
        self,
        module: ModuleType,
        structure: Mapping[str, Any],
        project: Path,
        traces: Mapping[str, Any] | None,
        check: Callable[[Any], None],
    ) -> dict[str, Any]:
        """Look at the network; the description says how it is made again."""
        from runner.quantities import plain

        program = NumpyProgram(module, structure, traces)
        check(program.network)
        made_of = {"module": module.__name__, "structure": plain(structure), "traces": plain(traces)}
        return {**program.manifest, **made_of}

    def tools(self) -> dict[str, Any]:
        """Return that nothing is compiled."""
        return {"compiler": "", "flags": "", "versions": {}}

    def open(self, folder: Path) -> "NumpyProgram":
        """Make the network again."""
        from brian2 import second

        from runner.devices.network import with_units

        made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        module = importlib.import_module(made["module"])
        traces = made["traces"] and {**made["traces"], "every": made["traces"]["every"] * second}
        return NumpyProgram(module, with_units(module, made["structure"]), traces)


class NumpyProgram(Program):
    """A network that runs in this process, with the face of a compiled program.

    Parameters
    ----------
    module : module
        The ``experiment.py``.
    structure : Mapping
        ``network.*`` keys and their values.
    traces : Mapping, optional
        Arguments of `runner.devices.network.add_traces`.

    Raises
    ------
    BuildError
        Brian2 refuses the network.
    """

    def __init__(
        self, module: ModuleType, structure: Mapping[str, Any], traces: Mapping[str, Any] | None = None
    ) -> None:
        from runner.devices.network import description

        activate()
        self.module = module
        self.structure, self.traces = structure, traces
        self.network = self._assemble()
        self.manifest = description(self.module, self.network)
        for key, array in self.manifest["arrays"].items():
            if array["settable"] and array["size"] < 0:  # synapses exist already, other than in a program
                array["size"] = self.reader(Path())(key).size
        self.fresh = True

    def _assemble(self) -> Any:
        """Return a new network, at time 0."""
        from runner.devices.network import assemble

        return assemble(self.module, self.structure, self.traces)

    def assign(self, values: Mapping[str, np.ndarray]) -> None:
        """Set variables and tables, as the arguments of a compiled program do.

        Parameters
        ----------
        values : Mapping
            ``<object>.<variable>`` or ``<table>.values`` to number or array, in SI base units.
        """
        from runner.devices.network import timed_arrays

        tables = timed_arrays(self.network)
        for key, value in values.items():
            name, variable = key.split(".", 1)
            if name in tables:
                tables[name].values[...] = np.reshape(value, tables[name].values.shape)
            else:
                array = self.network[name].variables[variable].get_value()
                array[...] = np.reshape(value, -1) if value.ndim else value

    def run(
        self, values: Mapping[str, Any], results: Path, progress: Callable[[float, float], None] | None = None
    ) -> dict[str, float]:
        """Run the network from its beginning.

        Parameters
        ----------
        values : Mapping
            ``<object>.<variable>`` to number or array; must hold ``run.seed`` and ``run.duration``.
        results : Path
            Not used: the results stay in memory until the next run.
        progress : callable, optional
            Called with percentage done and expected seconds left, now and then.

        Returns
        -------
        dict
            ``cpu_s`` and ``wall_s``.

        Raises
        ------
        RunError
            A wrong value.
        """
        from brian2 import second, seed

        from runner.devices.network import explained

        checked = self.checked(values)
        wall, cpu = time.time(), time.process_time()
        # The first network is made before the arrays of the point are drawn: a wrong structure is its complaint.
        if not self.fresh:
            self.network = self._assemble()
        self.fresh = False
        self.assign(checked)
        seed(int(checked["run.seed"]))

        def report(elapsed: Any, done: float, start: Any, duration: Any) -> None:
            if progress and 0 < done < 1:
                progress(100 * done, float(elapsed) * (1 - done) / done)

        with explained(self.module):
            duration = float(checked["run.duration"]) * second
            self.network.run(duration, report=report, report_period=REPORT * second, namespace={})
        return {"cpu_s": time.process_time() - cpu, "wall_s": time.time() - wall}

    def reader(self, results: Path) -> Callable[[str], np.ndarray]:
        """Return a function that reads the arrays of the last run.

        Parameters
        ----------
        results : Path
            Not used.

        Returns
        -------
        callable
            ``<object>.<variable>`` to an array, in SI base units.
        """

        def read(key: str) -> np.ndarray:
            name, variable = key.split(".", 1)
            return np.asarray(self.network[name].variables[variable].get_value())

        return read
