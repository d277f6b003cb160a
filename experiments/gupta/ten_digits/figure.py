"""Accuracy on ten digits against the size of the network, learning curves, and what is mistaken for what."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from experiments.gupta.common.presentations import answers, by_epoch

SIZE = (7.0, 2.5)

METHODS = {"local rule": "blue", "backpropagation": "orange"}
SIZES = ("sky", "blue", "green", "black")


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Accuracies, learning curves and the confusion of classes.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``readout``, ``points``, and what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        accuracy : hidden (neurons of a hidden layer), seed, method, train, test.
        summary : hidden, mean test accuracy of either method, ``gap`` (local rule minus backpropagation), and ``gain``
            (test accuracy of the local rule minus that of its smallest network).
        curve : hidden, seed, epoch, test.
        confusion : label, answer, share (of the test images with this label; largest network, all seeds).
    """
    points = recordings["points"].assign(hidden=recordings["points"]["network.n_1"])
    judged = answers(recordings["readout"], points)
    of_point = points[["point", "seed", "hidden"]]
    curve = by_epoch(judged, points).merge(of_point, on=["point", "seed"])
    last = curve.sort_values("epoch").groupby(["hidden", "seed"], as_index=False).last()
    columns = ["hidden", "seed", "method", "train", "test"]
    models = recordings["baselines"].merge(of_point, on=["point", "seed"])
    table = pd.concat([last.assign(method="local rule")[columns], models[columns]], ignore_index=True)
    wide = table.pivot_table(index="hidden", columns="method", values="test", aggfunc="mean")
    gap = wide["local rule"] - wide["backpropagation"]
    gain = wide["local rule"] - wide["local rule"].iloc[0]

    judged = judged.merge(points[["point", "seed", "hidden", "inputs.n_train", "inputs.n_test"]], on=["point", "seed"])
    judged = judged[(judged["hidden"] == judged["hidden"].max()) & (judged["row"] >= judged["inputs.n_train"])]
    latest = judged.groupby("seed")["presentation"].transform("max") - judged["inputs.n_test"]
    test = judged[judged["presentation"] > latest]
    confusion = pd.crosstab(test["label"], test["answer"], normalize="index")
    return {
        "accuracy": table,
        "summary": wide.assign(gap=gap, gain=gain).reset_index().rename_axis(columns=None),
        "curve": curve[["hidden", "seed", "epoch", "test"]],
        "confusion": confusion.melt(ignore_index=False, value_name="share").reset_index(),
    }


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw accuracies, curves and confusion side by side.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    left, centre, right = fig.subplots(1, 3)
    table = tables["accuracy"]
    for method, colour in METHODS.items():
        rows = table[table["method"] == method]
        left.scatter(rows["hidden"], rows["test"], s=9, color=COLOURS[colour], alpha=0.6, linewidth=0)
        band(left, rows, "hidden", "test", label=method, colour=colour)
    sizes = sorted(table["hidden"].unique())
    left.set(xscale="log", xlabel="neurons of a hidden layer", ylabel="test accuracy")
    left.set_xticks(sizes, [str(size) for size in sizes])
    left.xaxis.set_minor_locator(NullLocator())
    left.legend()

    for (hidden, rows), colour in zip(tables["curve"].groupby("hidden"), SIZES[-len(sizes) :], strict=True):
        band(centre, rows, "epoch", "test", label=str(hidden), colour=colour)
    centre.set(xlabel="epoch", ylabel="test accuracy, local rule")
    centre.xaxis.set_major_locator(MaxNLocator(integer=True))
    centre.legend(title="neurons")

    confusion = tables["confusion"].pivot_table(index="label", columns="answer", values="share")
    share = confusion.reindex(columns=confusion.index, fill_value=0.0).to_numpy()  # an answer may never be given
    image = right.imshow(np.where(np.eye(len(share), dtype=bool), np.nan, 100 * share), cmap="Blues", vmin=0)
    right.set(xlabel="answer", ylabel="digit")
    right.set_xticks(range(len(share)))
    right.set_yticks(range(len(share)))
    fig.colorbar(image, ax=right, label="mistakes (%)")
    for ax, letter in zip((left, centre, right), "abc", strict=True):
        panel_label(ax, letter)
