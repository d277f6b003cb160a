"""Plans: how many points, builds and chunks a configuration means, and that nothing else has a say in it."""

import json
import shlex
from dataclasses import replace
from functools import cache

import pytest
from brian2 import ms
from snakemake.cli import parse_config

from base.catalogue import SCALES, names
from base.errors import ConfigError
from base.points import Points
from runner.build_key import build_key
from runner.experiment import load
from runner.fingerprint import code
from runner.groups import MAX_CHUNK
from runner.planning import plan
from runner.price import describe
from runner.sweep import declaration, read_sweep, user_of
from tests.toy.experiment import toy


def toy_plan(sweep=None, scale="smoke", chunk_seconds=20.0, overrides=None, **config):
    """Plan the toy with a sweep."""
    experiment = toy()
    return plan(
        replace(experiment, config={**experiment.config, "sweep": sweep, **config}),
        scale,
        overrides=overrides,
        chunk_seconds=chunk_seconds,
    )


def test_no_sweep_is_one_point():
    planned = toy_plan()
    assert [point["point"] for point in planned.points] == [0]
    assert len(planned.builds) == 1 and planned.chunks == [[0]] and planned.swept == []


def test_product_of_the_lists_seeds_innermost():
    planned = toy_plan({"cells.sigma": [1.0, 2.0], "cells.tau": ["10 ms", "20 ms", "30 ms"]}, "quick")
    seen = [(p["values"]["cells.sigma"], p["values"]["cells.tau"], p["seed"]) for p in planned.points]
    assert seen == [(s, pytest.approx(t), seed) for s in (1, 2) for t in (0.01, 0.02, 0.03) for seed in (1, 2)]
    assert [point["point"] for point in planned.points] == list(range(12))
    assert planned.swept == ["cells.sigma", "cells.tau"]
    assert len(planned.builds) == 1


def test_union_of_blocks():
    planned = toy_plan([{"cells.sigma": [1.0, 2.0]}, {"cells.factor": [3]}])
    assert [(p["values"]["cells.sigma"], p["values"]["cells.factor"]) for p in planned.points] == [
        (1, 1),
        (2, 1),
        (1, 3),
    ]


def test_values_are_plain_numbers_in_si():
    values = toy_plan().points[0]["values"]
    assert values["cells.tau"] == 0.02 and values["cells.noisy"] is True and values["run.duration"] == 1.0
    json.dumps(values)


def test_only_structure_needs_a_build():
    planned = toy_plan({"cells.sigma": [1.0, 2.0], "network.n": [4, 5]})
    assert len(planned.points) == 4 and len(planned.builds) == 2
    for key, structure in planned.builds.items():
        assert build_key(toy(), structure) == key
    assert len({point["build"] for point in planned.points if point["values"]["network.n"] == 4}) == 1


def test_structures_that_differ_in_the_last_digit_do_not_share_a_build():
    assert len(toy_plan({"network.trial": ["350 ms", "350.0000001 ms"]}).builds) == 2


def test_chunks_hold_all_points_once_and_share_a_build():
    planned = toy_plan({"network.n": [4, 5], "cells.sigma": [0.1 * k for k in range(1, 26)]}, chunk_seconds=7)
    assert sorted(number for chunk in planned.chunks for number in chunk) == list(range(50))
    for chunk in planned.chunks:
        assert len({planned.points[number]["build"] for number in chunk}) == 1
        assert len(chunk) <= 7
    sizes = {len(chunk) for chunk in planned.chunks}
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(("seconds", "n"), [(20, 5), (100, 1), (1000, 1), (1, 100), (0.1, 100)])
def test_size_of_chunks_follows_the_cost_of_a_point(seconds, n):
    assert len(toy_plan({"cells.sigma": [0.01 * k for k in range(1, 101)]}, chunk_seconds=seconds).chunks) == n


