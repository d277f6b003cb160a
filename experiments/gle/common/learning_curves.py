"""Accuracy, cost and learning rate of the classifiers of MNIST-1D over epochs."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.plots import COLOURS, panel_label, reported

SIZE = (7.0, 4.4)


def epochs(recordings: dict[str, pd.DataFrame], kind: str, name: Callable[[pd.Series], str]) -> pd.DataFrame:
    """Turn sums since the start into accuracy and cost of every epoch.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``answers``, ``costs``, ``rate``, ``points``.
    kind : str
        Column that tells what is compared.
    name : callable
        A row of ``points`` to the value of that column.

    Returns
    -------
    DataFrame
        ``taught`` and ``unseen`` accuracy, ``cost`` and ``cost_unseen`` (cross-entropy per time step), ``eta``
        (learning rate during the epoch), ``samples`` (taught until its end), by ``kind``, ``classes``, ``seed`` and
        ``epoch`` (from 1).
    """
    rows = []
    for number, point in recordings["points"].set_index("point").iterrows():
        sums = {}
        for table in ("answers", "costs"):
            part = recordings[table]
            part = part[part["point"] == number]
            columns = [c for c in part if c.startswith(("hits", "cost"))]
            sums[table] = part.groupby("t_ms")[columns].sum().diff().iloc[1:]
        hits, costs, rate = sums["answers"], sums["costs"], recordings["rate"]
        batch, n_steps = point["network.n_copies"], point["network.n_steps"]
        taught, unseen = batch * point["network.n_taught"], batch * point["network.n_unseen"]
        epoch = np.arange(1, len(hits) + 1)
        rows.append(
            pd.DataFrame(
                {
                    kind: name(point),
                    "classes": point["network.n_classes"],
                    "seed": point["seed"],
                    "epoch": epoch,
                    "samples": epoch * taught,
                    "taught": hits["hits"].to_numpy() / taught,
                    "unseen": hits["hits_unseen"].to_numpy() / unseen,
                    "cost": costs["cost"].to_numpy() / taught / n_steps,
                    "cost_unseen": costs["cost_unseen"].to_numpy() / unseen / n_steps,
                    "eta": rate.loc[rate["point"] == number, "eta_now"].to_numpy()[: len(epoch)],
                }
            )
        )
    return pd.concat(rows).sort_values([kind, "seed", "epoch"], ignore_index=True)


def draw(
    table: pd.DataFrame, marks: pd.DataFrame, fig: Figure, kind: str, series: Mapping[str, tuple[str, str]]
) -> tuple[Axes, Axes]:
    """Draw accuracy above, cost and learning rate below.

    Parameters
    ----------
    table : DataFrame
        What `epochs` returns.
    marks : DataFrame
        Reported numbers.
    fig : Figure
        Where to draw.
    kind : str
        Column that tells what is compared.
    series : Mapping
        Its values; label and colour of each.

    Returns
    -------
    unseen, taught : Axes
        The upper ones.
    """
    unseen, taught, cost, rate = fig.subplots(2, 2, sharex=True).ravel()
    marks = marks.query("table == 'epochs' and column == 'unseen'")
    marks = marks[marks["epoch"] <= table["epoch"].max()]
    if len(marks):
        reported(unseen, 100 * marks["value"], marks["epoch"], marks["origin"])
    for name, (label, colour) in series.items():
        by_epoch = table[table[kind] == name].groupby("epoch")
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
    for ax in (unseen, taught):
        ax.axhline(100 / table["classes"].max(), color="0.7", lw=0.6, ls=":", zorder=0)
    unseen.set(ylabel="accuracy, unseen (%)", ylim=(0, 100))
    taught.set(ylabel="accuracy, taught (%)", ylim=(0, 100))
    cost.set(ylabel="cross-entropy per step", xlabel="epoch")
    # Steps of lower rates are lost in the rounding of single precision.
    rate.set(ylabel="learning rate", xlabel="epoch", yscale="log", ylim=(1e-8, None))
    rate.xaxis.get_major_locator().set_params(integer=True)
    unseen.legend(loc="best")
    for letter, ax in zip("abcd", (unseen, taught, cost, rate), strict=True):
        panel_label(ax, letter)
    return unseen, taught
