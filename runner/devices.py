"""The one place that knows devices: which there are, what each offers, and what a network requires of it.

What an experiment requires is read off its Brian2 network, never typed by hand. It is compared with what the device
offers before any code is generated, because a device that lacks something does not always say so: brian2genn silently
leaves out, or moves within the time step, what it does not know.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brian2 import Network, NeuronGroup, Synapses

    from runner.binary import Arrays
    from runner.experiment import Experiment

DEFAULT = "cpp_standalone"
# The only order of slots that GeNN has: a spike is delivered in the next time step.
GENN_SCHEDULE = ("start", "synapses", "groups", "thresholds", "resets", "end")

# What a network may require: meaning, and what to do where a device lacks it.
FEATURES = {
    "copies": ("copies of neurons that share synapses", "set copies to 1"),
    "python": ("Python functions called by the network", "write them as equations or steps"),
    "linked": ("linked variables", "put the groups together, or keep a copy of the variable"),
    "events": ("custom events", "let a threshold make the spike, and a step do the rest"),
    "pathways": ("several pathways in one Synapses", "make one Synapses for each"),
    "delays": ("heterogeneous delays", "make one Synapses for each delay"),
    "synaptic targets": ("synapses onto synapses", "keep the variable in a neuron"),
    "clocks": ("several clocks", "set defaultclock.dt and leave dt= to steps and StateMonitors, in multiples of it"),
    "tables": ("timed arrays in equations", "look the value up in a step in slot 'start'"),
    "unsorted": ("synapses in any order", "connect them sorted by their presynaptic neuron"),
    "sides": ("presynaptic variables in on_pre, postsynaptic ones in on_post", "keep a copy in the synapse"),
    "post writes": ("any change of neurons by a pathway", "change one postsynaptic variable, by +=, in on_pre only"),
    "summed": ("any summed variables", "one in each Synapses, without another effect on the neurons"),
    "subexpressions": ("subexpressions in synaptic code", "make it a variable that a step sets"),
    "shared": ("shared variables of neurons in synaptic code", "declare it in the synapses"),
    "synaptic steps": (
        "steps of synapses with variables of neurons, or with variables that no pathway uses",
        "let a pathway bring the value, and declare (constant) what the step only reads",
    ),
    "functions": ("clip() and int() of numbers in equations", "compare instead: int() of a condition is exact"),
    "recorded": ("records of any variable", "record a variable of the group that its code uses"),
    "order": (
        "any order within a time step",
        "give Synapses with differential equations the order -2, which read nothing that spikes of this step change; "
        "leave the order of pathways and summed variables as it is",
    ),
    "slots": ("steps and monitors in any slot", "run steps in slot 'start', record in slot 'start' or 'end'"),
    "schedule": ("an order of slots of its own", f"set network.schedule = {list(GENN_SCHEDULE)}"),
}
# What the runner itself needs of a device: not read off a network, because every experiment needs it.
SERVICES = {
    "values at run time": "parameters, arrays and tables of a point, without a new build",
    "seed at run time": "the same seed gives the same random numbers",
    "duration at run time": "run.duration is a parameter",
    "rounds": "an inputs.py that yields sees what was recorded, and starts again",
}


@dataclass(frozen=True)
class Device:
    """One way to run a network.

    Parameters
    ----------
    name : str
        As in the configuration.
    text : str
        What it is, one line.
    program : bool
        Whether what it generates says all, so that it is known by its contents (`runner.programs`) and not by its code.
    lacks : frozenset of str
        Keys of `FEATURES` that it does not offer. Every device offers all `SERVICES`.
    """

    name: str
    text: str
    program: bool
    lacks: frozenset[str]


DEVICES = {
    device.name: device
    for device in (
        Device("cpp_standalone", "a compiled C++ program; the default", True, frozenset({"python"})),
        Device("numpy", "Brian2's runtime mode without a compiler, for small networks", False, frozenset({"copies"})),
        Device("genn", "GeNN on a GPU or one core of the CPU, by brian2genn", False, frozenset(FEATURES)),
    )
}


def device(name: object, file: object = "--config") -> Device:
    """Return a device by name.

    Parameters
    ----------
    name : str
        Name from a configuration or a command line.
    file : object
        Where it was given; named in the error.

    Raises
    ------
    ConfigError
        There is no such device.
    """
    from base.errors import ConfigError, nearest

    if name not in DEVICES:
        raise ConfigError(file, "device", f"unknown device '{name}'; {nearest(str(name), DEVICES)}")
    return DEVICES[str(name)]


@dataclass(frozen=True)
class Requirement:
    """Something that a network requires of its device.

    Parameters
    ----------
    feature : str
        Key of `FEATURES`.
    object : str
        Name of the Brian2 object.
    detail : str
        What it does, as the predicate of a sentence about the object.
    """

    feature: str
    object: str
    detail: str


def refusals(network: "Network", on: Device) -> list[Requirement]:
    """Return what a network requires and a device does not offer.

    Parameters
    ----------
    network : Network
        The network, on any device.
    on : Device
        The device.

    Returns
    -------
    list of Requirement
        Empty if the device can run the network.
    """
    return [required for required in requirements(network) if required.feature in on.lacks]


def refusal(experiment: str, required: Requirement, on: Device) -> str:
    """Say in one line why a device does not run an experiment, and what to do.

    Parameters
    ----------
    experiment : str
        ``<paper>/<experiment>``.
    required : Requirement
        What is lacking.
    on : Device
        The device.

    Returns
    -------
    str
        Names experiment, object, feature, device and remedy.
    """
    feature, remedy = FEATURES[required.feature]
    others = [name for name, other in DEVICES.items() if required.feature not in other.lacks]
    return (
        f"{experiment}: object '{required.object}' {required.detail}; device {on.name} does not offer {feature}: "
        f"{remedy}, or use device {' or '.join(others)}"
    )


# ---------------------------------------------------------------------------------------------------------------------
# What a device needs, makes and runs
# ---------------------------------------------------------------------------------------------------------------------


def ready(name: str) -> None:
    """Refuse a device whose tools are not installed.

    Parameters
    ----------
    name : str
        Name of the device.

    Raises
    ------
    ConfigError
        One line: what is missing.
    """
    if name == "genn":
        from runner import genn

        genn.sources()
        genn.interpreter()
    if name != "numpy":
        from runner.toolchain import compiler

        compiler()


def identity(name: str) -> list[Any]:
    """Return what, beside the network, decides what a device makes of it; part of the key of a build.

    Parameters
    ----------
    name : str
        Name of the device.

    Returns
    -------
    list
        JSON-like: device, code, compiler, flags, versions.

    Raises
    ------
    ConfigError
        What the device needs is not installed.
    """
    import brian2
    import numpy as np

    from base.catalogue import ROOT
    from runner.fingerprint import code
    from runner.toolchain import recipe

    shared = [name, code(ROOT / "runner" / "standalone.py", "generate"), brian2.__version__]
    if name == "numpy":
        return [*shared, np.__version__]
    header = {"cpp_standalone": "standalone.h", "genn": "genn.h"}[name]
    compiled: list[Any] = [(ROOT / "runner" / header).read_text(encoding="utf-8"), recipe()]
    if name == "genn":
        from runner import genn

        compiled += [code(ROOT / "runner" / "genn.py"), genn.version(genn.sources()), genn.use_gpu()]
    return shared + compiled


def tools(name: str) -> dict[str, str]:
    """Return what compiles the programs of a device.

    Parameters
    ----------
    name : str
        Name of the device.

    Returns
    -------
    dict
        ``compiler`` and ``flags``; empty texts if nothing is compiled.
    """
    from runner.toolchain import FLAGS, compiler

    if name == "numpy":
        return {"compiler": "", "flags": ""}
    return {"compiler": ": ".join(compiler()), "flags": " ".join(FLAGS)}


def generate(
    name: str,
    experiment: "Experiment",
    structure: Mapping[str, Any],
    project: Path,
    traces: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write in a folder what a device makes of one structure, without compiling it.

    Parameters
    ----------
    name : str
        Name of the device.
    experiment : Experiment
        The experiment.
    structure : Mapping
        ``network.*`` keys and their values.
    project : Path
        The folder.
    traces : Mapping, optional
        Arguments of `runner.standalone.add_traces`.

    Returns
    -------
    dict
        Description of the network (see `runner.standalone.description`).

    Raises
    ------
    BuildError
        The device cannot run the network, or Brian2 refuses it.
    ConfigError
        What the device needs is not installed.
    """
    from base.errors import BuildError
    from runner import standalone

    ready(name)
    module = experiment.module

    def check(network: "Network") -> None:
        for required in refusals(network, DEVICES[name]):
            raise BuildError(refusal(module.__name__, required, DEVICES[name]))

    if name == "cpp_standalone":
        return standalone.generate(module, structure, project, traces, check)
    from runner.numpy_device import NumpyProgram
    from runner.planning import plain

    program = NumpyProgram(experiment, structure, traces)
    check(program.network)
    if name == "numpy":
        return {**program.manifest, "experiment": experiment.name, "structure": plain(structure)}
    from runner import genn

    return genn.generate_elsewhere(experiment.name, plain(structure), project)


