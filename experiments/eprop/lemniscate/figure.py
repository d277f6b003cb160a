"""The figure of eight before, while and after it is learned; signals of single neurons; learning curves."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure, SubFigure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from experiments.eprop.common.observations import by_trial, choose, watched
from experiments.eprop.lemniscate.inputs import lemniscate

SIZE = (7.0, 8.2)
FEEDBACK = {"random": "orange", "symmetric": "blue", "readout": "grey", "readout and rates": "green"}
SIGNALS = ("blue", "red")
LAST = 10  # trials over which the error at the end is averaged
STAGES = (0.5, 0.1)  # errors at which the course of the pen is drawn


def course(recordings: dict[str, DataFrame], learning: DataFrame) -> DataFrame:
    """Return the course of the pen in a few trials, from the first to the last.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``pen`` and ``points`` of one point.
    learning : DataFrame
        iteration, nmse; the same.

    Returns
    -------
    DataFrame
        iteration (the first, those at which the error first falls below `STAGES`, the last), t_ms (in the trial), x, y.
    """
    point = recordings["points"].iloc[0]
    dt = point["network.dt_ms"]
    lasts = point["network.n_steps"] * dt
    below = [learning.loc[learning["nmse"] < stage, "iteration"].min() for stage in STAGES]
    chosen = {1, *(int(k) for k in below if k > 0), learning["iteration"].max()}
    rows = recordings["pen"].pivot_table(index="t_ms", columns="index", values="y").reset_index()
    t = rows["t_ms"] - dt  # what is recorded belongs to the step before
    number = np.floor((t + dt / 2) / lasts).astype(int)
    found = DataFrame({"iteration": number + 1, "t_ms": (t - number * lasts).round(6), "x": rows[0], "y": rows[1]})
    return found[found["iteration"].isin(chosen)].reset_index(drop=True)


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Errors by trial, what was drawn, and signals in the first and in the last trial.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``losses``, ``activity``, ``pen``, ``cells``, ``traces``, the spikes of watched trials, ``points``;
        ``first_losses`` of `reference.reference`.

    Returns
    -------
    dict of DataFrame
        learning : feedback (random, symmetric, readout: no feedback, readout and rates: no feedback, but regularised),
            seed, iteration, nmse (squared error over squared deviation of the target from its mean), rate_Hz.
        final : feedback, nmse and rate_Hz of the last 10 trials, mean over seeds.
        first : iteration, difference (relative, of losses from those of the reference); random feedback, first seed.
        course : see `course`; the same.
        spikes : trial (first, last), t_ms, source (input, ALIF), i; the same.
        signals : trial, t_ms, i (neuron), learning_signal, elig (filtered eligibility trace of an input synapse); the
            same.
    """
    points = recordings["points"]
    alone = np.where(points["inputs.regularised"], "readout and rates", "readout")
    points = points.assign(feedback=points["inputs.feedback"].where(points["inputs.feedback"] != "none", alone))
    recordings = {**recordings, "points": points}
    n_steps = int(points["network.n_steps"].iloc[0])
    variation = ((lemniscate(n_steps) - lemniscate(n_steps).mean(axis=0)) ** 2).sum()
    learning = by_trial(recordings, ["feedback"])
    learning["nmse"] = 2 * learning["loss"] / variation
    ends = learning["iteration"].max() - LAST
    final = learning[learning["iteration"] > ends].groupby("feedback", as_index=False)[["nmse", "rate_Hz"]].mean()

    mine = points[points["feedback"] == "random"]
    mine = mine[mine["seed"] == mine["seed"].min()]
    shown = choose(recordings, mine)
    expected = shown["first_losses"]["loss"].to_numpy()
    found = by_trial(shown, [])["loss"].to_numpy()[: len(expected)]
    first = DataFrame({"iteration": range(1, len(expected) + 1), "difference": np.abs(found / expected - 1)})

    spikes = [
        watched(shown, "stimulus_spikes", [], step=-1).assign(source="input"),
        watched(shown, "recurrent_spikes", []).assign(source="ALIF"),
    ]
    signals = watched(shown, "cells", [], step=1).merge(watched(shown, "traces", [], step=1), on=["trial", "t_ms", "i"])
    return {
        "learning": learning[["feedback", "seed", "iteration", "nmse", "rate_Hz"]],
        "final": final,
        "first": first,
        "course": course(
            shown, learning[(learning["feedback"] == "random") & (learning["seed"] == mine["seed"].iloc[0])]
        ),
        "spikes": pd.concat(spikes, ignore_index=True)[["trial", "t_ms", "source", "i"]],
        "signals": signals[["trial", "t_ms", "i", "learning_signal", "elig"]],
    }


