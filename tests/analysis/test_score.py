"""Scores: every kind and outcome, selection of rows, and a one-line message for every kind of mistake."""

import copy
import json

import numpy as np
import pytest
from pandas import DataFrame

from analysis.score import main, score, select, summary
from base.errors import ConfigError
from base.targets import check

LOSS = DataFrame(
    {
        "condition": ["plain"] * 4 + ["noisy"] * 4,
        "eta": [1e-4, 1e-4, 3e-4, 3e-4] * 2,
        "trial": [0, 1, 0, 1] * 2,
        "loss": [10.0, 1.0, 12.0, 2.0, 20.0, 5.0, 24.0, np.nan],
    }
)
TABLES = {"loss": LOSS, "end": DataFrame({"w_21": [0.9, 1.1], "seed": [0, 1]})}
COLUMNS = {name: list(table.columns) for name, table in TABLES.items()}


def target(kind="level", value=1.0, accept=None, **observation):
    """Make one target on the table of losses."""
    observation = {"table": "loss", "column": "loss", **observation}
    reported = {"source": "table 1", "origin": "printed"} | ({} if value is None else {"value": value})
    return {
        "claim": "A claim.",
        "kind": kind,
        "scales": ["quick", "paper"],
        "observation": observation,
        "reported": reported,
        "accept": {"absolute": 0.1} if accept is None else accept,
    }


def outcome(entry):
    """Score one target at scale quick."""
    return score({"it": entry}, TABLES, "quick")[0]["outcome"]


PLAIN = {"condition": "plain", "eta": 1.0e-4}
END = {"where": {**PLAIN, "trial": 1}}
START = {"table": "loss", "column": "loss", "where": {**PLAIN, "trial": 0}}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"condition": "plain", "trial": "last"}, [1, 2]),
        ({"condition": "plain", "trial": "first"}, [10, 12]),
        ({"condition": "plain", "eta": "max", "trial": "min"}, [12]),
        ({"condition": "plain", "eta": 3.0000000000001e-4}, [12, 2]),
        ({"trial": [0, 7], "condition": ["plain", "noisy"], "eta": [1e-4]}, [10, 20]),
        ({"trial": 9}, []),
        ({"trial": 9, "eta": "last"}, []),
        ({}, LOSS.loss.tolist()),
    ],
)
def test_selection(where, expected):
    """Conditions pick rows in table order; positions refer to what the plain conditions leave."""
    np.testing.assert_array_equal(select(LOSS, {"column": "loss", "where": where}), expected)


def test_word_that_is_a_value_is_a_value():
    """A text column may contain the word `first`."""
    table = DataFrame({"half": ["second", "first"], "y": [1.0, 2.0]})
    assert select(table, {"column": "y", "where": {"half": "first"}}) == [2.0]


@pytest.mark.parametrize(
    ("reduce", "expected"),
    [("mean", 6.25), ("median", 6), ("min", 1), ("max", 12), ("std", np.std([10, 1, 12, 2], ddof=1))],
)
def test_reductions(reduce, expected):
    """Each reduction is the usual one."""
    observed = select(LOSS, {"column": "loss", "where": {"condition": "plain"}, "reduce": reduce})
    assert observed == pytest.approx([expected])


def test_nan_is_not_averaged_away():
    """A NaN makes the target differ instead of vanishing in a mean."""
    assert np.isnan(select(LOSS, {"column": "loss", "reduce": "mean"})).all()
    entry = score({"it": target(reduce="mean")}, TABLES, "quick")[0]
    assert (entry["outcome"], entry["observed"]) == ("differs", [None])
    assert outcome(target("distribution", [1.0], {"ks": 0.3})) == "differs"
    assert outcome(target("trend", None, {"below": 100})) == "differs"


@pytest.mark.parametrize(
    ("value", "accept", "expected"),
    [
        (1.05, {"absolute": 0.1}, "match"),
        (1.15, {"absolute": 0.1}, "close"),
        (1.25, {"absolute": 0.1}, "differs"),
        (0.8, {"relative": 0.25}, "match"),
        (-1.0, {"relative": 0.9}, "differs"),
    ],
)
def test_level(value, accept, expected):
    """A number matches within the tolerance and is close within twice the tolerance."""
    assert outcome(target(value=value, accept=accept, **END)) == expected


