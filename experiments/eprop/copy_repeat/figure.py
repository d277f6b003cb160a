"""The longest solved sequence and the loss while four rules learn, and one sequence with its answer."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label

SIZE = (7.0, 4.9)
RULES = {"e-prop 3": "blue", "traces": "sky", "synthetic gradient": "orange", "truncated": "grey"}
WINDOWS = 60  # into which the run is divided
GREYS = "Greys"


def learning(recordings: dict[str, DataFrame]) -> DataFrame:
    """Add the longest solved length so far to every batch.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``batches``, ``points``.

    Returns
    -------
    DataFrame
        rule, seed, sequences (seen so far), length (of the sequences of the batch), bits, longest (0: none so far).
    """
    rows = recordings["batches"].merge(recordings["points"][["point", "inputs.rule"]], on="point")
    rows = rows.rename(columns={"inputs.rule": "rule", "length_seen": "length"}).sort_values(["point", "sequences"])
    rows["longest"] = (rows["solved"] * rows["length"]).groupby(rows["point"]).cummax()
    return rows[["rule", "seed", "sequences", "length", "bits", "longest"]].reset_index(drop=True)


def windows(rows: DataFrame) -> DataFrame:
    """Average batches over windows of equally many sequences, as long as all seeds of a rule last.

    Parameters
    ----------
    rows : DataFrame
        What `learning` returns.

    Returns
    -------
    DataFrame
        rule, seed, sequences (middle of the window), bits (mean), longest (at its end).
    """
    width = rows["sequences"].max() / WINDOWS
    lasts = rows.groupby(["rule", "seed"])["sequences"].transform("max").groupby(rows["rule"]).transform("min")
    rows = rows[rows["sequences"] <= lasts]
    middle = (rows["sequences"] // width + 0.5) * width
    groups = rows.assign(sequences=middle).groupby(["rule", "seed", "sequences"], as_index=False)
    return groups.agg(bits=("bits", "mean"), longest=("longest", "max"))


def example(recordings: dict[str, DataFrame]) -> DataFrame:
    """Return the last whole sequence of the first seed of e-prop 3, or of the first rule that there is.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``shown``, ``outputs``, ``points``.

    Returns
    -------
    DataFrame
        step, channel, kind (input, target, output), value; no targets and outputs where nothing is asked for.
    """
    points = recordings["points"].sort_values("seed", kind="stable")
    chosen = points[points["inputs.rule"] == "e-prop 3"] if (points["inputs.rule"] == "e-prop 3").any() else points
    point = chosen.iloc[0]
    n_in, n_out = int(point["network.n_in"]), int(point["network.n_out"])
    shown, outputs = (
        rows[(rows["point"] == point["point"]) & (rows["i"] < size)]  # of the first copy
        for rows, size in ((recordings["shown"], n_in), (recordings["outputs"], n_out))
    )
    times = np.unique(shown["t_ms"])  # of steps forward
    shown, outputs = (rows.assign(step=np.searchsorted(times, rows["t_ms"])) for rows in (shown, outputs))
    starts = shown.loc[(shown["i"] == n_in - 2) & (shown["x"] > 0.5), "step"].to_numpy()
    first, stop = starts[-2], starts[-1]
    asked = outputs[outputs["within"] > 0.5]
    parts = [
        rows.assign(kind=kind, value=rows[column], channel=rows["i"])
        for kind, rows, column in (("input", shown, "x"), ("target", asked, "goal"), ("output", asked, "p"))
    ]
    rows = pd.concat(parts)
    rows = rows[(rows["step"] >= first) & (rows["step"] < stop)]
    return rows.assign(step=rows["step"] - first)[["step", "channel", "kind", "value"]].reset_index(drop=True)


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Reduce recordings to small tidy tables.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``batches``, ``shown``, ``outputs``, ``points``.

    Returns
    -------
    dict of DataFrame
        curves : see `windows`.
        solved : rule, seed, longest (solved length), sequences (seen), at the end of the run.
        example : see `example`.
    """
    rows = learning(recordings)
    solved = rows.groupby(["rule", "seed"], as_index=False)[["longest", "sequences"]].max()
    return {"curves": windows(rows), "solved": solved, "example": example(recordings)}


def picture(ax: Axes, rows: DataFrame, n_steps: int, title: str) -> None:
    """Draw one kind of value of the example, channels from below, steps from the left."""
    image = np.full((rows["channel"].max() + 1, n_steps), np.nan)
    image[rows["channel"], rows["step"]] = rows["value"]
    ax.imshow(image, aspect="auto", origin="lower", cmap=GREYS, vmin=0, vmax=1, interpolation="nearest")
    ax.set_facecolor("#dbe9f4")  # nothing is asked for
    ax.set_ylabel(title)
    ax.set_yticks([])
    ax.tick_params(axis="x", length=2)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Longest solved length (a) and loss (b) by sequences seen; input, target and output of one sequence (c)."""
    top, bottom = fig.subfigures(2, 1, height_ratios=(1.35, 1.0))
    left, right = top.subplots(1, 2)
    curves = tables["curves"].assign(thousands=tables["curves"]["sequences"] / 1000)
    for rule, colour in RULES.items():
        rows = curves[curves["rule"] == rule]
        if len(rows):
            band(left, rows, "thousands", "longest", label=rule, colour=colour)
            band(right, rows, "thousands", "bits", colour=colour)
    left.yaxis.get_major_locator().set_params(integer=True)
    left.set(xlabel="sequences seen (thousands)", ylabel="longest solved length (steps)", ylim=(0, None))
    right.set(xlabel="sequences seen (thousands)", ylabel="loss (bits per output)", ylim=(0, 1.2))
    right.axhline(0.15, color=COLOURS["grey"], linestyle="--", linewidth=1)
    top.legend(handles=left.get_legend_handles_labels()[0], loc="outside upper center", ncols=len(RULES))
    panels = bottom.subplots(3, 1, sharex=True)
    rows = tables["example"]
    n_steps = rows["step"].max() + 1
    for ax, kind in zip(panels, ("input", "target", "output"), strict=True):
        picture(ax, rows[rows["kind"] == kind], n_steps, kind)
    panels[-1].xaxis.get_major_locator().set_params(integer=True)
    panels[-1].set_xlabel("step of the sequence")
    for ax, letter in zip((left, right, panels[0]), "abc", strict=True):
        panel_label(ax, letter)
