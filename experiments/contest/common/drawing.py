"""What figures of the contest share: the colours of rules, the epoch that counts, and the figure of a single rule."""

from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from experiments.contest.common.measures import DAMAGE

SIZE = (7.0, 2.6)
OF_DATA = {"digits8": "blue", "mnist": "orange", "iris_0": "green", "iris_1": "red", "iris_2": "purple"}
OF_LAYER = ("blue", "orange", "green")


def chosen(course: DataFrame) -> DataFrame:
    """Return the epoch that validation chooses for every rule, data set and seed: the first of the best ones.

    Parameters
    ----------
    course : DataFrame
        rule, data, seed, epoch, validation, test.

    Returns
    -------
    DataFrame
        The rows of those epochs.
    """
    best = course.sort_values(["validation", "epoch"], ascending=[False, True], kind="stable")
    return best.groupby(["rule", "data", "seed"], as_index=False).first()


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw what one rule reaches.

    Parameters
    ----------
    tables : dict of DataFrame
        course : rule, data, seed, epoch, validation, test (accuracies).
        angles : rule, data, seed, epoch, layer, angle_deg.
        damage : rule, data, seed, kind, test.
    fig : Figure
        Where to draw.
    """
    axes = fig.subplots(1, 3)
    for data, rows in tables["course"].groupby("data", sort=False):
        band(axes[0], rows, "epoch", "test", label=data, colour=OF_DATA[data])
    axes[0].set(xlabel="epoch", ylabel="test accuracy")
    angles = tables["angles"]
    first = angles["data"].iloc[0]
    for (layer, rows), colour in zip(angles[angles["data"] == first].groupby("layer"), OF_LAYER, strict=False):
        band(axes[1], rows, "epoch", "angle_deg", label=f"layer {layer}", colour=colour)
    axes[1].axhline(90, color=COLOURS["black"], ls=":", lw=0.8, zorder=0)
    axes[1].set(xlabel="epoch", ylabel=f"angle to descent (deg), {first}", ylim=(0, None))
    kinds = list(DAMAGE)
    for data, rows in tables["damage"].groupby("data", sort=False):
        of_kind = rows.groupby("kind")["test"].agg(["mean", "std"]).loc[kinds]
        axes[2].errorbar(
            range(len(kinds)), of_kind["mean"], of_kind["std"].fillna(0), fmt="o", ms=3, color=COLOURS[OF_DATA[data]]
        )
    axes[2].set_xticks(range(len(kinds)), kinds, rotation=60, ha="right")
    axes[2].set(ylabel="test accuracy, damaged weights")
    axes[0].legend(fontsize=6)
    axes[1].legend(fontsize=6)
    for ax, letter in zip(axes, "abc", strict=True):
        panel_label(ax, letter)
