"""What synapses require of a device."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from brian2 import Subgroup, Synapses
from brian2.core.variables import ArrayVariable, Constant, Subexpression
from brian2.groups.group import CodeRunner

from runner.devices.features import Requirement
from runner.devices.statements import assignments, identifiers, of_code, targets


def synaptic_codes(synapses: Any) -> dict[str, str]:
    """Return the code of synapses that runs on the device itself, by what runs it."""
    if not isinstance(synapses, Synapses):
        return {}
    codes = {name: str(getattr(synapses, name).code) for name in synapses._synaptic_updaters}
    codes |= {f"summed {name}": str(up.expression) for name, up in synapses.summed_updaters.items()}
    differential = [eq for eq in synapses.equations.values() if eq.type == "differential equation"]
    # Written as the update that it is: the variable itself is used, too.
    return codes | {f"d{eq.varname}/dt": f"{eq.varname} += dt * ({eq.expr})" for eq in differential
                    if "event-driven" not in eq.flags}  # fmt: skip


def of_synapses(synapses: Synapses) -> Iterator[Requirement]:
    """Require what pathways, delays, summed variables and the code of synapses need."""
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
    codes = synaptic_codes(synapses)
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
            (target, how) for target, how in assignments(codes[path]) if side_of(synapses, target) in ("pre", "post")
        ]
        accepted = pathway.prepost == "pre" and len(written) <= 1
        if any(not accepted or how != "+=" or side_of(synapses, target) != "post" for target, how in written):
            changed = ", ".join(f"{target} {how}" for target, how in written)
            yield Requirement("post writes", name, f"changes neurons in '{path}' ({changed})")
        for identifier in sorted(identifiers(codes[path])):
            if side_of(synapses, identifier) == pathway.prepost:
                yield Requirement("sides", name, f"reads '{identifier}' in '{path}'")
    summed = synapses.summed_updaters
    if summed and (len(summed) > 1 or any(side_of(synapses, t) == "post" for p in ("pre",) if p in codes
                                          for t, _ in assignments(codes[p]))):  # fmt: skip
        yield Requirement("summed", name, f"sums {', '.join(sorted(summed))} beside another effect on the neurons")
    for variable, updater in summed.items():
        if isinstance(updater.target, Subgroup) or updater.target is not synapses.target:
            yield Requirement("summed", name, f"sums '{variable}' into another group than its target")
    for what, code in codes.items():
        for identifier in sorted(identifiers(code)):
            variable = synapses.variables.get(identifier)
            if isinstance(variable, Subexpression):
                yield Requirement("subexpressions", name, f"reads the subexpression '{identifier}' in '{what}'")
            elif side_of(synapses, identifier) and variable.scalar and not isinstance(variable, Constant):
                yield Requirement("shared", name, f"reads the shared variable '{identifier}' in '{what}'")
    for updater in synapses.contained_objects:
        if type(updater).__name__ == "SubexpressionUpdater":
            yield Requirement("subexpressions", name, "has subexpressions that are constant over dt")
    used = set().union(*map(identifiers, codes.values()))
    for step in steps_of(synapses):
        code = str(step.abstract_code)
        for identifier in sorted(identifiers(code)):
            variable = synapses.variables.get(identifier)
            if side_of(synapses, identifier):
                yield Requirement("synaptic steps", step.name, f"reads or writes '{identifier}'")
            elif identifier in targets(code) and identifier not in used:
                yield Requirement("synaptic steps", step.name, f"writes '{identifier}', which no pathway uses")
            elif isinstance(variable, ArrayVariable) and not variable.constant and identifier not in ("t", "dt"):
                if variable.scalar or identifier not in used:
                    yield Requirement("synaptic steps", step.name, f"reads '{identifier}', which is not constant")
    yield from of_code(synapses, codes.values())


def of_dynamics(synapses: Synapses, objects: Iterable[Any]) -> Iterator[Requirement]:
    """Require an order of what happens in every time step: GeNN advances synapses before anything else of the step."""
    codes = synaptic_codes(synapses)
    every_step = {what: code for what, code in codes.items() if what not in synapses._synaptic_updaters}
    differential = [what for what in every_step if not what.startswith("summed ")]
    first = min(synapses.source.order, synapses.target.order) - 1  # there, summed variables are set
    if differential and synapses.state_updater.order >= first:
        yield Requirement("order", synapses.name, f"advances {differential[0]} after neurons have changed")
    reached = {
        owner_of(other, target)
        for other in objects
        if isinstance(other, Synapses)
        for path in other._synaptic_updaters
        for target in targets(synaptic_codes(other)[path])
    }
    for what, code in every_step.items():
        for name in sorted(identifiers(code)):
            if owner_of(synapses, name) in reached:
                yield Requirement("order", synapses.name, f"reads '{name}' in '{what}' after spikes changed it")
    advanced = {target for what in differential for target in targets(codes[what])}
    for path in synapses._synaptic_updaters:
        for name in sorted(identifiers(codes[path]) & advanced):
            yield Requirement("order", synapses.name, f"reads '{name}' in '{path}' before it is advanced")


def side_of(synapses: Any, name: str) -> str:
    """Return on which side of the synapses a variable lives: ``pre``, ``post``, or nothing for their own."""
    index = synapses.variables.indices[name] if name in synapses.variables else ""
    if index in ("_presynaptic_idx", "_postsynaptic_idx"):
        return index[1:].removesuffix("synaptic_idx")
    suffix = name.rpartition("_")[2]
    return suffix if name in synapses.variables and suffix in ("pre", "post") and index == "0" else ""


def owner_of(synapses: Any, name: str) -> tuple[Any, str]:
    """Return the group to which a variable in the code of synapses belongs, and its name there."""
    side = side_of(synapses, name)
    owner = {"": synapses, "pre": synapses.source, "post": synapses.target}[side]
    return owner, name.removesuffix(f"_{side}") if side else name


def steps_of(group: Any) -> list[Any]:
    """Return the ``run_regularly`` operations of a group."""
    return [obj for obj in group.contained_objects if type(obj) is CodeRunner]


def _known(variable: Any) -> Any:
    """Return the values of an array; none on a standalone device, where nobody knows them."""
    try:
        return variable.get_value()
    except NotImplementedError:
        return np.empty(0)


def _unsorted(variable: Any) -> bool:
    """Return whether the values of an array go down somewhere."""
    values = _known(variable)
    return bool((values[1:] < values[:-1]).any())