def test_chunks_are_bounded():
    cheap = {"cost": {"point": {"smoke": "1 us"}}}
    planned = toy_plan({"cells.sigma": [0.001 * k for k in range(1, 2002)]}, chunk_seconds=1e6, **cheap)
    assert len(planned.chunks) == 3 and max(map(len, planned.chunks)) <= MAX_CHUNK


def test_more_points_at_the_end_leave_full_chunks_alone():
    few, more = (toy_plan({"cells.sigma": [0.1 * k for k in range(1, n + 1)]}, chunk_seconds=10) for n in (20, 30))
    assert few.chunks == more.chunks[:2]
    assert [few.chunk_digest(k) for k in (0, 1)] == [more.chunk_digest(k) for k in (0, 1)]


def test_jobs_know_what_matters():
    base = toy_plan()
    assert toy_plan().content() == base.content()
    assert toy_plan(overrides={"cells.sigma": 2.0}).chunk_digest(0) != base.chunk_digest(0)
    assert toy_plan(scale="quick").chunk_digest(0) != base.chunk_digest(0)
    assert toy_plan({"cells.sigma": [1.0]}, chunk_seconds=1).chunk_digest(0) == base.chunk_digest(0)


@cache
def plan_of(name, scale):
    return plan(load(name), scale)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("scale", SCALES)
def test_plans_of_the_experiments(name, scale):
    planned = plan_of(name, scale)
    assert plan(load(name), scale).content() == planned.content()
    assert planned.points and {point["build"] for point in planned.points} == planned.builds.keys()
    assert sorted(number for chunk in planned.chunks for number in chunk) == list(range(len(planned.points)))
    assert str(len(planned.points)) in describe(planned)
    json.dumps(planned.content(), default=Points.content)


@pytest.mark.parametrize("name", names())
def test_smoke_needs_no_build_of_its_own(name):
    (build,) = plan_of(name, "smoke").builds
    assert build in plan_of(name, "quick").builds


def test_numbers_of_the_experiments():
    expected = {
        ("eprop/sine_tutorial", "quick"): 3,
        ("eprop/sine_tutorial", "paper"): 30,
        ("gle/lag_line", "quick"): 50,
        ("gle/lag_line", "paper"): 15,
        ("gupta/iris", "smoke"): 1,
        ("gupta/iris", "paper"): 30,
        ("sal/phase_plane", "smoke"): 2,
        ("sal/phase_plane", "paper"): 20,
    }
    assert {key: len(plan_of(*key).points) for key in expected} == expected


def test_overrides_beat_the_scale_and_the_sweep():
    planned = toy_plan({"cells.sigma": [1.0, 2.0]}, overrides={"cells.sigma": 3.0, "run.duration": "2 s"})
    assert [point["values"]["cells.sigma"] for point in planned.points] == [3.0, 3.0]
    assert planned.points[0]["values"]["run.duration"] == 2.0


def test_flags_name_the_command_line():
    with pytest.raises(ConfigError, match=r"^--set: cells.sigmaa: unknown key; did you mean 'cells.sigma'\?$"):
        toy_plan(overrides={"cells.sigmaa": 3.0})
    for seconds in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ConfigError, match="^chunk_seconds: .*: must be a positive number of seconds$"):
            toy_plan(chunk_seconds=seconds)


def test_the_build_key_depends_on_compiler_flags_and_traces(monkeypatch):
    from runner.devices import toolchain

    structure = {"network.n": 4}
    key = build_key(toy(), structure)
    assert build_key(toy(), structure) == key
    assert build_key(toy(), structure, {"elements": 10, "every": 1 * ms}) != key
    assert build_key(toy(), {"network.n": 5}) != key
    monkeypatch.setattr(toolchain, "FLAGS", ["-O2"])
    other = build_key(toy(), structure)
    assert other != key
    monkeypatch.setattr(toolchain, "compiler", lambda: ("g++", "g++ 1.0"))
    assert build_key(toy(), structure) not in (key, other)


