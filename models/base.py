"""What a model file needs, `param`, `Model` and `Step`, and what networks do with it, `link` and `attach`."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from brian2 import Quantity, get_dimensions, linked_var
from brian2.units.fundamentalunits import get_unit

# Words that no variable of a C++ program can have.
CPLUSPLUS = frozenset(
    """alignas alignof and asm auto bitand bitor bool break case catch char class compl concept const consteval
    constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do double
    dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable
    namespace new noexcept not nullptr operator or private protected public register reinterpret_cast requires
    return short signed sizeof static static_assert static_cast struct switch template this thread_local throw
    true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor""".split()
)


def param(default: Any, text: str, symbol: str = "", source: str = "", valid: str = "") -> Any:
    """Declare one documented parameter of a dataclass.

    Parameters
    ----------
    default : Quantity, float, int, bool or str
        Default value. Its dimensions are the dimensions every other value must have.
    text : str
        Meaning, one line.
    symbol : str
        LaTeX symbol, as in the paper.
    source : str
        Where the value comes from: the paper, its program, or our design.
    valid : str
        What values it may have, for example ``> 0, >= network.dt`` (`runner.ranges`). A name that means the same
        everywhere, such as ``tau_m`` or ``n_rec``, needs none.

    Returns
    -------
    dataclasses.Field
        A field whose metadata feeds the unit check, the parameter table and the equations of the report.
    """
    return field(
        default_factory=lambda: default,
        metadata={"default": default, "text": text, "symbol": symbol, "source": source, "valid": valid},
    )


def unit_name(value: Any) -> str:
    """Name the type of `value` as Brian2 equations spell it.

    Parameters
    ----------
    value : Quantity, float, int or bool
        A parameter value.

    Returns
    -------
    str
        ``integer``, ``boolean``, ``1`` or the base unit, for example ``second``.
    """
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if not isinstance(value, Quantity) or value.is_dimensionless:
        return "1"
    return repr(get_unit(get_dimensions(value)))


@dataclass(frozen=True)
class Step:
    """Abstract code that runs on every tick of a clock, or at an event.

    Parameters
    ----------
    name : str
        Name of the step; the Brian2 object is called ``<group>_<name>``.
    code : str
        Abstract code, one statement per line.
    when : str
        Slot of the schedule.
    order : int
        Order within the slot. Always explicit: Brian2 breaks ties by name.
    every : str
        Name of the clock, given to `Model.add_steps`; empty for every time step.
    event : str
        Name of a custom event that triggers the code instead of a clock.
    """

    name: str
    code: str
    when: str
    order: int
    every: str = ""
    event: str = ""


@dataclass(frozen=True)
class NoParams:
    """Nothing to set."""


@dataclass(frozen=True)
class Model:
    """Equations of one `NeuronGroup` or `Synapses`, with their parameters.

    Parameters
    ----------
    name : str
        Name of the model, unique within its file.
    text : str
        What the model is, one line.
    source : str
        Key in ``references.bib`` and place in the paper.
    equations : str
        Brian2 equations with units, if there are any. Parameters are not repeated here.
    params : type
        Dataclass of `param` fields, if there are any. Each becomes a ``(shared, constant)`` variable, so that it is
        set at run time.
    code : Mapping
        Further arguments of the Brian2 class: ``threshold``, ``reset``, ``on_pre``, ``method`` ...
    steps : tuple of Step
        Statements on a clock or at an event.
    summed : Mapping
        When each summed variable is computed: its name to slot and order. Always explicit, as in `Step`.
    links : tuple of str
        Objects of the network from which linked variables come: the first one that has a variable of that name.
    symbols : Mapping
        LaTeX symbols of state variables.
    deviations : tuple of str
        Differences from the paper, one sentence each. The report flags them.
    """

    name: str
    text: str
    source: str
    equations: str = ""
    params: type = NoParams
    code: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    summed: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)
    deviations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a parameter class that is not a dataclass."""
        if not is_dataclass(self.params):
            raise TypeError(f"model {self.name}: params must be a dataclass of param() fields")
        variables = re.findall(r"^\s*(?:d(\w+)/dt\s*=|(\w+)\s*[=:])", self.equations, flags=re.MULTILINE)
        for name in [*(f.name for f in fields(self.params)), *("".join(pair) for pair in variables)]:
            if name in CPLUSPLUS:
                raise ValueError(f"model {self.name}: '{name}' is a word of C++, which its program is; rename it")

    def kwargs(self, **tables: Any) -> dict[str, Any]:
        """Return the arguments of `NeuronGroup` or `Synapses`.

        Parameters
        ----------
        **tables : TimedArray or Function
            Names that the equations look up. Everything else that an equation may use is declared in the model.

        Returns
        -------
        dict
            ``model`` with one shared constant per parameter, ``namespace``, and the entries of `code`.
        """
        shared = [f"{f.name} : {unit_name(f.metadata['default'])} (shared, constant)" for f in fields(self.params)]
        # A copy: Brian2 adds the event "spike" to the mapping of events that it is given.
        return {"model": "\n".join([self.equations, *shared]), "namespace": tables, **deepcopy(dict(self.code))}

    def add_steps(self, group: Any, **clocks: Quantity) -> None:
        """Attach the steps of the model to a Brian2 object.

        Parameters
        ----------
        group : NeuronGroup or Synapses
            The object made from `kwargs`.
        **clocks : Quantity, second
            Period of each clock that the steps name in `every`.
        """
        for step in self.steps:
            name = f"{group.name}_{step.name}"
            if step.event:
                group.run_on_event(step.event, step.code, when=step.when, order=step.order)
            else:
                period = clocks[step.every] if step.every else None
                group.run_regularly(step.code, dt=period, when=step.when, order=step.order, name=name)

    def assign(self, group: Any, **values: Any) -> None:
        """Set the parameters of a Brian2 object: defaults, and what `values` overrides.

        Parameters
        ----------
        group : NeuronGroup or Synapses
            The object made from `kwargs`.
        **values : Quantity, float, int or bool
            Parameter values with the right dimensions.
        """
        group.set_states({**vars(self.params()), **values})


def link(objects: Iterable[Any], models: Mapping[str, Model]) -> None:
    """Link variables to those of other objects of a network, as the models say.

    To be called before synapses are made: they see only linked variables that are there by then. Links of one element
    to another, which depend on anatomy, are left to the network.

    Parameters
    ----------
    objects : iterable of NeuronGroup or Synapses
        Objects that come from models, and those from which they get variables.
    models : Mapping
        Name of an object to its model.
    """
    known = {one.name: one for one in objects}
    for name, one in known.items():
        for variable, equation in one.equations.items():
            sources = [known[source] for source in models[name].links if variable in known[source].variables]
            if "linked" in equation.flags and sources:
                setattr(one, variable, linked_var(sources[0], variable))


def attach(objects: Iterable[Any], models: Mapping[str, Model], **clocks: Quantity) -> None:
    """Put summed variables in their places and add the steps, as the models say.

    Parameters
    ----------
    objects : iterable of NeuronGroup or Synapses
        Objects that come from models.
    models : Mapping
        Name of an object to its model.
    **clocks : Quantity, second
        Period of each clock that steps name in `Step.every`.
    """
    for one in objects:
        model = models[one.name]
        for variable, (when, order) in model.summed.items():
            updater = one.summed_updaters[variable]
            updater.when, updater.order = when, order
        model.add_steps(one, **clocks)
