"""The figure of a sweep, whatever is swept: curves, heat maps, or effects; and how many targets hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter
from pandas import DataFrame

from analysis.indices import sobol_indices
from analysis.plots import COLOURS, band, panel_label, reported

PANELS = 8  # targets that are drawn; the page has them all
FEW = 6  # values that colours can tell apart
WIDTH = 7.0  # inches


@dataclass(frozen=True)
class Swept:
    """What a figure of a sweep shows.

    Parameters
    ----------
    by : list of str
        Swept columns, each of which has an axis.
    labels : dict
        Column to the label of its axis, with the unit.
    own : dict
        Column to the value of the configuration.
    log : list of str
        Columns with equal ratios.
    table : DataFrame
        One row per combination (`analysis.scores_of_sweep.table_of`).
    values : DataFrame
        One row per combination, seed and target (`analysis.scores_of_sweep.measured`).
    targets : dict
        Target to (reported number or None, its origin, what is on the axis).
    """

    by: list[str]
    labels: dict[str, str]
    own: dict[str, Any]
    log: list[str]
    table: DataFrame
    values: DataFrame
    targets: dict[str, tuple[float | None, str, str]]

    @property
    def numbers(self) -> list[str]:
        """Swept columns that hold numbers, which an axis can show."""
        return [key for key in self.by if _numeric(self.table[key])]

    @property
    def shown(self) -> list[str]:
        """The targets that are drawn: in their order, but those that the sweep does not move come last."""
        spread = self.values.groupby("target")["value"].agg(lambda found: float(np.ptp(found)))
        size = self.values.groupby("target")["value"].agg(lambda found: float(np.abs(found).max()))
        there = [name for name in self.targets if name in spread]
        still = sorted(there, key=lambda name: bool(spread[name] <= 1e-9 * size[name]))
        return still[: PANELS - 1 if self.kind == "maps" else PANELS]

    @property
    def kind(self) -> str:
        """``curves``, ``maps`` or ``effects``."""
        others = [key for key in self.by if key not in self.numbers]
        few = all(self.table[key].nunique() <= FEW for key in others) and len(others) <= 1
        if len(self.by) == 1 or (len(self.by) == 2 and len(others) == 1 and few):
            return "curves"
        grid = np.prod([self.table[key].nunique() for key in self.by])
        return "maps" if len(self.by) == len(self.numbers) == 2 and grid == len(self.table) else "effects"

    def size(self) -> tuple[float, float]:
        """Return width and height of the figure, inches."""
        n = len(self.shown) + (2 if self.kind == "maps" else 1)
        if self.kind == "effects":
            return WIDTH, 1.75 * (min(len(self.shown), PANELS // 2) + 1) + 0.3
        return WIDTH, (1.9 if self.kind == "curves" else 2.1) * ceil(n / self.columns) + 0.3

    @property
    def columns(self) -> int:
        """Panels side by side."""
        return 3


def _numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def draw(swept: Swept, fig: Figure) -> None:
    """Draw the figure of a sweep.

    Parameters
    ----------
    swept : Swept
        What is shown.
    fig : Figure
        Empty.
    """
    {"curves": _curves, "maps": _maps, "effects": _effects}[swept.kind](_short(swept), fig)


def _short(swept: Swept) -> Swept:
    """Return what is shown with the names of models without their files, where these tell them apart."""
    table, values = swept.table.copy(), swept.values.copy()
    for key in (key for key in swept.by if key.startswith("variant.")):
        short = {name: str(name).rpartition(":")[2] for name in table[key].unique()}
        if len(set(short.values())) == len(short):
            table[key], values[key] = table[key].map(short), values[key].map(short)
    return replace(swept, table=table, values=values)


def _panels(swept: Swept, fig: Figure, n: int) -> list[Axes]:
    """Return the panels of a figure, labelled in order."""
    rows = ceil(n / swept.columns)
    axes = list(np.atleast_1d(fig.subplots(rows, swept.columns)).ravel())
    for ax in axes[n:]:
        ax.remove()
    for k, ax in enumerate(axes[:n]):
        panel_label(ax, "abcdefghijklmnopqrstuvwxyz"[k])
    return axes[:n]


def _title(ax: Axes, name: str) -> None:
    ax.set_title(name.replace("_", " "), fontsize=7)


def _along(swept: Swept, ax: Axes, key: str, which: str = "x") -> None:
    """Prepare the axis of a swept key: label, scale, and the configuration's own value."""
    ax.set(**{f"{which}label": swept.labels[key]})
    if key in swept.log:
        ax.set(**{f"{which}scale": "log"})
        axis = ax.xaxis if which == "x" else ax.yaxis
        axis.set_minor_formatter(NullFormatter())
        if swept.table[key].max() < 30 * swept.table[key].min():  # powers of ten alone would be one or two
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter("{x:g}")


