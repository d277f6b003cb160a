"""Device genn: what is missing is one line; the programs that brian2genn writes are right; GeNN itself, where it is."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from base.errors import BuildError, ConfigError
from base.yaml_files import read_yaml
from benchmarks.device_equivalence import compare, difference
from runner import devices
from runner.binary import RunError, checksums
from runner.devices import genn, toolchain
from runner.devices.numpy import NumpyProgram, activate
from runner.experiment import load
from runner.planning import plan
from runner.quantities import plain
from runner.records import recordings
from runner.simulate import drawn
from tests.genn_project import compile_stand_in, syntax_errors, unknown_placeholders
from tests.toy.experiment import toy

ROOT = Path(__file__).resolve().parents[2]
# What GeNN can express.
PORTABLE = ["eprop/clock_driven", "gle/cascade", "gle/inference", "gle/phase_shift", "gupta/inference", "sal/dale",
            "sal/drift_field", "sal/lif", "sal/phase_plane", "sal/proof_functions", "sal/psp_shapes",
            "sal/simulated_intervals", "sal/time_differences"]  # fmt: skip
SAME_MODELS = {"sal/dale", "sal/proof_functions", "sal/time_differences"}  # as others of them
needs_genn = pytest.mark.skipif("GENN_PATH" not in os.environ, reason="GENN_PATH is not set: GeNN 4.9.0 is not here")


# --- what is missing ---


@pytest.fixture(autouse=True)
def restored():
    """Leave Brian2 as it was."""
    from brian2 import defaultclock, ms, prefs, set_device

    target = prefs.codegen.target
    activate()
    defaultclock.dt = 0.1 * ms
    yield
    prefs.codegen.target = target
    set_device("runtime")


@pytest.fixture
def given(tmp_path, monkeypatch):
    """Return a function: release, and a recipe of the library, to a folder that stands for GeNN's sources."""

    def of(release="4.9.0", recipe="mkdir -p lib && echo built >> {log}", name="GeNN's sources"):
        folder = tmp_path / name
        (folder / "include").mkdir(parents=True)
        (folder / "share").mkdir()
        (folder / "src" / "genn").mkdir(parents=True)
        (folder / "src" / "genn" / "model.cc").touch()
        (folder / "version.txt").write_text(f"{release}\n")
        rule = recipe.format(log=tmp_path / "log")
        (folder / "Makefile").write_text(f"libgenn:\n\t@{rule}\n\nsingle_threaded_cpu:\n\t@touch lib/backend.a\n")
        monkeypatch.setenv("GENN_PATH", str(folder))
        monkeypatch.delenv("CUDA_PATH", raising=False)
        return folder

    return of


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "environment: GENN_PATH: not set; device genn needs the sources of GeNN 4.9.0, see docs/devices.md"),
        ("", "environment: GENN_PATH: '{}' does not hold the sources of GeNN 4.9.0"),
        ("4.7.0", "environment: GENN_PATH: '{}' holds GeNN 4.7.0; needed is 4.9.0"),
        ("5.1.0", "environment: GENN_PATH: '{}' holds GeNN 5.1.0; needed is 4.9.0"),
    ],
)
def test_missing_genn_is_one_line(monkeypatch, tmp_path, given, content, message):
    monkeypatch.delenv("GENN_PATH", raising=False)
    folder = tmp_path
    if content:
        folder = given(content)
        (folder / "share").rmdir()  # which GeNN 5 has not
    elif content is not None:
        monkeypatch.setenv("GENN_PATH", str(tmp_path))
    with pytest.raises(ConfigError) as error:
        devices.DEVICES["genn"].ready()
    assert str(error.value) == message.format(folder)


