"""One presentation before and after learning, test accuracy against two baselines, and the learning curve."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from analysis.accuracies import draw_accuracies
from analysis.plots import COLOURS, band, panel_label
from experiments.gupta.common.presentations import answers, by_epoch

SIZE = (7.0, 5.4)

SPECIES = ("setosa", "versicolor", "virginica")
LAYERS = ("input", "hidden 1", "hidden 2", "output")
METHODS = {"local rule": "blue", "backpropagation": "orange", "logistic regression": "grey"}
ASSEMBLIES = ("blue", "orange")
PAIRS = ("green", "purple", "black")


def pair_names(rows: DataFrame) -> pd.Series:
    """Names of the two species of every row.

    Parameters
    ----------
    rows : DataFrame
        Rows with the columns ``inputs.first`` and ``inputs.second``.

    Returns
    -------
    Series of str
        For example ``setosa, versicolor``.
    """
    first, second = (rows[f"inputs.{key}"].astype(int) for key in ("first", "second"))
    return first.map(dict(enumerate(SPECIES))) + ", " + second.map(dict(enumerate(SPECIES)))


def robustness(recordings: dict[str, DataFrame], judged: DataFrame) -> DataFrame:
    """Accuracies on test samples that were moved against the margin of the network that sees them.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``baseline_robustness`` and ``points``.
    judged : DataFrame
        Answers of the spiking network; its second round showed the moved samples, size by size.

    Returns
    -------
    DataFrame
        Columns pair, seed, method, epsilon, accuracy.
    """
    rows = []
    points = recordings["points"].assign(pair=pair_names(recordings["points"]))
    for _, p in points.iterrows():
        mine = judged[(judged["point"] == p["point"]) & (judged["seed"] == p["seed"]) & (judged["round"] == 1)]
        local = mine["correct"].groupby(mine["row"] // int(p["inputs.n_test"])).mean()
        for number, epsilon in enumerate(map(float, p["inputs.epsilons"].split(","))):
            known = {"pair": p["pair"], "seed": p["seed"], "method": "local rule"}
            rows.append({**known, "epsilon": epsilon, "accuracy": local[number]})
    others = recordings["baseline_robustness"].merge(points[["point", "seed", "pair"]], on=["point", "seed"])
    table = pd.concat([DataFrame(rows), others.assign(method="backpropagation")], ignore_index=True)
    return table[["pair", "seed", "method", "epsilon", "accuracy"]]


def spikes(recordings: dict[str, DataFrame]) -> DataFrame:
    """Spikes of the watched sample in its first and in its last epoch, of the last pair's first seed.

    Parameters
    ----------
    recordings : dict of DataFrame
        Recordings with the three spike monitors and ``points``.

    Returns
    -------
    DataFrame
        Columns epoch, source (a layer, ``teacher`` or ``interneuron``), layer, member (number within the layer),
        assembly, t_ms (since stimulus onset), window_ms.
    """
    p = recordings["points"].sort_values(["inputs.second", "inputs.first", "seed"], ascending=[True, True, False])
    p = p.iloc[-1]
    sizes = np.array([p[f"network.n_{layer}"] for layer in range(len(LAYERS))], dtype=int)
    starts = np.cumsum(sizes) - sizes
    length = p["schedule.n_steps"] * p["network.dt_ms"]

    def of_point(name: str) -> DataFrame:
        rows = recordings[name]
        return rows[(rows["point"] == p["point"]) & (rows["seed"] == p["seed"])][["t_ms", "i"]].copy()

    cells, teacher, interneurons = (of_point(name) for name in ("spikes", "teacher_spikes", "interneuron_spikes"))
    layer = np.repeat(np.arange(len(LAYERS)), sizes)[cells["i"]]
    cells = cells.assign(layer=layer, member=cells["i"] - starts[layer], source=np.array(LAYERS)[layer])
    cells["assembly"] = cells["member"] % 2
    teacher = teacher.assign(layer=0, member=teacher["i"], source="teacher", assembly=teacher["i"])
    interneurons = interneurons.assign(layer=interneurons["i"] // 2 + 1, member=0, source="interneuron")
    interneurons["assembly"] = interneurons["i"] % 2

    rows = pd.concat([cells, teacher, interneurons], ignore_index=True)
    # Half a step guards the division against rounding.
    presentation = ((rows["t_ms"] + 0.5 * p["network.dt_ms"]) // length).astype(int)
    rows["epoch"] = presentation // int(p["inputs.n_train"] + p["inputs.n_test"]) + 1
    rows["t_ms"] = (rows["t_ms"] - presentation * length).round(6)
    rows["window_ms"] = p["schedule.n_levels"] * p["network.dt_ms"]
    for number, size in enumerate(sizes):
        rows[f"n_{number}"] = size
    rows = rows[rows["epoch"].isin([rows["epoch"].min(), rows["epoch"].max()])].drop(columns="i")
    return rows.sort_values(["epoch", "t_ms", "source", "member"], ignore_index=True)


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Accuracies, learning curves and one raster.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``readout``, ``spikes``, ``teacher_spikes``, ``interneuron_spikes``, ``points``, and what `reference.reference`
        returns.

    Returns
    -------
    dict of DataFrame
        accuracy : pair, seed, method, train, test; test is that of the last epoch, train is missing (NaN) for the local
            rule if the run ended before the training samples were shown once more with learning off.
        summary : one row a pair with the mean test accuracies, ``gap`` (local rule minus backpropagation), ``distance``
            (its size), and ``ties`` (share of test presentations in which both output neurons fire together).
        curve : pair, seed, epoch, test, online (training samples, each judged before it is learned).
        robustness : pair, seed, method, epsilon (0 for untouched samples), accuracy.
        misled : pair, epsilon, mean accuracy of the two methods, ``distance`` (between them).
        raster : see `spikes`.
    """
    points = recordings["points"]
    judged = answers(recordings["readout"], points)
    curve = by_epoch(judged[judged["round"] == 0], points)
    of_point = points.assign(pair=pair_names(points))[["point", "seed", "pair"]]
    curve = curve.merge(of_point, on=["point", "seed"])
    last = curve.sort_values("epoch").groupby(["pair", "seed"], as_index=False).last()
    columns = ["pair", "seed", "method", "train", "test"]
    models = recordings["baselines"].merge(of_point, on=["point", "seed"])
    table = pd.concat([last.assign(method="local rule")[columns], models[columns]], ignore_index=True)

    wide = table.pivot_table(index="pair", columns="method", values="test", aggfunc="mean")
    gap = wide["local rule"] - wide["backpropagation"]
    ties = last.groupby("pair")["ties"].mean()
    attacked = robustness(recordings, judged)
    misled = attacked.pivot_table(index=["pair", "epsilon"], columns="method", values="accuracy", aggfunc="mean")
    misled["distance"] = (misled["local rule"] - misled["backpropagation"]).abs()
    clean = table.rename(columns={"test": "accuracy"}).assign(epsilon=0.0)
    attacked = pd.concat([attacked, clean.loc[clean["method"] != "logistic regression", attacked.columns]])
    summary = DataFrame({"local": wide["local rule"], "gap": gap, "distance": gap.abs(), "ties": ties})
    return {
        "accuracy": table.sort_values(["pair", "method", "seed"], ignore_index=True),
        "summary": summary.reset_index(names="pair"),
        "curve": curve.sort_values(["pair", "seed", "epoch"], ignore_index=True),
        "robustness": attacked.sort_values(["pair", "method", "seed", "epsilon"], ignore_index=True),
        "misled": misled.reset_index().rename_axis(columns=None),
        "raster": spikes(recordings),
    }


