"""Rows of the table of points are values in SI base units again."""

import pandas as pd
import pytest

from analysis.points import SIZES, values
from runner.quantities import DISPLAY


def test_units_are_those_of_the_tables():
    assert pytest.approx({f"_{name}": 1 / size for name, size in DISPLAY.values()}) == SIZES


def test_values_of_a_row():
    row = {"point": 3, "seed": 7, "network.dt_ms": 0.4, "neurons.sigma_mV": 2.0, "inputs.tau_Hz": 5.0, "network.n": 4}
    for p in (values(row), values(pd.Series(row))):
        assert (p.run.seed, p.network.n, p.inputs.tau) == (7, 4, 5.0)
        assert (p.network.dt, p.neurons.sigma) == (0.4 / 1e3, 2.0 / 1e3)
