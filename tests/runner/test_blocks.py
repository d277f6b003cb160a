"""Ranges, pairs, designs and tables of points: what they mean, and that what is wrong is told in one line."""

from dataclasses import replace

import numpy as np
import pytest

from base.catalogue import ROOT
from base.errors import ConfigError
from runner.experiment import load
from runner.planning import plan
from runner.price import describe
from runner.sweep import read_sweep
from tests.toy.experiment import toy

HEAD = "experiment: sal/phase_plane\nscale: smoke\n"
ETA, TAU = "synapses.eta", "neurons.tau_plus"


@pytest.fixture
def planned(tmp_path):
    """Return a function: text of a sweep file, and of a table of points beside it, to a plan."""

    def of(text, table=None):
        (tmp_path / "my.yaml").write_text(HEAD + text, encoding="utf-8")
        if table is not None:
            (tmp_path / "my.csv").write_text(table, encoding="utf-8")
        user = read_sweep(str(tmp_path / "my.yaml"))
        return plan(load(user.experiment), user.scale, user)

    return of


def column(made, key):
    """Return the values of a key, point by point."""
    return [point["values"][key] for point in made.points]


def test_ranges(planned):
    made = planned(
        f"sweep:\n  {ETA}: {{from: 0.01, to: 1, n: 3, scale: log}}\n  {TAU}: {{from: 5 ms, to: 20 ms, n: 4}}\n"
    )
    assert column(made, ETA) == [0.01] * 4 + [0.1] * 4 + [1.0] * 4
    assert column(made, TAU) == [0.005, 0.01, 0.015, 0.02] * 3
    assert made.log == [ETA]
    assert column(planned(f"sweep: {{{TAU}: {{from: 20 ms, to: 0.005 s, n: 2}}}}\n"), TAU) == [0.02, 0.005]


def test_a_finer_range_holds_the_points_of_a_coarser_one(planned):
    for scale in ("lin", "log"):
        coarse, fine = (
            set(column(planned(f"sweep: {{{TAU}: {{from: 0.7 ms, to: 33 ms, n: {n}, scale: {scale}}}}}\n"), TAU))
            for n in (11, 31)
        )
        assert len(coarse & fine) == 11
    assert column(planned(f"sweep: {{{TAU}: [5.7 ms, 12.3 ms]}}\n"), TAU) == column(
        planned(f"sweep: {{{TAU}: {{from: 5.7 ms, to: 12.3 ms, n: 2}}}}\n"), TAU
    )


def test_ranges_of_whole_numbers(planned):
    assert column(planned("sweep: {network.n_pairs: {from: 2, to: 8, n: 3}}\n"), "network.n_pairs") == [2, 5, 8]


def test_what_goes_together(planned):
    made = planned(
        f"sweep:\n  zip: {{{ETA}: [0.1, 0.2], {TAU}: {{from: 5 ms, to: 10 ms, n: 2}}}}\n  inputs.both: [true, false]\n"
    )
    rows = list(zip(column(made, ETA), column(made, TAU), column(made, "inputs.both"), strict=True))
    assert rows == [(0.1, 0.005, True), (0.1, 0.005, False), (0.2, 0.01, True), (0.2, 0.01, False)]
    assert made.along == [TAU]
    two = planned(f"sweep:\n  zip: [{{{ETA}: [0.1, 0.2]}}, {{{TAU}: [5 ms, 10 ms]}}]\n")
    assert len(two.points) == 4


@pytest.mark.parametrize("kind", ["sobol", "latin", "random"])
def test_designs(planned, kind):
    text = f"  {ETA}: {{from: 0.01, to: 1, scale: log}}\n  {TAU}: {{from: 5 ms, to: 20 ms}}\n  inputs.both: [true]\n"
    made = {n: planned(f"sweep:\n  design: {{kind: {kind}, n: {n}}}\n{text}") for n in (16, 32)}
    etas, taus = (np.array(column(made[32], key)) for key in (ETA, TAU))
    assert len(etas) == 32 and made[32].log == [ETA]
    assert etas.min() > 0.01 and etas.max() < 1 and taus.min() > 0.005 and taus.max() < 0.02
    assert 0.06 < np.exp(np.log(etas).mean()) < 0.16
    if kind != "latin":  # can be extended
        assert made[32].points[:16] == made[16].points
    other = planned(f"sweep:\n  design: {{kind: {kind}, n: 16, seed: 1}}\n{text}")
    assert column(other, ETA) != column(made[16], ETA)


def test_tables_of_points(planned):
    made = planned(
        "sweep:\n  points: my.csv\n  inputs.both: [true, false]\n",
        f"\ufeff{ETA},{TAU} (ms),inputs.w_12\n0.1,5,1\n\n0.2,7.5,1.5\n",
    )
    assert column(made, ETA) == [0.1, 0.1, 0.2, 0.2] and column(made, TAU) == [0.005, 0.005, 0.0075, 0.0075]
    assert made.swept == [ETA, TAU, "inputs.w_12", "inputs.both"]
    assert column(planned("sweep: {points: my.csv}\n", f"{TAU}\n5 ms\n6 ms\n"), TAU) == [0.005, 0.006]