def test_the_library_is_built_in_our_cache(given, tmp_path, monkeypatch):
    """The sources may be read-only, on a path with blanks, named relative to the working directory."""
    folder = given()
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENN_PATH", folder.name)
    assert genn.sources() == folder
    made = genn.library(tmp_path / "cache", 1)
    assert (made / "lib" / "backend.a").exists() and made.parent == tmp_path / "cache"
    assert not (folder / "lib").exists()
    assert genn.library(tmp_path / "cache", 1) == made
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    (folder / "src" / "genn" / "model.cc").write_text("// edited")
    assert genn.library(tmp_path / "cache", 1) != made


def test_two_builds_at_once_make_one_library(given, tmp_path):
    given(recipe="sleep 0.2 && mkdir -p lib && echo built >> {log}")
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: genn.library(tmp_path / "cache", 1), range(2))
    assert one == other and (tmp_path / "log").read_text() == "built\n"


def test_a_library_that_was_not_completed_is_made_anew(given, tmp_path):
    """Whether make fails or is killed: what is there is complete."""
    given(recipe="test -e {log} || {{ touch {log}; mkdir -p lib; kill -9 $$$$PPID; }}")
    with pytest.raises(BuildError, match="^GeNN: compilation failed: "):
        genn.library(tmp_path / "cache", 1)
    assert not [path for path in (tmp_path / "cache").iterdir() if path.suffix != ".lock"]
    given(name="again", recipe="mkdir -p lib")
    assert (genn.library(tmp_path / "cache", 1) / "lib" / "backend.a").exists()


def test_the_model_is_compiled_with_our_flags_and_no_more_processes_than_asked(given, tmp_path, monkeypatch):
    """GeNN would compile it without optimisation, on all cores."""
    given()
    commands = []
    monkeypatch.setattr(genn, "make", lambda command, folder: commands.append(list(map(str, command))))
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "generator").touch()
    genn.compile_project(tmp_path / "project", tmp_path / "cache", 3)
    (model,) = (command for command in commands if "magicnetwork_model_CODE" in command)
    assert model[-1] == f"CXXFLAGS=-c -fPIC -MMD -MP {' '.join(toolchain.flags())}" and "-O3" in model[-1]
    assert all("-j3" in command for command in commands if command[0] == "make")


@pytest.mark.parametrize("name", ["with blank", "with:colon"])
def test_a_path_that_genn_cannot_handle(name, tmp_path):
    with pytest.raises(ConfigError) as error:
        genn.usable(tmp_path / name)
    assert str(error.value) == (
        f"device genn: {tmp_path / name}: GeNN cannot build in a path with a blank or a colon; move it"
    )


def test_a_wrong_cuda_is_one_line(monkeypatch):
    monkeypatch.setenv("CUDA_PATH", "/nowhere")
    with pytest.raises(ConfigError, match=r"^environment: CUDA_PATH: '/nowhere' holds no bin/nvcc; unset it to use"):
        genn.cuda()


def test_the_line_that_says_what_is_wrong():
    """Code that quotes the word is none."""
    said = '  130 | "no error",\nx.cc:1:2: warning: errors ahead\n{}\nmake: *** [main] Error 1'
    for line in ("/usr/bin/ld: cannot find -lgenn", "x.cc:3:4: error: no", "m.o: undefined reference to `f'"):
        assert toolchain.first_error(said.format(line)) == line
    assert toolchain.first_error(said.format("")) == "make: *** [main] Error 1"


def test_traces_are_refused(tmp_path):
    with pytest.raises(BuildError, match=r"device genn records no traces; use device cpp_standalone or numpy$"):
        devices.DEVICES["genn"].generate(toy().module, {}, tmp_path, {"elements": 1}, lambda network: None)


def test_releases_are_part_of_the_key_and_of_the_provenance(given, monkeypatch):
    """Those of the Python that writes the code."""
    given()
    monkeypatch.setattr(genn, "interpreter", lambda: "python")
    found = {"brian2genn": "1.7.0", "brian2": "2.5.4"}
    monkeypatch.setattr(genn, "releases", lambda python: dict(found))
    device = devices.DEVICES["genn"]
    before = device.identity()
    found["numpy"] = "1.26.4"
    written_by = {"brian2genn": "1.7.0", "brian2": "2.5.4", "genn": "4.9.0 (single-threaded CPU)"}
    assert device.tools()["versions"] == written_by
    found["brian2genn"] = "1.7.1"
    assert device.identity() != before


