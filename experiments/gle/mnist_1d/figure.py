"""Learning curves with prospective and with instantaneous errors."""

import pandas as pd
from matplotlib.figure import Figure

from experiments.gle.common import learning_curves

SIZE = learning_curves.SIZE
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
        ``epochs``: see `learning_curves.epochs`, by ``errors``.
    """
    return {"epochs": learning_curves.epochs(recordings, "errors", lambda p: ERRORS[int(p["layer_1.prospective"])])}


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Accuracy above, cost and learning rate below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    series = {name: (name, colour) for name, colour in zip(ERRORS.values(), ("blue", "orange"), strict=True)}
    # Seeds halve their learning rates in different epochs, by powers of two: the median, and no band.
    table = tables["epochs"]
    table = table.assign(eta=table.groupby(["errors", "epoch"])["eta"].transform("median"))
    learning_curves.draw(table, tables["reported"], fig, "errors", series)