def draw_course(fig: SubFigure, drawn: DataFrame) -> None:
    """Draw the pen's course in some trials, one panel each."""
    goal = lemniscate(1000)
    axes = fig.subplots(1, len(STAGES) + 2, sharex=True, sharey=True)
    for ax, (iteration, rows) in zip(axes, drawn.groupby("iteration"), strict=False):
        ax.plot(*goal.T, "--", color="0.5", lw=0.9)
        ax.plot(rows["x"], rows["y"], color=COLOURS["orange"], lw=1.4)
        ax.set_title(f"trial {iteration}")
        ax.set_aspect("equal")
        ax.set(xlim=(-1.6, 1.6), ylim=(-1.6, 1.6), xlabel="readout 1")
    axes[0].set_ylabel("readout 2")
    panel_label(axes[0], "a")


def draw_signals(fig: SubFigure, spikes: DataFrame, signals: DataFrame) -> None:
    """Draw spikes, learning signals and eligibility traces of the first and of the last trial."""
    axes = fig.subplots(4, 2, sharex=True, sharey="row", height_ratios=(0.6, 1.0, 0.8, 0.8))
    chosen = sorted(signals["i"].unique())[1:3]
    for column, trial in enumerate(("first", "last")):
        some = spikes[spikes["trial"] == trial]
        for ax, source, many in ((axes[0, column], "input", 20), (axes[1, column], "ALIF", 50)):
            rows = some[(some["source"] == source) & (some["i"] < many)]
            ax.plot(rows["t_ms"], rows["i"], "|", ms=2.0, mew=0.7, color="black")
        one = signals[signals["trial"] == trial]
        for i, colour in zip(chosen, SIGNALS, strict=True):
            rows = one[one["i"] == i]
            axes[2, column].plot(
                rows["t_ms"], rows["learning_signal"], color=COLOURS[colour], lw=1.0, label=f"neuron {i}"
            )
            axes[3, column].plot(rows["t_ms"], rows["elig"], color=COLOURS[colour], lw=1.0)
        axes[0, column].set_title(f"{trial} trial, random feedback")
        axes[3, column].set(xlabel="time in the trial (ms)", xlim=(0, one["t_ms"].max()))
    for ax, label in zip(axes[:, 0], ("input", "neuron", "learning\nsignal", "eligibility\ntrace"), strict=True):
        ax.set_ylabel(label)
    axes[2, 1].legend(loc="upper right", ncols=2)
    fig.align_ylabels(axes[:, 0])
    for ax, letter in zip(axes[0], "bc", strict=True):
        panel_label(ax, letter)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Course of the pen (a), signals in the first (b) and last (c) trial; error (d) and rate (e) by trial."""
    top, middle, bottom = fig.subfigures(3, 1, height_ratios=(1.1, 2.0, 1.0))
    draw_course(top, tables["course"])
    draw_signals(middle, tables["spikes"], tables["signals"])
    panels = bottom.subplots(1, 2)
    for kind, colour in FEEDBACK.items():
        rows = tables["learning"][tables["learning"]["feedback"] == kind]
        band(panels[0], rows, "iteration", "nmse", label=kind, colour=colour)
        band(panels[1], rows, "iteration", "rate_Hz", colour=colour)
    panels[0].set(xlabel="trial", ylabel="normalised error", yscale="log")
    panels[1].set(xlabel="trial", ylabel="mean rate (Hz)", ylim=(0, None))
    bottom.legend(handles=panels[0].get_legend_handles_labels()[0], loc="outside upper center", ncols=4)
    for ax, letter in zip(panels, "de", strict=True):
        panel_label(ax, letter)
