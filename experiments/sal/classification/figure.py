"""Accuracy and alignment of every way to get feedback weights, epoch by epoch."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.accuracies import swarm
from analysis.plots import COLOURS, band, panel_label
from analysis.points import values
from experiments.sal.classification.reference import learned

SIZE = (7.1, 4.4)

COLOUR = {"BP": "black", "SAL": "blue", "KP": "green", "SCFA": "purple", "FA": "orange"}


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Learn once more with the feedback weights that the spikes made; beside it the other methods.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``weights`` (feedback weights as every phase of spikes begins), ``final`` (those after the last), ``points``,
        and what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        course : data, seed, method, epoch (0: before the first), test and train (accuracies), loss (mean cross-entropy
            of the training images).
        layers : data, seed, method, epoch, layer (1: the first pair of layers, whose feedback nothing uses in a network
            without convolutions), angle_deg (between the weights that carry the error back and the forward weights),
            correlation, spread (standard deviation of their difference) and signs (share of equal ones), after the
            epoch.
        gaps : data, seed, epoch, to_bp and to_fa (test accuracy of SAL minus theirs).
    """
    parts = {name: [recordings[f"other_{name}"]] for name in ("courses", "layers")}
    for row in recordings["points"].to_dict("records"):
        here = [(recordings[name]["point"] == row["point"]) for name in ("weights", "final")]
        weights, final = recordings["weights"][here[0]], recordings["final"][here[1]]
        phases = [rows["w"].to_numpy() for _, rows in weights.sort_values(["round", "index"]).groupby("round")]
        aligned = [*phases[1:], final.sort_values("index")["value"].to_numpy()]
        for name, rows in zip(parts, learned(values(row), "SAL", aligned), strict=True):
            parts[name].append(DataFrame(rows).assign(point=row["point"], seed=row["seed"]))
    data = recordings["points"][["point", "inputs.data"]].rename(columns={"inputs.data": "data"})
    table, layers = (
        data.merge(pd.concat(rows, ignore_index=True), on="point").drop(columns="point") for rows in parts.values()
    )
    wide = table.pivot_table(index=["data", "seed", "epoch"], columns="method", values="test")
    gaps = DataFrame({"to_bp": wide["SAL"] - wide["BP"], "to_fa": wide["SAL"] - wide["FA"]}).reset_index()
    return {"course": table, "layers": layers, "gaps": gaps}


def draw_last(ax: Axes, table: DataFrame) -> None:
    """Draw the test accuracies after the last epoch, one dot a seed, bars for the means."""
    last = table[table["epoch"] == table["epoch"].max()]
    for number, (method, colour) in enumerate(COLOUR.items()):
        scores = last.loc[last["method"] == method, "test"]
        ax.scatter(number + swarm(scores, 0.12), scores, s=9, color=COLOURS[colour], alpha=0.6, linewidth=0)
        ax.hlines(scores.mean(), number - 0.33, number + 0.33, color=COLOURS[colour], linewidth=1.8)
    ax.set_xticks(range(len(COLOUR)), list(COLOUR))
    ax.tick_params(axis="x", length=0)
    ax.set(ylabel="test accuracy", title=f"after epoch {table['epoch'].max()}", xlim=(-0.6, len(COLOUR) - 0.4))


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Panels a to c: test accuracy, training loss, accuracy at the end; d to f: angle of every layer.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    axes = fig.subplots(2, 3)
    course, layers = tables["course"], tables["layers"]
    titles = ("first layer", "second layer", "last layer")
    for method, colour in COLOUR.items():
        rows = course[course["method"] == method]
        band(axes[0, 0], rows, "epoch", "test", label=method, colour=colour)
        band(axes[0, 1], rows, "epoch", "loss", colour=colour)
        for layer, ax in enumerate(axes[1], start=1):
            here = (layers["method"] == method) & (layers["layer"] == layer)
            band(ax, layers[here], "epoch", "angle_deg", colour=colour)
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(COLOUR))
    axes[0, 0].set(ylabel="test accuracy", ylim=(0, 1.02))
    axes[0, 1].set(ylabel="training loss", yscale="log")
    draw_last(axes[0, 2], course)
    for ax, title in zip(axes[1], titles, strict=True):
        ax.set(ylabel="angle (°)", title=title, ylim=(-3, 95), yticks=np.arange(0, 91, 30))
    for ax in (*axes[0, :2], *axes[1]):
        ax.set(xlabel="epoch", xlim=(0, course["epoch"].max()))
    for ax, letter in zip(axes.flat, "abcdef", strict=True):
        panel_label(ax, letter)
