"""Write the GeNN project of one structure. Runs in the environment of brian2genn (requirements-genn.txt).

brian2genn's programs take a duration, and nothing else. The values of a point, its tables and its seed are therefore
read from files by lines that are added to the generated ``main.cpp`` (``genn.h``).
"""

import argparse
import importlib
import json
import logging
import shutil
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from brian2 import NeuronGroup, Synapses, defaultclock, device, prefs, second, set_device
from brian2.core.network import _get_all_objects
from brian2.core.variables import DynamicArrayVariable
from brian2.groups.group import CodeRunner

from base.errors import BuildError
from runner.devices.network import assemble, description, explained, timed_arrays, with_units
from runner.devices.toolchain import LINK_FLAGS, flags

VALUES = "given.h"
# It says so of synapses that a summed variable or a step reads: nothing is wrong with them.
USUAL = "no direct postsynaptic effect"


def generate(module: ModuleType, structure: Mapping[str, Any], project: Path, gpu: bool) -> dict[str, Any]:
    """Write the GeNN project of one structure.

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
        The manifest (see `runner.devices.network.description`), with the time step ``dt``.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
        import brian2genn  # noqa: F401  (registers the device)

    # Not `device.build`: brian2genn refuses what was done before the run once the run is over.
    set_device("genn", directory=str(project), compile=False, run=False, use_GPU=gpu)
    prefs.codegen.cpp.extra_compile_args_gcc = flags()
    prefs.codegen.cpp.extra_link_args = LINK_FLAGS
    prefs.codegen.cpp.headers = [f'"{VALUES}"']
    for kind in ("include_dirs", "library_dirs", "runtime_library_dirs"):
        setattr(prefs.codegen.cpp, kind, [])
    network = assemble(module, structure)
    for obj in _get_all_objects(network.objects):
        # brian2genn knows these operations by their name alone, and silently leaves out those of another name.
        if type(obj) is CodeRunner and "_run_regularly" not in obj.name:
            obj._name = f"{obj.group.name}_run_regularly_{obj.name}"
    manifest = {**description(module, network), "dt": float(defaultclock.dt)}
    for line in _values(network, manifest):
        device.insert_code("main", line)
    with explained(module):
        network.run(1 * second, namespace={})
    shutil.copy(Path(__file__).with_name("genn.h"), project / VALUES)
    return manifest


def _values(network: Any, manifest: Mapping[str, Any]) -> list[str]:
    """Return the lines of ``main.cpp`` that set values, tables and seed at run time."""
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


def main() -> None:
    """Command line of the process that writes a project."""
    parser = argparse.ArgumentParser(prog="python -m runner.devices.genn_project", description=__doc__)
    parser.add_argument("module", help="experiments.<paper>.<experiment>.experiment")
    parser.add_argument("--structure", required=True, help="JSON text of the structural values")
    parser.add_argument("--gpu", action="store_true", help="for an NVIDIA GPU instead of one core of the CPU")
    parser.add_argument("--out", type=Path, required=True, help="folder of the project")
    args = parser.parse_args()
    logging.getLogger("brian2").setLevel(logging.WARNING)
    logging.getLogger("brian2.devices.genn").addFilter(lambda record: USUAL not in record.getMessage())
    module = importlib.import_module(args.module)
    try:
        manifest = generate(module, with_units(module, json.loads(args.structure)), args.out, args.gpu)
    except BuildError as error:
        sys.exit(str(error))
    (args.out / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
