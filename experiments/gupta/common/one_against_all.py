"""One class against all others: how rows are split, and what is made of the answers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.accuracies import draw_accuracies
from analysis.plots import COLOURS, band, panel_label
from base.values import Values
from experiments.gupta.common.presentations import answers, by_epoch
from experiments.gupta.common.protocol import anatomy, epochs, initial_weights, shown

METHODS = {"local rule": "blue", "backpropagation": "orange", "logistic regression": "grey"}
ALL = "all"  # the mean over all tasks
Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def chosen(
    labels: np.ndarray, one: int, train: tuple[int, int], test: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Choose rows of one class, and rows of all others in equal shares.

    Parameters
    ----------
    labels : ndarray of int
        Class of every row.
    one : int
        The class that the others are told apart from.
    train, test : tuple of int
        Rows of the one class, and rows of each other class.
    rng : numpy.random.Generator
        Source of the choice; of a fresh generator these are the first numbers drawn.

    Returns
    -------
    tuple of ndarray of int
        Rows for training and rows for the test; those of the others come first.

    Raises
    ------
    ValueError
        A class has too few rows.
    """
    kinds = [*(kind for kind in np.unique(labels) if kind != one), one]
    parts: tuple[list[np.ndarray], list[np.ndarray]] = ([], [])
    for kind in kinds:
        rows, of = rng.permutation(np.flatnonzero(labels == kind)), int(kind != one)
        if len(rows) < train[of] + test[of]:
            raise ValueError(
                f"class {kind} has {len(rows)} rows, too few for {train[of]} to train and {test[of]} to test"
            )
        parts[0].append(rows[: train[of]])
        parts[1].append(rows[train[of] : train[of] + test[of]])
    return np.concatenate(parts[0]), np.concatenate(parts[1])


def trained(p: Values, rows: Rows, rng: np.random.Generator) -> dict[str, Any]:
    """Return what the network is shown: training rows in a new order every epoch, and then the test rows.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rows : tuple of ndarray
        Intensities and classes (1 is the one class) of the training rows, then of the test rows.
    rng : numpy.random.Generator
        Generator of the point, after the split.

    Returns
    -------
    dict
        Anatomy, initial weights, samples and presentations; see `experiments.gupta.common.protocol`.
    """
    x_train, y_train, x_test, y_test = rows
    weights = initial_weights(p, rng)
    order, learning = epochs(len(y_train), len(y_test), p.inputs.n_epochs, rng)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    return {**anatomy(p), "synapses.w": weights, **shown(p, x, y, order, learning)}


def reduced(recordings: dict[str, DataFrame], tasks: Mapping[int, str]) -> dict[str, DataFrame]:
    """Accuracies and learning curves.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``readout``, ``points``, and ``baselines`` of the references (method, train, test).
    tasks : Mapping
        ``inputs.one`` to the name of the task.

    Returns
    -------
    dict of DataFrame
        accuracy : pair (the task), seed, method, train, test; test is that of the last epoch.
        summary : one row a task and one for all: mean test accuracy of every method, ``gap`` (local rule minus
            backpropagation), ``distance`` (its size), ``gain`` (local rule minus logistic
            regression), ``ties`` (share of test rows at which both fire).
        curve : pair, seed, epoch, test.
    """
    points = recordings["points"].assign(pair=recordings["points"]["inputs.one"].astype(int).map(dict(tasks)))
    of_point = points[["point", "seed", "pair"]]
    curve = by_epoch(answers(recordings["readout"], points), points).merge(of_point, on=["point", "seed"])
    last = curve.sort_values("epoch").groupby(["pair", "seed"], as_index=False).last()
    columns = ["pair", "seed", "method", "train", "test"]
    models = recordings["baselines"].merge(of_point, on=["point", "seed"])
    table = pd.concat([last.assign(method="local rule")[columns], models[columns]], ignore_index=True)
    everything = pd.concat([table, table.assign(pair=ALL)])
    wide = everything.pivot_table(index="pair", columns="method", values="test", aggfunc="mean")
    gap = wide["local rule"] - wide["backpropagation"]
    wide["gain"] = wide["local rule"] - wide["logistic regression"]
    ties = pd.concat([last, last.assign(pair=ALL)]).groupby("pair")["ties"].mean()
    return {
        "accuracy": table.sort_values(["pair", "seed", "method"], ignore_index=True),
        "summary": wide.assign(gap=gap, distance=gap.abs(), ties=ties).reset_index().rename_axis(columns=None),
        "curve": curve[["pair", "seed", "epoch", "test"]],
    }


def draw(tables: dict[str, DataFrame], fig: Figure, chance: float) -> None:
    """Draw accuracies of every task, and how they grow.

    Parameters
    ----------
    tables : dict of DataFrame
        From `reduced`.
    fig : Figure
        Where to draw.
    chance : float
        Accuracy of always giving the answer of the larger class.
    """
    left, right = fig.subplots(1, 2, width_ratios=(2.2, 1.0))
    draw_accuracies(left, tables["accuracy"], METHODS)
    left.axhline(chance, color=COLOURS["black"], ls=":", lw=0.8, zorder=0)
    left.set_ylim(max(chance - 0.02, tables["accuracy"]["test"].min() - 0.04), 1.012)
    band(right, tables["curve"], "epoch", "test", colour=METHODS["local rule"])
    for method in list(METHODS)[1:]:
        mean = tables["accuracy"].query("method == @method")["test"].mean()
        right.axhline(mean, color=COLOURS[METHODS[method]], lw=1.0, ls="--")
    right.axhline(chance, color=COLOURS["black"], ls=":", lw=0.8, zorder=0)
    right.set_xscale("log")
    marks = [epoch for epoch in (1, 2, 5, 10, 20, 50) if epoch <= tables["curve"]["epoch"].max()]
    right.set_xticks(marks, [str(epoch) for epoch in marks])
    right.minorticks_off()
    right.set(xlabel="epoch", ylabel="accuracy, all tasks", ylim=left.get_ylim())
    for ax, letter in zip((left, right), "ab", strict=True):
        panel_label(ax, letter)