# -- the sweep of a user -----------------------------------------------------------------------------------------------

GOOD = "experiment: sal/phase_plane\nscale: smoke\nsweep:\n  synapses.eta: [0.1, 0.2]\n"


@pytest.fixture
def declared(tmp_path):
    """Return a function: text of a file to the plan of the sweep it declares."""

    def of(text, name="my.yaml"):
        file = tmp_path / name
        file.write_text(text)
        user = read_sweep(str(file))
        return plan(load(user.experiment), user.scale, user)

    return of


def test_sweep_of_a_user(declared):
    planned = declared(f"{GOOD}seeds: 3\nset:\n  run.duration: 6 s\n  inputs: {{both: false}}\n")
    assert planned.scale == "sweep-my"
    assert [(p["values"]["synapses.eta"], p["seed"]) for p in planned.points] == [
        (eta, seed) for eta in (0.1, 0.2) for seed in (1, 2, 3)
    ]
    assert {p["values"]["run.duration"] for p in planned.points} == {6.0}
    assert {p["values"]["inputs.both"] for p in planned.points} == {False}
    assert planned.builds.keys() == plan(load("sal/phase_plane"), "smoke").builds.keys()


def test_sweep_survives_the_command_line(declared, tmp_path):
    planned = declared(f"{GOOD}seeds: 2\nset: {{run.duration: 6 s}}\n")
    user = read_sweep(read_sweep(str(tmp_path / "my.yaml")).text())
    assert plan(load(user.experiment), user.scale, user).content() == planned.content()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sweep: {synapses.eta: [0.1]}\n", "experiment: missing"),
        ("experiment: sal/phase_plane\n", "sweep: missing"),
        (GOOD + "seed: 3\n", "seed: unknown key; did you mean 'seeds'?"),
        (GOOD + "on: 3\n", "on: unknown key; valid are: "),
        (GOOD + "seeds: 0\n", "seeds: needs a whole number of at least 1, got 0"),
        (GOOD + "seeds: -1\n", "seeds: needs a whole number of at least 1, got -1"),
        (GOOD + "seeds: 1.5\n", "seeds: needs a whole number of at least 1, got 1.5"),
        (GOOD + "seeds: true\n", "seeds: needs a whole number of at least 1, got True"),
        (GOOD + "set: 5\n", "set: must map keys to values, got 5"),
        (GOOD + "set: {run.duration: 20 mV}\n", "run.duration: '20 mV' has the wrong unit"),
        (GOOD + "set: {run.duration: -2 s}\n", "run.duration: must be positive, got -2 s"),
        (GOOD + "set: {synapses.eta: 0.1}\n", "synapses.eta: is both set and swept; keep one of them"),
        (GOOD + "set: {run.duration: 1 s, run: {duration: 2 s}}\n", "run.duration: given twice"),
        (GOOD + "name: a b\n", "name: 'a b' must consist of letters, digits, ., - and _"),
        (GOOD + "name: ../up\n", "name: '../up' must consist of letters, digits, ., - and _"),
        (GOOD + "name: 010\n", "name: needs a text, got 10; write it in quotes"),
        (GOOD + "name:\n", "name: is empty; give a value, or remove the key"),
        (GOOD + "seeds: null\n", "seeds: is empty; give a value, or remove the key"),
        (GOOD + "set: {}\n", "set: is empty; give a value, or remove the key"),
        (GOOD.replace("smoke", "smok"), "scale: unknown scale 'smok'; did you mean 'smoke'?"),
        (GOOD.replace("smoke", "[1]"), "scale: unknown scale '[1]'; valid are: "),
        (GOOD.replace("phase_plane", "phaseplane"), "experiment: unknown experiment 'sal/phaseplane'; did you mean"),
        (GOOD.replace("sal/phase_plane", "3"), "experiment: unknown experiment '3'; valid are: "),
        (GOOD.replace("synapses.eta", "synapses.etta"), "synapses.etta: unknown key; did you mean 'synapses.eta'?"),
        (GOOD.replace("[0.1, 0.2]", "0.1"), "sweep.synapses.eta: needs a list of values, got 0.1"),
        (GOOD.replace("[0.1, 0.2]", "[]"), "sweep.synapses.eta: is empty; give at least one value or remove the key"),
        (
            GOOD.replace("[0.1, 0.2]", "['1e-4']"),
            "synapses.eta: '1e-4' is text, not a number; write 1e-4 without quotes",
        ),
        (GOOD.replace("[0.1, 0.2]", "[.nan]"), "synapses.eta: needs a finite number, got nan"),
        (GOOD.replace("[0.1, 0.2]", "[0.1 mV]"), "synapses.eta: needs a number without unit, got '0.1 mV'"),
        (GOOD.replace("\n  synapses.eta: [0.1, 0.2]", " []"), "sweep: is empty; give at least one key"),
        (GOOD.replace("\n  synapses.eta: [0.1, 0.2]", ""), "sweep: is empty; give at least one key"),
        (GOOD.replace("\n  synapses.eta: [0.1, 0.2]", " [{}]"), "sweep: has a block without keys; give it one"),
        (
            GOOD.replace("\n  synapses.eta: [0.1, 0.2]", " [{synapses.eta: [0.1, 0.2]}, {synapses.eta: [0.2]}]"),
            "sweep: two blocks hold the point synapses.eta: 0.2; keep one of them",
        ),
        (GOOD.replace("[0.1, 0.2]", "[0.1, 0.2, 0.1]"), "sweep.synapses.eta: 0.1 is the same value twice; keep one"),
        (
            GOOD.replace("synapses.eta: [0.1, 0.2]", "neurons.tau_plus: [5 ms, 0.005 s]"),
            "sweep.neurons.tau_plus: '5 ms' and '0.005 s' are the same value twice; keep one of them",
        ),
        (GOOD + "seeds: 1000000000\n", "seeds: asks for 2000000000 points, more than 1000000; make several sweeps"),
        (
            GOOD.replace("[0.1, 0.2]", str([k / 1e4 for k in range(6000)])) + "seeds: 200\n",
            "sweep: asks for 1200000 points, more than 1000000; make several sweeps",
        ),
        (
            GOOD.replace("synapses.eta: [0.1, 0.2]", f"network.n_pairs: {[*range(1, 1003)]}"),
            "sweep: asks for more than 1000 programs; make several sweeps",
        ),
        (GOOD.replace("\n  synapses.eta: [0.1, 0.2]", " [3]"), "sweep: must map keys to lists of values, got 3"),
        (GOOD + "  synapses.eta: [0.3]\n", "synapses.eta: given twice (lines 4 and 5); keep one of them"),
        (GOOD + "  synapses: {eta: [0.3]}\n", "synapses.eta: given twice, nested and with dots; keep one of them"),
        ("experiment: [\n", "syntax: while parsing"),
        ("", "file: must be a mapping of keys to values"),
    ],
)
def test_bad_sweeps(declared, tmp_path, monkeypatch, text, reason):
    # A thousand keys of programs need not look at the same code a thousand times.
    for module in ("runner.build_key", "runner.devices.cpp_standalone"):
        monkeypatch.setattr(f"{module}.code", cache(code))
    with pytest.raises(ConfigError) as error:
        declared(text)
    message = str(error.value)
    assert message.startswith(f"{tmp_path / 'my.yaml'}: {reason}")
    assert "\n" not in message


