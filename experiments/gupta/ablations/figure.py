"""Test accuracy of every variant of the local rule."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from analysis.accuracies import swarm
from analysis.plots import COLOURS, MARKERS, reported
from experiments.gupta.common.presentations import answers, by_epoch

SIZE = (7.0, 4.4)

PAIRS = {"3, 5": "green", "4, 9": "black", "3, 8": "red"}
FULL = "full rule"
IMAGES = 0.005  # one of 200
TICKS = (0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Accuracy of every variant.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``readout`` and ``points``.

    Returns
    -------
    dict of DataFrame
        accuracy : variant, number (position of the variant), pair, seed, test, online (training images of the last
            epoch, each judged before it is learned).
        summary : variant, number, test (mean over pairs and seeds) and loss (that of the full rule minus it).
    """
    points = recordings["points"]
    curve = by_epoch(answers(recordings["readout"], points), points)
    names = points.assign(pair=points["inputs.digits"], variant=points["inputs.variant"])
    order = {variant: number for number, variant in enumerate(names["variant"].drop_duplicates())}
    last = curve.sort_values("epoch").groupby(["point", "seed"], as_index=False).last()
    table = last.merge(names[["point", "seed", "pair", "variant"]], on=["point", "seed"])
    table["number"] = table["variant"].map(order)
    summary = table.groupby(["variant", "number"], as_index=False)["test"].mean().sort_values("number")
    full = summary.loc[summary["variant"] == FULL, "test"]
    columns = ["variant", "number", "pair", "seed", "test", "online"]
    return {
        "accuracy": table[columns].sort_values(["number", "pair", "seed"], ignore_index=True),
        "summary": summary.assign(loss=(full.iloc[0] if len(full) else np.nan) - summary["test"]),
    }


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw errors, one row a variant.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    ax = fig.subplots()
    table, summary, known = tables["accuracy"], tables["summary"], tables["reported"]
    known = known[(known["column"] == "test") & (known["table"] == "summary")]
    number = summary.set_index("variant")["number"]
    known = known[known["variant"].isin(number.index)]
    for pair, rows in table.groupby("pair"):
        for y, values in rows.groupby("number")["test"]:
            heights = y + swarm(values, 0.08)
            ax.scatter(1 - values, heights, s=9, color=COLOURS[PAIRS.get(pair, "purple")], alpha=0.6, linewidth=0)
    ax.vlines(1 - summary["test"], summary["number"] - 0.32, summary["number"] + 0.32, color=COLOURS["blue"])
    if len(known):
        reported(ax, known["variant"].map(number), 1 - known["value"], known["origin"])
    ax.set_xscale("symlog", linthresh=IMAGES, linscale=0.5)
    ax.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
    ax.set(xlabel="test error (share of the images; logarithmic above one image)", xlim=(-0.0015, 0.6))
    ax.set_yticks(summary["number"], summary["variant"])
    ax.invert_yaxis()
    dot = {"marker": "o", "markersize": 4, "linestyle": ""}
    prototype = {**dot, "marker": MARKERS["prototype"], "markerfacecolor": "none"}
    handles = [
        *(
            Line2D([], [], color=COLOURS[PAIRS[pair]], label=pair, **dot)
            for pair in PAIRS
            if pair in set(table["pair"])
        ),
        Line2D([], [], color=COLOURS["blue"], label="mean"),
        Line2D([], [], color=COLOURS["grey"], label="our own prototype", **prototype),
    ]
    fig.legend(handles=handles, loc="outside upper center", ncols=len(handles))
