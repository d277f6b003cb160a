"""Learning curves for three kinds of feedback, and what the readout draws before and after learning."""

import numpy as np
import pandas as pd

from analysis.plots import COLOURS, band, panel_label, reported

SIZE = (7.0, 2.9)
FEEDBACK = {"symmetric": "blue", "random": "orange", "none": "grey"}
LABELS = {"symmetric": "symmetric feedback", "random": "random feedback", "none": "readout alone"}


def _feedback(points: pd.DataFrame) -> pd.DataFrame:
    """Name the kind of feedback of every point."""
    kind = np.where(points["inputs.scale"] == 0, "none", np.where(points["inputs.symmetric"], "symmetric", "random"))
    return points[["point", "network.n_steps", "network.dt_ms"]].assign(feedback=kind)


def observe(recordings):
    """Loss and mean rate of every trial; the readout in the first and the last trial.

    Returns
    -------
    dict
        ``learning``: ``feedback``, ``seed``, ``iteration`` (from 1), ``loss``, ``rate_Hz``.
        ``drawn``: ``feedback``, ``seed``, ``trial`` (first, last), ``t_ms``, ``y``, ``goal``; one seed.
    """
    points = _feedback(recordings["points"])
    trial_ms = float(points["network.n_steps"].iloc[0] * points["network.dt_ms"].iloc[0])
    step_ms = float(points["network.dt_ms"].iloc[0])

    losses, rates = recordings["losses"], recordings["rates"]
    rate = rates.groupby(["point", "t_ms"], as_index=False)["rate"].mean()
    learning = losses.merge(rate, on=["point", "t_ms"]).merge(points, on="point")
    learning["iteration"] = (learning["t_ms"] / trial_ms).round().astype(int)
    learning["rate_Hz"] = learning["rate"] * 1000 / step_ms
    learning = learning[learning["iteration"] > 0]

    drawn = recordings["drawn"].merge(points, on="point")
    drawn = drawn[drawn["seed"] == drawn["seed"].min()]
    # The readout that is recorded at t belongs to the step before.
    trial = np.floor((drawn["t_ms"] - 0.5 * step_ms) / trial_ms).astype(int)
    parts = [
        drawn[trial == number].assign(trial=name, t_ms=lambda rows, n=number: rows["t_ms"] - n * trial_ms - step_ms)
        for name, number in (("first", 0), ("last", trial.max()))
    ]
    keys = ["feedback", "seed", "iteration", "loss", "rate_Hz"]
    return {
        "learning": learning[keys].sort_values(keys[:3], ignore_index=True),
        "drawn": pd.concat(parts, ignore_index=True)[["feedback", "seed", "trial", "t_ms", "y", "goal"]],
    }


def draw(tables, fig):
    """Panel a: loss; b: rate; c, d: the readout in the first and the last trial."""
    left, right = fig.subfigures(1, 2, width_ratios=[1.35, 1])
    (ax_loss, ax_rate) = left.subplots(1, 2)
    learning, marks = tables["learning"], tables["reported"]
    for kind, colour in FEEDBACK.items():
        rows = learning[learning["feedback"] == kind]
        band(ax_loss, rows, x="iteration", y="loss", over="seed", label=LABELS[kind], colour=colour)
        band(ax_rate, rows, x="iteration", y="rate_Hz", over="seed", colour=colour)
    marks = marks[(marks["column"] == "loss") & (marks["iteration"] <= learning["iteration"].max())]
    # The published curves belong to one sequence of random numbers, that of seed 1.
    reported(ax_loss, marks["value"], marks["iteration"], label="reported (seed 1)")
    ax_loss.set(xlabel="iteration", ylabel="loss of the trial", ylim=(0, None))
    ax_rate.set(xlabel="iteration", ylabel="mean firing rate (Hz)", ylim=(0, None))
    for label, ax in zip("ab", (ax_loss, ax_rate), strict=True):
        panel_label(ax, label)

    axes = right.subplots(2, 1, sharex=True, sharey=True)
    for ax, trial, label in zip(axes, ("first", "last"), "cd", strict=True):
        rows = tables["drawn"][tables["drawn"]["trial"] == trial]
        for kind in ("symmetric", "random"):
            one = rows[rows["feedback"] == kind]
            ax.plot(one["t_ms"], one["y"], lw=1.0, color=COLOURS[FEEDBACK[kind]])
        goal = rows[rows["feedback"] == "random"]
        (target,) = ax.plot(goal["t_ms"], goal["goal"], "--", lw=1.0, color="0.3", label="target")
        ax.set_title(f"{trial} trial", loc="center")
        ax.set_ylabel("readout")
        panel_label(ax, label)
    fig.legend(handles=[*ax_loss.get_legend_handles_labels()[0], target], loc="outside upper center", ncols=5)
    axes[1].set_xlabel("time in the trial (ms)")
