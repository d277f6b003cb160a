"""The same network on Brian2's NumPy target: no compiler, for small networks and for a debugger."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import brian2
import numpy as np
from brian2 import BrianLogger, Network, prefs, second, set_device

from runner.binary import Arrays
from runner.experiment import Experiment, load
from runner.planning import with_units
from runner.standalone import assemble, description, explained, timed_arrays

REPORT = 10 * second  # wall time between two words about progress


def activate() -> None:
    """Make networks for the NumPy target from now on."""
    BrianLogger.suppress_name("unused_brian_object")  # some are only looked at
    prefs.codegen.target = "numpy"
    set_device("runtime")


class NumpyProgram(Arrays):
    """A network that runs in this process, with the face of a compiled program.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    structure : Mapping
        ``network.*`` keys and their values.
    traces : Mapping, optional
        Arguments of `runner.standalone.add_traces`.

    Raises
    ------
    BuildError
        Brian2 refuses the network.
    """

    def __init__(
        self, experiment: Experiment, structure: Mapping[str, Any], traces: Mapping[str, Any] | None = None
    ) -> None:
        activate()
        self.module = experiment.module
        self.structure, self.traces = structure, traces
        self.network = self._assemble()
        self.manifest = description(self.module, self.network)
        for key, array in self.manifest["arrays"].items():
            if array["settable"] and array["size"] < 0:  # synapses exist already, other than in a program
                array["size"] = self.reader(Path())(key).size
        self.fresh = True

    @classmethod
    def open(cls, folder: Path) -> "NumpyProgram":
        """Make the network again that `runner.build` has made.

        Parameters
        ----------
        folder : Path
            Folder of the build.
        """
        made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        experiment = load(made["experiment"])
        return cls(experiment, with_units(experiment, made["structure"]))

    def _assemble(self) -> Network:
        """Return a new network, at time 0."""
        return assemble(self.module, self.structure, self.traces)

    def assign(self, values: Mapping[str, np.ndarray]) -> None:
        """Set variables and tables, as the arguments of a compiled program do.

        Parameters
        ----------
        values : Mapping
            ``<object>.<variable>`` or ``<table>.values`` to number or array, in SI base units.
        """
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
        checked = self.checked(values)
        wall, cpu = time.time(), time.process_time()
        # The first network is made before the arrays of the point are drawn: a wrong structure is its complaint.
        if not self.fresh:
            self.network = self._assemble()
        self.fresh = False
        self.assign(checked)
        brian2.seed(int(checked["run.seed"]))

        def report(elapsed: Any, done: float, start: Any, duration: Any) -> None:
            if progress and 0 < done < 1:
                progress(100 * done, float(elapsed) * (1 - done) / done)

        with explained(self.module):
            duration = float(checked["run.duration"]) * second
            self.network.run(duration, report=report, report_period=REPORT, namespace={})
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
