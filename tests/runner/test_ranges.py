"""Every parameter has a range; nonsense is refused before anything is compiled, and the bound is named."""

import re
from dataclasses import fields
from functools import cache

import pytest
from brian2 import Quantity, hertz, ms, second, volt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.catalogue import names
from base.errors import ConfigError
from runner.experiment import load
from runner.planning import plan
from runner.ranges import check, clauses, range_of, shown

SOME = ("sal/phase_plane", "sal/lif", "sal/microcircuit", "gupta/iris", "gle/lag_line", "eprop/sine_tutorial")


@pytest.mark.parametrize("name", names())
def test_every_parameter_has_a_range(name):
    experiment = load(name)
    assert not [
        key
        for key, default in experiment.defaults.items()
        if not isinstance(default, bool) and not experiment.ranges[key]
    ]
    check(clauses(experiment.ranges), plan_of(name), dict.fromkeys(experiment.defaults, "config.yaml"))


@cache
def plan_of(name):
    """Return the values of the first point at scale smoke, with units."""
    defaults, found = load(name).defaults, {}
    for key, value in plan(load(name), "smoke").points[0]["values"].items():
        known = Quantity(value, dim=defaults[key].dim) if isinstance(defaults[key], Quantity) else value
        found[key] = tuple(known) if isinstance(known, list) else known
    return found


def refused(name, **values):
    """Return what is said about values given on a command line."""
    with pytest.raises(ConfigError) as error:
        plan(load(name), "smoke", overrides={key.replace("__", "."): value for key, value in values.items()})
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "key", "choices"),
    [
        ("gle/lag_bank", "inputs.bank", "lags, none"),
        ("eprop/lemniscate", "inputs.feedback", "symmetric, random, uniform, adaptive, none"),
        ("gupta/ten_digits", "inputs.source", "auto, real, standin"),
        ("sal/classification", "inputs.network", "mlp, conv"),
        ("sal/classification", "inputs.data", "digits8, mnist, fashion_mnist, cifar10, svhn"),
    ],
)
def test_texts_that_choose_are_refused_with_the_choices(name, key, choices):
    with pytest.raises(ConfigError, match=f"{key}: must be one of {choices}, got lag$"):
        plan(load(name), "smoke", overrides={key: "lag"})


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("network.n_pairs", 0, "must be >= 1, got 0"),
        ("network.n_pairs", -1, "must be >= 1, got -1"),
        ("network.n_pairs", 10**12, "must be <= 1e+08, got 1000000000000"),
        ("network.epoch", "0 ms", "must be positive, got 0 ms"),
        ("network.epoch", "-600 ms", "must be positive, got -600 ms"),
        ("network.epoch", "600.1 ms", "must be a multiple of network.dt (0.4 ms), got 600.1 ms"),
        ("run.duration", "0.1 ms", "must be >= network.dt (0.4 ms), got 0.1 ms"),
        ("run.duration", "1e-300 s", "must be >= network.dt (0.4 ms), got "),
        ("run.duration", "1e18 s", "must be <= 1e+12 times network.dt (0.4 ms), got "),
        ("neurons.t_isi", "-1 ms", "must be >= network.dt (0.4 ms), got -1 ms"),
        ("neurons.tau_ref", "0 ms", "must be >= network.dt (0.4 ms), got 0 ms"),
        ("neurons.tau_plus", "-5 ms", "must be >= network.dt (0.4 ms), got -5 ms"),
        ("synapses.eta", -0.1, "must be >= 0, got -0.1"),
    ],
)
def test_nonsense_is_refused(key, value, reason):
    assert refused("sal/phase_plane", **{key: value}).startswith(f"--set: {key}: {reason}")


def test_a_bound_that_depends_on_another_key_names_both():
    said = refused("sal/phase_plane", **{"network.dt": "100 s", "run.duration": "1000 s"})
    assert said == "--set: network.epoch: must be a multiple of network.dt (100 s), got 600 ms"


