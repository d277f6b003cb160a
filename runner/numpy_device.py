"""The same network on Brian2's NumPy target: no compiler, for tests and for stepping through with a debugger."""

from collections.abc import Mapping
from typing import Any

import brian2
import numpy as np
import pandas as pd
from brian2 import Network, TimedArray, prefs, second, set_device

from runner.experiment import Experiment
from runner.records import recordings
from runner.simulate import run_rounds
from runner.standalone import assemble, explained, manifest


def assign(network: Network, values: Mapping[str, Any]) -> None:
    """Set variables and tables of a network, as the arguments of a compiled program do.

    Parameters
    ----------
    network : Network
        Network on the runtime device.
    values : Mapping
        ``<object>.<variable>`` or ``<table>.values`` to number or array, in SI base units.

    Raises
    ------
    KeyError
        No such object or variable.
    """
    tables = {
        table.name: table
        for obj in network.objects
        for table in (getattr(obj, "namespace", None) or {}).values()
        if isinstance(table, TimedArray)
    }
    for key, value in values.items():
        name, variable = key.split(".", 1)
        if name in tables:
            tables[name].values[...] = np.reshape(value, tables[name].values.shape)
        else:
            network[name].variables[variable].get_value()[...] = np.reshape(value, -1) if np.ndim(value) else value


def run_numpy(
    experiment: Experiment,
    structure: Mapping[str, Any],
    point: Mapping[str, Any],
    traces: Mapping[str, Any] | None = None,
) -> dict[str, pd.DataFrame]:
    """Run one point on the NumPy target.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    structure : Mapping
        ``network.*`` keys and their values.
    point : Mapping
        The point, from a plan.
    traces : Mapping, optional
        Arguments of `runner.standalone.add_traces`.

    Returns
    -------
    dict
        The same tables as the compiled program gives; equal for deterministic networks up to rounding. Noise comes
        from another generator.
    """
    prefs.codegen.target = "numpy"
    set_device("runtime")

    # The first network is made before its arrays are drawn: a wrong structure is the network's complaint.
    networks = [assemble(experiment.module, structure, traces)]

    def run(values: dict[str, Any]) -> dict[str, pd.DataFrame]:
        network = networks.pop() if networks else assemble(experiment.module, structure, traces)
        assign(network, values)
        brian2.seed(point["seed"])
        with explained(experiment.module):
            network.run(values["run.duration"] * second, namespace={})
        found = {**manifest(network), "final": list(getattr(experiment.module, "FINAL", []))}

        def read(key: str) -> np.ndarray:
            name, variable = key.split(".", 1)
            return np.asarray(network[name].variables[variable].get_value())

        return recordings(found, read, point)

    return run_rounds(experiment.name, point, run)
