"""Whatever a person types: it is taken, or refused in one line. Random texts, bounded in time."""

import contextlib
import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from base.catalogue import check_targets
from base.errors import ConfigError
from base.points import Points
from base.yaml_files import read_value, read_yaml
from runner.experiment import load
from runner.planning import plan
from runner.plans import targets_of
from runner.sweep import declaration, read_sweep, user_of

NAME = "sal/phase_plane"
FEW = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))

words = st.one_of(
    st.sampled_from(
        """5 ms|-1 s|1e400 s|1 ms.__class__|2 ms**9**9|010|1:30|yes|null|~|.nan|-.inf|1e-4|0x1F|9e99|true|3|0.1|ms|µs
        5 µs|{file}|../x|sal/lif|smoke|quik|[|{|'|"|: |- |&a|*a|<<|!!set|!x|%YAML 1.1|---|...|#
        my.csv|log|lin|sobol|latin|random|\t|\x00|\x1b[31m|ß""".replace("\n", "|").split("|")
    ),
    st.text(max_size=12),
    st.text(string.printable, max_size=12),
)
keys = st.one_of(
    st.sampled_from(
        """experiment scale sweep set seeds name file network.n_pairs network.dt run.duration neurons.tau_plus
        synapses.eta inputs.both neurons synapses zip design points from to n kind random_numbers failures""".split()
    ),
    words,
)
numbers = st.one_of(st.integers(), st.floats(), st.integers(-(10**500), 10**500), st.booleans(), st.none())
values = st.recursive(
    st.one_of(words, numbers),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
)


@contextlib.contextmanager
def one_line():
    """Accept what is fine, or one line."""
    try:
        yield
    except ConfigError as error:
        assert "\n" not in str(error) and len(str(error)) < 1600 and str(error).isprintable()


def planned(user):
    """Plan a sweep."""
    if user is not None and user.experiment == NAME:
        made = plan(load(NAME), user.scale, user)
        json.dumps(made.content(), default=Points.content)


@given(content=st.dictionaries(keys, values, max_size=5))
@FEW
def test_sweeps_as_values(content):
    with one_line():
        planned(read_sweep({"experiment": NAME, "scale": "smoke", "sweep": {"synapses.eta": [0.1]}, **content}))


@given(key=keys, listed=st.lists(values, max_size=3), more=st.dictionaries(keys, values, max_size=2))
@FEW
def test_keys_and_values_of_sweeps(key, listed, more):
    with one_line():
        planned(read_sweep({"experiment": NAME, "scale": "smoke", "sweep": {key: listed}, "set": more or {"a": 1}}))


ends = st.one_of(words, numbers, st.floats(1e-3, 1e3))
ranges = st.fixed_dictionaries(
    {"from": ends, "to": ends},
    optional={"n": st.one_of(st.integers(-1, 20), values), "scale": st.one_of(st.sampled_from(["lin", "log"]), values)},
)
designs = st.fixed_dictionaries(
    {
        "kind": st.one_of(st.sampled_from(["sobol", "latin", "random"]), words),
        "n": st.one_of(st.integers(-1, 64), values),
    },
    optional={"seed": st.one_of(st.integers(0, 9), values)},
)
forms = st.fixed_dictionaries(
    {},
    optional={
        "synapses.eta": st.one_of(ranges, values),
        "neurons.tau_plus": st.one_of(ranges, values),
        "network.n_pairs": st.one_of(ranges, values),
        "zip": st.one_of(st.dictionaries(keys, st.one_of(st.lists(values, max_size=3), ranges), max_size=2), values),
        "design": st.one_of(designs, values),
    },
)


@given(block=forms)
@FEW
def test_forms_of_sweeps(block):
    with one_line():
        planned(read_sweep({"experiment": NAME, "scale": "smoke", "sweep": block}))


@given(
    header=st.lists(st.one_of(keys, st.sampled_from(["neurons.tau_plus (ms)", "inputs.w_12"])), min_size=1, max_size=3),
    rows=st.lists(st.lists(st.one_of(words, st.floats().map(str)), max_size=3), max_size=3),
)
@FEW
def test_tables_of_points(tmp_path_factory, header, rows):
    file = tmp_path_factory.getbasetemp() / "fuzz.csv"
    file.write_bytes("\n".join(map(",".join, [header, *rows])).encode("utf-8", "surrogatepass"))
    with one_line():
        planned(read_sweep({"experiment": NAME, "scale": "smoke", "sweep": {"points": str(file)}}))


@given(text=st.one_of(st.text(max_size=60), st.lists(words, max_size=12).map(" ".join), st.lists(words).map("\n".join)))
@FEW
def test_texts_of_files(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    with one_line():
        read_yaml(file)
    file.write_bytes(
        f"experiment: {NAME}\nscale: smoke\nsweep: {{synapses.eta: [{text}]}}\n".encode("utf-8", "replace")
    )
    with one_line():
        planned(read_sweep(str(file)))


@given(text=st.one_of(words, st.lists(words, max_size=5).map("".join)))
@FEW
def test_texts_of_options(text):
    for declared in (f"{{{text}", text):
        with one_line():
            planned(read_sweep(declared))
    with one_line():
        planned(user_of(declaration([], {"sweep": text})))
    with one_line():
        check_targets([text], sweep=False)


@given(key=keys, text=words)
@FEW
def test_values_of_set(key, text):
    with one_line():
        plan(load(NAME), "smoke", overrides={key: read_value(text, "--set", key)})


@pytest.mark.parametrize("words", [["--config"], ["quick", "--cores"], ["\x00"], []])
def test_command_lines(words):
    with contextlib.suppress(SystemExit):  # Snakemake's own word
        targets_of(words)
