"""Accuracies of several methods on several tasks, one dot a seed."""

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from pandas import DataFrame

from analysis.plots import COLOURS


def swarm(values: pd.Series, step: float) -> np.ndarray:
    """Sideways offsets that keep equal values apart.

    Parameters
    ----------
    values : Series
        Values; equal ones are set side by side.
    step : float
        Distance between neighbours.

    Returns
    -------
    ndarray
        One offset a value, symmetric about 0.
    """
    groups = values.round(6).groupby(values.round(6))
    return step * (groups.cumcount() - (groups.transform("size") - 1) / 2).to_numpy()


def draw_accuracies(ax: Axes, table: DataFrame, methods: Mapping[str, str]) -> None:
    """Draw the test accuracy of every seed as a dot and the mean as a bar, the methods side by side.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    table : DataFrame
        Columns pair, seed, method, test.
    methods : Mapping
        Method to key of `COLOURS`.
    """
    pairs = list(table["pair"].drop_duplicates())
    width = 0.87 / len(methods)
    for x, pair in enumerate(pairs):
        for number, (method, colour) in enumerate(methods.items()):
            centre = x + width * (number - (len(methods) - 1) / 2)
            values = table.loc[(table["pair"] == pair) & (table["method"] == method), "test"]
            dots = centre + swarm(values, 0.024)
            ax.scatter(dots, values, s=7, color=COLOURS[colour], alpha=0.6, linewidth=0)
            ax.hlines(values.mean(), centre - 0.41 * width, centre + 0.41 * width, color=COLOURS[colour], linewidth=1.6)
    ax.set_xticks(range(len(pairs)), [fill(pair, 12) for pair in pairs])
    ax.tick_params(axis="x", length=0)
    ax.set(ylabel="test accuracy", xlim=(-0.5, len(pairs) - 0.5))
    handles = [Line2D([], [], color=COLOURS[colour], label=method) for method, colour in methods.items()]
    ax.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(methods), columnspacing=1.0)