def test_seeds_of_their_own():
    base = {"experiment": "sal/phase_plane", "scale": "smoke", "seeds": 2}

    def seeds(values, **more):
        user = read_sweep({**base, "sweep": {ETA: values}, **more})
        return [point["seed"] for point in plan(load(user.experiment), "smoke", user).points]

    assert seeds([0.1, 0.2]) == seeds([0.1, 0.2], random_numbers="common") == [1, 2, 1, 2]
    apart = seeds([0.1, 0.2], random_numbers="independent")
    assert len(set(apart)) == 4 and min(apart) > 0 and max(apart) < 2**31
    assert seeds([0.05, 0.2, 0.1], random_numbers="independent", seeds=3)[3:5] == apart[2:]
    user = read_sweep({**base, "sweep": {ETA: [0.1, 0.2]}, "random_numbers": "independent", "failures": "stop"})
    assert replace(read_sweep(user.text()), file=user.file) == user
    assert "2 parameter combinations x 2 seeds" in describe(plan(load(user.experiment), "smoke", user))


@pytest.mark.parametrize(
    ("sweep", "reason"),
    [
        (f"{{{ETA}: {{from: 0.1, to: 1}}}}", f"sweep.{ETA}: needs n, the number of values, or a design beside it"),
        (f"{{{ETA}: {{from: 0.1, n: 3}}}}", f"sweep.{ETA}.to: missing"),
        (f"{{{ETA}: {{form: 0.1, to: 1, n: 3}}}}", f"sweep.{ETA}.form: unknown key; did you mean 'from'?"),
        (f"{{{ETA}: {{from: 0.1, to: 1, n: 0}}}}", f"sweep.{ETA}.n: needs a whole number of at least 1, got 0"),
        (f"{{{ETA}: {{from: 0.1, to: 1, n: 2.5}}}}", f"sweep.{ETA}.n: needs a whole number of at least 1, got 2.5"),
        (f"{{{ETA}: {{from: 0.1, to: 1, n: 2000000}}}}", f"sweep.{ETA}.n: asks for 2000000 points, more than 1000000"),
        (f"{{{ETA}: {{from: 1, to: 1, n: 3}}}}", f"sweep.{ETA}: is empty: from and to are both 1; write a list"),
        (f"{{{ETA}: {{from: 0, to: 1, n: 3, scale: log}}}}", f"sweep.{ETA}: a log range must stay above 0, got 0"),
        (f"{{{ETA}: {{from: 1, to: -1, n: 3, scale: log}}}}", f"sweep.{ETA}: a log range must stay above 0, got -1"),
        (f"{{{ETA}: {{from: 0.1, to: 1, n: 3, scale: lgo}}}}", f"sweep.{ETA}.scale: unknown value 'lgo'; did you mean"),
        (f"{{{TAU}: {{from: 5, to: 20 ms, n: 3}}}}", f"{TAU}: 5 has no unit; write for example '5 ms'"),
        (f"{{{TAU}: {{from: 5 ms, to: 20 mV, n: 3}}}}", f"{TAU}: '20 mV' has the wrong unit"),
        (f"{{{TAU}x: {{from: 5 ms, to: 20 ms, n: 3}}}}", f"{TAU}x: unknown key; did you mean '{TAU}'?"),
        ("{inputs.both: {from: 0, to: 1, n: 2}}", "sweep.inputs.both: has no numbers to range over; write a list"),
        ("{network.n_pairs: {from: 2, to: 4, n: 9}}", "sweep.network.n_pairs: gives 3 different whole numbers, not 9"),
        (f"{{zip: {{{ETA}: [0.1, 0.2], {TAU}: [5 ms]}}}}", f"sweep.zip: needs as many values of each key: {ETA} has 2"),
        (f"{{zip: {{{ETA}: [0.1, 0.1]}}}}", "sweep.zip: row 2 is the same as row 1; keep one of them"),
        (f"{{zip: {{{ETA}: 0.1}}}}", f"sweep.{ETA}: needs a list of values, got 0.1"),
        ("{zip: [0.1]}", "sweep.zip: must map keys to lists of values, got 0.1"),
        (f"{{zip: {{{ETA}: {{from: 1, to: 2}}}}}}", f"sweep.zip.{ETA}: needs n, the number of values"),
        (f"{{zip: {{{ETA}: [0.1]}}, {ETA}: [0.2]}}", f"sweep.{ETA}: given twice in one block; keep one of them"),
        (f"{{design: 5, {ETA}: {{from: 1, to: 2}}}}", "sweep.design: must map keys to values, got 5"),
        (f"{{design: {{n: 4}}, {ETA}: {{from: 1, to: 2}}}}", "sweep.design.kind: missing"),
        (
            f"{{design: {{kind: sobl, n: 4}}, {ETA}: {{from: 1, to: 2}}}}",
            "sweep.design.kind: unknown value 'sobl'; did",
        ),
        (
            f"{{design: {{kind: sobol, n: 5}}, {ETA}: {{from: 1, to: 2}}}}",
            "sweep.design.n: Sobol points come in powers",
        ),
        (f"{{design: {{kind: latin, n: 0}}, {ETA}: {{from: 1, to: 2}}}}", "sweep.design.n: needs a whole number of at"),
        (f"{{design: {{kind: latin, n: 4}}, {ETA}: [1]}}", "sweep.design: has no range to fill; give one"),
        ("{points: 3}", "sweep.points: needs a text, got 3"),
        ("{points: none.csv}", "sweep.points: "),
        (f"{{{ETA}: [0.1]}}\nrandom_numbers: same", "random_numbers: unknown value 'same'; valid are: common"),
        (f"{{{ETA}: [0.1]}}\nfailures: ignore", "failures: unknown value 'ignore'; valid are: list, stop"),
    ],
)
def test_what_is_wrong_is_one_line(planned, tmp_path, sweep, reason):
    with pytest.raises(ConfigError) as error:
        planned(f"sweep: {sweep}\n")
    assert str(error.value).startswith(f"{tmp_path / 'my.yaml'}: {reason}") and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("", ": header: needs a line of keys, and a line for every point"),
        (f"{ETA}\n", ": header: needs a line of keys, and a line for every point"),
        (f"{ETA},two words\n1,2\n", ", line 1: header: 'two words' is no key; write"),
        (f"{ETA},{ETA}\n1,2\n", f", line 1: {ETA}: stands twice in the header; keep one of them"),
        (f"{ETA}\n0.1\n0.2,0.3\n", ", line 3: row: has 2 cells, and the header has 1"),
        (f"{ETA},{TAU}\n0.1,\n", f", line 2: {TAU}: has no value"),
        (f"{TAU} (ms)\n5\n\n5 ms\n", f", line 4: {TAU}: needs a number, its unit stands in the header, got '5 ms'"),
        (f"{TAU} (mV)\n5\n", f", line 2: {TAU}: '5 mV' has the wrong unit"),
        (f"{TAU}\n5\n", f", line 2: {TAU}: 5 has no unit"),
        (f"{ETA},neurons.tau_plu\n1,2\n", f", line 1: neurons.tau_plu: unknown key; did you mean '{TAU}'?"),
        (f"{ETA}\n0.1\n0.2\n0.1\n", ", line 4: row: is the same point as line 2; keep one of them"),
        (f"{ETA}\n-0.1\n", None),
    ],
)
def test_wrong_tables_are_named_with_their_line(planned, tmp_path, table, reason):
    with pytest.raises(ConfigError) as error:
        planned("sweep: {points: my.csv}\n", table)
    told = f"{tmp_path / 'my.csv'}{reason}" if reason else f"{tmp_path / 'my.yaml'}: {ETA}: must be >= 0, got -0.1"
    assert str(error.value).startswith(told) and "\n" not in str(error.value)


