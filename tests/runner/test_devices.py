"""Devices: what a network requires is read off it; what a device lacks is refused in one line."""

import json
import os
import re
import shutil
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
from base.yaml_files import read_yaml
from benchmarks.device_equivalence import compare, difference
from dense import DenseSynapses
from runner import devices, genn, toolchain
from runner.binary import RunError, checksums
from runner.build import build
from runner.devices import DEVICES, FEATURES, GENN_SCHEDULE, refusals, requirements
from runner.experiment import load
from runner.numpy_device import NumpyProgram, activate
from runner.planning import build_key, plain, plan
from runner.records import recordings
from runner.simulate import drawn, run_point
from tests.genn_project import compile_stand_in, syntax_errors, unknown_placeholders
from tests.toy.experiment import toy

ROOT = Path(__file__).resolve().parents[2]
# What GeNN can express.
PORTABLE = ["eprop/clock_driven", "gle/inference", "gupta/inference", "sal/dale", "sal/lif", "sal/phase_plane"]


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
    monkeypatch.setattr(devices, "ready", lambda name: None)
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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "environment: GENN_PATH: not set; device genn needs the sources of GeNN 4.9.0, see docs/devices.md"),
        ("", "environment: GENN_PATH: '{}' does not hold the sources of GeNN 4.9.0"),
        ("5.1.0", "environment: GENN_PATH: '{}' holds GeNN 5.1.0; needed is 4.9.0"),
    ],
)
def test_missing_genn_is_one_line(monkeypatch, tmp_path, content, message):
    monkeypatch.delenv("GENN_PATH", raising=False)
    if content is not None:
        monkeypatch.setenv("GENN_PATH", str(tmp_path))
    if content:
        (tmp_path / "version.txt").write_text(content)
        (tmp_path / "bin").mkdir()
        (tmp_path / "bin" / "genn-buildmodel.sh").touch()
    with pytest.raises(ConfigError) as error:
        devices.ready("genn")
    assert str(error.value) == message.format(tmp_path)


def test_missing_brian2genn_is_one_line(monkeypatch):
    monkeypatch.setattr(genn, "find_spec", lambda name: None)
    monkeypatch.delenv("GENN_PYTHON", raising=False)
    with pytest.raises(ConfigError, match=r"^environment: GENN_PYTHON: not set; device genn needs the Python of env"):
        genn.interpreter()
    monkeypatch.setenv("GENN_PYTHON", "/nowhere/python")
    with pytest.raises(ConfigError, match=r"^environment: GENN_PYTHON: '/nowhere/python' is no program$"):
        genn.interpreter()


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
    assert {file.name for file in (tmp_path / "build").iterdir()} == {"manifest.json", "build.json"}
    program = devices.open_program(tmp_path / "build")
    one, cost = run_point(name, point, program)
    again, _ = run_point(name, point, program)
    other, _ = run_point(name, {**point, "seed": 2}, program)
    assert difference(one, again) == 0 and cost["cpu_s"] > 0
    assert not np.array_equal(one["final"].value, other["final"].value)


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
    program = NumpyProgram(pairs, structure)
    with pytest.raises(RunError, match=message):
        program.run({"run.seed": 1, "run.duration": 0.01, key: value}, tmp_path)


def test_difference_of_tables():
    table = pd.DataFrame({"point": [0, 1], "x": [1.0, 2.0]})
    assert difference({"a": table}, {"a": table.assign(x=[1.0, 2.0 + 2e-9])}) == pytest.approx(1e-9, rel=1e-6)
    assert difference({"a": table}, {"a": table.assign(point=[0, 2])}) == np.inf
    assert difference({"a": table}, {"a": table.assign(x=[1.0, np.nan])}) == np.inf
    assert difference({"a": table}, {"a": table.iloc[:1]}) == difference({"a": table}, {"b": table}) == np.inf


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


# --- genn ---


def test_genn_pins_agree():
    lines = (ROOT / "requirements-genn.txt").read_text(encoding="utf-8").splitlines()
    dependencies = read_yaml(ROOT / "environment-genn.yml")["dependencies"]
    (pip,) = (item["pip"] for item in dependencies if isinstance(item, dict))
    assert pip == [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="session")
def genn_python(tmp_path_factory):
    """Return a Python with brian2genn: that of the environment, or one that is made here."""
    try:
        return genn.interpreter()
    except ConfigError:
        pass
    if sys.version_info >= (3, 12):
        pytest.skip("brian2genn needs Python 3.11 or older (or set GENN_PYTHON)")
    folder = tmp_path_factory.mktemp("genn") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*install, "-r", ROOT / "requirements-genn.txt"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"brian2genn cannot be installed: {(done.stderr.strip().splitlines() or [''])[-1]}")
    return str(folder / "bin" / "python")


