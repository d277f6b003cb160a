"""Accuracy, cost and learning rate over epochs, with lags and without."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.plots import COLOURS, panel_label, reported

SIZE = (7.0, 4.4)
BANKS = {"lags": ("bank of lags", "blue"), "none": ("no lags", "orange")}
BLOCK = 4000  # samples, of which the accuracy is averaged


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Turn sums since the start into accuracy and cost of every epoch and of every 4000 samples.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``answers``, ``costs``, ``rate``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``epochs``: ``taught`` and ``unseen`` accuracy, ``cost`` and ``cost_unseen`` (cross-entropy per time step),
        ``eta`` (learning rate during the epoch), ``samples`` (taught until its end), by ``bank``, ``classes``,
        ``seed`` and ``epoch`` (from 1); ``blocks``: ``taught`` by ``bank``, ``classes``, ``seed`` and ``block`` of
        4000 samples (from 1), if it is complete.
    """
    rows = []
    for number, point in recordings["points"].set_index("point").iterrows():
        sums = {}
        for table in ("answers", "costs"):
            part = recordings[table]
            part = part[part["point"] == number]
            sums[table] = (
                part.groupby("t_ms")[[c for c in part if c.startswith(("hits", "cost"))]].sum().diff().iloc[1:]
            )
        rate = recordings["rate"]
        batch, n_steps = point["network.n_copies"], point["network.n_steps"]
        taught, unseen = batch * point["network.n_taught"], batch * point["network.n_unseen"]
        epoch = np.arange(1, len(sums["answers"]) + 1)
        rows.append(
            pd.DataFrame(
                {
                    "bank": point["inputs.bank"],
                    "classes": point["network.n_classes"],
                    "seed": point["seed"],
                    "epoch": epoch,
                    "samples": epoch * taught,
                    "taught": sums["answers"]["hits"].to_numpy() / taught,
                    "unseen": sums["answers"]["hits_unseen"].to_numpy() / unseen,
                    "cost": sums["costs"]["cost"].to_numpy() / taught / n_steps,
                    "cost_unseen": sums["costs"]["cost_unseen"].to_numpy() / unseen / n_steps,
                    "eta": rate.loc[rate["point"] == number, "eta_now"].to_numpy()[: len(epoch)],
                }
            )
        )
    epochs = pd.concat(rows).sort_values(["bank", "seed", "epoch"], ignore_index=True)
    whole = epochs.assign(block=(epochs["samples"] - 1) // BLOCK + 1)
    whole = whole[whole["block"] * BLOCK <= whole.groupby(["bank", "seed"])["samples"].transform("max")]
    blocks = whole.groupby(["bank", "classes", "seed", "block"], as_index=False)["taught"].mean()
    return {"epochs": epochs, "blocks": blocks}


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
    classes, last, per_epoch = table["classes"].max(), table["epoch"].max(), table["samples"].min()
    unseen, taught, cost, rate = fig.subplots(2, 2, sharex=True).ravel()
    marks = tables["reported"].query("table == 'epochs' and column == 'unseen'")
    marks = marks[(marks["classes"] == classes) & (marks["epoch"] <= last)]
    if len(marks):
        reported(unseen, 100 * marks["value"], marks["epoch"])
    for name, (label, colour) in BANKS.items():
        by_epoch = table[table["bank"] == name].groupby("epoch")
        if not len(by_epoch):
            continue
        for ax, column, factor, style in (
            (unseen, "unseen", 100, {"lw": 1.4, "label": label}),
            (taught, "taught", 100, {"lw": 1.4}),
            (cost, "cost_unseen", 1, {"lw": 1.4}),
            (cost, "cost", 1, {"lw": 0.6}),
            (rate, "eta", 1, {"lw": 1.4, "drawstyle": "steps-mid"}),
        ):
            centre = factor * by_epoch[column].mean()
            width = factor * by_epoch[column].std().fillna(0)
            ax.fill_between(centre.index, centre - width, centre + width, color=COLOURS[colour], alpha=0.15, lw=0)
            ax.plot(centre.index, centre, color=COLOURS[colour], marker="." if len(centre) < 20 else "", **style)
        if classes < 10:  # the re-implementation saw four classes
            known = tables["reported"].query(f"table == 'blocks' and bank == '{name}'")
            edges = (known["block"].to_numpy()[:, None] + [-1, 0]) * BLOCK / per_epoch + 0.5
            taught.hlines(100 * known["value"], *edges.T, color=COLOURS[colour], ls="--", lw=0.9)
    for ax in (unseen, taught):
        ax.axhline(100 / classes, color="0.7", lw=0.6, ls=":", zorder=0)
    unseen.set(ylabel="accuracy, unseen (%)", ylim=(0, 100))
    taught.set(ylabel="accuracy, taught (%)", ylim=(0, 100))
    cost.set(ylabel="cross-entropy per step", xlabel="epoch")
    rate.set(ylabel="learning rate", xlabel="epoch", yscale="log")
    unseen.legend(loc="best")
    for letter, ax in zip("abcd", (unseen, taught, cost, rate), strict=True):
        panel_label(ax, letter)
