"""Values of a configuration: what is accepted becomes SI, what is wrong is refused with the way out."""

import pytest
from brian2 import Hz, ms, mV, second, volt

from base.errors import ConfigError, nearest
from runner.quantities import display_unit, parse


@pytest.mark.parametrize(
    ("value", "default", "expected"),
    [
        ("20 ms", 1 * second, 20 * ms),
        ("20ms", 1 * second, 20 * ms),
        ("0.5 s", 1 * ms, 0.5 * second),
        (".5 s", 1 * ms, 0.5 * second),
        ("1e-3 second", 1 * ms, 1 * ms),
        ("-70 mV", 0 * volt, -70 * mV),
        ("2 mV/ms", 1 * volt / second, 2 * volt / second),
        ("3 mV^2", 1 * volt**2, 3 * mV**2),
        ("3 / ms", 1 * Hz, None),
        (0.05, 1.0, 0.05),
        (3, 1.0, 3.0),
        (3.0, 1, 3),
        (True, False, True),
        ("word", "other", "word"),
        ([1, 2], (1.0,), (1.0, 2.0)),
        (["1 ms", "2 s"], (1 * ms,), (1 * ms, 2 * second)),
    ],
)
def test_accepted(value, default, expected):
    if expected is None:
        with pytest.raises(ConfigError):
            parse(value, default, "file", "key")
        return
    parsed = parse(value, default, "file", "key")
    assert parsed == expected
    assert type(parsed) is type(expected) or isinstance(parsed, type(default))


@pytest.mark.parametrize(
    ("value", "default", "reason"),
    [
        ("20 mV", 1 * ms, "'20 mV' has the wrong unit; needs s, for example '20 ms'"),
        ("20", 1 * ms, "'20' has no unit; write for example '20 ms'"),
        (20, 1 * ms, "20 has no unit; write for example '20 ms'"),
        ("20 msec", 1 * ms, "'msec' is not a unit (did you mean 'ms'?)"),
        ("ms", 1 * ms, "'ms' is not a number with a unit"),
        ("1 000 ms", 1 * ms, "is not a unit"),
        ("1.5.2 s", 1 * ms, "is not a unit"),
        ("20 ms - 5 ms", 1 * ms, "is not a unit"),
        ("20 ms-ms", 1 * ms, "is not a unit"),
        ("1 __import__('os')", 1 * ms, "is not a unit"),
        ("1e999 ms", 1 * ms, "finite"),
        (float("nan"), 1 * ms, "has no unit"),
        ("1e-4", 0.1, "'1e-4' is text, not a number; write 1e-4 without quotes"),
        ("0.5", 0.1, "'0.5' is text, not a number; write 0.5 without quotes"),
        ("1 000", 0.1, "needs a number without unit, got '1 000'"),
        ("1-2", 0.1, "needs a number without unit, got '1-2'"),
        ("1.5.2", 0.1, "needs a number without unit, got '1.5.2'"),
        ("3 ms", 0.1, "needs a number without unit, got '3 ms'"),
        ("3 ms/ms", 3, "needs a number without unit"),
        ("many", 0.1, "'many' is not a number"),
        ("nan", 0.1, "'nan' is not a number"),
        (float("nan"), 0.1, "needs a finite number, got nan"),
        (float("inf"), 0.1, "needs a finite number, got inf"),
        (float("nan"), 3, "needs a finite number, got nan"),
        (float("-inf"), 3, "needs a finite number, got -inf"),
        (2.5, 3, "needs a whole number, got 2.5"),
        (True, 3, "needs a number, got true"),
        (None, 3, "needs a number, got None"),
        ([1], 3, "needs a number, got [1]"),
        (None, 1 * ms, "needs a quantity such as 1 ms, got None"),
        (10**400, 0.1, "needs a number of at most 300 digits"),
        # Nothing is executed, and nothing is computed for long.
        ("1 ms.__class__", 1 * ms, "is not a unit"),
        ("1 ms**9**9**9**9", 1 * ms, "is not a unit"),
        ("1 (ms)()", 1 * ms, "is not a unit"),
        ("1 " + "(" * 5000 + "ms", 1 * ms, "is not a unit"),
        (1, True, "needs true or false, got 1"),
        ("yes", True, "needs true or false, got 'yes'"),
        (3, "word", "needs a text, got 3"),
        (3, (1.0,), "needs a list, got 3"),
        ([1.0, "x"], (1.0,), "'x' is not a number"),
    ],
)
def test_refused(value, default, reason):
    with pytest.raises(ConfigError) as error:
        parse(value, default, "my.yaml", "cells.tau")
    message = str(error.value)
    assert message.startswith("my.yaml: cells.tau: ")
    assert reason in message
    assert "\n" not in message and len(message) < 300


@pytest.mark.parametrize("text", ["5000 µs", "5000 μs", "5000us", "0.005 s", "5 ms^2/ms", "5 mV*ms/mV"])
def test_units_as_people_write_them(text):
    assert parse(text, 1 * ms, "my.yaml", "cells.tau") == 5 * ms


def test_nearest_names():
    assert nearest("synapses.etta", ["synapses.eta", "neurons.tau"]) == "did you mean 'synapses.eta'?"
    assert nearest("zzz", ["b", "a"]) == "valid are: a, b"
    assert nearest(True, ["b", "a"]) == "valid are: a, b"


@pytest.mark.parametrize(
    ("value", "name", "size"),
    [(2 * second, "ms", 1e-3), (1 * volt, "mV", 1e-3), (1.0, "", 1.0), (3, "", 1.0), (True, "", 1.0)],
)
def test_display_unit_depends_on_dimensions_only(value, name, size):
    assert display_unit(value) == (name, pytest.approx(size))


def test_display_units_of_compounds_are_column_names():
    name, size = display_unit(1 * volt / second)
    assert name.isidentifier() and size == 1.0