def _own(swept: Swept, ax: Axes, key: str, label: str = "own value of the configuration") -> None:
    """Mark the configuration's own value with a dotted line, where it lies inside of the sweep."""
    value = swept.own.get(key)
    if _numeric(swept.table[key]) and value is not None:
        low, high = swept.table[key].min(), swept.table[key].max()
        if low <= value <= high:
            ax.axvline(value, color=COLOURS["black"], ls=":", lw=0.9, zorder=0, label=label)


# -- one key -----------------------------------------------------------------------------------------------------------


def _curves(swept: Swept, fig: Figure) -> None:
    """Draw every target against one key, with bands over seeds, in colours of another."""
    key = (swept.numbers or swept.by)[0]
    hue = next((other for other in swept.by if other != key), None)
    axes = _panels(swept, fig, len(swept.shown) + 1)
    for k, (ax, name) in enumerate(zip(axes, swept.shown, strict=False)):
        rows = swept.values[swept.values["target"] == name]
        _lines(swept, ax, rows, key, hue, "value")
        value, origin, what = swept.targets[name]
        if value is not None:
            reported(ax, value, origin=origin, legend=k == 0)
        _own(swept, ax, key, "own value of the configuration" if k == 0 else "_")
        _title(ax, name)
        ax.set_ylabel(what)
    last = axes[-1]
    counts = swept.table.assign(seed=0).replace({"tested": {0: np.nan}}).dropna(subset=["tested"])
    _lines(swept, last, counts, key, hue, "holding")
    last.set(ylabel="targets that hold", ylim=(-0.3, max(1, counts["tested"].max() if len(counts) else 1) + 0.3))
    _title(last, "score")
    _own(swept, last, key, "_")
    found: dict[str, Any] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    if found:
        fig.legend(found.values(), found.keys(), loc="outside upper center", ncols=4)


def _lines(swept: Swept, ax: Axes, rows: DataFrame, key: str, hue: str | None, y: str) -> None:
    """Draw curves that have a hole where all points have failed, and a cross below it."""
    lost = swept.table[swept.table["failed"] > 0]
    levels = [None] if hue is None else sorted(swept.table[hue].unique())
    for colour, value in zip(COLOURS, levels, strict=False):
        some = rows if hue is None else rows[rows[hue] == value]
        if some.empty:
            continue
        label = None if hue is None else f"{swept.labels[hue]}: {value!s}"
        if not _numeric(swept.table[key]):
            some = some.assign(**{key: some[key].astype(str)})
            band_of = some.groupby(key, sort=False)[y].agg(["mean", "std"]).fillna({"std": 0})
            ax.errorbar(band_of.index, band_of["mean"], band_of["std"], fmt="o", color=COLOURS[colour], label=label)
            continue
        holes = set(lost[key] if hue is None else lost[lost[hue] == value][key]) - set(some[key])
        cuts = sorted(holes)
        part = np.searchsorted(cuts, some[key])
        for number, piece in some.groupby(part):
            band(ax, piece, key, y, label=label if number == min(part) else None, colour=colour)
            if piece[key].min() == piece[key].max():
                ax.plot(piece[key], piece[y], ".", color=COLOURS[colour])
        if cuts:
            ax.plot(cuts, [0.02] * len(cuts), "x", color=COLOURS["red"], ms=4, transform=ax.get_xaxis_transform())
    _along(swept, ax, key)