def test_exact_compares_every_value():
    """One wrong value of a vector is enough; so are fewer or more rows than reported values."""
    where = {"condition": "plain"}
    assert outcome(target("exact", [10, 1, 12, 2], {"relative": 1e-9}, where=where)) == "match"
    assert outcome(target("exact", [10, 1, 12.1, 2], {"relative": 1e-6}, where=where)) == "differs"
    with pytest.raises(ValueError, match=r"^targets.yaml: it: 4 rows for 5 reported value\(s\)"):
        score({"it": target("exact", [10, 1, 12, 2, 3], {"relative": 1e-6}, where=where)}, TABLES, "quick")
    with pytest.raises(ValueError, match=r"^targets.yaml: it: 4 rows for 1 reported value\(s\)"):
        score({"it": target(where=where)}, TABLES, "quick")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ({"less_than": START}, "match"),
        ({"less_than": START, "by_factor": 9}, "match"),
        ({"less_than": START, "by_factor": 50}, "close"),  # a factor of 10 is more than sqrt(50)
        ({"less_than": START, "by_factor": 200}, "differs"),
        ({"less_than": START, "by_difference": 8}, "match"),
        ({"less_than": START, "by_difference": 12}, "close"),
        ({"less_than": START, "by_difference": 20}, "differs"),
        ({"greater_than": START}, "differs"),
        ({"below": 2}, "match"),
        ({"below": 1}, "differs"),
        ({"above": 0.5}, "match"),
    ],
)
def test_trend(accept, expected):
    """An order with or without a margin; half of the margin is close."""
    assert outcome(target("trend", None, accept, **END)) == expected


@pytest.mark.parametrize(
    ("accept", "text"),
    [
        ({"less_than": START, "by_factor": 9}, "< other / 9"),
        ({"greater_than": START, "by_factor": 9}, "> other × 9"),
        ({"less_than": START, "by_difference": 0.5}, "< other − 0.5"),
        ({"greater_than": START}, "> other"),
        ({"below": 2}, "< 2"),
        ({"above": 2}, "> 2"),
    ],
)
def test_what_a_trend_accepts_is_written_out(accept, text):
    """The report shows the condition, whether or not it was run."""
    for scale in ("smoke", "quick"):
        assert score({"it": target("trend", None, accept, **END)}, TABLES, scale)[0]["tolerance"] == text


def test_trend_of_vectors_is_elementwise():
    """Every learning rate has to improve."""
    first = {"table": "loss", "column": "loss", "where": {"condition": "plain", "trial": 0}}
    last = {"condition": "plain", "trial": 1}
    assert outcome(target("trend", None, {"less_than": first, "by_factor": 5}, where=last)) == "match"
    assert outcome(target("trend", None, {"less_than": first, "by_factor": 8}, where=last)) == "close"
    with pytest.raises(ValueError, match="2 rows compared with 8"):
        outcome(target("trend", None, {"less_than": {"table": "loss", "column": "loss"}}, where=last))


def test_distribution_is_the_two_sample_distance():
    """Equal samples match, a shifted one differs."""
    where = {"condition": "plain"}
    assert outcome(target("distribution", [1, 2, 10, 12], {"ks": 0.3}, where=where)) == "match"
    assert outcome(target("distribution", [1, 2, 20, 30], {"ks": 0.3}, where=where)) == "close"
    assert outcome(target("distribution", [20, 30], {"ks": 0.3}, where=where)) == "differs"


def test_not_run_says_why():
    """A scale that is not listed, and data that this machine does not have."""
    assert score({"it": target(**END)}, TABLES, "smoke")[0]["note"] == "needs scale quick or paper"
    absent = score({"it": {**target(where={"trial": 99}), "needs": "a corpus"}}, TABLES, "quick")[0]
    assert (absent["outcome"], absent["note"]) == ("not run", "needs a corpus")


@pytest.mark.parametrize(
    "entry",
    [
        target(where={"trial": 99}),
        target("trend", None, {"less_than": {**START, "where": {"trial": 7}}}, **END),
        {**target(**END), "control": {"where": {"trial": 7}}},
    ],
)
def test_conditions_that_nothing_fulfils_are_a_mistake(entry):
    """A target that silently tests nothing is worse than none."""
    with pytest.raises(ValueError, match="t.yaml: it: no row of table 'loss' fulfils .* at scale quick; mend 'where'"):
        score({"it": entry}, TABLES, "quick", "t.yaml")


