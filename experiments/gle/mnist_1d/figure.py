"""Learning curves with prospective and with instantaneous errors."""

import pandas as pd
from matplotlib.figure import Figure

from analysis.plots import COLOURS
from experiments.gle.common import learning_curves

SIZE = learning_curves.SIZE
# Where other networks end, most of which see whole sequences and are trained through time: target, label, and side of
# the line that it is on.
OTHERS = {
    "above_perceptron": ("MLP", "center"),
    "above_the_small_network": ("15k", "top"),
    "below_gated_units": ("GRU", "top"),
    "near_gated_units": ("GRU", "center"),
    "below_convolutions": ("TCN", "bottom"),
}
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
    marks = tables["reported"].set_index("target")
    known = [name for name in OTHERS if name in marks.index]
    others = marks.loc[known].query("epoch <= @table.epoch.max()")
    unseen, _ = learning_curves.draw(table, marks.drop(index=known), fig, "errors", series)
    for name, value in others["value"].items():
        label, side = OTHERS[name]
        unseen.axhline(100 * value, color=COLOURS["grey"], lw=0.6, ls=":", zorder=0)
        place = {"va": side, "transform": unseen.get_yaxis_transform()}
        unseen.text(1.01, 100 * value, label, fontsize="xx-small", color=COLOURS["grey"], **place)
