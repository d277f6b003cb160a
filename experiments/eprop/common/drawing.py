"""Panels that several e-prop experiments draw."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label

CELLS = {"LIF": "black", "ALIF": "purple"}
CONDITIONS = {"symmetric": "blue", "random": "orange", "LIF only": "grey"}


def raster(axes: Sequence[Axes], spikes: DataFrame, colours: Mapping[str, str]) -> None:
    """Draw the spikes of the first and of the last trial and name their sources at the left.

    Parameters
    ----------
    axes : sequence of Axes
        One per trial, with a common vertical axis.
    spikes : DataFrame
        trial (first, last), source, t_ms, i.
    colours : Mapping
        Source to colour.
    """
    middles = {}
    for source, colour in colours.items():
        rows = spikes[spikes["source"] == source]
        for ax, trial in zip(axes, ("first", "last"), strict=True):
            some = rows[rows["trial"] == trial]
            ax.plot(some["t_ms"], some["i"], "|", ms=2.2, mew=0.7, color=COLOURS[colour])
        if len(rows):
            middles[source] = (rows["i"].min() + rows["i"].max()) / 2
    axes[0].set_yticks(list(middles.values()), list(middles))
    axes[0].tick_params(axis="y", length=0)
    axes[1].tick_params(axis="y", length=0)


def before_and_after(
    fig: SubFigure, spikes: DataFrame, outputs: DataFrame, groups: Mapping[str, str], classes: Mapping[str, str]
) -> None:
    """Draw inputs, spikes and class probabilities of the first and of the last trial; learning windows are shaded.

    Parameters
    ----------
    fig : SubFigure
        Where to draw.
    spikes : DataFrame
        trial (first, last), t_ms, source, i.
    outputs : DataFrame
        trial, t_ms, index, p, goal (-1 outside the learning windows).
    groups : Mapping
        Groups of inputs and their colours.
    classes : Mapping
        Names and colours of the classes, in their order.
    """
    axes = fig.subplots(3, 2, sharex=True, sharey="row", height_ratios=(1.0, 1.3, 0.8))
    raster(axes[0], spikes, groups)
    raster(axes[1], spikes, CELLS)
    for column, trial in enumerate(("first", "last")):
        shown = outputs[outputs["trial"] == trial]
        for number, (name, colour) in enumerate(classes.items()):
            one = shown[shown["index"] == number]
            axes[2, column].plot(one["t_ms"], one["p"], color=COLOURS[colour], label=name)
        t, goal = one["t_ms"].to_numpy(), one["goal"].to_numpy()
        edges = np.flatnonzero(np.diff(goal, prepend=-1, append=-1))
        for start, stop in zip(edges[:-1], edges[1:], strict=True):
            if goal[start] < 0:
                continue
            ends = t[stop - 1]
            for ax in axes[:, column]:
                ax.axvspan(t[start], ends, color="0.92", zorder=0, linewidth=0)
            name, colour = list(classes.items())[int(goal[start])]
            axes[2, column].plot([t[start], ends], [1.06, 1.06], color=COLOURS[colour], lw=3, clip_on=False)
        axes[2, column].set(xlabel="time in the trial (ms)", ylim=(0, 1.08), xlim=(0, t.max()))
        axes[2, column].set_yticks([0, 0.5, 1])
        axes[0, column].set_title(f"{trial} trial")
    axes[2, 0].set_ylabel("probability")
    axes[2, 0].legend(loc="lower left", ncols=2, title="bar: target", alignment="left")
    for ax, letter in zip(axes[0], "ab", strict=True):
        panel_label(ax, letter)


def curves(fig: SubFigure, learning: DataFrame, error: str, label: str, criterion: float) -> None:
    """Draw error, loss and rate of all conditions by iteration.

    Parameters
    ----------
    fig : SubFigure
        Where to draw.
    learning : DataFrame
        condition, seed, iteration, loss, rate_Hz and the column of the error.
    error, label : str
        Column of the error and what it is called.
    criterion : float
        Error below which the task counts as solved.
    """
    panels = fig.subplots(1, 3)
    for condition, colour in CONDITIONS.items():
        rows = learning[learning["condition"] == condition]
        if rows.empty:
            continue
        defined = rows.dropna(subset=error)
        if len(defined):
            band(panels[0], defined, "iteration", error, colour=colour)
        band(panels[1], rows, "iteration", "loss", label=condition, colour=colour)
        band(panels[2], rows, "iteration", "rate_Hz", colour=colour)
    panels[0].axhline(criterion, color=COLOURS["grey"], linestyle="--", linewidth=1)
    panels[0].axhline(0.5, color=COLOURS["grey"], linestyle=":", linewidth=0.8)
    panels[0].set(xlabel="iteration", ylabel=label, ylim=(0, 0.7))
    panels[1].set(xlabel="iteration", ylabel="cross-entropy", ylim=(0, None))
    panels[2].set(xlabel="iteration", ylabel="mean firing rate (Hz)", ylim=(0, min(60, panels[2].get_ylim()[1])))
    fig.legend(handles=panels[1].get_legend_handles_labels()[0], loc="outside upper center", ncols=3)
    for ax, letter in zip(panels, "cde", strict=True):
        panel_label(ax, letter)