def test_a_python_without_brian2genn_is_one_line():
    with pytest.raises(
        ConfigError, match=r"^environment: GENN_PYTHON: '.*' lacks a package of requirements-genn.txt: "
    ):
        genn.releases(shutil.which("python3", path="/usr/bin") or sys.executable)


def test_missing_brian2genn_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(genn, "find_spec", lambda name: None)
    monkeypatch.delenv("GENN_PYTHON", raising=False)
    with pytest.raises(ConfigError, match=r"^environment: GENN_PYTHON: not set; device genn needs the Python of env"):
        genn.interpreter()
    monkeypatch.setenv("GENN_PYTHON", "/nowhere/python")
    with pytest.raises(ConfigError, match=r"^environment: GENN_PYTHON: '/nowhere/python' is no program$"):
        genn.interpreter()
    (tmp_path / "python").symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENN_PYTHON", "./python")  # the project is made in another folder
    assert genn.interpreter() == str(tmp_path / "python")


# --- programs ---


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
            with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as said:
                patch.setenv("GENN_PYTHON", genn_python)
                manifest = genn.generate_elsewhere(load(name).module.__name__, plain(structure), made[name])
            assert said.getvalue() == ""  # no word of brian2genn that a user would have to understand
            (made[name] / "manifest.json").write_text(json.dumps({**manifest, "device": "genn"}))
        return made[name]

    return project


@pytest.mark.parametrize("name", [name for name in PORTABLE if name not in SAME_MODELS])
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