def draw_raster(ax: Axes, rows: DataFrame) -> None:
    """Spikes of one presentation, layers from bottom to top, the two assemblies of a layer apart.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    rows : DataFrame
        The raster of one epoch.
    """
    window = rows["window_ms"].iloc[0]
    sizes = [int(rows[f"n_{layer}"].iloc[0]) for layer in range(len(LAYERS))]
    gap = 5
    base, middles = 0, []
    for layer, (name, size) in enumerate(zip(LAYERS, sizes, strict=True)):
        ax.axvspan(layer * window, (layer + 1) * window, color="0.95" if layer % 2 == 0 else "1", zorder=0, linewidth=0)
        of_layer = rows[rows["source"] == name]
        if layer == 0:
            heights = base + of_layer["member"]
            colours = [COLOURS["black"]] * len(of_layer)
        else:
            # Assembly 0 above assembly 1, whatever the numbering.
            heights = base + of_layer["member"] // 2 + (1 - of_layer["assembly"]) * (size - size // 2)
            colours = [COLOURS[ASSEMBLIES[assembly]] for assembly in of_layer["assembly"]]
        ax.scatter(of_layer["t_ms"], heights, c=colours, marker="|", s=14, linewidth=1.1)
        inhibitory = rows[(rows["source"] == "interneuron") & (rows["layer"] == layer)]
        for assembly, t in zip(inhibitory["assembly"], inhibitory["t_ms"], strict=True):
            height = base + size + 0.7 if assembly == 0 else base - 1.7
            ax.scatter(t, height, marker="v", s=13, color=COLOURS[ASSEMBLIES[assembly]], linewidth=0)
        middles.append(base + (size - 1) / 2)
        base += size + gap
    top = base - gap + 4
    teacher = rows[rows["source"] == "teacher"]
    colours = [COLOURS[ASSEMBLIES[assembly]] for assembly in teacher["assembly"]]
    ax.scatter(teacher["t_ms"], np.full(len(teacher), top), marker="*", s=40, c=colours, linewidth=0)
    ax.set(xlim=(-1.5, len(LAYERS) * window), ylim=(-2.5, top + 3))
    ax.set_yticks([*middles, top], [*LAYERS, "teacher"])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xticks(np.arange(len(LAYERS) + 1) * window)
    ax.set_xlabel("time since stimulus onset (ms)")
    ax.set_title(f"epoch {rows['epoch'].iloc[0]}")


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Two rasters above, accuracies and learning curves below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    top, bottom = fig.subfigures(2, 1, height_ratios=(1.25, 1.0))
    axes = top.subplots(1, 2, sharey=True)
    epochs = sorted(tables["raster"]["epoch"].unique())
    for ax, epoch in zip(axes, (epochs[0], epochs[-1]), strict=True):
        draw_raster(ax, tables["raster"][tables["raster"]["epoch"] == epoch])
    bar = {"marker": "|", "markeredgewidth": 1.3, "linestyle": ""}
    handles = [
        *(Line2D([], [], color=COLOURS[ASSEMBLIES[unit]], label=f"assembly {unit}", **bar) for unit in (0, 1)),
        Line2D([], [], color=COLOURS["grey"], marker="*", markersize=6, linestyle="", label="teacher"),
        Line2D([], [], color=COLOURS["grey"], marker="v", linestyle="", label="interneuron"),
    ]
    top.legend(handles=handles, loc="outside upper center", ncols=4)

    left, right, last = bottom.subplots(1, 3, width_ratios=(1.5, 1.0, 0.8))
    table = tables["accuracy"]
    pairs = list(table["pair"].drop_duplicates())
    draw_accuracies(left, table, METHODS)
    left.legend(handles=left.get_legend().legend_handles, loc="lower left")
    left.set_ylim(min(0.84, table["test"].min() - 0.02), 1.012)

    curve = tables["curve"]
    for pair, colour in zip(pairs, PAIRS[-len(pairs) :], strict=True):
        band(right, curve[curve["pair"] == pair], "epoch", "test", label=pair, colour=colour)
    right.set_xscale("log")
    marks = [epoch for epoch in (1, 2, 5, 10, 20, 50) if epoch <= curve["epoch"].max()]
    right.set_xticks(marks, [str(epoch) for epoch in marks])
    right.minorticks_off()
    right.set(xlabel="epoch", ylabel="accuracy, local rule", ylim=(None, 1.012))
    right.legend(loc="lower right", fontsize="small")

    attacked = tables["robustness"][tables["robustness"]["pair"] == pairs[-1]]
    for method in ("local rule", "backpropagation"):
        band(last, attacked[attacked["method"] == method], "epsilon", "accuracy", colour=METHODS[method])
    last.axhline(0.5, color=COLOURS["grey"], linewidth=0.6, linestyle=":")
    last.set(xlabel="perturbation", ylabel="test accuracy", ylim=(0, 1.012), xlim=(0, None))
    for ax, letter in zip((*axes, left, right, last), "abcde", strict=True):
        panel_label(ax, letter)
