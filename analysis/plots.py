"""What all figures share: colours, panel labels, bands, and marks of the numbers that are tested."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation
from numpy.typing import ArrayLike
from pandas import DataFrame

from base.origins import ORIGINS

STYLE = Path(__file__).with_name("house.mplstyle")

# Okabe & Ito (2008): distinguishable with every common form of colour blindness.
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "blue": "#0072B2",
        "orange": "#E69F00",
        "green": "#009E73",
        "red": "#D55E00",
        "purple": "#CC79A7",
        "sky": "#56B4E9",
        "grey": "#7F7F7F",
        "black": "#000000",
    }
)

# Round what a paper prints, angular what follows from it, pointed what is ours alone.
MARKERS: Mapping[str, str] = MappingProxyType(
    {"printed": "o", "claim": "D", "authors": "s", "theory": "h", "prototype": "^", "prediction": "v"}
)


def panel_label(ax: Axes, text: str) -> None:
    """Write a bold panel letter above the upper left corner of the axes' own labels.

    Parameters
    ----------
    ax : Axes
        The panel.
    text : str
        The letter, for example ``a``.
    """
    shift = ScaledTranslation(-26 / 72, 5 / 72, ax.figure.dpi_scale_trans)
    ax.text(0, 1, text, transform=ax.transAxes + shift, fontweight="bold", fontsize="large", va="bottom")


def band(
    ax: Axes,
    rows: DataFrame,
    x: str,
    y: str,
    over: str = "seed",
    label: str | None = None,
    colour: str = "blue",
    ranks: bool = False,
) -> Line2D:
    """Draw the mean over replicates as a line and one standard deviation as a band.

    Rows of one replicate that share an `x` are averaged first, so that the band is the spread between replicates.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    rows : DataFrame
        Tidy table, one row per `x` and replicate.
    x, y : str
        Columns of the two axes.
    over : str
        Column that numbers the replicates.
    label : str or None
        Entry of the legend.
    colour : str
        Key of `COLOURS`.
    ranks : bool
        Draw median and range instead, as a logarithmic axis needs it.

    Returns
    -------
    Line2D
        The line of the mean or median.
    """
    import seaborn as sns  # more than a second, and half of the figures need it

    means = rows.groupby([x, over], as_index=False)[y].mean()
    given = {"xlabel": ax.get_xlabel(), "ylabel": ax.get_ylabel()}
    style: dict[str, Any] = {"color": COLOURS[colour], "err_kws": {"linewidth": 0}, "legend": False}
    how = {"estimator": "median", "errorbar": ("pi", 100)} if ranks else {"errorbar": "sd"}
    sns.lineplot(means, x=x, y=y, label=label, ax=ax, **how, **style)
    ax.set(**given)  # seaborn would write the names of the columns
    return ax.lines[-1]


def reported(
    ax: Axes,
    y: float | ArrayLike,
    x: ArrayLike | None = None,
    origin: str | ArrayLike = "printed",
    note: str = "",
    legend: bool = True,
) -> list[Artist]:
    """Mark the numbers of ``targets.yaml``: a dashed grey line, or open grey markers whose shape says whose they are.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    y : float or array_like, shape (n,)
        Value or values.
    x : array_like, shape (n,), or None
        Positions of the values; without them `y` is one number and becomes a horizontal line.
    origin : str or array_like, shape (n,)
        Whose numbers: keys of `base.targets.ORIGINS`, for all or for each.
    note : str
        Goes behind the entries of the legend.
    legend : bool
        False for the second and further marks of a panel.

    Returns
    -------
    list of Artist
        The line, or the markers of every origin.
    """

    def label(key: str) -> str:
        return f"{ORIGINS[key].label}{note}" if legend else "_"

    grey = COLOURS["grey"]
    if x is None:
        return [ax.axhline(float(np.asarray(y)), color=grey, ls="--", lw=1, label=label(str(origin)), zorder=1)]
    x, y = np.asarray(x, float), np.asarray(y, float)
    origins = np.broadcast_to(np.asarray(origin, str), y.shape)
    made: dict[str, Any] = {"s": 18, "facecolor": "none", "edgecolor": grey, "linewidth": 1, "zorder": 3}
    return [
        ax.scatter(x[origins == key], y[origins == key], marker=MARKERS[key], label=label(key), **made)
        for key in ORIGINS
        if key in origins
    ]