@pytest.mark.parametrize("itself", [False, pytest.param(True, marks=needs_genn)])
def test_a_generated_program_equals_numpy(itself, projects, tmp_path):
    """With GeNN itself, or with a stand-in: model, host program, values at run time and results are right."""
    name = "sal/phase_plane"
    folder = shutil.copytree(projects(name), tmp_path / "project")
    pairs = load(name)
    made = plan(pairs, "smoke", overrides={"run.duration": "1.9 s", "synapses.eta": 1.0})
    if itself:
        genn.compile_project(folder, tmp_path / "cache", 2)
    else:
        compile_stand_in(folder, dt=0.4e-3)
    values = next(drawn(name, made.points[0]))
    n = values["neurons.b"].size
    # Nothing is left to chance: neuron 1 fires as soon as it can, unless neuron 2 inhibits it, which fires when it is
    # excited. Another time step for every pair.
    values["neurons.b"] = np.tile([40.0, -40.0], n // 2)
    before = values["synapses.w"] = np.tile([80.0, -160.0], n // 2)
    values["neurons.lastspike"] = -0.4e-3 * np.random.default_rng(3).integers(0, 27, n)
    tables = []
    (folder / "build.json").write_text(json.dumps({"files": checksums(folder)}), encoding="utf-8")
    for program in (genn.GennProgram(folder), NumpyProgram(pairs.module, next(iter(made.builds.values())))):
        results = tmp_path / type(program).__name__
        results.mkdir()
        program.run(values, results)
        tables.append(recordings(program.manifest, program.reader(results), made.points[0]))
    assert difference(*tables) < 1e-12
    end = tables[0]["final"].value.to_numpy()
    assert (np.abs(end - before) > 0.1).sum() > n / 2


def test_values_reach_a_genn_program(tmp_path):
    """The helper in the generated main.cpp: arrays, one number for all, nothing given, and a wrong size."""
    (tmp_path / "test.cpp").write_text(
        '#include "genn.h"\n#include <vector>\nint main() {\n'
        "    double array[3] = {1, 2, 3}; int number[1] = {4}; std::vector<double> kept(2, 5);\n"
        '    runner::given("a.x", array, 3); runner::given("run.seed", number, 1);\n'
        '    runner::given("a.y", kept.data(), kept.size());\n'
        '    for (double v : array) std::cout << v << " ";\n    std::cout << number[0] << " " << kept[1];\n}\n'
    )
    subprocess.run(
        ["g++", "-std=c++11", f"-I{ROOT / 'runner' / 'devices'}", "test.cpp", "-o", "test"], cwd=tmp_path, check=True
    )

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
    (build_folder / "magicnetwork_model_CODE").mkdir()
    arrays = {"file": "x", "dtype": "<f8", "size": 2, "settable": True, "scalar": False, "unit": "", "unit_size": 1.0}
    scalar = {**arrays, "size": 1, "scalar": True}
    manifest = {
        "arrays": {"a.x": arrays, "run.duration": scalar, "run.seed": {**scalar, "dtype": "<i4"}},
        "monitors": {},
        "dt": 1e-3,
    }
    main = build_folder / "main"
    main.write_text(
        "#!/bin/sh\necho '# DT 0.001' >&2\ntest -d static_arrays -a -d magicnetwork_model_CODE || exit 9\n"
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


@pytest.mark.parametrize(("duration", "steps"), [(0.5, 500), (0.5002, 501), (0.3, 300), (0.0299999999999, 30)])
def test_a_duration_that_is_no_multiple_of_the_time_step(tmp_path, duration, steps):
    """The same steps as elsewhere: the last one is begun. GeNN counts them as below."""
    program = genn.GennProgram.__new__(genn.GennProgram)
    program.folder, program.manifest = tmp_path, {"dt": 1e-3}
    told = float(program.command({"run.duration": np.float64(duration)}, tmp_path / "results")[-1])
    assert int(told / 1e-3 + 1e-2) == steps and steps * 1e-3 > told


def test_a_program_ends_with_the_job_that_runs_it(tmp_path):
    main = tmp_path / "main"
    main.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    main.chmod(0o755)
    scalar = {"dtype": "<f8", "size": 1, "settable": True}
    arrays = {"run.duration": scalar, "run.seed": {**scalar, "dtype": "<i4"}}
    (tmp_path / "manifest.json").write_text(json.dumps({"arrays": arrays}))
    (tmp_path / "build.json").write_text(json.dumps({"files": checksums(tmp_path)}), encoding="utf-8")
    code = (
        "from pathlib import Path; from base.errors import one_line; from runner.binary import CompiledProgram\n"
        f"here = Path('{tmp_path}')\n"
        "with one_line():\n"
        "    CompiledProgram(here).run({'run.seed': 1, 'run.duration': 1.0}, here / 'out')"
    )
    job = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    pid = tmp_path / "pid"
    while not (pid.exists() and pid.read_text().strip()):
        time.sleep(0.02)
    time.sleep(1)  # until the job waits for what it has started
    job.send_signal(signal.SIGTERM)
    assert job.communicate(timeout=30)[1] == "stopped; the same command goes on\n"
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()


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
    for program in (genn.GennProgram(folder), NumpyProgram(trained.module, structure)):
        results = tmp_path / type(program).__name__
        results.mkdir()
        program.run(values, results)
        tables.append(recordings(program.manifest, program.reader(results), made.points[0]))
    assert difference(*tables) < 1e-12


@needs_genn
@pytest.mark.parametrize("name", PORTABLE)
def test_genn_gives_the_same_score(name, genn_python, tmp_path_factory, monkeypatch):
    """What is noisy is compared over seeds; sal/lif has nothing to score at this scale."""
    results = tmp_path_factory.getbasetemp() / "results"
    monkeypatch.setenv("GENN_PYTHON", genn_python)
    monkeypatch.setenv("LOCAL_CREDIT_CACHE", str(results / "builds"))
    found = compare(load(name), "smoke", "genn", results, 8 if name.startswith("sal/") else 1)
    assert found["outcome"] in ("same tables", "same score", *(["no target"] if name == "sal/lif" else []))