def compile_project(name: str, project: Path, cache: Path, jobs: int) -> None:
    """Compile what `generate` has written; nothing to do where a device compiles nothing.

    Parameters
    ----------
    name : str
        Name of the device.
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
    if name == "cpp_standalone":
        from runner import toolchain

        toolchain.compile_project(project, cache, jobs)
    elif name == "genn":
        from runner import genn

        genn.compile_project(project)


def open_program(folder: Path) -> "Arrays":
    """Return the program in the folder of a build.

    Parameters
    ----------
    folder : Path
        Folder made by `runner.build`.

    Raises
    ------
    RunError
        The folder holds no complete build.
    """
    from runner.binary import Program, read_manifest

    made = read_manifest(folder)["device"]
    if made == "numpy":
        from runner.numpy_device import NumpyProgram

        return NumpyProgram.open(folder)
    if made == "genn":
        from runner.genn import GennProgram

        return GennProgram(folder)
    return Program(folder)


# ---------------------------------------------------------------------------------------------------------------------
# What a network requires
# ---------------------------------------------------------------------------------------------------------------------


def requirements(network: "Network") -> list[Requirement]:
    """Read off a network what it requires of a device beyond what every device offers.

    Parameters
    ----------
    network : Network
        The network, on any device; nothing is run.

    Returns
    -------
    list of Requirement
        In the order of `FEATURES`, one for each feature and object.
    """
    from brian2 import NetworkOperation, NeuronGroup, Synapses
    from brian2.core.network import _get_all_objects

    objects = sorted(_get_all_objects(network.objects), key=lambda obj: obj.name)
    found: list[Requirement] = []
    for obj in objects:
        if isinstance(obj, NetworkOperation):
            found.append(Requirement("python", obj.name, "calls a Python function"))
        elif isinstance(obj, Synapses):
            found += _of_synapses(obj)
            found += _of_dynamics(obj, objects)
        elif isinstance(obj, NeuronGroup):
            found += _of_neurons(obj)
        found += _of_clock(obj)
        found += _of_slot(obj)
        found += _of_monitor(obj, objects)
    if any(obj.template == "synapses" for obj in objects if hasattr(obj, "template")):
        if network._schedule is None or tuple(network.schedule) != GENN_SCHEDULE:
            order = ", ".join(network._schedule or ()) or "start, groups, thresholds, synapses, resets, end"
            found.append(Requirement("schedule", "network", f"has the order of slots {order}"))
    first = {(required.feature, required.object): required for required in reversed(found)}
    return sorted(first.values(), key=lambda required: (list(FEATURES).index(required.feature), required.object))


def _of_clock(obj: Any) -> Iterator[Requirement]:
    """Require a clock of its own."""
    from brian2 import Group, StateMonitor
    from brian2.groups.group import CodeRunner

    if isinstance(obj, StateMonitor) or type(obj) is CodeRunner:
        group = obj.source if isinstance(obj, StateMonitor) else obj.group
        ratio = float(obj.clock.dt) / float(group.clock.dt)
        if abs(ratio - round(ratio)) > 1e-4:
            yield Requirement("clocks", obj.name, f"ticks every {obj.clock.dt}, no multiple of {group.clock.dt}")
    elif isinstance(obj, Group) and not isinstance(obj, CodeRunner) and obj.clock.name != "defaultclock":
        yield Requirement("clocks", obj.name, f"has a clock of its own, every {obj.clock.dt}")


def _of_slot(obj: Any) -> Iterator[Requirement]:
    """Require a slot, or an order within a slot, other than the usual one."""
    from brian2 import SpikeMonitor, StateMonitor
    from brian2.groups.group import CodeRunner

    usual: dict[str, Sequence[str]] = {
        "Thresholder": ("thresholds",),
        "Resetter": ("resets",),
        "StateUpdater": ("groups",),
        "SummedVariableUpdater": ("groups",),
        "SynapticPathway": ("synapses",),
        "SubexpressionUpdater": ("before_start",),
    }
    slots = usual.get(type(obj).__name__, ())
    if type(obj) is CodeRunner:
        slots = ("start",)
    elif isinstance(obj, SpikeMonitor):
        slots = ("thresholds", "end")
    elif isinstance(obj, StateMonitor):
        slots = ("start", "end")
    if slots and obj.when not in slots and not _custom(obj):
        yield Requirement("slots", obj.name, f"runs in slot '{obj.when}'")
    if type(obj).__name__ == "SummedVariableUpdater" and obj.order >= obj.target.order:
        yield Requirement("order", obj.name, "adds up after the neurons were updated")
    if type(obj).__name__ == "SynapticPathway" and obj.prepost == "post":
        pre = getattr(obj.synapses, "pre", None)
        if pre is not None and pre.order > obj.order:
            yield Requirement("order", obj.name, "runs before on_pre")


def _custom(obj: Any) -> bool:
    """Return whether an object belongs to an event that is no spike."""
    return getattr(obj, "event", "spike") != "spike"


def _of_monitor(obj: Any, objects: Iterable[Any]) -> Iterator[Requirement]:
    """Require records that not every device can make."""
    from brian2 import SpikeMonitor, StateMonitor, Synapses
    from brian2.core.variables import Subexpression
    from brian2.monitors.spikemonitor import EventMonitor

    if isinstance(obj, EventMonitor) and not (isinstance(obj, SpikeMonitor) and obj.event == "spike"):
        yield Requirement("events", obj.name, f"records the event '{obj.event}'")
    elif isinstance(obj, SpikeMonitor):
        reset = set(_targets(str(obj.source.event_codes.get("spike", ""))))
        for name in sorted(set(obj.record_variables) & reset):
            yield Requirement("recorded", obj.name, f"records '{name}' before the reset changes it")
    elif isinstance(obj, StateMonitor):
        source = obj.source
        used = set().union(*map(_identifiers, _synaptic_codes(source).values()), _written_by_steps(source))
        # brian2genn fetches a variable once per time step: what a step reads is already there when 'end' comes.
        fetched = set().union(*(_identifiers(str(step.abstract_code)) for step in _steps(source)))
        stale = fetched & _changed_on_the_device(source, objects) if obj.when == "end" else set()
        for name in obj.record_variables:
            variable = source.variables[name]
            if stale & (_expanded(variable.expr, source) if isinstance(variable, Subexpression) else {name}):
                yield Requirement(
                    "recorded", obj.name, f"records '{name}' in slot 'end', but a step reads it in 'start'"
                )
            if isinstance(variable, Subexpression):
                if {"t", "dt"} & _expanded(variable.expr, source):
                    yield Requirement("recorded", obj.name, f"records '{name}', which depends on the time")
            elif variable.scalar or isinstance(source, Synapses) and name not in used:
                yield Requirement("recorded", obj.name, f"records '{name}', which is shared or in no code of its group")


def _of_neurons(group: "NeuronGroup") -> Iterator[Requirement]:
    """Require what equations, events and links of neurons need."""
    for event in sorted(set(group.events) - {"spike"}):
        yield Requirement("events", group.name, f"has the event '{event}'")
    resets = [obj for obj in group.contained_objects if type(obj).__name__ == "Resetter"]
    if sum(obj.event == "spike" for obj in resets) > 1:
        yield Requirement("events", group.name, "runs code at a spike beside the reset")
    for name in sorted(getattr(variable, "name", variable) for variable in group._linked_variables):
        yield Requirement("linked", group.name, f"links the variable '{name}'")
    codes = [str(eq.expr) for eq in group.equations.values() if eq.expr is not None]
    codes += [*map(str, group.events.values()), *map(str, group.event_codes.values())]
    yield from _of_code(group, codes)


def _of_code(group: Any, codes: Iterable[str]) -> Iterator[Requirement]:
    """Require what expressions and statements need that run on the device itself."""
    from brian2 import TimedArray

    for code in codes:
        for name in sorted(_identifiers(code)):
            if isinstance((group.namespace or {}).get(name), TimedArray):
                yield Requirement("tables", group.name, f"looks up the timed array '{name}' in its equations")
        for call in _calls(code):
            name = getattr(call.func, "id", "")
            argument = ast.unparse(call.args[0]) if call.args else ""
            if name == "clip" or name == "int" and not _boolean(call.args[0], group):
                kind = "computes in single precision" if name == "clip" else "takes for a truth value"
                yield Requirement("functions", group.name, f"uses {name}({argument}{', ...' * (name == 'clip')}), "
                                  f"which GeNN {kind}")  # fmt: skip


def _synaptic_codes(synapses: Any) -> dict[str, str]:
    """Return the code of synapses that runs on the device itself, by what runs it."""
    from brian2 import Synapses

    if not isinstance(synapses, Synapses):
        return {}
    codes = {name: str(getattr(synapses, name).code) for name in synapses._synaptic_updaters}
    codes |= {f"summed {name}": str(up.expression) for name, up in synapses.summed_updaters.items()}
    differential = [eq for eq in synapses.equations.values() if eq.type == "differential equation"]
    # Written as the update that it is: the variable itself is used, too.
    return codes | {f"d{eq.varname}/dt": f"{eq.varname} += dt * ({eq.expr})" for eq in differential
                    if "event-driven" not in eq.flags}  # fmt: skip


def _of_synapses(synapses: "Synapses") -> Iterator[Requirement]:
    """Require what pathways, delays, summed variables and the code of synapses need."""
    from brian2 import Subgroup, Synapses
    from brian2.core.variables import ArrayVariable, Constant, Subexpression

    name = synapses.name
    copies = vars(synapses).get("copies", 1)  # of DenseSynapses; not a variable of that name
    if copies > 1:
        yield Requirement("copies", name, f"is shared by {copies} copies of its neurons")
    for side in (synapses.source, synapses.target):
        if isinstance(side, Synapses):
            yield Requirement("synaptic targets", name, f"connects to the synapses '{side.name}'")
    # brian2genn reads arrays back sorted, and leaves alone those that it did not write.
    if _unsorted(synapses.variables["_synaptic_pre"]):
        yield Requirement("unsorted", name, "is not sorted by its presynaptic neurons")
    codes = _synaptic_codes(synapses)
    for path in synapses._synaptic_updaters:
        pathway = getattr(synapses, path)
        if path not in ("pre", "post"):
            yield Requirement("pathways", name, f"has the pathway '{path}'")
        if getattr(pathway, "event", "spike") != "spike":
            yield Requirement("events", name, f"follows the event '{pathway.event}'")
        delay = pathway.variables["delay"]
        if not delay.scalar and _known(delay).any():
            yield Requirement("delays", name, f"has a delay of its own in every synapse of '{path}'")
        written = [
            (target, how) for target, how in _statements(codes[path]) if _side(synapses, target) in ("pre", "post")
        ]
        accepted = pathway.prepost == "pre" and len(written) <= 1
        if any(not accepted or how != "+=" or _side(synapses, target) != "post" for target, how in written):
            changed = ", ".join(f"{target} {how}" for target, how in written)
            yield Requirement("post writes", name, f"changes neurons in '{path}' ({changed})")
        for identifier in sorted(_identifiers(codes[path])):
            if _side(synapses, identifier) == pathway.prepost:
                yield Requirement("sides", name, f"reads '{identifier}' in '{path}'")
    summed = synapses.summed_updaters
    if summed and (len(summed) > 1 or any(_side(synapses, t) == "post" for p in ("pre",) if p in codes
                                          for t, _ in _statements(codes[p]))):  # fmt: skip
        yield Requirement("summed", name, f"sums {', '.join(sorted(summed))} beside another effect on the neurons")
    for variable, updater in summed.items():
        if isinstance(updater.target, Subgroup) or updater.target is not synapses.target:
            yield Requirement("summed", name, f"sums '{variable}' into another group than its target")
    for what, code in codes.items():
        for identifier in sorted(_identifiers(code)):
            variable = synapses.variables.get(identifier)
            if isinstance(variable, Subexpression):
                yield Requirement("subexpressions", name, f"reads the subexpression '{identifier}' in '{what}'")
            elif _side(synapses, identifier) and variable.scalar and not isinstance(variable, Constant):
                yield Requirement("shared", name, f"reads the shared variable '{identifier}' in '{what}'")
    for updater in synapses.contained_objects:
        if type(updater).__name__ == "SubexpressionUpdater":
            yield Requirement("subexpressions", name, "has subexpressions that are constant over dt")
    used = set().union(*map(_identifiers, codes.values()))
    for step in _steps(synapses):
        code = str(step.abstract_code)
        for identifier in sorted(_identifiers(code)):
            variable = synapses.variables.get(identifier)
            if _side(synapses, identifier):
                yield Requirement("synaptic steps", step.name, f"reads or writes '{identifier}'")
            elif identifier in _targets(code) and identifier not in used:
                yield Requirement("synaptic steps", step.name, f"writes '{identifier}', which no pathway uses")
            elif isinstance(variable, ArrayVariable) and not variable.constant and identifier not in ("t", "dt"):
                if variable.scalar or identifier not in used:
                    yield Requirement("synaptic steps", step.name, f"reads '{identifier}', which is not constant")
    yield from _of_code(synapses, codes.values())


def _of_dynamics(synapses: "Synapses", objects: Iterable[Any]) -> Iterator[Requirement]:
    """Require an order of what happens in every time step: GeNN advances synapses before anything else of the step."""
    from brian2 import Synapses

    codes = _synaptic_codes(synapses)
    every_step = {what: code for what, code in codes.items() if what not in synapses._synaptic_updaters}
    differential = [what for what in every_step if not what.startswith("summed ")]
    first = min(synapses.source.order, synapses.target.order) - 1  # there, summed variables are set
    if differential and synapses.state_updater.order >= first:
        yield Requirement("order", synapses.name, f"advances {differential[0]} after neurons have changed")
    reached = {
        _owner(other, target)
        for other in objects
        if isinstance(other, Synapses)
        for path in other._synaptic_updaters
        for target in _targets(_synaptic_codes(other)[path])
    }
    for what, code in every_step.items():
        for name in sorted(_identifiers(code)):
            if _owner(synapses, name) in reached:
                yield Requirement("order", synapses.name, f"reads '{name}' in '{what}' after spikes changed it")
    advanced = {target for what in differential for target in _targets(codes[what])}
    for path in synapses._synaptic_updaters:
        for name in sorted(_identifiers(codes[path]) & advanced):
            yield Requirement("order", synapses.name, f"reads '{name}' in '{path}' before it is advanced")


def _side(synapses: Any, name: str) -> str:
    """Return on which side of the synapses a variable lives: ``pre``, ``post``, or nothing for their own."""
    index = synapses.variables.indices[name] if name in synapses.variables else ""
    if index in ("_presynaptic_idx", "_postsynaptic_idx"):
        return index[1:].removesuffix("synaptic_idx")
    suffix = name.rpartition("_")[2]
    return suffix if name in synapses.variables and suffix in ("pre", "post") and index == "0" else ""


def _owner(synapses: Any, name: str) -> tuple[Any, str]:
    """Return the group to which a variable in the code of synapses belongs, and its name there."""
    side = _side(synapses, name)
    owner = {"": synapses, "pre": synapses.source, "post": synapses.target}[side]
    return owner, name.removesuffix(f"_{side}") if side else name


def _steps(group: Any) -> list[Any]:
    """Return the ``run_regularly`` operations of a group."""
    from brian2.groups.group import CodeRunner

    return [obj for obj in group.contained_objects if type(obj) is CodeRunner]


def _changed_on_the_device(group: Any, objects: Iterable[Any]) -> set[str]:
    """Return the variables of a group that change otherwise than by a step."""
    from brian2 import Synapses

    changed = {eq.varname for eq in group.equations.values() if eq.type == "differential equation"}
    changed |= {name for code in getattr(group, "event_codes", {}).values() for name in _targets(str(code))}
    for synapses in (obj for obj in objects if isinstance(obj, Synapses)):
        written = {name for code in _synaptic_codes(synapses).values() for name in _targets(code)}
        written |= set(synapses.summed_updaters)
        for side, neurons in (("", synapses), ("_pre", synapses.source), ("_post", synapses.target)):
            if neurons is group:
                changed |= {name.removesuffix(side) for name in written if name.endswith(side)}
    return changed


def _written_by_steps(group: Any) -> set[str]:
    return {name for step in _steps(group) for name in _targets(str(step.abstract_code))}


def _known(variable: Any) -> Any:
    """Return the values of an array; none on a standalone device, where nobody knows them."""
    try:
        return variable.get_value()
    except NotImplementedError:
        import numpy as np

        return np.empty(0)


def _unsorted(variable: Any) -> bool:
    """Return whether the values of an array go down somewhere."""
    values = _known(variable)
    return bool((values[1:] < values[:-1]).any())


def _identifiers(code: str) -> set[str]:
    from brian2.utils.stringtools import get_identifiers

    return set(get_identifiers(re.sub(r"#.*", "", code)))


def _expanded(code: str, group: Any) -> set[str]:
    """Return the identifiers of an expression, with those of the subexpressions that it uses."""
    from brian2.core.variables import Subexpression

    seen: set[str] = set()
    waiting = _identifiers(code)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        variable = group.variables.get(name)
        if isinstance(variable, Subexpression):
            waiting |= _identifiers(variable.expr) - seen
    return seen


def _statements(code: str) -> list[tuple[str, str]]:
    """Return (variable, operator) of every assignment."""
    lines = re.split(r"[;\n]", re.sub(r"#.*", "", code))
    found = (re.match(r"\s*(\w+)\s*([-+*/%]?=|\*\*=|//=)(?!=)", line) for line in lines)
    return [(match[1], match[2]) for match in found if match]


def _targets(code: str) -> list[str]:
    return [name for name, _ in _statements(code)]


def _calls(code: str) -> list[ast.Call]:
    """Return the function calls of expressions or statements."""
    lines = [line.strip() for line in re.split(r"[;\n]", re.sub(r"#.*", "", code))]
    trees = [ast.parse(line) for line in lines if line]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _boolean(node: ast.expr, group: Any) -> bool:
    """Return whether an expression is a condition."""
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if isinstance(node, ast.Name):
        variable = group.variables.get(node.id)
        return bool(variable is not None and variable.is_boolean)
    return isinstance(node, ast.Compare | ast.BoolOp) or isinstance(node, ast.Constant) and node.value in (True, False)
