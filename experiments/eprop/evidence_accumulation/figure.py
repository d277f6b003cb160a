"""Cues, spikes and decision before and after learning; learning curves with and without adaptive neurons."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from experiments.eprop.observations import answers, by_trial, choose, watched

SIZE = (7.0, 6.6)
CONDITIONS = {"symmetric": "blue", "random": "orange", "LIF only": "grey"}
GROUPS = {"left": "blue", "right": "red", "decision": "green", "background": "grey"}
CRITERION = 0.07
WINDOW = 10  # batches over which the error is averaged


def named(points: DataFrame) -> DataFrame:
    """Add the name of the condition: kind of feedback, or that there are no adaptive neurons."""
    alone = points["inputs.n_adaptive"] == 0
    return points.assign(condition=np.where(alone, "LIF only", points["inputs.feedback"]))


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Losses and errors by batch, and one trial before and one after learning.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``losses``, ``activity``, ``answers``, ``outputs``, the spikes of watched trials, ``points``.

    Returns
    -------
    dict of DataFrame
        published : n_batch, seed, iteration, loss; the runs with the random numbers of the published losses.
        learning : condition, seed, iteration, loss, error (share of wrong decisions in the batch), smooth (error of the
            last 10 batches), rate_Hz.
        solved : condition, seed, solved (1 if smooth fell below 0.07), iterations (until then, or all), final (mean
            error of the last 20 batches); then one row of seed 0 per condition with the means.
        spikes : trial (first, last), t_ms, source (a group of inputs, LIF, ALIF), i.
        outputs : trial, t_ms, index, p (probability of the class), goal (-1 outside the learning window).
    """
    recordings = {**recordings, "points": named(recordings["points"])}
    points = recordings["points"]
    exact = points["inputs.published"]
    published = by_trial(choose(recordings, points[exact]), ["schedule.n_batch"])
    published = published.rename(columns={"schedule.n_batch": "n_batch"})
    published = published.groupby(["n_batch", "seed", "iteration"], as_index=False)["loss"].mean()

    own = choose(recordings, points[~exact] if (~exact).any() else points)
    keys = ["condition", "seed", "iteration"]
    rows = by_trial(own, ["condition"]).groupby(keys, as_index=False)[["loss", "rate_Hz"]].mean()
    wrong = answers(own, ["condition"]).groupby(keys, as_index=False)["wrong"].mean()
    learning = rows.merge(wrong.rename(columns={"wrong": "error"}), on=keys)
    runs = learning.groupby(["condition", "seed"])
    learning["smooth"] = runs["error"].transform(lambda error: error.rolling(WINDOW).mean())

    solved = []
    for (condition, seed), run in runs:
        smooth = learning.loc[run.index, "smooth"]
        below = run.loc[smooth < CRITERION, "iteration"]
        row = {"condition": condition, "seed": seed, "solved": float(len(below) > 0)}
        last = run["error"].iloc[-2 * WINDOW :].mean()
        solved.append(
            {**row, "iterations": float(below.min() if len(below) else run["iteration"].max()), "final": last}
        )
    table = DataFrame(solved)
    means = table.groupby("condition", as_index=False).mean().assign(seed=0)

    shown = choose(own, own["points"].sort_values("condition", ascending=False).iloc[:1])
    n_in, n_rec, n_adaptive = (
        int(shown["points"][key].iloc[0]) for key in ("network.n_in", "network.n_rec", "inputs.n_adaptive")
    )
    afferents = watched(shown, "stimulus_spikes", [], step=-1)
    afferents["source"] = np.array(list(GROUPS))[afferents["i"] * len(GROUPS) // n_in]
    cells = watched(shown, "recurrent_spikes", [])
    cells["source"] = np.where(cells["i"] >= n_rec - n_adaptive, "ALIF", "LIF")
    outputs = watched(shown, "outputs", [], step=1).rename(columns={"i": "index"})
    return {
        "published": published,
        "learning": learning[["condition", "seed", "iteration", "loss", "error", "smooth", "rate_Hz"]],
        "solved": pd.concat([table, means], ignore_index=True),
        "spikes": pd.concat([afferents, cells], ignore_index=True)[["trial", "t_ms", "source", "i"]],
        "outputs": outputs[["trial", "t_ms", "index", "p", "goal"]],
    }


def raster(ax: Axes, rows: DataFrame, colours: dict[str, str]) -> None:
    """Draw spikes, one colour a source, and write the names of the sources at the left."""
    for source, colour in colours.items():
        some = rows[rows["source"] == source]
        ax.plot(some["t_ms"], some["i"], "|", ms=2.2, mew=0.7, color=COLOURS[colour])


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Rasters and readout in the first (a) and last (b) trial; error (c), loss (d) and rate (e) by iteration."""
    top, bottom = fig.subfigures(2, 1, height_ratios=(2.0, 1.0))
    axes = top.subplots(3, 2, sharex=True, sharey="row", height_ratios=(1.0, 1.3, 0.8))
    spikes, outputs = tables["spikes"], tables["outputs"]
    ends = outputs["t_ms"].max()
    window = outputs[outputs["goal"] >= 0]["t_ms"]
    for column, trial in enumerate(("first", "last")):
        some = spikes[spikes["trial"] == trial]
        raster(axes[0, column], some, GROUPS)
        raster(axes[1, column], some, {"LIF": "black", "ALIF": "purple"})
        shown = outputs[outputs["trial"] == trial]
        for number, side in enumerate(("left", "right")):
            one = shown[shown["index"] == number]
            axes[2, column].plot(one["t_ms"], one["p"], color=COLOURS[GROUPS[side]], label=side)
        goal = shown[shown["goal"] >= 0]
        for ax in axes[:, column]:
            ax.axvspan(window.min(), ends, color="0.93", zorder=0, linewidth=0)
        if len(goal):
            side = ("left", "right")[int(goal["goal"].iloc[0])]
            axes[2, column].text(ends, 0.97, f"target {side} ", ha="right", va="top", color=COLOURS[GROUPS[side]])
        axes[2, column].set(xlabel="time in the trial (ms)", ylim=(0, 1), xlim=(0, ends))
        axes[0, column].set_title(f"{trial} trial")
    afferents = spikes[spikes["source"].isin(list(GROUPS))]
    size = (afferents["i"].max() + 1) / len(GROUPS)
    axes[0, 0].set_yticks((np.arange(len(GROUPS)) + 0.5) * size, list(GROUPS))
    adaptive = spikes[spikes["source"] == "ALIF"]["i"]
    n_rec = spikes[spikes["source"].isin(["LIF", "ALIF"])]["i"].max() + 1
    border = adaptive.min() if len(adaptive) else n_rec
    ticks = {border / 2: "LIF", (border + n_rec) / 2: "ALIF"} if len(adaptive) else {n_rec / 2: "LIF"}
    axes[1, 0].set_yticks(list(ticks), list(ticks.values()))
    for ax in axes[:2, 0]:
        ax.tick_params(axis="y", length=0)
    axes[2, 0].set_ylabel("probability")
    for ax, letter in zip(axes[0], "ab", strict=True):
        panel_label(ax, letter)

    panels = bottom.subplots(1, 3)
    learning = tables["learning"]
    for condition, colour in CONDITIONS.items():
        rows = learning[learning["condition"] == condition]
        if rows.empty:
            continue
        smooth = rows.dropna(subset="smooth")
        if len(smooth):
            band(panels[0], smooth, "iteration", "smooth", label=condition, colour=colour)
        band(panels[1], rows, "iteration", "loss", label=condition, colour=colour)
        band(panels[2], rows, "iteration", "rate_Hz", colour=colour)
    panels[0].axhline(CRITERION, color=COLOURS["grey"], linestyle="--", linewidth=1)
    panels[0].axhline(0.5, color=COLOURS["grey"], linestyle=":", linewidth=0.8)
    panels[0].set(xlabel="iteration", ylabel=f"error, {WINDOW} batches", ylim=(0, 0.65))
    panels[1].set(xlabel="iteration", ylabel="cross-entropy", ylim=(0, None))
    panels[2].set(xlabel="iteration", ylabel="mean firing rate (Hz)", ylim=(0, None))
    bottom.legend(handles=panels[1].get_legend_handles_labels()[0], loc="outside upper center", ncols=3)
    for ax, letter in zip(panels, "cde", strict=True):
        panel_label(ax, letter)