def test_sweep_from_a_missing_file(tmp_path):
    with pytest.raises(ConfigError, match="none.yaml: file: does not exist"):
        read_sweep(str(tmp_path / "none.yaml"))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        *(("my.sweep.v2.yaml", "my.sweep.v2"), ("möwe.yaml", "möwe"), ("2024_01.yaml", "2024_01")),
        *(("a b(c).yaml", "a-b-c"), ("-x.yaml", "x"), ("….yaml", "custom")),
    ],
)
def test_any_file_name_makes_a_name(declared, file, name):
    assert declared(GOOD, file).scale == f"sweep-{name}"


MINE = {"experiment": "sal/phase_plane", "scale": "smoke", "sweep": {"synapses.eta": [0.1]}}


def test_what_a_command_line_declares(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "my.yaml"
    file.write_text(f"{GOOD}seeds: 2\n")
    # Snakemake leaves the words inside of brackets as texts.
    user = user_of(declaration([], {**MINE, "sweep": {"synapses.eta": ["0.1"], "inputs.both": ["true"]}}))
    assert (user.name, user.file) == ("custom", "--config")
    assert user.sweep == {"synapses.eta": [0.1], "inputs.both": [True]}
    assert user_of(declaration([file], {"chunk_seconds": 3.0})).file == "my.yaml"
    assert user_of(declaration([file], {"seeds": 3})).seeds == 3
    assert user_of(declaration([], {"sweep": "my.yaml", "scale": "paper"})).scale == "paper"
    assert user_of(declaration([], {"scale": "paper", "device": "numpy"})) is None


@pytest.mark.parametrize(
    ("files", "options", "reason"),
    [
        ([], {"sweeep": {}}, "--config: sweeep: unknown key; did you mean 'sweep'?"),
        (["my.yaml"], {"sweeep": {}}, "--config: sweeep: unknown key; did you mean 'sweep'?"),
        (
            ["my.yaml"],
            {"sweep": {"synapses.eta": ["0.1"]}},
            "--config: sweep: stands in my.yaml, too; keep one of them",
        ),
        ([], {"sweep": 202401}, "--config: sweep: needs a file, got the number 202401; write ./ before its name"),
        ([], {"sweep": None}, "--config: sweep: is empty; give at least one key with a list of values"),
        ([], {"seeds": 3}, "--config: experiment: missing"),
        ([], {"sweep": "my.yaml", "seeds": 3}, "--config: seeds: belongs into my.yaml; beside sweep=FILE stand scale"),
    ],
)
def test_bad_command_lines(tmp_path, monkeypatch, files, options, reason):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.yaml").write_text(GOOD)
    with pytest.raises(ConfigError) as error:
        user_of(declaration([tmp_path / file for file in files], options))
    assert str(error.value).startswith(reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "--sweep: file: is empty; give a YAML file, or JSON text"),
        ("{", "--sweep: JSON: cannot be read: "),
        ('{"a": ' * 100_000, "--sweep: JSON: cannot be read: "),
        ('{"seeds": 1, "seeds": 2}', "--sweep: seeds: given twice; keep one of them"),
    ],
)
def test_bad_texts(text, reason):
    with pytest.raises(ConfigError) as error:
        read_sweep(text)
    assert str(error.value).startswith(reason)


def test_the_options_of_a_sweep_declare_it_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my sweep.yaml").write_text(f"{GOOD}set: {{run.duration: 6 s, inputs.both: false}}\n")
    file = tmp_path / "my sweep.yaml"
    assert user_of(declaration([file], {})).options() == "--config 'sweep=my sweep.yaml' scale=smoke"
    for user in (
        replace(read_sweep("my sweep.yaml"), scale="paper"),
        user_of(declaration([file], {"seeds": 3})),
        read_sweep({**MINE, "name": "x", "seeds": 2, "set": {"run.duration": "6 s", "inputs.both": False}}),
    ):
        flag, *words = shlex.split(user.options())
        assert flag == "--config" and replace(user_of(declaration([], parse_config(words))), file=user.file) == user
        flag, word = shlex.split(user.option())
        assert flag == "--sweep" and replace(read_sweep(word), scale=user.scale, file=user.file) == user
