"""Devices: what a network requires is read off it; what a device lacks is refused in one line."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    defaultclock,
    linked_var,
    ms,
    network_operation,
)

from base.errors import BuildError, ConfigError
from benchmarks import devices as benchmark
from benchmarks.device_equivalence import difference, unlike
from dense import DenseSynapses
from runner import devices
from runner.binary import RunError
from runner.build import build
from runner.build_key import build_key
from runner.devices import DEVICES, genn, refusals, toolchain
from runner.devices.features import FEATURES, GENN_SCHEDULE
from runner.devices.numpy import NumpyProgram, activate
from runner.devices.requirements import requirements
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point
from tests.toy.experiment import toy

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def restored(monkeypatch):
    """Leave Brian2 as it was, and do without what this machine may have."""
    from brian2 import prefs, set_device

    target = prefs.codegen.target
    activate()
    defaultclock.dt = 0.1 * ms
    yield
    prefs.codegen.target = target
    set_device("runtime")


# --- what a network requires ---


def pair(neurons="v : 1", synapses="w : 1", schedule=True, pairs=((0, 1), (1, 0)), **options):
    """Return neurons and synapses that every device accepts, with changes."""
    group = {"threshold": "v > 1", "reset": "v = 0", "name": "cells", **options.pop("group", {})}
    cells = NeuronGroup(2, neurons, **group)
    links = Synapses(cells, cells, synapses, **{"on_pre": "v_post += w", "name": "links", **options})
    links.connect(i=pairs[0], j=pairs[1])
    network = Network(cells, links)
    if schedule:
        network.schedule = list(GENN_SCHEDULE)
    return network, cells, links


def linked():
    network, cells, _ = pair("v : 1\nx : 1 (linked)")
    other = NeuronGroup(2, "x : 1", name="other")
    cells.x = linked_var(other, "x")
    network.add(other)
    return network


def shared_synapses():
    cells = NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0", name="cells")
    links = DenseSynapses(cells, cells, "w : 1", on_pre="v_post += w", copies=2, name="links")
    links.connect()
    network = Network(cells, links)
    network.schedule = list(GENN_SCHEDULE)
    return network


def pathway_delays():
    network, _, links = pair()
    links.pre.delay = [1, 2] * ms
    return network


def with_object(make, **options):
    network, cells, links = pair(**options)
    network.add(make(cells, links))
    return network


def step(code, on_links=False, **options):
    def add(cells, links):
        (links if on_links else cells).run_regularly(code, name="step", **options)
        return []

    return add


def python_function():
    @network_operation(name="python")
    def nothing():
        pass

    return nothing


TABLE = TimedArray([0.0, 1.0], dt=1 * ms, name="table")
CASES = {
    "copies": shared_synapses,
    "python": lambda: with_object(lambda c, s: python_function()),
    "linked": linked,
    "events": lambda: pair(group={"events": {"other": "v > 2"}})[0],
    "pathways": lambda: pair(on_pre={"pre": "v_post += w", "late": "w += 1"})[0],
    "delays": pathway_delays,
    "clocks": lambda: pair(group={"dt": 0.2 * ms})[0],
    "tables": lambda: pair(group={"threshold": "v > table(t)", "namespace": {"table": TABLE}})[0],
    "unsorted": lambda: pair(pairs=([1, 0], [0, 1]))[0],
    "sides": lambda: pair("v : 1\nx : 1", on_pre="v_post += w * x_pre")[0],
    "post writes": lambda: pair("v : 1\nx : 1", on_pre="v_post += w; x_post += w")[0],
    "summed": lambda: pair("v : 1\nx : 1", "w : 1\nx_post = w : 1 (summed)")[0],
    "subexpressions": lambda: pair("v : 1\nx : 1\ny = 2 * v : 1", "w : 1\nx_post = w * y_pre : 1 (summed)", on_pre="")[
        0
    ],
    "shared": lambda: pair("v : 1\nx : 1 (shared)", on_pre="v_post += w * x_post")[0],
    "synaptic steps": lambda: with_object(step("w += v_post", on_links=True)),
    "functions": lambda: pair(on_pre="v_post += clip(w, 0, 1)")[0],
    "recorded": lambda: with_object(lambda c, s: StateMonitor(s, "x", True, name="seen"), synapses="w : 1\nx : 1"),
    "order": lambda: with_object(lambda c, s: setattr(s.post, "order", -9) or [], on_post="w += 1"),
    "slots": lambda: with_object(step("v = 0", when="end")),
    "schedule": lambda: pair(schedule=False)[0],
}


def test_a_network_that_every_device_accepts():
    """Steps at the start of a multiple of the time step, records at start or end, events that are spikes."""
    network, cells, links = pair(
        "dv/dt = -v / (10 * ms) : 1 (unless refractory)\nx = v + 1 : 1\ny : 1",
        "w : 1\nk : 1 (constant)\ndtrace/dt = (v_pre - trace) / (5 * ms) : 1 (clock-driven)\n"
        "y_post = k * trace : 1 (summed)",
        on_pre="w += int(v_post > 0)",
        on_post="w += v_pre",
        group={"refractory": 2 * ms, "method": "exact"},
        method="exponential_euler",
        order=-2,
    )
    cells.run_regularly("v += table(t)", dt=1 * ms, name="drive")
    cells.namespace["table"] = TABLE
    links.run_regularly("w *= k", dt=5 * ms, name="decay")
    network.add(StateMonitor(cells, ["v", "x"], True, when="start"), StateMonitor(links, "w", True, dt=2 * ms))
    network.add(SpikeMonitor(cells, when="end"))
    assert requirements(network) == []


ADVANCED = "w : 1\ndx/dt = (v_post - x) / ms : 1 (clock-driven)"


@pytest.mark.parametrize(
    ("synapses", "changes", "detail"),
    [
        (ADVANCED, {"order": -1}, "advances dx/dt after neurons have changed"),
        (ADVANCED, {"on_pre": "v_post += w"}, "reads 'v_post' in 'dx/dt' after spikes changed it"),
        (ADVANCED, {"on_pre": "x += w"}, "reads 'x' in 'dx/dt' after spikes changed it"),
        (ADVANCED, {"on_pre": "w += x"}, "reads 'x' in 'pre' before it is advanced"),
        (
            "w : 1\ny_post = w : 1 (summed)",
            {"on_pre": "w += 1"},
            "reads 'w' in 'summed y_post' after spikes changed it",
        ),
    ],
)
def test_synapses_are_advanced_before_spikes_arrive(synapses, changes, detail):
    """In GeNN; elsewhere they would be advanced after that."""
    given = {"on_pre": "w += 1", "order": -2, "method": "exponential_euler", **changes}
    network, _, _ = pair("v : 1\ny : 1", synapses, **given)
    assert detail in [required.detail for required in requirements(network) if required.feature == "order"]


@pytest.mark.parametrize("feature", CASES)
def test_a_requirement_is_read_off_the_network(feature):
    network = CASES[feature]()
    assert feature in [required.feature for required in refusals(network, DEVICES["genn"])]
    assert [r.feature for r in refusals(network, DEVICES["numpy"])] == ["copies"] * (feature == "copies")
    assert [r.feature for r in refusals(network, DEVICES["cpp_standalone"])] == ["python"] * (feature == "python")


def test_every_feature_has_a_case():
    assert set(CASES) | {"synaptic targets"} == set(FEATURES)


def test_more_of_what_brian2genn_does_not_say():
    """Delays that are all zero are none; other monitors, and int() of a number, are not what they seem."""
    network, cells, links = pair(on_pre="v_post += int(w)")
    network.add(EventMonitor(cells, "spike", name="spikes"), SpikeMonitor(cells, "v", when="end", name="values"))
    found = {(required.feature, required.object) for required in requirements(network)}
    assert {("functions", "links"), ("events", "spikes"), ("recorded", "values")} == found


@pytest.mark.parametrize(("when", "stale"), [("end", True), ("start", False)])
def test_what_a_step_has_read_is_recorded_in_time(when, stale):
    """brian2genn fetches a variable once per time step: at the end, the record would be that of the start."""
    network, cells, _ = pair(on_pre="v_post += w")
    cells.run_regularly("v *= 0.9", when="start", name="cells_run_regularly_decay")
    network.add(StateMonitor(cells, "v", record=True, when=when, order=-1, name="values"))
    assert any(required.object == "values" for required in requirements(network)) == stale


# --- what is refused ---


def test_refusal_is_one_line_before_any_code(monkeypatch, tmp_path):
    monkeypatch.setattr(genn.Genn, "ready", lambda self: None)
    monkeypatch.setattr(genn, "generate_elsewhere", lambda *_: pytest.fail("code was generated"))
    lag_line = load("gle/lag_line")
    (structure,) = plan(lag_line, "smoke").builds.values()
    with pytest.raises(BuildError) as error:
        build(lag_line, structure, tmp_path / "build", device="genn")
    said = str(error.value)
    assert "\n" not in said and not (tmp_path / "build").exists()
    assert said.startswith(
        "experiments.gle.lag_line.experiment: object 'gradients' links the variable 'e_1'; device genn"
    )
    assert said.endswith("linked variables: put the groups together, or keep a copy of the variable, or use device "
                         "cpp_standalone or numpy")  # fmt: skip


def test_unknown_device():
    with pytest.raises(ConfigError, match=r"^--config: device: unknown device 'nunpy'; did you mean 'numpy'\?$"):
        plan(toy(), "smoke", device="nunpy")


def test_the_configuration_names_a_device(monkeypatch):
    """It is part of the key; the command line is stronger."""
    on_numpy = replace(toy(), config={**toy().config, "device": "numpy"})
    assert plan(on_numpy, "smoke").device == plan(on_numpy, "smoke").content()["device"] == "numpy"
    assert plan(on_numpy, "smoke", device="cpp_standalone").device == "cpp_standalone"
    structure = {"network.n": 4}
    assert build_key(toy(), structure) != build_key(toy(), structure, device="numpy")
    assert plan(toy(), "smoke").computing == plan(on_numpy, "smoke").computing  # the score does not depend on it

    def none():
        raise ConfigError("environment", "CXX", "not found")

    monkeypatch.setattr(toolchain, "compiler", none)
    assert plan(on_numpy, "smoke").builds  # needs no compiler


# --- numpy ---


def test_numpy_runs_what_was_built(tmp_path, monkeypatch):
    """A build without a compiler, opened again; the same seed gives the same tables, another seed others."""
    monkeypatch.setattr(toolchain, "compiler", lambda: pytest.fail("asked for a compiler"))
    name, overrides = "sal/phase_plane", {"run.duration": "0.7 s", "synapses.eta": 1.0}
    pairs = load(name)
    made = plan(pairs, "smoke", overrides=overrides, device="numpy")
    point = made.points[0]
    build(pairs, made.builds[point["build"]], tmp_path / "build", device="numpy")
    assert {file.name for file in (tmp_path / "build").iterdir()} == {"manifest.json", "build.json", "network.json"}
    program = devices.open_program(tmp_path / "build")
    one, cost = run_point(name, point, program)
    again, _ = run_point(name, point, program)
    other, _ = run_point(name, {**point, "seed": 2}, program)
    assert difference(one, again) == 0 and cost["cpu_s"] > 0
    assert not np.array_equal(one["final"].value, other["final"].value)


def test_numpy_records_traces_of_what_was_built(tmp_path):
    pairs = load("sal/phase_plane")
    (structure,) = plan(pairs, "smoke", device="numpy").builds.values()
    build(pairs, structure, tmp_path / "build", device="numpy", traces={"elements": 3, "every": 2 * ms})
    program = devices.open_program(tmp_path / "build")
    program.run({"run.seed": 1, "run.duration": 0.01}, tmp_path)
    assert program.reader(tmp_path)("traces_neurons.x_plus").shape == (5, 3)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("synapses.w", np.ones(3), "needs 40 values, got 3"),
        ("synapses.w", np.full(40, np.nan), "not a finite number"),
        ("synapses.wx", 1.0, "is not a variable of the program"),
        ("run.seed", 1.5, "needs whole numbers"),
        ("run.duration", -1.0, "must be positive"),
    ],
)
def test_numpy_refuses_wrong_values(key, value, message, tmp_path):
    pairs = load("sal/phase_plane")
    (structure,) = plan(pairs, "smoke").builds.values()
    program = NumpyProgram(pairs.module, structure)
    with pytest.raises(RunError, match=message):
        program.run({"run.seed": 1, "run.duration": 0.01, key: value}, tmp_path)


def test_difference_of_tables():
    table = pd.DataFrame({"point": [0, 1], "x": [1.0, 2.0]})
    assert difference({"a": table}, {"a": table.assign(x=[1.0, 2.0 + 2e-9])}) == pytest.approx(1e-9, rel=1e-6)
    assert difference({"a": table}, {"a": table.assign(point=[0, 2])}) == np.inf
    assert difference({"a": table}, {"a": table.assign(x=[1.0, np.nan])}) == np.inf
    assert difference({"a": table}, {"a": table.iloc[:1]}) == difference({"a": table}, {"b": table}) == np.inf


def test_values_over_seeds():
    """The same distribution at other values; another one; what is nowhere a number."""
    rng = np.random.default_rng(2)
    one = {"noisy": rng.normal(size=(10, 3)), "exact": np.ones((10, 1)), "none": np.full((10, 1), np.nan)}
    other = {**one, "noisy": rng.normal(size=(10, 3))}
    assert unlike(one, other) == []
    assert unlike(one, {**other, "noisy": one["noisy"] + 5, "exact": np.full((10, 1), 1.1)}) == ["exact", "noisy"]


def test_the_benchmark_prints_its_table_alone(monkeypatch, capsys, tmp_path):
    """What builds say goes elsewhere."""

    class Program:
        def run(self, values, results):
            return {"cpu_s": 2 * values["run.duration"]}

        def reader(self, results):
            return lambda key: np.full(3, 4.0)

    monkeypatch.setattr(benchmark, "build", lambda *_, **__: print("compiling"))
    monkeypatch.setattr(devices, "open_program", lambda folder: Program())
    monkeypatch.setattr(sys, "argv", ["devices", "--sizes", "100", "--devices", "numpy", "--out", str(tmp_path)])
    benchmark.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[1:]] == 2 * [["numpy", "100", "10000"]]
    assert pd.read_csv(tmp_path / "devices.csv").cpu_s.tolist() == [2.0, 2.0] and (tmp_path / "devices.png").exists()


def test_the_matrix_is_up_to_date():
    done = subprocess.run([sys.executable, "-m", "benchmarks.device_matrix"], cwd=ROOT, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_workflow_on_another_device(repository):
    """The jobs get the device; what it needs is asked for before the first job."""
    repository.snakemake("--dry-run", "gle/lag_line", "--config", "scale=smoke", "device=numpy")
    plan = repository.plan("smoke", "gle/lag_line")
    assert plan["device"] == "numpy" and plan["command"].endswith("gle/lag_line --config scale=smoke device=numpy")
    repository.snakemake("--dry-run", "gle/lag_line", "--config", "scale=smoke")
    other = repository.plan("smoke", "gle/lag_line")
    assert other["device"] == "cpp_standalone" and not {*plan["builds"]} & {*other["builds"]}
    refused = repository.snakemake("--dry-run", "gle/lag_line", "--config", "device=genn", check=False).stdout
    if "GENN_PATH" not in repository.environment:
        assert "environment: GENN_PATH: not set; device genn needs" in refused and "Traceback" not in refused
