"""An inputs.py that yields is run once a round and sees what was recorded."""

import numpy as np
import pandas as pd
import pytest

from runner import simulate
from runner.binary import RunError
from runner.simulate import data_of, drawn, run_rounds

POINT = {
    "point": 3,
    "seed": 7,
    "values": {"network.n": 2, "inputs.n_rounds": 3, "cells.tau": 0.02, "run.duration": 1.0},
}


class Module:
    """Stands for an inputs.py."""

    def __init__(self, inputs, **others):
        self.inputs = inputs
        vars(self).update(others)


@pytest.fixture
def use(monkeypatch):
    """Return a function that puts a module in the place of inputs.py."""
    return lambda module: monkeypatch.setattr(simulate, "inputs_module", lambda _: module)


def program(values):
    """Record the value that it was given."""
    return {
        "trace": pd.DataFrame({"point": [3], "x": [values["cells.x"]]}),
        "final": pd.DataFrame({"variable": ["cells.x"], "value": [2.0 * values["cells.x"]]}),
    }


def test_one_round(use):
    use(Module(lambda p, rng: {"cells.x": 5.0}))
    tables = run_rounds("a/b", POINT, program)
    assert tables["trace"]["x"].tolist() == [5.0]
    assert "round" not in tables["trace"]


def test_rounds_see_recordings(use):
    """Every round starts from the end of the one before; recordings are numbered, end values are the last."""

    def inputs(p, rng):
        x = 1.0
        for _ in range(p.inputs.n_rounds):
            recorded = yield {"cells.x": x, "run.duration": 2.0}
            x = recorded["final"]["value"].iloc[0]

    use(Module(inputs))
    tables = run_rounds("a/b", POINT, program)
    assert tables["trace"]["x"].tolist() == [1.0, 2.0, 4.0]
    assert tables["trace"]["round"].tolist() == [0, 1, 2]
    assert tables["final"]["value"].tolist() == [8.0]


def test_a_single_yield_is_a_round(use):
    """Points of one experiment may need different numbers of rounds; their tables have the same columns."""

    def inputs(p, rng):
        yield {"cells.x": 1.0}

    use(Module(inputs))
    assert run_rounds("a/b", POINT, program)["trace"]["round"].tolist() == [0]


def test_values_of_a_round(use):
    """Parameters, arrays, duration and seed; keys of the network and of the inputs are not for the program."""
    use(Module(lambda p, rng: {"cells.x": rng.integers(100), "run.duration": 2.0}))
    (values,) = drawn("a/b", POINT)
    expected = np.random.default_rng(7).integers(100)
    assert values == {"cells.tau": 0.02, "run.duration": 2.0, "run.seed": 7, "cells.x": expected}


def test_empty_in_one_round_only(use):
    """A recording may be empty in some rounds, not in all."""

    def inputs(p, rng):
        yield {"cells.x": 1.0}
        yield {"cells.x": 2.0}

    def silent(values):
        tables = program(values)
        return tables if values["cells.x"] > 1 else {**tables, "trace": tables["trace"].iloc[:0]}

    use(Module(inputs))
    tables = run_rounds("a/b", POINT, silent)
    assert tables["trace"]["round"].tolist() == [1]
    with pytest.raises(RunError, match="recording 'trace' is empty"):
        run_rounds("a/b", POINT, lambda values: {**program(values), "trace": pd.DataFrame({"x": []})})


def test_a_name_that_no_parameter_has_is_one_line(use):
    use(Module(lambda p, rng: {"cells.x": p.inputs.n_round}))
    said = r"^inputs.py: a/b: inputs.n_round: no parameter; did you mean 'inputs.n_rounds'\?$"
    with pytest.raises(RunError, match=said):
        run_rounds("a/b", POINT, program)


@pytest.mark.parametrize("later", [False, True])
def test_errors_are_one_line(use, later, capsys):
    def inputs(p, rng):
        if later:
            yield {"cells.x": 1.0}
        raise ValueError("too few rows")

    use(Module(inputs))
    with pytest.raises(RunError, match=r"^inputs.py: ValueError: too few rows$"):
        run_rounds("a/b", POINT, program)
    assert "Traceback" in capsys.readouterr().out


def test_data_of_a_point(use):
    class Data:
        def fingerprint(self):
            return {"name": "digits", "source": "standin", "version": "1", "sha256": "ab"}

    use(Module(None, dataset=lambda p: Data()))
    expected = {"data": "digits", "data_source": "standin", "data_version": "1", "data_sha256": "ab"}
    assert data_of("a/b", POINT) == expected
    use(Module(None))
    assert data_of("a/b", POINT) == {}
