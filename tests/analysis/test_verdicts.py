"""A verdict for every target: same bits, within seeds, moved, broken."""

import numpy as np
import pandas as pd
import pytest

from analysis.verdicts import verdicts

TARGET = {
    "claim": "it is one",
    "kind": "level",
    "observation": {"table": "t", "column": "x", "reduce": "mean"},
    "reported": {"value": 1.0, "source": "s", "origin": "theory"},
    "accept": {"absolute": 0.1},
}


def table(mean, seeds=5, spread=0.1):
    """Return a table with a mean and a standard deviation over seeds."""
    x = np.linspace(-1, 1, seeds)
    x = x / x.std(ddof=1) if seeds > 1 else x * 0
    return {"t": pd.DataFrame({"seed": range(1, seeds + 1), "x": mean + spread * x})}


def score(observed, outcome="match", name="it"):
    """Return a score of one target."""
    entry = {"name": name, "claim": "it is one", "origin": "theory", "outcome": outcome, "observed": observed}
    return {"targets": [entry]}


def judged(before, now, tables=None, target=TARGET):
    """Return the row of the only target."""
    (row,) = verdicts((before, now), {"it": target}, tables or (table(1.0), table(1.0)))
    return row


@pytest.mark.parametrize(
    ("before", "now", "outcomes", "verdict", "in_units"),
    [
        (1.0, 1.0, ("match", "match"), "same bits", 0.0),
        (1.0, 1.05, ("match", "match"), "within seeds", 0.79),  # the error of the difference is 0.1 sqrt(2 / 5)
        (1.0, 1.2, ("match", "match"), "moved", 3.2),
        (1.0, 1.05, ("match", "close"), "broken", 0.79),
        (1.0, 0.5, ("differs", "match"), "moved", -7.9),
        (1.0, 1.0, ("match", "differs"), "broken", 0.0),  # the target is another one
    ],
)
def test_verdicts(before, now, outcomes, verdict, in_units):
    row = judged(score([before], outcomes[0]), score([now], outcomes[1]), (table(before), table(now)))
    assert row["verdict"] == verdict and row["unit"] == "seeds"
    assert row["in_units"] == pytest.approx(in_units, abs=0.05)


def test_few_seeds_say_nothing_about_their_spread():
    row = judged(score([1.0]), score([1.05]), (table(1.0, seeds=2), table(1.05, seeds=5)))
    assert (row["verdict"], row["unit"]) == ("moved", "tolerance")
    assert row["in_units"] == pytest.approx(0.5)


def test_relative_tolerances_and_lists():
    target = {
        **TARGET,
        "reported": {"value": [1.0, 10.0], "source": "s", "origin": "theory"},
        "accept": {"relative": 0.1},
    }
    row = judged(score([1.0, 10.0]), score([1.0, 9.0]), target=target)
    assert (row["difference"], row["unit"], row["in_units"]) == (-1.0, "tolerance", pytest.approx(-1.0))


def test_what_has_no_tolerance_has_a_difference_without_unit():
    row = judged(
        score([1.0]),
        score([1.5]),
        ({"t": table(1)["t"][["x"]]},) * 2,
        {**TARGET, "kind": "trend", "accept": {"below": 2}},
    )
    assert row["difference"] == 0.5 and "unit" not in row and row["verdict"] == "moved"


def test_nan_and_what_is_not_run():
    assert judged(score([None]), score([1.0]))["verdict"] == "moved"
    assert judged(score([], "not run"), score([], "not run"))["verdict"] == "not run"
    assert judged(score([1.0]), score([], "not run"))["verdict"] == "broken"


def test_targets_that_come_and_go():
    rows = verdicts((score([1.0], name="gone"), score([1.0], name="new")), {"new": TARGET}, (table(1), table(1)))
    assert [(row["name"], row["verdict"]) for row in rows] == [("new", "moved"), ("gone", "broken")]


def test_the_spread_is_that_of_the_rows_that_are_asked_for():
    target = {**TARGET, "observation": {**TARGET["observation"], "where": {"kind": "a"}}}
    wide, narrow = table(1.0, spread=10)["t"].assign(kind="b"), table(1.0, spread=0.1)["t"].assign(kind="a")
    both = {"t": pd.concat([wide, narrow], ignore_index=True)}
    row = judged(score([1.0]), score([1.05]), (both, both), target)
    assert row["in_units"] == pytest.approx(0.79, abs=0.01)
