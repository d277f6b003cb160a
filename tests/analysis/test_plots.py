"""Shared parts of the figures: bands are mean and spread over replicates, colours are the safe ones."""

import re

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from pandas import DataFrame

from analysis.plots import COLOURS, MARKERS, STYLE, band, panel_label, reported
from base.origins import ORIGINS

matplotlib.use("Agg")


@pytest.fixture
def ax():
    """One panel in the house style."""
    with plt.style.context(STYLE):
        fig, panel = plt.subplots(figsize=(3.4, 2.4))
        yield panel
        plt.close(fig)


def test_colours_are_distinct_hex_codes():
    """Eight different colours under the names the experiments use."""
    assert list(COLOURS) == ["blue", "orange", "green", "red", "purple", "sky", "grey", "black"]
    assert len(set(COLOURS.values())) == 8
    assert all(re.fullmatch("#[0-9A-F]{6}", code) for code in COLOURS.values())


def test_style_cycle_is_made_of_the_colours():
    """The cycle of the style file and `COLOURS` cannot drift apart."""
    with plt.style.context(STYLE):
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        assert plt.rcParams["figure.constrained_layout.use"]
        assert plt.rcParams["font.size"] == 8
    assert {to_hex(code).upper() for code in cycle} == set(COLOURS.values())


def test_band_is_mean_and_deviation_over_replicates(ax):
    """Rows of one seed are averaged first; the band is one standard deviation between seeds."""
    rows = DataFrame({"trial": [1, 1, 1, 0, 0], "seed": [0, 0, 1, 0, 1], "loss": [2.0, 4.0, 5.0, 1.0, 1.0]})
    line = band(ax, rows, "trial", "loss", label="loss", colour="red")
    np.testing.assert_allclose(line.get_xydata(), [[0, 1], [1, 4]])
    assert line.get_label() == "loss"
    assert to_hex(line.get_color()).upper() == COLOURS["red"]
    vertices = ax.collections[0].get_paths()[0].vertices
    deviation = np.std([3, 5], ddof=1)
    assert vertices[:, 1].min() == pytest.approx(1)
    assert vertices[:, 1].max() == pytest.approx(4 + deviation)


def test_band_of_one_replicate_is_a_line(ax):
    """Without replicates nothing is invented."""
    band(ax, DataFrame({"trial": [0, 1], "seed": [0, 0], "loss": [1.0, 2.0]}), "trial", "loss")
    heights = [np.ptp(path.vertices[:, 1]) for area in ax.collections for path in area.get_paths()]
    assert not np.nansum(heights)


def test_marks_say_whose_numbers_they_are(ax):
    """A number becomes a dashed line, a list markers, one shape and one entry of the legend for each origin."""
    (line,) = reported(ax, 1.5)
    assert (line.get_linestyle(), line.get_label()) == ("--", "printed in the paper")
    marks = reported(ax, [1, 2, 3], x=[0, 1, 2], origin=["prototype", "authors", "prototype"], note=" (seed 1)")
    assert [each.get_label() for each in marks] == ["authors' program (seed 1)", "our own prototype (seed 1)"]
    np.testing.assert_allclose(marks[1].get_offsets(), [[0, 1], [2, 3]])
    assert [each.get_label() for each in reported(ax, [1], x=[0], origin="theory", legend=False)] == ["_"]
    assert set(MARKERS) == set(ORIGINS)
    assert reported(ax, [], x=[], origin=[]) == []


def test_panel_label_stays_on_the_figure(ax):
    """The letter is bold, in the upper left corner, and inside the figure at column width."""
    ax.set(xlabel="x", ylabel="y")
    panel_label(ax, "a")
    fig = ax.get_figure()
    fig.draw_without_rendering()
    box = ax.texts[0].get_window_extent().transformed(fig.transFigure.inverted())
    assert 0 <= box.x0
    assert box.x1 <= 0.5
    assert box.y1 <= 1