# -- two keys ----------------------------------------------------------------------------------------------------------


def _maps(swept: Swept, fig: Figure) -> None:
    """Draw heat maps of every target over two keys, the number of targets that hold, and which is lost first."""
    axes = _panels(swept, fig, len(swept.shown) + 2)
    for ax, name in zip(axes, swept.shown, strict=False):
        value, _, what = swept.targets[name]
        image = _map(swept, ax, name)
        bar = fig.colorbar(image, ax=ax, label=what)
        low, high = image.get_clim()
        if value is not None and low <= value <= high:
            bar.ax.axhline(value, color=COLOURS["red"], lw=1.2)  # what is reported
        _title(ax, name)
    kept = _map(swept, axes[-2], "holding")
    kept.set_clim(0, max(1, swept.table["tested"].max()))
    fig.colorbar(kept, ax=axes[-2], label="targets that hold")
    _title(axes[-2], "score")
    names = [name for name in swept.table["lost"].value_counts().index if name][:FEW]
    number = {name: k + 1 for k, name in enumerate(names)}
    codes = swept.table["lost"].map(number).where(swept.table["tested"] > 0)
    codes = codes.mask((swept.table["lost"] == "") & (swept.table["tested"] > 0), 0)
    colours = ["white", *list(COLOURS.values())[: len(names)]]
    image = _map(swept, axes[-1], "lost first", swept.table.assign(**{"lost first": codes}), ListedColormap(colours))
    image.set_clim(-0.5, len(names) + 0.5)
    bar = fig.colorbar(image, ax=axes[-1], ticks=range(len(names) + 1))
    bar.ax.set_yticklabels(["all hold", *(name.replace("_", " ") for name in names)], fontsize=5)
    _title(axes[-1], "lost first")


def _map(swept: Swept, ax: Axes, column: str, table: DataFrame | None = None, cmap: Any = None) -> Any:
    """Draw one number over two keys; a cross where points have failed, a circle at the configuration's own values."""
    x, y = swept.by
    table = swept.table if table is None else table
    grid = table.pivot_table(index=y, columns=x, values=column, dropna=False)
    ax.set_facecolor("0.88")
    image = ax.pcolormesh(
        _edges(grid.columns, x in swept.log),
        _edges(grid.index, y in swept.log),
        grid.to_numpy(float),
        cmap=cmap,
        rasterized=True,
    )
    lost = swept.table[swept.table["failed"] > 0]
    ax.plot(lost[x], lost[y], "x", color=COLOURS["red"], ms=3.5)
    _along(swept, ax, x)
    _along(swept, ax, y, "y")
    own: list[Any] = [swept.own.get(key) for key in (x, y)]
    if all(value is not None for value in own):
        inside = all(swept.table[key].min() <= v <= swept.table[key].max() for key, v in zip((x, y), own, strict=True))
        if inside:
            ax.plot(*own, "o", mfc="none", mec="white", ms=6, mew=2.2)
            ax.plot(*own, "o", mfc="none", mec="black", ms=6, mew=0.9)
    return image


def _edges(centres: Any, log: bool) -> np.ndarray:
    """Return the borders between values of an axis."""
    at = np.log(np.asarray(centres, float)) if log else np.asarray(centres, float)
    if len(at) == 1:
        found = np.array([at[0] - 0.5, at[0] + 0.5])
    else:
        half = np.diff(at) / 2
        found = np.concatenate([[at[0] - half[0]], at[:-1] + half, [at[-1] + half[-1]]])
    return np.exp(found) if log else found


# -- many keys ---------------------------------------------------------------------------------------------------------


