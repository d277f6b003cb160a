"""The figure of an experiment whose rules are joined by another one."""

from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, panel_label
from experiments.contest.common.joint import chosen, curves, damages, dots

SIZE = (7.2, 4.8)


def draw(tables: dict[str, DataFrame], fig: Figure, data: str) -> None:
    """Draw accuracy by epoch, accuracy on all tasks, angle to steepest descent by epoch, and what damage costs.

    Parameters
    ----------
    tables : dict of DataFrame
        course, angles, damage; see `experiments.contest.common.recurrent_measured.measured`.
    fig : Figure
        Where to draw.
    data : str
        The task that is shown in detail, or the first one, where it is not there.
    """
    top, bottom = fig.subplots(2, 2)
    course, damage = tables["course"], tables["damage"]
    names = list(dict.fromkeys(course["data"]))
    data = data if data in names else names[0]
    curves(top[0], course[course["data"] == data], "epoch", "test")
    top[0].set(xlabel="epoch", ylabel=f"test accuracy, {data}")
    top[0].legend(fontsize=6)
    dots(top[1], chosen(course), "data", names, "test")
    top[1].set(ylabel="test accuracy")
    angles = tables["angles"]
    mean = angles[angles["data"] == data].groupby(["rule", "seed", "epoch"], as_index=False)["angle_deg"].mean()
    curves(bottom[0], mean, "epoch", "angle_deg")
    bottom[0].axhline(90, color=COLOURS["black"], ls=":", lw=0.8, zorder=0)
    bottom[0].set(xlabel="epoch", ylabel=f"angle (deg), {data}", ylim=(-2, None))
    keys = ["rule", "data", "seed"]
    whole = damage[damage["kind"] == "none"].set_index(keys)["test"].rename("whole")
    losses = damage.join(whole, on=keys)
    damages(bottom[1], losses.assign(loss=losses["whole"] - losses["test"])[losses["data"] == data])
    for ax, letter in zip([*top, *bottom], "abcd", strict=True):
        panel_label(ax, letter)