def test_portable_experiments_are_those_of_the_page():
    """The page is up to date: see above."""
    page = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+/\w+)` \|[^|]*\|([^|]*)\|$", page, re.MULTILINE)
    accepted = [name for name, on_genn in rows if "refused" not in on_genn]
    assert accepted == PORTABLE


@pytest.fixture(scope="session")
def projects(genn_python, tmp_path_factory):
    """Return a function: name of an experiment to its GeNN project, which is made once."""
    made = {}

    def project(name):
        if name not in made:
            made[name] = tmp_path_factory.mktemp("project")
            (structure,) = plan(load(name), "smoke").builds.values()
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("GENN_PYTHON", genn_python)
                manifest = genn.generate_elsewhere(name, plain(structure), made[name])
            (made[name] / "manifest.json").write_text(json.dumps({**manifest, "device": "genn"}))
        return made[name]

    return project


@pytest.mark.parametrize("name", [name for name in PORTABLE if name != "sal/dale"])  # it has the models of the others
def test_genn_code_is_generated(name, projects):
    """By brian2genn, in its environment; complete, and with the values of a run."""
    folder = projects(name)
    assert list(unknown_placeholders(folder)) == []
    assert syntax_errors(folder) == ""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    main = (folder / "main.cpp").read_text(encoding="utf-8")
    for key, array in manifest["arrays"].items():
        assert (f'runner::given("{key}"' in main) == array["settable"], key
    # Every step is called by the loop.
    engine = (folder / "engine.cpp").read_text(encoding="utf-8")
    steps = [line.split()[-1] for line in manifest["schedule"] if "_run_regularly_" in line]
    assert steps and all(f"_run_{name}_codeobject();" in engine for name in steps)


def test_the_checks_of_a_project_see_what_is_wrong(projects, tmp_path):
    folder = shutil.copytree(projects("sal/phase_plane"), tmp_path / "project")
    for file, old, new in (
        ("magicnetwork_model.cpp", "$(psp_pre)", "$(psq_pre)"),
        ("engine.cpp", "pairssynapses", "squaressynapses"),
    ):
        text = (folder / file).read_text(encoding="utf-8")
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    assert list(unknown_placeholders(folder)) == ["synapses: psq_pre"]
    assert "squaressynapses" in syntax_errors(folder)


def test_a_generated_program_equals_numpy(projects, tmp_path):
    """With a stand-in for GeNN: model, host program, values at run time and results are right, whatever GeNN adds."""
    name = "sal/phase_plane"
    folder = shutil.copytree(projects(name), tmp_path / "project")
    pairs = load(name)
    made = plan(pairs, "smoke", overrides={"run.duration": "1.9 s", "synapses.eta": 1.0})
    compile_stand_in(folder, dt=0.4e-3)
    values = next(drawn(name, made.points[0]))
    n = values["neurons.b"].size
    # Nothing is left to chance: every neuron fires as soon as it can, from another time step on.
    values["neurons.b"] = np.full(n, 40.0)
    values["neurons.lastspike"] = -0.4e-3 * np.random.default_rng(3).integers(0, 27, n)
    tables = []
    (folder / "build.json").write_text(json.dumps({"files": checksums(folder)}), encoding="utf-8")
    for program in (genn.GennProgram(folder), NumpyProgram(pairs, next(iter(made.builds.values())))):
        results = tmp_path / type(program).__name__
        results.mkdir()
        program.run(values, results)
        tables.append(recordings(program.manifest, program.reader(results), made.points[0]))
    assert difference(*tables) < 1e-12
    end = tables[0]["final"].value.to_numpy()
    assert (np.abs(end - np.tile([0.5, 1.5], n // 2)) > 0.1).sum() > n / 2


def test_values_reach_a_genn_program(tmp_path):
    """The helper in the generated main.cpp: arrays, one number for all, nothing given, and a wrong size."""
    (tmp_path / "test.cpp").write_text(
        '#include "genn.h"\n#include <vector>\nint main() {\n'
        "    double array[3] = {1, 2, 3}; int number[1] = {4}; std::vector<double> kept(2, 5);\n"
        '    runner::given("a.x", array, 3); runner::given("run.seed", number, 1);\n'
        '    runner::given("a.y", kept.data(), kept.size());\n'
        '    for (double v : array) std::cout << v << " ";\n    std::cout << number[0] << " " << kept[1];\n}\n'
    )
    subprocess.run(["g++", "-std=c++11", f"-I{ROOT / 'runner'}", "test.cpp", "-o", "test"], cwd=tmp_path, check=True)

    def said(**given):
        folder = tmp_path / "given"
        folder.mkdir(exist_ok=True)
        for key, value in given.items():
            np.asarray(value).tofile(folder / f"{key}.bin")
        environment = {**os.environ, **({"LOCAL_CREDIT_GIVEN": str(folder)} if given else {})}
        return subprocess.run([tmp_path / "test"], env=environment, capture_output=True, text=True, check=False)

    assert said().stdout == "1 2 3 4 5"
    assert said(**{"a.x": [7.0, 8.0, 9.0], "run.seed": np.int32(6)}).stdout == "7 8 9 6 5"
    assert said(**{"a.x": 0.5}).stdout == "0.5 0.5 0.5 6 5"
    wrong = said(**{"a.x": [1.0, 2.0]})
    assert wrong.returncode == 3 and wrong.stderr == "a.x: needs 3 values, got 2\n"


@pytest.mark.parametrize(
    ("last", "message"),
    [("", None), ("echo 'out of memory' >&2", "status 0: out of memory$"), ("exit 1", "status 1")],
)
def test_a_genn_program_is_believed_when_everything_checks_out(tmp_path, last, message):
    """Here it is a script that does what such a program does."""
    build_folder = tmp_path / "build"
    (build_folder / "static_arrays").mkdir(parents=True)
    arrays = {"file": "x", "dtype": "<f8", "size": 2, "settable": True, "scalar": False, "unit": "", "unit_size": 1.0}
    scalar = {**arrays, "size": 1, "scalar": True}
    manifest = {
        "arrays": {"a.x": arrays, "run.duration": scalar, "run.seed": {**scalar, "dtype": "<i4"}},
        "monitors": {},
    }
    main = build_folder / "main"
    main.write_text(
        "#!/bin/sh\necho '# DT 0.001' >&2\ntest -d static_arrays || exit 9\n"
        'cp "$LOCAL_CREDIT_GIVEN/a.x.bin" results/x\n'
        f'echo "1.5 1" > results/last_run_info.txt\necho "$2 done ..." >&2\necho "everything finished." >&2\n{last}\n'
    )
    main.chmod(0o755)
    (build_folder / "manifest.json").write_text(json.dumps({**manifest, "device": "genn", "final": ["a.x"]}))
    (build_folder / "build.json").write_text(json.dumps({"files": checksums(build_folder)}), encoding="utf-8")
    program = devices.open_program(build_folder)
    results = tmp_path / "results"
    values = {"a.x": np.array([1.0, 2.0]), "run.seed": 3, "run.duration": 0.5}
    if message:
        with pytest.raises(RunError, match=message):
            program.run(values, results)
    else:
        program.run(values, results)
        assert program.reader(results)("a.x").tolist() == [1.0, 2.0]


@pytest.mark.parametrize("name", ["eprop/clock_driven", "gle/inference", "gupta/inference"])
def test_generated_programs_equal_numpy(name, projects, tmp_path):
    """Nothing of them is random: with the stand-in for GeNN, the networks learn and answer what they do elsewhere."""
    folder = shutil.copytree(projects(name), tmp_path / "project")
    trained = load(name)
    made = plan(trained, "smoke")
    (structure,) = made.builds.values()
    compile_stand_in(folder, dt=float(structure["network.dt"]))
    values = next(drawn(name, made.points[0]))
    tables = []
    (folder / "build.json").write_text(json.dumps({"files": checksums(folder)}), encoding="utf-8")
    for program in (genn.GennProgram(folder), NumpyProgram(trained, structure)):
        results = tmp_path / type(program).__name__
        results.mkdir()
        program.run(values, results)
        tables.append(recordings(program.manifest, program.reader(results), made.points[0]))
    assert difference(*tables) < 1e-12


@pytest.mark.skipif(
    "GENN_PATH" not in os.environ, reason="GENN_PATH is not set: the sources of GeNN 4.9.0 are not here"
)
@pytest.mark.parametrize("name", PORTABLE)
def test_genn_gives_the_same_score(name, genn_python, tmp_path, monkeypatch):
    monkeypatch.setenv("GENN_PYTHON", genn_python)
    assert compare(load(name), "smoke", "genn", tmp_path)["outcome"] in ("same tables", "same score")
