"""Experiments are found by their folder; what is wrong in a configuration is refused before anything is compiled."""

import re

import pytest

from base.catalogue import names
from base.errors import ConfigError
from base.yaml_files import flatten, read_yaml
from runner import experiment as runner_experiment
from runner.experiment import load
from runner.planning import plan

FILE = "experiments/sal/phase_plane/config.yaml"


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Return a function: replace a text in the configuration of sal/phase_plane and plan it at scale smoke."""
    real = load("sal/phase_plane").folder / "config.yaml"
    read = runner_experiment.read_yaml

    def of(old, new, scale="smoke"):
        text = real.read_text(encoding="utf-8")
        text, n = re.subn(old if old.startswith("^") else re.escape(old), lambda _: new, text, flags=re.MULTILINE)
        assert n == 1
        file = tmp_path / "config.yaml"
        file.write_text(text, encoding="utf-8")
        monkeypatch.setattr(runner_experiment, "read_yaml", lambda path: read(file if path == real else path))
        return plan(load("sal/phase_plane"), scale)

    return of


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "run: {duration",
            "joins: [sal/phase_plain]\nrun: {duration",
            f"{FILE}: joins: unknown experiment 'sal/phase_plain'; did you mean 'sal/phase_plane'?",
        ),
        # What the specification of the configuration lists.
        ("run: {duration", "run: {durration", f"{FILE}: run.durration: unknown key; did you mean 'run.duration'?"),
        ("network: {", "netwrok: {", f"{FILE}: netwrok: unknown key; did you mean 'network'?"),
        ("900 s}", "20 mV}", f"{FILE}: run.duration: '20 mV' has the wrong unit; needs s, for example '20 ms'"),
        (
            "n_pairs: 20",
            "n_pairs: '20'",
            f"{FILE}: network.n_pairs: '20' is text, not a number; write 20 without quotes",
        ),
        ("dt: 0.4 ms", "dt: 0.4", f"{FILE}: network.dt: 0.4 has no unit; write for example '0.4 ms'"),
        ("[true, false]", "[]", f"{FILE}: sweep.inputs.both: is empty; give at least one value or remove the key"),
        ("900 s}", "-900 s}", f"{FILE}: run.duration: must be positive, got -900 s"),
        ("900 s}", "0 s}", f"{FILE}: run.duration: must be positive, got 0 ms"),
        ("dt: 0.4 ms", "dt: 0 ms", f"{FILE}: network.dt: must be positive, got 0 ms"),
        ("  smoke: {", "  smok: {", f"{FILE}: scales.smok: unknown key; did you mean 'smoke'?"),
        (
            "sweep: {inputs.both: [true, false]}",
            "sweep: {inputs.both: [true], inputs: {both: [false]}}",
            f"{FILE}: inputs.both: given twice, nested and with dots; keep one of them",
        ),
        ("title: Two", "titel: Two", f"{FILE}: titel: unknown key; did you mean 'title'?"),
        ("^title: .*", "notice: 3", f"{FILE}: title: missing"),
        ("paper: {key: gierlich2025, ", "paper: {", f"{FILE}: paper.key: missing"),
        (
            "key: gierlich2025",
            "key: gierlich",
            f"{FILE}: paper.key: unknown entry of references.bib 'gierlich'; did",
        ),
        # What else can be wrong.
        ("[true, false]", "true", f"{FILE}: sweep.inputs.both: needs a list of values, got True"),
        ("[true, false]", "[1, 0]", f"{FILE}: inputs.both: needs true or false, got 1"),
        (
            "{inputs.both: [true, false]}",
            "[]",
            f"{FILE}: sweep: is an empty list; give at least one block or remove it",
        ),
        ("{inputs.both: [true, false]}", "[3]", f"{FILE}: sweep: must map keys to lists of values, got 3"),
        ("{inputs.both: [true, false]}", "all", f"{FILE}: sweep: must map keys to lists of values, got 'all'"),
        ("{inputs.both: [", "{run.seed: [", f"{FILE}: run.seed: unknown key; did you mean"),
        ("n_pairs: 20", "n_pairs: 2.5", f"{FILE}: network.n_pairs: needs a whole number, got 2.5"),
        ("n_pairs: 20", "n_pairs: .inf", f"{FILE}: network.n_pairs: needs a finite number, got inf"),
        ("run: {duration: 900 s}", "run: 900 s", f"{FILE}: run: must map keys to values, got '900 s'"),
        (
            "seeds: 1, run.duration: 12 s",
            "seeds: 0",
            f"{FILE}: scales.smoke.seeds: needs a whole number of at least 1, got 0",
        ),
        (
            "seeds: 1, run.duration: 12 s",
            "seeds: two",
            f"{FILE}: scales.smoke.seeds: needs a whole number of at least 1, got 'two'",
        ),
        ("seeds: 1, run.duration: 12 s", "sedes: 1", f"{FILE}: sedes: unknown key; valid are: inputs."),
        ("smoke: {seeds: 1, run.duration: 12 s}", "smoke: 3", f"{FILE}: scales.smoke: must map keys to values, got 3"),
        ("^cost: .*", "cost: {build: 9}", f"{FILE}: cost.build: 9 has no unit"),
        ("^cost: .*", "cost: {biuld: 9 s}", f"{FILE}: cost.biuld: unknown key; did you mean 'build'?"),
        ("^cost: .*", "text2: 3", f"{FILE}: text2: unknown key; did you mean 'text'?"),
        ("^cost: .*", "cost: 3", f"{FILE}: cost: must map keys to values, got 3"),
        ("title: Two", "3: Two", f"{FILE}: 3: unknown key; valid are: "),
    ],
)
def test_refused(configured, old, new, message):
    with pytest.raises(ConfigError) as error:
        configured(old, new)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_a_missing_scale_is_named(configured):
    with pytest.raises(ConfigError, match=r"config.yaml: scales.paper: not configured"):
        configured("  paper: {seeds: 10}\n", "", "paper")


def test_two_sweeps_over_one_key(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("sweep:\n  synapses.eta: [0.1]\n  synapses.eta: [0.2]\n")
    with pytest.raises(ConfigError) as error:
        read_yaml(file)
    assert str(error.value) == f"{file}: synapses.eta: given twice (lines 2 and 3); keep one of them"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "must be a mapping"),
        (b"- 1\n- 2\n", "must be a mapping"),
        (b"a: [1\n", "syntax: while parsing"),
        (b"a: 'x\n", "syntax: while scanning"),
        (b"a: \xff\xfe\n", "cannot be read"),
        (
            b"a: !!python/object:os.system {}\n",
            "syntax: the tag tag:yaml.org,2002:python/object:os.system has no meaning here",
        ),
        (b"[1, 2]: 3\n", "syntax: "),
        (b"{1: 2}: 3\n", "syntax: "),
    ],
)
def test_files_that_are_no_configuration(tmp_path, content, reason):
    file = tmp_path / "my.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        read_yaml(file)
    assert str(error.value).startswith(f"{file}: ") and reason in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(ConfigError, match="does not exist"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read_yaml(tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("010", 10), ("0o10", 8), ("0x1F", 31), ("-0", 0), ("09", 9), ("1e-4", 1e-4), ("2E3", 2e3), (".5", 0.5)),
        *(("1:30", "1:30"), ("1_000", "1_000"), ("0b11", "0b11"), ("yes", "yes"), ("2024-01-01", "2024-01-01")),
        *(("on", "on"), ("=", "="), ("'1'", "1"), ("true", True), ("null", None), ("~", None), ("", None)),
    ],
)
def test_numbers_are_what_they_look_like(tmp_path, text, value):
    file = tmp_path / "my.yaml"
    file.write_text(f"{text or 'nothing'}: {text}\n")
    (found,) = read_yaml(file).items()
    assert found == (text.strip("'") or "nothing", value) and type(found[1]) is type(value)


def test_aliases_are_bounded(tmp_path):
    file = tmp_path / "my.yaml"
    file.write_text("a: &a [1, 2]\nb: *a\n")
    assert read_yaml(file)["b"] == [1, 2]
    bomb = "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 12))
    for text, reason in (
        (f"k0: &k0 lol\n{bomb}", "syntax: more than 1000000 values (line 2)"),
        ("a: &a [*a]\n", "syntax: is nested too deeply"),
        ("a: &a {b: 1}\nc: {<<: *a}\n", "syntax: there are no merge keys in YAML 1.2; write the keys out (line 2)"),
    ):
        file.write_text(text)
        with pytest.raises(ConfigError) as error:
            read_yaml(file)
        assert str(error.value) == f"{file}: {reason}"


def test_flatten():
    assert flatten({"a": {"b": 1, "c.d": 2}, "e": 3}, "f") == {"a.b": 1, "a.c.d": 2, "e": 3}
    with pytest.raises(ConfigError, match="f: a.b: given twice"):
        flatten({"a": {"b": 1}, "a.b": 2}, "f")
    with pytest.raises(ConfigError, match="f: file: must map keys to values, got 3"):
        flatten(3, "f")


def test_unknown_experiment():
    with pytest.raises(ConfigError) as error:
        load("sal/phaseplane")
    assert str(error.value) == "experiments: sal/phaseplane: unknown experiment; did you mean 'sal/phase_plane'?"


def test_unknown_scale():
    with pytest.raises(ConfigError, match="--scale: quik: unknown scale; did you mean 'quick'?"):
        plan(load("sal/phase_plane"), "quik")


@pytest.mark.parametrize("name", names())
def test_every_parameter_of_every_experiment_has_a_key(name):
    experiment = load(name)
    assert experiment.config_file.as_posix() == f"experiments/{name}/config.yaml"
    for key, default in experiment.defaults.items():
        section, _ = key.split(".")
        assert section in {"network", "inputs", "run", *experiment.module.OBJECTS}
        assert default is not None
