"""Accuracy of two networks against the strength of four perturbations, and learning curves with the strongest ones."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.plots import COLOURS, panel_label
from experiments.gle.common import learning_curves

SIZE = (7.0, 5.2)
KINDS = {
    "look-ahead": ("look-ahead of errors", "orange"),
    "feedback": ("random feedback", "green"),
    "noise": ("noise (s.d.)", "purple"),
    "spread": ("spread (s.d.)", "red"),
}
DESIGNS = {"populations": ("populations", "o", "blue"), "bank": ("bank of lags", "s", "black")}
LAST = 3  # epochs at the end, whose mean is the accuracy


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Turn sums since the start into learning curves, and these into accuracies at the end.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``answers``, ``costs``, ``rate``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``epochs``: see `learning_curves.epochs`; ``accuracy``: mean of ``unseen`` over the last three epochs, and the
        ``lost`` accuracy, relative to the exact substrate with the same seed; both by ``design``, ``perturbed``,
        ``strength`` and ``seed``.
    """
    keys = ["design", "perturbed", "strength"]
    epochs = learning_curves.epochs(
        recordings, "condition", lambda point: " ".join(str(point[f"inputs.{key}"]) for key in keys)
    )
    epochs[keys] = epochs.pop("condition").str.split(" ", expand=True).to_numpy()
    epochs["strength"] = epochs["strength"].astype(float)
    late = epochs[epochs["epoch"] > epochs["epoch"].max() - LAST]
    accuracy = late.groupby([*keys, "seed"], as_index=False)["unseen"].mean()
    exact = accuracy[accuracy["perturbed"] == "nothing"].set_index(["design", "seed"])["unseen"]
    same = pd.MultiIndex.from_frame(accuracy[["design", "seed"]])
    return {"epochs": epochs, "accuracy": accuracy.assign(lost=exact.loc[same].to_numpy() - accuracy["unseen"])}


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Accuracies above, learning curves below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    upper, lower = fig.subfigures(2, 1, height_ratios=[1, 1.1])
    accuracy, chance = tables["accuracy"], 100 / tables["epochs"]["classes"].max()
    axes = upper.subplots(1, len(KINDS), sharey=True)
    for ax, (kind, (title, _)) in zip(axes, KINDS.items(), strict=True):
        for design, (label, marker, colour) in DESIGNS.items():
            rows = accuracy[accuracy["design"] == design]
            exact = 100 * rows.loc[rows["perturbed"] == "nothing", "unseen"]
            ax.axhspan(exact.min(), exact.max(), color=COLOURS[colour], alpha=0.12, lw=0)
            ax.axhline(exact.mean(), color=COLOURS[colour], alpha=0.4, lw=0.8)
            found = rows[rows["perturbed"] == kind]
            ax.plot(found["strength"], 100 * found["unseen"], marker, ms=2.5, color=COLOURS[colour], alpha=0.5)
            means = 100 * found.groupby("strength")["unseen"].mean()
            ax.plot(means.index, means, marker, ls="-", lw=1, ms=4, color=COLOURS[colour], label=label)
        ax.axhline(chance, color="0.7", lw=0.6, ls=":", zorder=0)
        strengths = sorted(accuracy.loc[accuracy["perturbed"] == kind, "strength"].unique())
        if kind != "feedback" and strengths:
            ax.set_xscale("log")
            ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xticks(strengths, [f"{s:g}" for s in strengths], fontsize=6)
        ax.set(xlabel=title, ylim=(0, 100))
    axes[0].set_ylabel("accuracy, unseen (%)")
    axes[0].legend(loc="lower left")
    curves = lower.subplots(1, len(DESIGNS), sharey=True)
    for ax, (design, (label, _, colour)) in zip(curves, DESIGNS.items(), strict=True):
        rows = tables["epochs"][tables["epochs"]["design"] == design]
        shown = {"nothing": ("exact", colour)} | {
            kind: (f"{title.split(' (')[0]}, {part['strength'].max():g}", shade)
            for kind, (title, shade) in KINDS.items()
            if len(part := rows[rows["perturbed"] == kind])
        }
        for kind, (text, shade) in shown.items():
            part = rows[rows["perturbed"] == kind]
            by_epoch = 100 * part[part["strength"] == part["strength"].max()].groupby("epoch")["unseen"].agg(
                ["min", "mean", "max"]
            )
            ax.fill_between(by_epoch.index, by_epoch["min"], by_epoch["max"], color=COLOURS[shade], alpha=0.12, lw=0)
            marker = "." if len(by_epoch) < 20 else ""
            ax.plot(by_epoch.index, by_epoch["mean"], marker, ls="-", color=COLOURS[shade], lw=1.2, label=text)
        ax.axhline(chance, color="0.7", lw=0.6, ls=":", zorder=0)
        ax.set(xlabel="epoch", ylim=(0, 100))
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.set_title(label)
        ax.legend(loc="upper left", fontsize=6)
    curves[0].set_ylabel("accuracy, unseen (%)")
    for letter, ax in zip("abcdef", np.concatenate([axes, curves]), strict=True):
        panel_label(ax, letter)
