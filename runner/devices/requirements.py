"""What a network requires of a device: read off its Brian2 objects, never typed by hand."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from brian2 import Group, Network, NetworkOperation, NeuronGroup, SpikeMonitor, StateMonitor, Synapses
from brian2.core.network import _get_all_objects
from brian2.core.variables import Subexpression
from brian2.groups.group import CodeRunner
from brian2.monitors.spikemonitor import EventMonitor

from runner.devices.features import FEATURES, GENN_SCHEDULE, Requirement
from runner.devices.statements import expanded, identifiers, of_code, targets
from runner.devices.synapses import of_dynamics, of_synapses, steps_of, synaptic_codes


def requirements(network: Network) -> list[Requirement]:
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
    objects = sorted(_get_all_objects(network.objects), key=lambda obj: obj.name)
    found: list[Requirement] = []
    for obj in objects:
        if isinstance(obj, NetworkOperation):
            found.append(Requirement("python", obj.name, "calls a Python function"))
        elif isinstance(obj, Synapses):
            found += of_synapses(obj)
            found += of_dynamics(obj, objects)
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
    if isinstance(obj, StateMonitor) or type(obj) is CodeRunner:
        group = obj.source if isinstance(obj, StateMonitor) else obj.group
        ratio = float(obj.clock.dt) / float(group.clock.dt)
        if abs(ratio - round(ratio)) > 1e-4:
            yield Requirement("clocks", obj.name, f"ticks every {obj.clock.dt}, no multiple of {group.clock.dt}")
    elif isinstance(obj, Group) and not isinstance(obj, CodeRunner) and obj.clock.name != "defaultclock":
        yield Requirement("clocks", obj.name, f"has a clock of its own, every {obj.clock.dt}")


def _of_slot(obj: Any) -> Iterator[Requirement]:
    """Require a slot, or an order within a slot, other than the usual one."""
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
    if isinstance(obj, EventMonitor) and not (isinstance(obj, SpikeMonitor) and obj.event == "spike"):
        yield Requirement("events", obj.name, f"records the event '{obj.event}'")
    elif isinstance(obj, SpikeMonitor):
        reset = set(targets(str(obj.source.event_codes.get("spike", ""))))
        for name in sorted(set(obj.record_variables) & reset):
            yield Requirement("recorded", obj.name, f"records '{name}' before the reset changes it")
    elif isinstance(obj, StateMonitor):
        source = obj.source
        used = set().union(*map(identifiers, synaptic_codes(source).values()), _written_by_steps(source))
        # brian2genn fetches a variable once per time step: what a step reads is already there when 'end' comes.
        fetched = set().union(*(identifiers(str(step.abstract_code)) for step in steps_of(source)))
        stale = fetched & _changed_on_the_device(source, objects) if obj.when == "end" else set()
        for name in obj.record_variables:
            variable = source.variables[name]
            if stale & (expanded(variable.expr, source) if isinstance(variable, Subexpression) else {name}):
                yield Requirement(
                    "recorded", obj.name, f"records '{name}' in slot 'end', but a step reads it in 'start'"
                )
            if isinstance(variable, Subexpression):
                if {"t", "dt"} & expanded(variable.expr, source):
                    yield Requirement("recorded", obj.name, f"records '{name}', which depends on the time")
            elif variable.scalar or isinstance(source, Synapses) and name not in used:
                yield Requirement("recorded", obj.name, f"records '{name}', which is shared or in no code of its group")


def _of_neurons(group: NeuronGroup) -> Iterator[Requirement]:
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
    yield from of_code(group, codes)


def _changed_on_the_device(group: Any, objects: Iterable[Any]) -> set[str]:
    """Return the variables of a group that change otherwise than by a step."""
    changed = {eq.varname for eq in group.equations.values() if eq.type == "differential equation"}
    changed |= {name for code in getattr(group, "event_codes", {}).values() for name in targets(str(code))}
    for synapses in (obj for obj in objects if isinstance(obj, Synapses)):
        written = {name for code in synaptic_codes(synapses).values() for name in targets(code)}
        written |= set(synapses.summed_updaters)
        for side, neurons in (("", synapses), ("_pre", synapses.source), ("_post", synapses.target)):
            if neurons is group:
                changed |= {name.removesuffix(side) for name in written if name.endswith(side)}
    return changed


def _written_by_steps(group: Any) -> set[str]:
    return {name for step in steps_of(group) for name in targets(str(step.abstract_code))}
