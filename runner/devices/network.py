"""The network of an experiment on whatever device is active, and the description of its arrays."""

import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    PopulationRateMonitor,
    Quantity,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    device,
    get_device,
)
from brian2.core.variables import ArrayVariable, DynamicArrayVariable, Subexpression
from brian2.monitors.spikemonitor import EventMonitor

from base.errors import BuildError
from runner import variants
from runner.quantities import display_unit


@contextmanager
def explained(module: ModuleType) -> Iterator[None]:
    """Turn what Brian2 says about wrong equations into one line; the full story goes to the job's log.

    Parameters
    ----------
    module : module
        The ``experiment.py`` whose network is made.

    Raises
    ------
    BuildError
        In place of any exception of the block.
    """
    try:
        yield
    except BuildError:
        raise
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        story: list[BaseException] = [error]
        while (cause := story[-1].__cause__ or story[-1].__context__) is not None:
            story.append(cause)
        named = re.search(r"object named '(\w+)'", " ".join(map(str, story)))
        file = getattr(module, "__file__", "")
        own = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        where = f"object {named[1]}" if named else f"network, line {own[-1]}" if own else "network"
        root = story[-1]
        said = " ".join(str(root).split())
        if isinstance(root, SyntaxError) and root.text:  # of an equation, whose file and line nobody knows
            said = f"{root.msg} in '{' '.join(root.text.split())}'"
        raise BuildError(f"{module.__name__}: {where}: {type(root).__name__}: {said}") from None


def with_units(module: ModuleType, structure: Mapping[str, Any]) -> dict[str, Any]:
    """Undo `runner.quantities.plain` for the structure of a network.

    Parameters
    ----------
    module : module
        The ``experiment.py``.
    structure : Mapping
        ``network.*`` keys to numbers in SI base units; ``variant.*`` keys to names of models.

    Returns
    -------
    dict
        The same keys; quantities where the default is one.
    """
    defaults = {f"network.{field.name}": field.metadata["default"] for field in fields(module.Structure)}
    return {
        key: Quantity(value, dim=default.dim) if isinstance(default := defaults.get(key), Quantity) else value
        for key, value in structure.items()
    }


def run_group() -> NeuronGroup:
    """Return the runner's own object: the keys ``run.duration`` and ``run.seed``.

    Returns
    -------
    NeuronGroup
        One neuron without dynamics.
    """
    return NeuronGroup(
        1,
        "duration : second (shared, constant)\nseed : integer (shared, constant)",
        name="run",
        namespace={},
    )


def assemble(module: ModuleType, structure: Mapping[str, Any], traces: Mapping[str, Any] | None = None) -> Network:
    """Make the Brian2 network of one structure, on whatever device is active.

    Parameters
    ----------
    module : module
        The ``experiment.py``.
    structure : Mapping
        ``network.*`` keys and their values; ``variant.*`` keys to names of models (`runner.variants`).
    traces : Mapping, optional
        Arguments of `add_traces`.

    Returns
    -------
    Network
        With the runner's ``run`` group added.

    Raises
    ------
    BuildError
        Brian2 refuses the equations, or an object that the experiment declares is not in the network.
    """
    others = variants.chosen(structure)
    values = {key.split(".", 1)[1]: value for key, value in structure.items() if key not in others}
    with explained(module), variants.substituted(module.OBJECTS, others):
        network = module.network(module.Structure(**values))
        variants.check_used(network, module.OBJECTS, others, module.__name__)
    objects = {obj.name for obj in network.objects}
    for name in module.OBJECTS:
        if name not in objects:
            raise BuildError(f"{module.__name__}: OBJECTS: '{name}' is not an object of the network")
    network.add(run_group())
    if traces:
        add_traces(network, **traces)
    return network


def add_traces(network: Network, elements: int, every: Any) -> None:
    """Record every state variable of every group; of neurons also the subexpressions.

    Parameters
    ----------
    network : Network
        The network.
    elements : int
        How many neurons or synapses of each object, from the first.
    every : Quantity, second
        Sampling interval.
    """
    for obj in list(network.objects):
        if not isinstance(obj, NeuronGroup | Synapses) or obj.name == "run":
            continue
        names = [
            name
            for name, var in obj.variables.items()
            # Brian2 cannot record a subexpression of synapses that looks at their neurons.
            if isinstance(var, ArrayVariable if isinstance(obj, Synapses) else ArrayVariable | Subexpression)
            and getattr(var.owner, "name", "") == obj.name
            and not (var.scalar or var.read_only and isinstance(var, ArrayVariable))
            and np.issubdtype(var.dtype, np.floating)
            and name != "lastspike"
            and not name.startswith("_")  # Brian2's own
        ]
        if names:
            try:
                record = list(range(min(elements, len(obj))))
            except NotImplementedError:  # synapses that the program itself connects
                record = list(range(elements))
            network.add(StateMonitor(obj, names, record=record, dt=every, name=f"traces_{obj.name}"))