def test_whoever_spoke_last_is_named(tmp_path):
    from runner.sweep import read_sweep

    file = tmp_path / "my.yaml"
    file.write_text("experiment: sal/phase_plane\nscale: smoke\nsweep:\n  neurons.tau_plus: [5 ms, -5 ms, 20 ms]\n")
    with pytest.raises(ConfigError) as error:
        plan(load("sal/phase_plane"), "smoke", read_sweep(str(file)))
    reason = "neurons.tau_plus: must be >= network.dt (0.4 ms), got -5 ms (line 4)"
    assert str(error.value) == f"{file}: {reason}"


def test_clauses():
    ranges = {"a.x": "> 0, <= y", "a.y": "any", "a.z": "one of 0, 1", "a.n": "multiple of y", "a.q": ">= b.none"}
    found = clauses(ranges)
    files = dict.fromkeys(ranges, "f")
    values = {"a.x": 1 * ms, "a.y": 2 * ms, "a.z": 1.0, "a.n": 6 * ms, "a.q": -5.0}
    check(found, values, files)
    for key, value, reason in (
        ("a.x", 0 * ms, "must be positive, got 0 ms"),
        ("a.x", 3 * ms, "must be <= a.y (2 ms), got 3 ms"),
        ("a.z", 0.5, "must be one of 0, 1, got 0.5"),
        ("a.n", 5 * ms, "must be a multiple of a.y (2 ms), got 5 ms"),
    ):
        with pytest.raises(ConfigError) as error:
            check(found, {**values, key: value}, files)
        assert str(error.value) == f"f: {key}: {reason}"
    for wrong, reason in (("above 0", "is no range"), ("> c", "a.c, which is no parameter")):
        with pytest.raises(ValueError, match=reason):
            clauses({"a.x": wrong})


def test_conventions_and_declarations():
    assert range_of("cells.tau_m", 20 * ms, "") == "> 0, >= network.dt"
    assert range_of("cells.tau_m", 20 * ms, "any") == "any"
    assert range_of("network.n", 4, "").startswith(">= 1") and range_of("network.n", 0, "").startswith(">= 0")
    assert range_of("cells.unheard", 1.0, "") == "" and range_of("cells.flag", True, "") == ""
    assert shown((3, 5)) == "[3, 5]" and shown(0.4 * ms) == "0.4 ms" and shown(900 * second) == "900 s"


@pytest.mark.parametrize("name", names())
def test_switches_of_equations_take_no_value_in_between(name):
    """Of what says that 1 is one variant and 0 another."""
    experiment = load(name)
    sections = {"network": experiment.module.Structure, "inputs": getattr(experiment.module, "Inputs", None)}
    sections |= {section: model.params for section, model in experiment.module.OBJECTS.items()}
    for section, params in sections.items():
        for one in fields(params) if params else ():
            if re.match("[01]: ", one.metadata["text"]):
                assert experiment.ranges[f"{section}.{one.name}"] == "one of 0, 1", one.name


NUMERIC = {name: [one for one in clauses(load(name).ranges) if one.relation != "one of"] for name in SOME}


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_values_outside_of_a_range_give_one_line(data):
    """Random values beyond a random bound of a random parameter."""
    name = data.draw(st.sampled_from(SOME))
    one = data.draw(st.sampled_from(NUMERIC[name]))
    values = plan_of(name)
    bound = one.bound * (float(values[one.other]) if one.other else 1.0)
    far = data.draw(st.floats(1e-3, 1e6))
    below = one.relation in (">", ">=")
    beyond = bound - far * (abs(bound) or 1.0) if below else bound + far * (abs(bound) or 1.0)
    if one.relation == "multiple of":
        beyond = bound * (round(far) + data.draw(st.floats(0.01, 0.99)))
    default = values[one.key]
    if isinstance(default, tuple):
        beyond = [int(beyond) + (-1 if below else 1)]
    elif isinstance(default, int):
        beyond = int(beyond) + (-1 if below else 1)
    elif isinstance(default, Quantity):
        unit = {second.dim: "s", volt.dim: "V", hertz.dim: "Hz"}[default.dim]
        beyond = f"{beyond!r} {unit}"
    said = refused(name, **{one.key: beyond})
    assert "\n" not in said and said.startswith("--set: ") and one.key in said
