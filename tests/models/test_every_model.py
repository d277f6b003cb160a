"""Every model can be made on the NumPy target, and its parameters are documented."""

import importlib
from dataclasses import fields
from pathlib import Path

import pytest
from brian2 import NeuronGroup, Quantity, ms, mV, prefs

from models.base import Model, Step, param, unit_name

prefs.codegen.target = "numpy"

FILES = sorted((Path(__file__).parents[2] / "models").glob("*/[a-z]*.py"))
MODULES = [importlib.import_module(f"models.{file.parent.name}.{file.stem}") for file in FILES]
MODELS = [
    pytest.param(model, id=f"{module.__name__.removeprefix('models.')}-{model.name}")
    for module in MODULES
    for model in getattr(module, "MODELS", ())  # other files wire networks
]


def test_every_family_is_looked_at():
    assert len(MODELS) > 100 and len(MODULES) > 25


@pytest.mark.parametrize("model", MODELS)
def test_parameters_are_documented(model):
    """Each has a meaning, a symbol and a source; the model has a text, a source and symbols."""
    assert model.text and model.source
    for parameter in fields(model.params):
        assert all(parameter.metadata[key] for key in ("text", "symbol", "source")), parameter.name


@pytest.mark.parametrize("model", MODELS)
def test_steps_have_an_explicit_place(model):
    """Brian2 breaks ties by name: no two steps of a model on one clock share slot and order."""
    places = [(step.when, step.order, step.every) for step in model.steps]
    assert len(places) == len(set(places))


def test_unit_names_are_those_of_equations():
    """Types and dimensions of defaults become units of Brian2 equations."""
    assert [unit_name(value) for value in (1 * ms, 2 * mV, 0.5, 3, True)] == [
        "second",
        "volt",
        "1",
        "integer",
        "boolean",
    ]


def test_parameters_become_shared_constants_with_steps_and_values():
    """The keyword arguments make a group; `assign` checks units."""
    from dataclasses import dataclass

    @dataclass(frozen=True)
    class Params:
        tau: Quantity = param(5 * ms, "time constant", r"\tau")

    model = Model(
        "leak",
        "text",
        "source",
        "dv/dt = -v / tau : 1",
        Params,
        {"method": "exact"},
        (Step("kick", "v += 1", when="end", order=0),),
    )
    group = NeuronGroup(2, name="leaky", **model.kwargs())
    model.add_steps(group)
    model.assign(group, tau=10 * ms)
    assert group.tau == 10 * ms
    assert any(obj.name == "leaky_kick" for obj in group.contained_objects)
    with pytest.raises(Exception, match="(?i)unit|dimension"):
        model.assign(group, tau=10 * mV)


def test_a_model_serves_many_networks():
    """Brian2 changes mappings that it is given; a model hands out copies."""
    from models.gupta import rule

    before = dict(rule.neuron.code["events"])
    rule.neuron.kwargs()["events"]["spike"] = "changed"
    assert rule.neuron.code["events"] == before


def test_parameters_must_be_a_dataclass():
    """A plain class is refused with the name of the model."""
    with pytest.raises(TypeError, match="leak"):
        Model("leak", "text", "source", "", object)