@pytest.mark.parametrize(
    ("control", "expected"), [(3.0, "match"), (1.05, "differs"), ({"where": {"trial": 0}}, "match"), ({}, "differs")]
)
def test_a_target_must_fail_for_its_control(control, expected):
    """What also passes for the condition that it should tell apart is flagged."""
    entry = score({"it": {**target(**END), "control": control}}, TABLES, "quick")[0]
    assert entry["outcome"] == expected
    assert (entry.get("note") == "the control passes, too: this test cannot fail") is (expected == "differs")


def test_tolerance_from_the_spread_over_seeds():
    """Three standard errors of the difference of two means; what is reported may have an error of its own."""
    seeds = DataFrame({"seed": [1, 1, 2, 2, 3, 3], "y": [0.8, 1.0, 0.9, 1.1, 1.0, 1.2]})
    entry = target(value=1.2, accept={"standard_errors": 3}, table="seeds", column="y", reduce="mean")
    entry["reported"] |= {"seeds": 3, "error": 0.01}
    found = score({"it": entry}, {"seeds": seeds}, "quick")[0]
    tolerance = 3 * np.hypot(0.1 * np.sqrt(2 / 3), 0.01)
    assert found["deviation"] == pytest.approx(0.2 / tolerance)
    assert found["tolerance"] == f"± 3 standard errors = {tolerance:.2g}"
    for rows, message in [
        (seeds[seeds.seed < 3], "at least 3 seeds"),
        (seeds.assign(y=1.0), "has no error of its own"),
    ]:
        bare = {**entry, "reported": {"source": "s", "origin": "theory", "value": 1.0}}
        with pytest.raises(ValueError, match=message):
            score({"it": bare}, {"seeds": rows}, "quick")


def test_summary_counts_every_outcome():
    """All four outcomes are always there."""
    entries = score({"a": target(**END), "b": target(value=7.0, **END)}, TABLES, "quick")
    assert summary(entries) == {"match": 1, "close": 0, "differs": 1, "not run": 0}


def broken(path, value, kind="level"):
    """Change one entry of a valid target; None deletes it."""
    entry = target("trend", None, {"less_than": copy.deepcopy(START)}, **END) if kind == "trend" else target(**END)
    *folders, key = path.split(".")
    place = entry
    for folder in folders:
        place = place[folder]
    if value is None:
        del place[key]
    else:
        place[key] = value
    return {"it": entry}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("kindd", "level", "t.yaml: it.kindd: unknown key; did you mean 'kind'?"),
        ("kind", "levels", "t.yaml: it.kind: unknown value 'levels'; did you mean 'level'?"),
        ("claim", None, "t.yaml: it.claim: missing"),
        ("claim", " ", "t.yaml: it.claim: expected a text, got ' '"),
        ("scales", ["quik"], "t.yaml: it.scales: unknown value 'quik'; did you mean 'quick'?"),
        ("scales", "quick", "t.yaml: it.scales: expected a list, got 'quick'"),
        ("scales", [], "t.yaml: it.scales: needs at least one value, got []"),
        ("reported.source", None, "t.yaml: it.reported.source: missing"),
        ("reported.value", None, "t.yaml: it.reported.value: missing"),
        ("reported.value", [1.0], "t.yaml: it.reported.value: kind level needs one number; use kind exact for a list"),
        ("reported.value", float("nan"), "t.yaml: it.reported.value: expected a finite number, got nan"),
        ("reported.value", True, "t.yaml: it.reported.value: expected a finite number, got True"),
        ("reported.origin", "print", "t.yaml: it.reported.origin: unknown value 'print'; did you mean 'printed'?"),
        ("reported.origin", None, "t.yaml: it.reported.origin: missing"),
        ("reported.seeds", -3, "t.yaml: it.reported.seeds: must be positive, got -3"),
        ("control", "other", "t.yaml: it.control: number given as text 'other'"),
        ("control", {"column": "lss"}, "t.yaml: it.control.column: unknown column 'lss'; did you mean 'loss'?"),
        ("observation.table", "los", "t.yaml: it.observation.table: unknown table 'los'; did you mean 'loss'?"),
        ("observation.column", "lss", "t.yaml: it.observation.column: unknown column 'lss'; did you mean 'loss'?"),
        (
            "observation.where",
            {"trail": 1},
            "t.yaml: it.observation.where: unknown column 'trail'; did you mean 'trial'?",
        ),
        ("observation.where", {"trial": []}, "t.yaml: it.observation.where.trial: expected a value or a list, got []"),
        ("observation.where", 3, "t.yaml: it.observation.where: must map keys to values, got 3"),
        ("observation.reduce", "avg", "t.yaml: it.observation.reduce: unknown value 'avg'; valid are: max, mean"),
        ("observation", 3, "t.yaml: it.observation: must map keys to values, got 3"),
        ("accept", {}, "t.yaml: it.accept: give exactly one of: absolute, relative, standard_errors"),
        ("accept.relative", 0.1, "t.yaml: it.accept: give exactly one of: absolute, relative, standard_errors"),
        ("accept.absolute", "1e-4", "t.yaml: it.accept.absolute: number given as text '1e-4' (YAML needs a decimal"),
        ("accept.absolute", 0, "t.yaml: it.accept.absolute: must be positive, got 0"),
        ("accept.absolute", -0.1, "t.yaml: it.accept.absolute: must be positive, got -0.1"),
        ("accept", {"ks": 0.1}, "t.yaml: it.accept.ks: unknown key; valid are: absolute, relative"),
    ],
)
def test_mistakes_get_one_line(path, value, message):
    """File, key, what is wrong, nearest valid name."""
    with pytest.raises(ConfigError) as caught:
        check(broken(path, value), "t.yaml", COLUMNS)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("accept", {"by_factor": 2}, "give exactly one of: less_than, greater_than, below, above"),
        ("accept", {"below": 1, "by_factor": 2}, "'by_factor' needs 'less_than' or 'greater_than'"),
        ("accept.by_factor", 0.5, "must be at least 1, got 0.5"),
        ("accept.less_than.column", "x", "unknown column 'x'"),
        ("accept.less_than.columns", "x", "columns: unknown key; did you mean 'column'?"),
    ],
)
def test_mistakes_in_a_trend(path, value, message):
    """The other side of a comparison is checked like the first."""
    with pytest.raises(ConfigError, match=message):
        check(broken(path, value, "trend"), "t.yaml", COLUMNS)


