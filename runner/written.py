"""Values as a configuration has them: the way back of `runner.quantities.parse`."""

import json
import re
from typing import Any

from brian2 import get_dimensions
from brian2.units.fundamentalunits import get_unit

from runner.quantities import UNITS, display_unit


def written(value: Any, default: Any) -> str:
    """Return a value as it is written in a configuration; `parse` reads it back, up to twelve digits.

    Parameters
    ----------
    value : Any
        In SI base units, as `plain` returns it.
    default : Quantity, float, int, bool, str or tuple
        The default of the parameter, which has its dimensions.
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(item, default[0]) for item in value)}]"
    if isinstance(value, bool | str):
        return json.dumps(value)
    if isinstance(default, int):
        return str(int(value))
    name, size = display_unit(default)
    unit = name if name in UNITS or not name else repr(get_unit(get_dimensions(default)))
    number = f"{value / size:.12g}"
    # YAML 1.2 takes a number with an exponent for one only if it has a point.
    return f"{number} {unit}" if unit else re.sub(r"^(-?\d+)e", r"\1.0e", number)
