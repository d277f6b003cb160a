"""What every experiment shows its network is drawn before anything is compiled."""

import pytest

from base.catalogue import names
from runner.planning import planned
from runner.simulate import data_of, drawn


@pytest.mark.parametrize("name", names())
def test_first_inputs_are_drawn(name):
    """A name that no parameter has is told here, wherever `inputs` and what it calls read it."""
    point = planned(name, "smoke").points[0]
    asked = drawn(name, point)
    assert next(asked)["run.duration"] > 0
    asked.close()
    data_of(name, point)
