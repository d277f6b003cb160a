"""Curves that two runs share are found by the columns of their tables."""

import numpy as np
import pandas as pd

from analysis.overlay import draw, keys, panels


def tables(gain=1.0, steps=20):
    """Return a run: a curve for each of two conditions and three seeds, and end points."""
    rows = [
        {"condition": name, "seed": seed, "epoch": k, "t_s": k / 10, "w": gain * k * (name == "both") + seed}
        for name in ("both", "one")
        for seed in (1, 2, 3)
        for k in range(steps)
    ]
    curve = pd.DataFrame(rows)
    return {"curve": curve, "end": curve.groupby("seed")["w"].mean().reset_index()}


def test_what_comes_first_says_of_what_a_row_is():
    before, now = tables(), tables(2.0)
    assert keys(before["curve"], now["curve"]) == ["condition", "seed", "epoch"]


def test_a_curve_for_each_condition_that_differs():
    (panel,) = (one for one in panels(tables(), tables(2.0)) if one.y == "w")
    assert (panel.title, panel.x, panel.y) == ("curve, both", "epoch", "w")
    assert np.allclose(panel.before["mean"], np.arange(20) + 2) and np.allclose(panel.now["sd"], 1)


def test_nothing_is_shown_of_what_is_the_same():
    assert panels(tables(), tables()) == []


def test_other_columns_are_no_counterpart():
    assert panels(tables(), {"curve": tables(2.0)["curve"].rename(columns={"w": "v"})}) == []


def test_a_run_that_ends_earlier_is_compared_as_far_as_it_goes():
    (panel,) = panels(tables(), tables(2.0, steps=15))
    assert len(panel.now) == 15 and panel.difference > 0


def test_the_picture(tmp_path):
    draw(panels(tables(), tables(2.0)), ("before", "now"), tmp_path / "overlay.svg")
    first = (tmp_path / "overlay.svg").read_bytes()
    draw(panels(tables(), tables(2.0)), ("before", "now"), tmp_path / "overlay.svg")
    assert first == (tmp_path / "overlay.svg").read_bytes() and b"<svg" in first