def _effects(swept: Swept, fig: Figure) -> None:
    """Draw Sobol indices, and every target against every key."""
    keys = swept.by[:FEW]
    names = [*swept.shown[: PANELS // 2], "holding"]
    axes = fig.subplots(len(names), len(keys) + 1, squeeze=False, width_ratios=[1.3, *[1] * len(keys)])
    for k, (row, name) in enumerate(zip(list(axes), names, strict=True)):
        panel_label(row[0], "abcdefgh"[k])
        value, origin, what = swept.targets.get(name, (None, "", "targets that hold"))
        there = swept.table.dropna(subset=[name]) if name != "holding" else swept.table[swept.table["tested"] > 0]
        _bars(swept, row[0], there, name)
        row[0].set_title("score" if name == "holding" else name.replace("_", " "), fontsize="medium", loc="left")
        for ax, key in zip(row[1:], keys, strict=True):
            x = there[key] if _numeric(there[key]) else there[key].astype(str)
            ax.plot(x, there[name], ".", ms=2.5 if len(there) > 30 else 6, color=COLOURS["blue"], alpha=0.5, mew=0)
            _trend(swept, ax, there, key, name)
            lost = swept.table[swept.table["failed"] > 0][key]
            lost = lost if _numeric(swept.table[key]) else lost.astype(str)
            ax.plot(lost, [0.02] * len(lost), "x", color=COLOURS["red"], ms=3, transform=ax.get_xaxis_transform())
            if value is not None:
                reported(ax, value, origin=origin, legend=False)
            _own(swept, ax, key, "_")
            _along(swept, ax, key)
            ax.tick_params(labelleft=ax is row[1], labelbottom=k == len(axes) - 1)
            if k < len(axes) - 1:
                ax.set_xlabel("")
        row[1].set_ylabel(what)
    handles, labels = axes[0][0].get_legend_handles_labels()
    if handles:
        fig.legend(handles, labels, loc="outside upper left", ncols=2)


def _bars(swept: Swept, ax: Axes, rows: DataFrame, name: str) -> None:
    """Draw first and total Sobol indices with their intervals."""
    keys = [key for key in swept.numbers if rows[key].min() < rows[key].max()]
    places = np.stack([_scaled(rows[key], key in swept.log) for key in keys], axis=1) if keys else np.empty((0, 0))
    found = sobol_indices(places, rows[name]) if keys else None
    ax.set(xlim=(0, 1), xlabel="Sobol index")
    if found is None:
        ax.text(0.5, 0.5, "does not vary,\nor too few points", ha="center", va="center", transform=ax.transAxes)
        ax.set_yticks([])
        return
    places_y = np.arange(len(keys))
    for shift, (share, interval, colour, label) in zip(
        (-0.18, 0.18),
        (
            (found.first, found.first_interval, "blue", "share of the variance, alone"),
            (found.total, found.total_interval, "orange", "with the other parameters"),
        ),
        strict=True,
    ):
        error = np.abs(np.stack([share - interval[0], interval[1] - share]).clip(0))
        ax.barh(places_y + shift, share, 0.34, xerr=error, color=COLOURS[colour], label=label, error_kw={"lw": 0.7})
    ax.set_yticks(places_y, [key.split(".")[-1] for key in keys])
    ax.invert_yaxis()
    ax.set_xlabel(f"Sobol index; {100 * found.explained:.0f} % explained")


def _scaled(column: pd.Series, log: bool) -> np.ndarray:
    """Return a column between 0 and 1."""
    at = np.log(column.to_numpy(float)) if log else column.to_numpy(float)
    return (at - at.min()) / (np.ptp(at) or 1.0)


def _trend(swept: Swept, ax: Axes, rows: DataFrame, key: str, name: str) -> None:
    """Draw the mean over the other keys, in up to six bins."""
    if not _numeric(rows[key]) or rows[key].nunique() < 3:
        return
    bins = pd.cut(pd.Series(_scaled(rows[key], key in swept.log)), min(FEW, rows[key].nunique()), labels=False)
    means = rows[[key, name]].groupby(bins.to_numpy()).mean()
    ax.plot(means[key], means[name], "-", color=COLOURS["orange"], lw=1.3)


def names_of(columns: Sequence[str], swept: Sequence[str], units: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Return the label of every swept column: its key, and its unit in brackets."""
    return {
        column: f"{key} ({units[key][0].replace('_', ' ')})" if key in units else key
        for column, key in zip(columns, swept, strict=False)
    }
