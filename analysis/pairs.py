"""The pair plot of a sweep of many parameters: where its combinations lie, and where targets hold."""

import io

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)
import seaborn as sns  # noqa: E402

from analysis.plots import STYLE  # noqa: E402
from analysis.sweep_figure import FEW, Swept  # noqa: E402

MOST = 2000  # combinations that dots can show


def pairs(swept: Swept) -> bytes:
    """Draw every swept number against every other, and two targets; colours say how many targets hold.

    Parameters
    ----------
    swept : Swept
        What is shown.

    Returns
    -------
    bytes
        PNG; empty with fewer than two swept numbers, or where no combination can be tested.
    """
    keys = swept.numbers[:FEW]
    there = swept.table[swept.table["tested"] > 0].head(MOST)
    if len(keys) < 2 or there.empty:
        return b""
    plt.style.use(STYLE)
    plt.rcParams["figure.constrained_layout.use"] = False  # seaborn makes room itself
    targets = [name for name in swept.shown if there[name].notna().any()][:2]
    named = {**{key: swept.labels[key] for key in keys}, **{name: name.replace("_", " ") for name in targets}}
    shown = there.rename(columns={**named, "holding": "targets that hold"})
    grid = sns.PairGrid(
        shown,
        x_vars=[named[key] for key in keys],
        y_vars=list(named.values())[1:],
        hue="targets that hold",
        palette="viridis",
        height=1.6,
        diag_sharey=False,
    )
    grid.map(sns.scatterplot, s=12, linewidth=0)
    for column, key in enumerate(keys):
        if key in swept.log:
            for ax in grid.axes[:, column]:
                ax.set_xscale("log")
            for ax in grid.axes[column - 1, :] if column else ():
                ax.set_yscale("log")
        for ax in grid.axes[: max(0, column), column]:  # the same pair once, and none with itself
            ax.set_visible(False)
    for ax in grid.axes[-1, :]:
        ax.set_xlabel(ax.get_xlabel(), fontsize=7)
    grid.add_legend()
    picture = io.BytesIO()
    grid.figure.savefig(picture, dpi=150, format="png", metadata={"Software": None})
    plt.close(grid.figure)
    return picture.getvalue()