def timed_arrays(network: Network) -> dict[str, TimedArray]:
    """Return the tables that the objects of a network look up.

    Parameters
    ----------
    network : Network
        The network, on any device.

    Returns
    -------
    dict
        Name to table.
    """
    spaces = [getattr(obj, "namespace", None) or {} for obj in network.objects]
    return {table.name: table for space in spaces for table in space.values() if isinstance(table, TimedArray)}


def _fields(owner: Any) -> dict[str, ArrayVariable]:
    """Return the array variables that an object owns."""
    return {
        name: var
        for name, var in owner.variables.items()
        if isinstance(var, ArrayVariable) and var.owner is not None and var.owner.name == owner.name
    }


def manifest(network: Network) -> dict[str, Any]:
    """Describe all arrays of a network, so that results can be read and values set without Brian2.

    Parameters
    ----------
    network : Network
        The network, on any device.

    Returns
    -------
    dict
        ``arrays``: key ``<object>.<variable>`` to ``file``, ``dtype``, ``size`` (-1: known only when the program
        runs), ``settable``, ``scalar``, ``unit``, ``unit_size``; ``monitors``: name to ``kind``, ``variables``,
        ``elements`` (recorded indices) and their ``source``.
    """
    standalone = hasattr(get_device(), "get_array_filename") and get_device().__class__.__name__ != "RuntimeDevice"
    arrays, monitors = {}, {}
    for obj in network.objects:
        if not hasattr(obj, "variables"):
            continue
        for name, var in _fields(obj).items():
            unit, size = display_unit(var.dim)
            arrays[f"{obj.name}.{name}"] = {
                "file": Path(device.get_array_filename(var)).name if standalone else "",
                "dtype": np.dtype(var.dtype).str,
                "size": -1 if isinstance(var, DynamicArrayVariable) else int(var.size),
                "settable": not var.read_only,
                "scalar": bool(var.scalar),
                "unit": unit,
                "unit_size": size,
            }
        if isinstance(obj, StateMonitor):
            elements = np.arange(len(obj.source)) if obj.record is True else np.atleast_1d(obj.record)
            monitors[obj.name] = {
                "kind": "state",
                "variables": list(obj.record_variables),
                "elements": [int(k) for k in elements],
                "source": obj.source.name,
            }
        elif isinstance(obj, EventMonitor | SpikeMonitor):
            extra = sorted(name for name in obj.record_variables if name not in ("i", "t"))  # Brian2 has a set
            monitors[obj.name] = {"kind": "event", "variables": extra, "elements": []}
        elif isinstance(obj, PopulationRateMonitor):
            monitors[obj.name] = {"kind": "rate", "variables": ["rate"], "elements": []}
    # A C++ program knows the tables that its code uses.
    known = getattr(get_device(), "timed_arrays", None)
    tables = timed_arrays(network) if known is None else {name: table for table, name in known.items()}
    for name, table in tables.items():
        arrays[f"{name}.values"] = {
            "file": "",
            "dtype": np.dtype(table.values.dtype).str,
            "size": int(table.values.size),
            "settable": True,
            "scalar": False,
            "unit": "",
            "unit_size": 1.0,
        }
    return {"arrays": arrays, "monitors": monitors}


def description(module: ModuleType, network: Network) -> dict[str, Any]:
    """Describe a network for the jobs that run it.

    Parameters
    ----------
    module : module
        The ``experiment.py``.
    network : Network
        Its network, on any device.

    Returns
    -------
    dict
        The manifest (see `manifest`), with ``final`` (what the module wants to know at the end) and ``schedule`` (the
        order of all objects) added.

    Raises
    ------
    BuildError
        A key of ``FINAL`` is no variable.
    """
    found = manifest(network)
    for key in getattr(module, "FINAL", []):
        if key not in found["arrays"]:
            raise BuildError(f"{module.__name__}: FINAL: '{key}' is not a state variable of the network")
    schedule = [
        f"{obj.when:<18} {obj.order:>4}  dt={float(obj.clock.dt):<10g} {obj.name}" for obj in network.sorted_objects
    ]
    return {**found, "final": list(getattr(module, "FINAL", [])), "schedule": schedule}