def test_the_toy_has_no_sweep():
    assert plan(toy(), "smoke").log == [] and plan(toy(), "smoke").along == []


def test_conditions_of_the_experiment_inside_each_combination(planned):
    made = planned(f"conditions: own\nseeds: 2\nsweep: {{{ETA}: [0.1, 0.2]}}\n")
    rows = list(zip(column(made, ETA), column(made, "inputs.both"), strict=True))
    assert rows == [(0.1, True)] * 2 + [(0.1, False)] * 2 + [(0.2, True)] * 2 + [(0.2, False)] * 2
    assert (made.each, made.combinations, made.swept, made.conditions) == (4, 2, [ETA, "inputs.both"], ["inputs.both"])
    assert "2 parameter combinations x 2 seeds x 2 conditions" in describe(made)
    # What the user sweeps or sets is no condition any more.
    assert planned("conditions: own\nsweep: {inputs.both: [true]}\n").each == 1
    assert planned(f"conditions: own\nset: {{inputs.both: true}}\nsweep: {{{ETA}: [0.1]}}\n").each == 1
    with pytest.raises(ConfigError, match="conditions: the blocks of the sweep leave different ones; make several"):
        planned(f"conditions: own\nsweep: [{{inputs.both: [true]}}, {{{ETA}: [0.1]}}]\n")


@pytest.mark.parametrize("name", ["sal_learning_rate", "gle_look_ahead", "eprop_sobol"])
def test_shipped_sweeps(name):
    user = read_sweep(str(ROOT / "sweeps" / f"{name}.yaml"))
    made = plan(load(user.experiment), user.scale, user)
    assert len(made.points) == {"sal_learning_rate": 54, "gle_look_ahead": 540, "eprop_sobol": 32}[name]
