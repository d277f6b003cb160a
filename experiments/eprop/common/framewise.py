"""What the experiments that name the phoneme of every frame have in common: batches, confusions, panels."""

from collections.abc import Iterator, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from pandas import DataFrame

from analysis.plots import band, panel_label

WINDOW = 5  # batches over which the frame error is averaged
FEW = 20  # phonemes whose names are large enough to be read
LARGE = 100  # recurrent neurons or cells, more of which the reference would take too long for


def batches(x: np.ndarray, y: np.ndarray, n_batch: int, number: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield as many batches as asked for, epoch after epoch in the same order.

    Parameters
    ----------
    x, y : ndarray, first axis sentences
        Features and labels.
    n_batch : int
        Sentences of a batch.
    number : int
        Batches.
    """
    for k in range(number):
        start = k * n_batch % len(x)
        yield x[start : start + n_batch], y[start : start + n_batch]


def shown_feedback(points: DataFrame) -> str:
    """Return the feedback whose answers are shown in detail: symmetric, or the first there is.

    Parameters
    ----------
    points : DataFrame
        With a column feedback.
    """
    return "symmetric" if (points["feedback"] == "symmetric").any() else str(points["feedback"].iloc[0])


def phones(table: DataFrame) -> np.ndarray:
    """Return the names of the phonemes, those of one point, of the table that the reference has made of them."""
    return table.loc[table["point"] == table["point"].min()].sort_values("index")["name"].to_numpy()


def confusions(answers: DataFrame, label: str, names: np.ndarray) -> DataFrame:
    """Count how often each phoneme was taken for each other.

    Parameters
    ----------
    answers : DataFrame
        i (number of the answer) and the column `label`, one row per frame.
    label : str
        Column with the number of the right answer.
    names : ndarray of str
        Names of the phonemes.

    Returns
    -------
    DataFrame
        label, answer (names), frames.
    """
    table = DataFrame({"label": names[answers[label].round().astype(int)], "answer": names[answers["i"]]})
    return table.groupby(["label", "answer"], as_index=False).size().rename(columns={"size": "frames"})


def draw_course(ax: Axes, learning: DataFrame, labels: Mapping[str, tuple[str, str]]) -> None:
    """Draw the frame error of batches while learning.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    learning : DataFrame
        feedback, seed, iteration, error.
    labels : Mapping
        Kind of feedback to label and colour.
    """
    for kind, (label, colour) in labels.items():
        rows = learning[learning["feedback"] == kind].sort_values("iteration")
        if rows.empty:
            continue
        smooth = rows.groupby("seed")["error"].transform(lambda error: error.rolling(WINDOW, min_periods=1).mean())
        band(ax, rows.assign(error=smooth), "iteration", "error", label=label, colour=colour)
    ax.set(xlabel="iteration", ylabel=f"frame error, {WINDOW} batches", ylim=(0, None))


def draw_confusion(fig: SubFigure, confusion: DataFrame) -> None:
    """Draw how often each phoneme was taken for each other, as a share of its frames.

    Parameters
    ----------
    fig : SubFigure
        Where to draw.
    confusion : DataFrame
        What `confusions` returns.
    """
    ax = fig.subplots()
    grid = confusion.pivot_table(index="label", columns="answer", values="frames", fill_value=0)
    names = sorted({*grid.index, *grid.columns})
    grid = grid.reindex(index=names, columns=names, fill_value=0)
    shares = grid.div(grid.sum(axis=1).clip(lower=1), axis=0)
    mesh = ax.pcolormesh(shares.to_numpy(), cmap="Blues", vmin=0, vmax=1, rasterized=True)
    every = 1 if len(names) <= FEW else 3  # names that would cover each other
    places, shown = np.arange(len(names))[::every] + 0.5, names[::every]
    ax.xaxis.set_ticks(places, shown, fontsize=7 if every == 1 else 6, rotation=0 if every == 1 else 90)
    ax.yaxis.set_ticks(places, shown, fontsize=7 if every == 1 else 6)
    ax.tick_params(length=0)
    ax.invert_yaxis()
    ax.set_aspect("equal")
    ax.set(xlabel="answer", ylabel="label")
    fig.colorbar(mesh, ax=ax, label="share of frames", shrink=0.8)
    panel_label(ax, "d")
