"""Which statements may wait: what the synapses do in every step, and what needs to see the result."""

import ast

from brian2 import StateMonitor, Synapses
from brian2.core.variables import ArrayVariable, Subexpression
from brian2.groups.group import CodeRunner
from brian2.synapses.synapses import StateUpdater, SummedVariableUpdater, SynapticPathway
from brian2.utils.stringtools import get_identifiers


def flush_name(runner: CodeRunner, before: str = "") -> str:
    """Return the name of the C++ function that runs statements which wait.

    Parameters
    ----------
    runner : CodeRunner
        The statements.
    before : str
        Name of other code that does not look at everything.

    Returns
    -------
    str
        A function without arguments.
    """
    return f"_flush_{runner.name}_before_{before}" if before else f"_flush_{runner.name}"


def touched(synapses: Synapses, runner: CodeRunner) -> tuple[set[str], set[str]]:
    """Find the variables of synapses that a piece of code uses.

    Parameters
    ----------
    synapses : Synapses
        Owner of the code.
    runner : CodeRunner
        A pathway, summed variable, state updater or ``run_regularly`` operation of these synapses.

    Returns
    -------
    read, written : set of str
        Names of stored variables.
    """
    if isinstance(runner, StateUpdater):
        written = set(synapses.equations.diff_eq_names)
        read = written.union(*(get_identifiers(str(e)) for _, e in synapses.equations.diff_eq_expressions))
    elif isinstance(runner, SummedVariableUpdater):
        written, read = set(), get_identifiers(str(runner.expression))
    else:
        code = runner.code if isinstance(runner, SynapticPathway) else runner.abstract_code
        nodes = list(ast.walk(ast.parse("\n".join(line.strip() for line in code.splitlines()))))
        written = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        read = get_identifiers(code)
        if isinstance(runner, SynapticPathway) and synapses.event_driven is not None:
            written |= set(synapses.event_driven.diff_eq_names)
            read = read.union(*(get_identifiers(str(e)) for _, e in synapses.event_driven.diff_eq_expressions))
    stored = {n for n, v in synapses.variables.items() if isinstance(v, ArrayVariable) and v.owner is not None}
    own = {n for n in stored if synapses.variables[n].owner.name == synapses.name}
    return _behind(synapses, read) & own, written & own


def _behind(synapses: Synapses, names: set[str]) -> set[str]:
    """Return names, and what their subexpressions are made of."""
    found, todo = set(names), set(names)
    while todo:
        variable = synapses.variables.get(todo.pop())
        if isinstance(variable, Subexpression):
            new = get_identifiers(variable.expr) - found
            found, todo = found | new, todo | new
    return found


def _conflict(synapses: Synapses, runner: CodeRunner, other: CodeRunner) -> set[str]:
    """Return the variables because of which two pieces of code must keep their order."""
    (read, written), (other_read, other_written) = touched(synapses, runner), touched(synapses, other)
    return written & (other_read | other_written) | read & other_written


def _runs_what_waits(runner: CodeRunner, other: CodeRunner) -> bool:
    """Return whether code comes so rarely that statements can wait for it, and run before it: a slower clock, an event.

    Spikes come in nearly every step, somewhere.
    """
    if isinstance(other, SynapticPathway):
        return other.event != "spike"
    return not isinstance(other, SummedVariableUpdater) and other.clock.dt > runner.clock.dt


def _own_code(synapses: Synapses) -> list[CodeRunner]:
    return [runner for runner in synapses.contained_objects if isinstance(runner, CodeRunner)]


def why_not_wait(synapses: Synapses, runner: CodeRunner) -> str:
    """Say why statements must run in every step.

    Parameters
    ----------
    synapses : DenseSynapses
        Owner of the code.
    runner : CodeRunner
        State updater or ``run_regularly`` operation.

    Returns
    -------
    str
        Name and user of a variable that is needed at once; empty if the statements may wait.

    Notes
    -----
    Waiting statements read what neurons showed in the step that they belong to, and their own synapse. They are legal
    if no spike, sum, monitor, or statement of the same or a faster clock uses what they write, or writes what they
    read. Statements of a slower clock, and those of events other than spikes, run what waits first. Brian2 has no links
    to variables of synapses.
    """
    for other in _own_code(synapses):
        if other is runner:
            continue
        conflict = _conflict(synapses, runner, other)
        if conflict and not _runs_what_waits(runner, other):
            return f"'{min(conflict)}' is used by {other.name}"
    _, written = touched(synapses, runner)
    for reference in StateMonitor.__instances__():
        monitor = reference()
        if monitor is not None and monitor.source.id == synapses.id:
            if recorded := written & _behind(synapses, set(monitor.record_variables)):
                return f"'{min(recorded)}' is recorded by {monitor.name}"
    for reference in Synapses.__instances__():
        other = reference()
        if other is not None and synapses.id in (other.source.id, other.target.id):
            return f"{other.name} connects these synapses"
    return ""


def waiting_for(synapses: Synapses, runner: CodeRunner) -> list[CodeRunner]:
    """Find the statements that may wait and that have to run before others.

    Parameters
    ----------
    synapses : DenseSynapses
        Owner of the code.
    runner : CodeRunner
        The others.

    Returns
    -------
    list of CodeRunner
        Statements of these synapses.
    """
    return [
        other
        for other in _own_code(synapses)
        if other is not runner
        and not isinstance(other, SynapticPathway | SummedVariableUpdater)
        and _conflict(synapses, other, runner)
        and not why_not_wait(synapses, other)
    ]


def overwritten(synapses: Synapses, runner: CodeRunner) -> set[str]:
    """Find what a piece of code changes without having looked at it, such as traces that are reset.

    Parameters
    ----------
    synapses : DenseSynapses
        Owner of the code.
    runner : CodeRunner
        The code. What happens at an event may spare some synapses.

    Returns
    -------
    set of str
        Names of stored variables.
    """
    if isinstance(runner, StateUpdater | SummedVariableUpdater | SynapticPathway):
        return set()
    found: set[str] = set()
    used: set[str] = set()
    for statement in ast.parse("\n".join(line.strip() for line in runner.abstract_code.splitlines())).body:
        names = [n for n in ast.walk(statement) if isinstance(n, ast.Name)]
        changed = {n.id for n in names if isinstance(n.ctx, ast.Store)}
        used |= _behind(synapses, {n.id for n in names if isinstance(n.ctx, ast.Load)})
        if isinstance(statement, ast.AugAssign):
            used |= changed
        found |= changed - used
    return found & touched(synapses, runner)[1]
