"""Learning curves with lags and without."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.plots import COLOURS
from experiments.gle.common import learning_curves

SIZE = learning_curves.SIZE
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
        ``epochs``: see `learning_curves.epochs`, by ``bank``; ``blocks``: ``taught`` by ``bank``, ``classes``, ``seed``
        and ``block`` of 4000 samples (from 1), if it is complete.
    """
    epochs = learning_curves.epochs(recordings, "bank", lambda point: point["inputs.bank"])
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
    table, marks = tables["epochs"], tables["reported"]
    # Seeds halve their learning rates in different epochs, by powers of two: the median, and no band.
    table = table.assign(eta=table.groupby(["bank", "epoch"])["eta"].transform("median"))
    classes, per_epoch = table["classes"].max(), table["samples"].min()
    _, taught = learning_curves.draw(table, marks[marks["classes"].isin([classes, np.nan])], fig, "bank", BANKS)
    if classes == 10:
        return
    for name, (_, colour) in BANKS.items():  # the re-implementation saw four classes
        known = marks.query(f"table == 'blocks' and bank == '{name}'")
        edges = (known["block"].to_numpy()[:, None] + [-1, 0]) * BLOCK / per_epoch + 0.5
        taught.hlines(100 * known["value"], *edges.T, color=COLOURS[colour], ls="--", lw=0.9)
