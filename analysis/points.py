"""A row of the table ``points``, as the values that ``inputs`` was given."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from base.values import Values

__all__ = ["Values", "values"]

# Units in names of columns: how many of them are one SI base unit.
SIZES = {"_ms": 1e3, "_mV": 1e3, "_Hz": 1.0, "_nA": 1e9, "_nS": 1e9, "_pF": 1e12, "_um": 1e6}


def values(point: Mapping[str, Any] | pd.Series) -> Values:
    """Return the values of a point in SI base units.

    Parameters
    ----------
    point : Mapping or Series
        A row of the table ``points``; lists are text there.
    """
    found = {"run.seed": point["seed"]}
    for column, value in point.items():
        unit = next((unit for unit in SIZES if str(column).endswith(unit)), "")
        if "." in str(column):
            found[str(column).removesuffix(unit)] = value / SIZES[unit] if unit else value
    return Values(found)
