"""Three patterns before and after learning, and the error with every kind of feedback."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from experiments.eprop.common.observations import by_trial, choose, watched

SIZE = (7.0, 5.6)
LABELS = {
    "random": ("random", "orange"),
    "symmetric": ("symmetric", "blue"),
    "uniform": ("uniform", "purple"),
    "none": ("readout alone", "grey"),
}
READOUTS = ("blue", "green", "red")
LAST = 10  # trials over which the error at the end is averaged


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Errors by trial, and the first and the last trial.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``losses``, ``activity``, ``outputs``, the spikes of watched trials, ``points``; ``bptt`` of
        `reference.reference`.

    Returns
    -------
    dict of DataFrame
        learning : feedback, seed, iteration, nmse (squared error over squared deviation of the target from its mean),
            rate_Hz; feedback ``none`` is the readout alone, ``BPTT`` the reference.
        final : feedback, nmse and rate_Hz of the last 10 trials, mean over seeds.
        relations : one row, nmse of ``final`` with random feedback over that with symmetric feedback and over BPTT.
        drawn : trial (first, last), t_ms, index, y, goal; random feedback, first seed.
        spikes : trial, t_ms, source (input, LIF), i; the same.
    """
    points = recordings["points"]
    column = ["inputs.feedback"]
    goals = recordings["outputs"].merge(points[["point", "network.n_steps"]], on="point")
    goals = goals[goals["t_ms"] <= goals["network.n_steps"] * points["network.dt_ms"].iloc[0]]
    deviation = goals["goal"] - goals.groupby(["point", "i"])["goal"].transform("mean")
    variation = (deviation**2).groupby(goals["point"]).sum().rename("variation").reset_index()
    rows = by_trial(recordings, ["point", *column]).merge(variation, on="point")
    rows["nmse"] = 2 * rows["loss"] / rows["variation"]
    rows = rows.rename(columns={"inputs.feedback": "feedback"})
    bptt = recordings["bptt"].drop(columns="seed").rename(columns={"of_seed": "seed"}).assign(feedback="BPTT")
    learning = pd.concat([rows, bptt], ignore_index=True)
    learning = learning[["feedback", "seed", "iteration", "nmse", "rate_Hz"]]
    ends = learning.groupby("feedback")["iteration"].transform("max") - LAST
    final = learning[learning["iteration"] > ends].groupby("feedback", as_index=False)[["nmse", "rate_Hz"]].mean()

    error = final.set_index("feedback")["nmse"]
    others = {"symmetric": "random_over_symmetric", "BPTT": "random_over_bptt"}
    relations = {name: error.get("random", np.nan) / error.get(other, np.nan) for other, name in others.items()}

    shown = choose(recordings, points[points["inputs.feedback"] == "random"])
    spikes = [
        watched(shown, "stimulus_spikes", [], step=-1).assign(source="input"),
        watched(shown, "recurrent_spikes", []).assign(source="LIF"),
    ]
    drawn = watched(shown, "outputs", [], step=1).rename(columns={"i": "index"})
    return {
        "learning": learning,
        "final": final,
        "relations": DataFrame([relations]),
        "drawn": drawn[["trial", "t_ms", "index", "y", "goal"]],
        "spikes": pd.concat(spikes, ignore_index=True)[["trial", "t_ms", "source", "i"]],
    }


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """First (a) and last (b) trial; error (c, median and range of the seeds) and rate (d) by trial."""
    top, bottom = fig.subfigures(2, 1, height_ratios=(1.9, 1.0))
    axes = top.subplots(3, 2, sharex=True, sharey="row", height_ratios=(0.45, 1.0, 1.1))
    drawn, spikes = tables["drawn"], tables["spikes"]
    apart = 1.1 * (drawn["goal"].max() - drawn["goal"].min())
    for column, trial in enumerate(("first", "last")):
        some = spikes[spikes["trial"] == trial]
        for ax, source, many in ((axes[0, column], "input", np.inf), (axes[1, column], "LIF", 50)):
            rows = some[(some["source"] == source) & (some["i"] < many)]
            ax.plot(rows["t_ms"], rows["i"], "|", ms=2.2, mew=0.7, color="black")
        for index, colour in enumerate(READOUTS):
            one = drawn[(drawn["trial"] == trial) & (drawn["index"] == index)]
            axes[2, column].plot(one["t_ms"], one["y"] - index * apart, color=COLOURS[colour])
            axes[2, column].plot(one["t_ms"], one["goal"] - index * apart, "--", color="0.3", lw=0.9)
        axes[2, column].set(xlabel="time in the trial (ms)", xlim=(0, one["t_ms"].max()))
        axes[2, column].set_yticks(
            -np.arange(len(READOUTS)) * apart, [f"readout {k + 1}" for k in range(len(READOUTS))]
        )
        axes[0, column].set_title(f"{trial} trial, random feedback")
    axes[0, 0].set_ylabel("input")
    axes[1, 0].set_ylabel("neuron")
    axes[2, 0].tick_params(axis="y", length=0)
    for ax, letter in zip(axes[0], "ab", strict=True):
        panel_label(ax, letter)

    panels = bottom.subplots(1, 2)
    learning = tables["learning"]
    styles = {**LABELS, "BPTT": ("backpropagation through time", "black")}
    for kind, (label, colour) in styles.items():
        rows = learning[learning["feedback"] == kind]
        if rows.empty:
            continue
        band(panels[0], rows, "iteration", "nmse", label=label, colour=colour, ranks=True)
        band(panels[1], rows, "iteration", "rate_Hz", colour=colour)
    panels[0].set(xlabel="trial", ylabel="normalised error", yscale="log")
    panels[1].set(xlabel="trial", ylabel="mean rate (Hz)", ylim=(0, None))
    bottom.legend(handles=panels[0].get_legend_handles_labels()[0], loc="outside upper center", ncols=5)
    for ax, letter in zip(panels, "cd", strict=True):
        panel_label(ax, letter)
