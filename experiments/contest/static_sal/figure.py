"""What rules reach on the static task that differ only in their feedback weights: accuracies, angles, damage."""

import pandas as pd
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, panel_label
from analysis.points import values
from experiments.contest.common.drawing import chosen
from experiments.contest.common.joint import TABLES, curves, dots
from experiments.contest.common.measures import DAMAGE
from experiments.contest.static_sal.learned import learned

SIZE = (7.2, 4.6)


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Learn once more with the feedback weights that the spikes made; beside it the other rules.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``weights`` (feedback weights as every phase of spikes begins), ``final`` (those after the last), ``points``,
        and what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        course : rule, data, seed, epoch (0: before the first), validation, test (accuracies).
        angles : rule, data, seed, epoch, layer, angle_deg (between what stands for the gradient and the gradient; with
            SAL after the phase of spikes that follows the epoch).
        damage : rule, data, seed, kind, test.
        sizes : rule, data, n_plastic (forward weights without biases), n_steps (of a sample).
    """
    parts = {name: [recordings[f"other_{name}"].drop(columns="point")] for name in TABLES}
    for row in recordings["points"].to_dict("records"):
        weights, final = (recordings[name][recordings[name]["point"] == row["point"]] for name in ("weights", "final"))
        phases = [rows["w"].to_numpy() for _, rows in weights.sort_values(["round", "index"]).groupby("round")]
        aligned = [*phases[1:], final.sort_values("index")["value"].to_numpy()]
        for name, table in learned(values(row), "SAL", aligned).items():
            parts[name].append(table.assign(seed=row["seed"]))
    tables = {name: pd.concat(some, ignore_index=True) for name, some in parts.items()}
    return tables | {"sizes": tables["sizes"].drop(columns="seed").drop_duplicates(ignore_index=True)}


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Panels a, c and d: accuracy, angle and damage of the first data set; b: accuracy of all.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    axes = fig.subplots(2, 2)
    data = list(dict.fromkeys(tables["course"]["data"]))
    course, angles, damage = (tables[name][tables[name]["data"] == data[0]] for name in ("course", "angles", "damage"))
    curves(axes[0, 0], course, "epoch", "test")
    axes[0, 0].set(xlabel="epoch", ylabel=f"test accuracy, {data[0]}")
    axes[0, 0].legend(fontsize=6)
    dots(axes[0, 1], chosen(tables["course"]), "data", data, "test")
    axes[0, 1].set(ylabel="test accuracy")
    first = angles[angles["layer"] == 1]
    curves(axes[1, 0], first[first["rule"] != "linear readout"], "epoch", "angle_deg")
    axes[1, 0].axhline(90, color=COLOURS["black"], ls=":", lw=0.8, zorder=0)
    axes[1, 0].set(xlabel="epoch", ylabel="angle (deg), layer 1", ylim=(-2, None))
    dots(axes[1, 1], damage, "kind", list(DAMAGE), "test")
    axes[1, 1].tick_params(axis="x", rotation=20)
    axes[1, 1].set(ylabel="test accuracy, damaged")
    for ax, letter in zip(axes.flat, "abcd", strict=True):
        panel_label(ax, letter)