def test_mistakes_that_need_the_value():
    """Relative to zero, an empty sample, and a file that is no mapping."""
    with pytest.raises(ConfigError, match="a reported value is zero; use 'absolute'"):
        check({"it": target(value=0.0, accept={"relative": 0.1})}, "t.yaml")
    with pytest.raises(ConfigError, match="needs a list, the reported sample"):
        check({"it": target("distribution", 1.0, {"ks": 0.1})}, "t.yaml")
    with pytest.raises(ConfigError, match="expected a mapping of target names"):
        check([], "t.yaml")
    with pytest.raises(ConfigError, match="both by_factor and|give at most one of"):
        check({"it": target("trend", None, {"less_than": START, "by_factor": 2, "by_difference": 1})}, "t.yaml")


def test_command_line(tmp_path, capsys):
    """The command writes the score, prints the counts, and explains a mistake in one line."""
    for name, table in TABLES.items():
        (tmp_path / "tables").mkdir(exist_ok=True)
        table.to_parquet(tmp_path / "tables" / f"{name}.parquet")
    targets, out = tmp_path / "targets.yaml", tmp_path / "deep" / "score.json"
    targets.write_text(json.dumps({"it": target(**END), "nan": target(reduce="mean")}))
    arguments = ["--targets", str(targets), "--tables", str(tmp_path / "tables"), "--scale", "quick", "--out", str(out)]
    main(arguments)
    content = json.loads(out.read_text(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert content["scale"] == "quick"
    assert content["summary"] == {"match": 1, "close": 0, "differs": 1, "not run": 0}
    assert content["targets"][0] == {
        "name": "it",
        "claim": "A claim.",
        "kind": "level",
        "reported": 1.0,
        "source": "table 1",
        "origin": "printed",
        "observed": [1.0],
        "tolerance": "± 0.1",
        "outcome": "match",
        "deviation": 0.0,
    }
    assert capsys.readouterr().out == "1 of 2 match\n"
    assert [path.name for path in out.parent.iterdir()] == ["score.json"]

    for wrong, message in [
        (["--scale", "quik"], "error: .*scale: unknown value 'quik'; did you mean 'quick'?"),
        (["--targets", "none.yaml"], "error: none.yaml: file: does not exist"),
        (["--tables", str(out.parent)], "error: .*: holds no observation table"),
    ]:
        with pytest.raises(SystemExit, match=message):
            main([*arguments, *wrong])
    targets.write_text("a: [1,\nb: {")
    with pytest.raises(SystemExit, match="targets.yaml: syntax: "):
        main(arguments)
