"""Accuracy, cost and learning rate over epochs."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.plots import COLOURS, panel_label, reported

SIZE = (7.0, 4.4)
ERRORS = {1: "prospective", 0: "instantaneous"}


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Turn sums since the start into accuracy and cost of every epoch.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``answers``, ``costs``, ``rate``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``epochs``: ``taught`` and ``unseen`` accuracy, ``cost`` and ``cost_unseen`` (cross-entropy per time step),
        ``eta`` (learning rate during the epoch), by ``errors``, ``seed`` and ``epoch`` (from 1).
    """
    rows = []
    for number, point in recordings["points"].set_index("point").iterrows():
        b, n_steps = point["network.n_copies"], point["network.n_steps"]
        samples = {"taught": b * point["network.n_taught"], "unseen": b * point["network.n_unseen"]}
        sums = {}
        for table in ("answers", "costs"):
            part = recordings[table]
            part = part[part["point"] == number]
            sums[table] = part.groupby("t_ms")[[c for c in part if c.startswith(("hits", "cost"))]].sum()
        hits, costs = sums["answers"].diff().iloc[1:], sums["costs"].diff().iloc[1:]
        rate = recordings["rate"]
        eta = rate.loc[rate["point"] == number, "eta_now"].to_numpy()[: len(hits)]
        rows.append(
            pd.DataFrame(
                {
                    "errors": ERRORS[int(point["layer_1.prospective"])],
                    "seed": point["seed"],
                    "epoch": np.arange(1, len(hits) + 1),
                    "taught": hits["hits"].to_numpy() / samples["taught"],
                    "unseen": hits["hits_unseen"].to_numpy() / samples["unseen"],
                    "cost": costs["cost"].to_numpy() / samples["taught"] / n_steps,
                    "cost_unseen": costs["cost_unseen"].to_numpy() / samples["unseen"] / n_steps,
                    "eta": eta,
                }
            )
        )
    return {"epochs": pd.concat(rows).sort_values(["errors", "seed", "epoch"], ignore_index=True)}


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Accuracy above, cost and learning rate below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    table = tables["epochs"]
    unseen, taught, cost, rate = fig.subplots(2, 2, sharex=True).ravel()
    marks = tables["reported"].query("table == 'epochs' and column == 'unseen'")
    marks = marks[marks["epoch"] <= table["epoch"].max()]
    reported(unseen, 100 * marks["value"], marks["epoch"])
    for name, colour in zip(ERRORS.values(), (COLOURS["blue"], COLOURS["orange"]), strict=True):
        by_epoch = table[table["errors"] == name].groupby("epoch")
        if not len(by_epoch):
            continue
        for ax, column, factor, style in (
            (unseen, "unseen", 100, {"lw": 1.4, "label": name}),
            (taught, "taught", 100, {"lw": 1.4}),
            (cost, "cost_unseen", 1, {"lw": 1.4}),
            (cost, "cost", 1, {"lw": 0.6}),
            (rate, "eta", 1, {"lw": 1.4, "drawstyle": "steps-mid"}),
        ):
            centre = factor * by_epoch[column].mean()
            width = factor * by_epoch[column].std().fillna(0)
            ax.fill_between(centre.index, centre - width, centre + width, color=colour, alpha=0.15, lw=0)
            ax.plot(centre.index, centre, color=colour, marker="." if len(centre) < 5 else "", **style)
    for ax in (unseen, taught):
        ax.axhline(10, color="0.7", lw=0.6, ls=":", zorder=0)
    unseen.set(ylabel="accuracy, unseen (%)", ylim=(0, 100))
    taught.set(ylabel="accuracy, taught (%)", ylim=(0, 100))
    cost.set(ylabel="cross-entropy per step", xlabel="epoch")
    rate.set(ylabel="learning rate", xlabel="epoch", yscale="log")
    unseen.legend(loc="best")
    for letter, ax in zip("abcd", (unseen, taught, cost, rate), strict=True):
        panel_label(ax, letter)
