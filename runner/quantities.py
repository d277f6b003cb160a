"""Text to quantity and back: ``"20 ms"`` with its dimensions checked, and errors a reader can act on."""

import ast
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from brian2 import Quantity, Unit, get_dimensions
from brian2.core.namespace import DEFAULT_UNITS
from brian2.units.fundamentalunits import get_unit

from base.errors import ConfigError, nearest

UNITS = {**DEFAULT_UNITS, "s": DEFAULT_UNITS["second"]}

LARGEST = 10**300

# Named in errors; there are thousands of others.
COMMON = ("second s ms us volt mV uV amp nA pA Hz kHz siemens mS uS nS ohm Mohm farad uF nF pF metre mm um").split()

# One display unit per dimension, so that the columns of a table keep their names whatever the values are.
DISPLAY = {
    repr(DEFAULT_UNITS[base]): (name, float(DEFAULT_UNITS[name]))
    for base, name in {
        "second": "ms",
        "volt": "mV",
        "amp": "nA",
        "hertz": "Hz",
        "siemens": "nS",
        "farad": "pF",
        "metre": "um",
    }.items()
}

LOOKALIKES = str.maketrans({"\u00b5": "u", "\u03bc": "u", "\u03a9": "ohm", "\u2126": "ohm"})
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def display_unit(value: Any) -> tuple[str, float]:
    """Return the unit in which tables show a value.

    Parameters
    ----------
    value : Quantity, Dimension, Unit, number or str
        Anything with dimensions, or without.

    Returns
    -------
    name : str
        Suffix of the column, empty when dimensionless.
    size : float
        The unit in SI base units: displayed number = number in SI base units / size.
    """
    if isinstance(value, str):
        return "", 1.0
    dimensions = get_dimensions(value)
    if dimensions.is_dimensionless:
        return "", 1.0
    unit = repr(get_unit(dimensions))
    return DISPLAY.get(unit, (re.sub(r"\W+", "_", unit).strip("_"), 1.0))


def _unit(text: str) -> Unit | None:
    """Read a unit expression such as ``ms`` or ``mV/ms``; None if it is not one."""
    try:
        found = _product(ast.parse(text.replace("^", "**"), mode="eval").body)
    except (SyntaxError, ValueError, KeyError, RecursionError, MemoryError, OverflowError, ZeroDivisionError):
        return None
    return found if isinstance(found, Unit) else None  # a number, as in "1 000", is not a unit


def _product(node: ast.expr) -> Any:
    """Return the value of units that are multiplied, divided and raised to small powers; nothing else is computed."""
    if isinstance(node, ast.Name):
        return UNITS[node.id]
    if isinstance(node, ast.Constant) and node.value == 1:
        return 1
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _product(node.left) * _product(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _product(node.left) / _product(node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        power = ast.literal_eval(node.right)
        if isinstance(power, int) and abs(power) < 10:
            return _product(node.left) ** power
    raise ValueError(ast.dump(node))


def parse(value: Any, default: Any, file: object, key: str) -> Any:
    """Convert one configured value to the type and dimensions of its default.

    Parameters
    ----------
    value : Any
        As YAML gave it: a number, a flag, a text like ``20 ms``, or a list.
    default : Quantity, float, int, bool, str or tuple
        The default of the parameter.
    file : object
        File named in errors.
    key : str
        Dotted key named in errors.

    Returns
    -------
    Quantity, float, int, bool, str or tuple
        The value; quantities carry the dimensions of the default.

    Raises
    ------
    ConfigError
        Wrong dimensions, missing unit, number given as text, wrong type.
    """

    def fail(reason: str) -> ConfigError:
        return ConfigError(file, key, reason)

    if isinstance(default, tuple):
        if not isinstance(value, list):
            raise fail(f"needs a list, got {value!r}")
        return tuple(parse(item, default[0], file, key) for item in value)
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise fail(f"needs true or false, got {value!r}")
        return value
    if isinstance(default, str):
        if not isinstance(value, str):
            raise fail(f"needs a text, got {value!r}")
        return value
    if isinstance(value, bool):
        raise fail(f"needs a number, got {str(value).lower()}")

    wanted = "" if get_dimensions(default).is_dimensionless else str(get_unit(get_dimensions(default)))
    shown = display_unit(default)[0]
    if isinstance(value, int | float):
        if wanted:
            raise fail(f"{value} has no unit; write for example '{value} {shown}'")
        if isinstance(value, int) and abs(value) > LARGEST:
            raise fail("needs a number of at most 300 digits")
        if not isfinite(value):
            raise fail(f"needs a finite number, got {value}")
        if isinstance(default, int) and value != int(value):
            raise fail(f"needs a whole number, got {value}")
        return int(value) if isinstance(default, int) else float(value)
    if not isinstance(value, str):
        raise fail(f"needs {'a quantity such as 1 ' + shown if wanted else 'a number'}, got {value!r}")

    number = NUMBER.match(value.strip())
    if number is None:
        raise fail(f"'{value}' is not a number{' with a unit' if wanted else ''}")
    # Letters that look like u and ohm: micro sign, Greek mu, Greek omega, ohm sign.
    rest = value.strip()[number.end() :].strip().translate(LOOKALIKES)
    if not rest:
        if wanted:
            raise fail(f"'{value}' has no unit; write for example '{value} {shown}'")
        raise fail(f"'{value}' is text, not a number; write {number.group()} without quotes")
    if not wanted:
        raise fail(f"needs a number without unit, got '{value}'")
    unit = _unit(rest)
    if unit is None:
        raise fail(f"'{rest}' is not a unit ({nearest(rest, COMMON)})")
    if get_dimensions(unit) != get_dimensions(default):
        raise fail(f"'{value}' has the wrong unit; needs {wanted}, for example '{number.group()} {shown}'")
    if not isfinite(float(number.group())):
        raise fail(f"needs a finite number, got '{value}'")
    return float(number.group()) * unit


def plain(value: Any) -> Any:
    """Return values as JSON-like data in SI base units.

    Parameters
    ----------
    value : Any
        Value of a parameter, or a mapping of values.

    Returns
    -------
    Any
        Quantities become numbers, tuples become lists.
    """
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Quantity):
        return float(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value
