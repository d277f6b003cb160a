"""What a network is made of, read off its Brian2 objects: for the drawing in the report, never typed by hand."""

from collections.abc import Iterator
from typing import Any

from brian2 import Network, Subgroup, Synapses
from brian2.core.spikesource import SpikeSource
from brian2.core.variables import ArrayVariable

from runner.devices.statements import assignments, expanded, identifiers
from runner.devices.synapses import side_of, steps_of, synaptic_codes

RUNNER = "run"  # the runner's own group (`runner.devices.network.run_group`)


def wiring(network: Network) -> dict[str, Any]:
    """Describe groups, synapses and links of a network.

    Parameters
    ----------
    network : Network
        The network, on any device; nothing is run.

    Returns
    -------
    dict
        ``groups``: ``name``, ``kind`` (Brian2's class) and ``size`` of all that is no synapse; ``synapses``: ``name``,
        ``kind``, ``source``, ``target`` (a group, or other synapses), ``copies`` and ``plastic``, the names of the
        variables that act on neurons and that the synapses themselves change step by step; ``links``: ``source``,
        ``target`` and ``variables`` that the target reads where the source has them.
    """
    objects = sorted((obj for obj in network.objects if obj.name != RUNNER), key=lambda obj: obj.name)
    groups, synapses = [], []
    links: dict[tuple[str, str], list[str]] = {}
    for obj in objects:
        if isinstance(obj, Synapses):
            ends = {"source": _whole(obj.source), "target": _whole(obj.target)}
            about = {"name": obj.name, "kind": type(obj).__name__, "copies": vars(obj).get("copies", 1)}
            synapses.append({**about, **ends, "plastic": plastic(obj)})
        elif isinstance(obj, SpikeSource) and not isinstance(obj, Subgroup):
            groups.append({"name": obj.name, "kind": type(obj).__name__, "size": len(obj)})
            for variable, source in _linked(obj):
                links.setdefault((source, obj.name), []).append(variable)
    found = [{"source": one, "target": other, "variables": names} for (one, other), names in sorted(links.items())]
    return {"groups": groups, "synapses": synapses, "links": found}


def _whole(group: Any) -> str:
    """Return the name of a group, or of that of which it is a part."""
    return str(group.source.name if isinstance(group, Subgroup) else group.name)


def _linked(group: Any) -> Iterator[tuple[str, str]]:
    """Yield (variable, name of the group that has it) of what a group reads elsewhere."""
    for name in sorted(getattr(variable, "name", variable) for variable in getattr(group, "_linked_variables", ())):
        owner = getattr(group.variables[name], "owner", None)
        if owner is not None and owner.name != group.name:
            yield name, owner.name


def plastic(synapses: Synapses) -> list[str]:
    """Return the weights that synapses change.

    A weight is a variable of the synapses that decides what they do to neurons, in a pathway or in a sum, or of which
    that is a copy; where synapses do nothing to neurons, what is called ``w``. It is plastic where a statement adds to
    it, or sets it from its own value.

    Parameters
    ----------
    synapses : Synapses
        The synapses.

    Returns
    -------
    list of str
        Names, sorted; empty where nothing is plastic.
    """
    codes = synaptic_codes(synapses)
    lines = [line for code in codes.values() for line in _lines(code)]
    lines += [line for step in steps_of(synapses) for line in _lines(str(step.abstract_code))]
    acting = set().union(*(expanded(code, synapses) for what, code in codes.items() if what.startswith("summed ")))
    for line in lines:
        if any(side_of(synapses, target) for target, _ in assignments(line)):
            acting |= expanded(line, synapses)
    acting = acting or {"w"}
    copied = {text.strip() for line in lines for name, text in [line.split("=", 1)] if name.strip() in acting}
    return sorted(
        name for name in {*map(_updated, lines)} & (acting | copied) if name is not None and _own(synapses, name)
    )


def _lines(code: str) -> list[str]:
    """Return the assignments in a piece of code, one a line, without comments."""
    lines = (line.partition("#")[0].strip() for line in code.replace(";", "\n").splitlines())
    return [line for line in lines if assignments(line)]


def _updated(line: str) -> str | None:
    """Return the variable whose new value a statement makes of the old one."""
    ((name, operator),) = assignments(line)
    return name if operator in ("+=", "-=") or name in identifiers(line.split("=", 1)[1]) else None


def _own(synapses: Any, name: str) -> bool:
    """Return whether a variable is one of the synapses, with a value for each of them."""
    variable = synapses.variables.get(name)
    owned = isinstance(variable, ArrayVariable) and getattr(variable.owner, "name", "") == synapses.name
    return owned and not variable.scalar and not variable.read_only
