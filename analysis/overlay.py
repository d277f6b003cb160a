"""Curves of two runs of an experiment over each other, of every table that both have with the same columns."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from pandas import DataFrame  # noqa: E402
from pandas.api.types import is_bool_dtype, is_numeric_dtype  # noqa: E402

from analysis.plots import COLOURS, STYLE  # noqa: E402

POINTS = 5  # values of x that make a curve
LARGEST = 12  # panels
GROUPS = 6  # values of a column that each get a panel
# What only numbers things: no axis.
NUMBERS = ("point", "seed", "index", "i", "pair", "neuron", "unit", "member", "run", "image", "label", "assembly")


class Panel(NamedTuple):
    """A curve of both runs."""

    title: str
    x: str
    y: str
    before: DataFrame  # index x; ``mean`` and ``sd`` over replicates
    now: DataFrame

    @property
    def difference(self) -> float:
        """Largest difference of the means, relative to the range of both."""
        means = pd.concat([self.before["mean"], self.now["mean"]], axis=1).dropna().to_numpy()
        size = float(np.ptp(means)) if means.size else 0.0
        return float(np.abs(means[:, 0] - means[:, 1]).max() / size) if size else 0.0


def keys(before: DataFrame, now: DataFrame) -> list[str]:
    """Return the columns that say of what a row is, and not what was observed.

    In a tidy table they come first: as many as tell all rows apart, as long as both runs have the same values there, or
    one of them fewer.

    Parameters
    ----------
    before, now : DataFrame
        The same table of both runs.
    """
    found: list[str] = []
    for column in before.columns:
        less, more = sorted((set(table[column].dropna()) for table in (before, now)), key=len)
        aligned = len(before) == len(now)
        if not (before[column].equals(now[column]) if aligned else less <= more):
            break
        found.append(column)
        if not any(table.duplicated(found).any() for table in (before, now)):
            break
    return found


def panels(before: Mapping[str, DataFrame], now: Mapping[str, DataFrame]) -> list[Panel]:
    """Return the curves that both runs have, those that differ most first; none that are the same.

    Parameters
    ----------
    before, now : Mapping
        Observation tables by name.
    """
    found = []
    for name in now:
        if name not in before or list(before[name].columns) != list(now[name].columns):
            continue
        known = keys(before[name], now[name])
        numeric = [c for c in known if is_numeric_dtype(now[name][c]) and not is_bool_dtype(now[name][c])]
        xs = [c for c in numeric if c not in NUMBERS and now[name][c].nunique() >= POINTS]
        observed = [c for c in now[name].columns if c not in known and is_numeric_dtype(now[name][c])]
        if not xs:
            continue
        by = [c for c in known if c not in (xs[-1], *NUMBERS) and now[name][c].nunique() <= GROUPS]
        for y in observed:
            found += _panels(name, before[name], now[name], xs[-1], y, by)
    return sorted((one for one in found if one.difference > 0), key=lambda one: -one.difference)


def _panels(name: str, before: DataFrame, now: DataFrame, x: str, y: str, by: list[str]) -> list[Panel]:
    """Return the curves of one column, one for each combination of values of some others."""
    sides = []
    for table in (before, now):
        groups = table.groupby(by) if by else [((), table)]
        sides.append(
            {key: rows.groupby(x)[y].agg(["mean", "std"]).set_axis(["mean", "sd"], axis=1) for key, rows in groups}
        )
    return [
        Panel(", ".join([name, *map(str, key)]), x, y, sides[0][key], sides[1][key])
        for key in sides[1]
        if key in sides[0]
    ]


def draw(shown: list[Panel], names: tuple[str, str], file: Path) -> None:
    """Draw curves over each other.

    Parameters
    ----------
    shown : list of Panel
        At most `LARGEST` of them are drawn.
    names : tuple of str
        What is before, and what is now.
    file : Path
        SVG file to write.
    """
    plt.style.use(STYLE)
    mpl.rcParams["svg.hashsalt"] = "comparison"
    shown = shown[:LARGEST]
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    fig, axes = plt.subplots(rows, columns, figsize=(7.0, 2.1 * rows + 0.3), squeeze=False, layout="constrained")
    looks = ((COLOURS["grey"], "-", 2.4), (COLOURS["red"], "--", 1.2))
    for ax, panel in zip(axes.flat, shown, strict=False):
        for side, name, (colour, style, width) in zip((panel.before, panel.now), names, looks, strict=True):
            ax.plot(side.index, side["mean"], style, color=colour, lw=width, label=name)
            ax.fill_between(
                side.index, side["mean"] - side["sd"], side["mean"] + side["sd"], color=colour, alpha=0.15, lw=0
            )
        ax.set(xlabel=panel.x, ylabel=panel.y, title=panel.title)
    for ax in axes.flat[len(shown) :]:
        ax.set_axis_off()
    fig.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    fig.savefig(file, metadata={"Date": None})
    plt.close(fig)
