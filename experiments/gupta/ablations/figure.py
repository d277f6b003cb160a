"""Test accuracy of every variant of the local rule."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from analysis.accuracies import swarm
from analysis.plots import COLOURS, MARKERS, panel_label, reported
from analysis.presentations import answers, by_epoch

SIZE = (7.0, 4.4)

PAIRS = {"3, 5": "green", "4, 9": "black", "3, 8": "red"}
FULL = "full rule"


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
    """Draw one row a variant; the left panel has everything, the right one the upper end.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    left, right = fig.subplots(1, 2, sharey=True)
    table, summary, known = tables["accuracy"], tables["summary"], tables["reported"]
    known = known[(known["column"] == "test") & (known["table"] == "summary")]
    number = summary.set_index("variant")["number"]
    known = known[known["variant"].isin(number.index)]
    for ax in (left, right):
        for pair, rows in table.groupby("pair"):
            for y, values in rows.groupby("number")["test"]:
                heights = y + swarm(values, 0.08)
                ax.scatter(values, heights, s=9, color=COLOURS[PAIRS.get(pair, "purple")], alpha=0.6, linewidth=0)
        ax.vlines(summary["test"], summary["number"] - 0.32, summary["number"] + 0.32, color=COLOURS["blue"])
        if len(known):
            reported(ax, known["variant"].map(number), known["value"], known["origin"])
        ax.set_xlabel("test accuracy")
    left.set_yticks(summary["number"], summary["variant"])
    left.invert_yaxis()
    left.set_xlim(0.45, 1.01)
    right.set_xlim(0.93, 1.003)
    dot = {"marker": "o", "markersize": 4, "linestyle": ""}
    handles = [
        *(
            Line2D([], [], color=COLOURS[PAIRS[pair]], label=pair, **dot)
            for pair in PAIRS
            if pair in set(table["pair"])
        ),
        Line2D([], [], color=COLOURS["blue"], label="mean"),
        Line2D(
            [],
            [],
            color=COLOURS["grey"],
            mfc="none",
            label="our own prototype",
            **{**dot, "marker": MARKERS["prototype"]},
        ),
    ]
    fig.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    for ax, letter in zip((left, right), "ab", strict=True):
        panel_label(ax, letter)
