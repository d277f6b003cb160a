"""What Brian2 says about wrong equations, in one line with the equation."""

import sys
from dataclasses import dataclass

import pytest
from brian2 import NeuronGroup

from base.errors import BuildError
from models.base import Model, param
from runner.devices.network import explained


def make(equations, **code):
    with explained(sys.modules[__name__]):
        NeuronGroup(2, equations, name="neurons", **code)


@pytest.mark.parametrize(
    ("equations", "reason"),
    [
        ("dx/dt = -x_plus // : 1", "SyntaxError: invalid syntax in '-x_plus //'"),
        ("dx/dt = -x / (10*ms)\ny : 1", "SyntaxError: invalid syntax in '-x / (10*ms) y'"),
        ("dx/dt = -(x / (10*ms) : 1", "SyntaxError: '(' was never closed in '-(x / (10*ms)'"),
        ("x : foo", "ValueError: Unit specification refers to 'foo'"),
    ],
)
def test_a_wrong_equation_is_shown(equations, reason):
    with pytest.raises(BuildError) as error:
        make(equations)
    assert str(error.value).startswith(f"{__name__}: network, line ") and reason in str(error.value)
    assert "\n" not in str(error.value) and "<unknown>" not in str(error.value)


@dataclass(frozen=True)
class Params:
    """One parameter whose name is taken."""

    register: float = param(1.0, "nothing")


@dataclass(frozen=True)
class NoParams:
    """Nothing."""


@pytest.mark.parametrize(
    ("params", "equations"), [(Params, ""), (NoParams, "dregister/dt = 1/ms : 1"), (NoParams, " register : 1")]
)
def test_words_of_cplusplus_are_refused_by_name(params, equations):
    with pytest.raises(ValueError, match="model m: 'register' is a word of C"):
        Model(name="m", text="", source="", params=params, equations=equations)
