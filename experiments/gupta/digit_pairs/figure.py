"""Accuracy on four pairs of digits, learning curves, and what the neurons of the first hidden layer became."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from pandas import DataFrame

from analysis.accuracies import draw_accuracies
from analysis.plots import COLOURS, band, panel_label
from analysis.points import values
from experiments.gupta.common.presentations import answers, by_epoch
from experiments.gupta.common.protocol import layers_of
from experiments.gupta.digit_pairs.reference import N_SHOWN

SIZE = (7.0, 5.6)

METHODS = {"local rule": "blue", "backpropagation": "orange", "backpropagation, L2": "purple"}
PAIRS = {"0, 1": "grey", "3, 5": "green", "3, 8": "red", "4, 9": "black"}


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Accuracies, learning curves, selectivity and input weights.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``readout``, ``spikes``, ``final``, ``points``, and what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        accuracy : pair, seed, method, train, test.
        summary : one row a pair and one for all of them: mean test accuracy of every method, ``gap`` (local rule minus
            backpropagation), ``distance`` (its size), ``ties`` (share of test images at which both output neurons fire
            together).
        curve : pair, hard (all pairs but 0, 1), seed, epoch, test.
        selectivity : pair, seed, unit, assembly, preference_ms (by how much earlier the neuron fires for images of its
            own class; a neuron that does not fire counts as firing at the end of its window).
        pictures : method, unit, assembly, rank, pixel, w of the last pair's first seed.
    """
    points = recordings["points"]
    points = points.assign(pair=points["inputs.digits"])
    of_point = points[["point", "seed", "pair"]]
    curve = by_epoch(answers(recordings["readout"], points), points).merge(of_point, on=["point", "seed"])
    last = curve.sort_values("epoch").groupby(["pair", "seed"], as_index=False).last()
    models = recordings["baselines"].merge(of_point, on=["point", "seed"])
    columns = ["pair", "seed", "method", "train", "test"]
    table = pd.concat([last.assign(method="local rule")[columns], models[columns]], ignore_index=True)

    everything = pd.concat([table, table.assign(pair="all")])
    wide = everything.pivot_table(index="pair", columns="method", values="test", aggfunc="mean")
    gap = wide["local rule"] - wide["backpropagation"]
    ties = pd.concat([last, last.assign(pair="all")]).groupby("pair")["ties"].mean()
    summary = wide.assign(gap=gap, distance=gap.abs(), ties=ties)
    return {
        "accuracy": table.sort_values(["pair", "seed", "method"], ignore_index=True),
        "summary": summary.reset_index().rename_axis(columns=None),
        "curve": curve.assign(hard=curve["pair"] != "0, 1")[["pair", "hard", "seed", "epoch", "test"]],
        "selectivity": selectivity(recordings, points),
        "pictures": pictures(recordings, points),
    }


def selectivity(recordings: dict[str, DataFrame], points: DataFrame) -> DataFrame:
    """Compare first spike times of hidden neurons between the test images of the two classes.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``spikes`` of the test images after the last epoch, ``readout``.
    points : DataFrame
        One row a point, with ``pair``.

    Returns
    -------
    DataFrame
        See `observe`.
    """
    judged = answers(recordings["readout"], points)
    tables = []
    for _, p in points.iterrows():
        spikes, shown = (
            rows[(rows["point"] == p["point"]) & (rows["seed"] == p["seed"])] for rows in (recordings["spikes"], judged)
        )
        n_0, n_1, step = int(p["network.n_0"]), int(p["network.n_1"]), p["network.dt_ms"]
        window, length = p["schedule.n_levels"] * step, p["schedule.n_steps"] * step
        hidden = spikes[(spikes["i"] >= n_0) & (spikes["i"] < n_0 + n_1)]
        presentation = ((hidden["t_ms"] + 0.5 * step) // length).astype(int)
        label = shown.set_index("presentation")["label"]
        test = shown[(shown["row"] >= p["inputs.n_train"])]
        latest = test.loc[test["presentation"] > test["presentation"].max() - p["inputs.n_test"], "presentation"]
        # Latency within the window of hidden layer 1; a silent neuron has the whole window.
        latency = np.full((len(latest), n_1), window)
        rows = presentation.isin(latest)
        position = presentation[rows] - latest.min()
        latency[position, hidden.loc[rows, "i"] - n_0] = hidden.loc[rows, "t_ms"] - presentation[rows] * length - window
        classes = label.loc[latest].to_numpy()
        mean = np.array([latency[classes == one].mean(axis=0) for one in (0, 1)])
        assembly = np.arange(n_1) % 2
        own, other = mean[assembly, np.arange(n_1)], mean[1 - assembly, np.arange(n_1)]
        table = DataFrame({"unit": np.arange(n_1), "assembly": assembly, "preference_ms": other - own})
        tables.append(table.assign(pair=p["pair"], seed=int(p["seed"])))
    return pd.concat(tables, ignore_index=True)


def pictures(recordings: dict[str, DataFrame], points: DataFrame) -> DataFrame:
    """Input weights of some hidden neurons of one network, for the local rule and for backpropagation.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``final``, ``spikes`` and ``baseline_pictures``.
    points : DataFrame
        One row a point, with ``pair``.

    Returns
    -------
    DataFrame
        See `observe`. Units of backpropagation belong to the assembly whose output they drive.
    """
    p = points.sort_values(["pair", "seed"], ascending=[False, False]).iloc[-1]
    p = points[(points["seed"] == p["seed"]) & (points["pair"] == points["pair"].mode().max())].iloc[0]
    final = recordings["final"]
    final = final[(final["point"] == p["point"]) & (final["seed"] == p["seed"])].sort_values("index")
    w, b = (final.loc[final["variable"] == name, "value"].to_numpy() for name in ("synapses.w", "neurons.b"))
    local = layers_of(values(p), w, b)[0][0]
    preference = selectivity(recordings, points[points["point"] == p["point"]])
    preference = preference[preference["seed"] == p["seed"]]

    rank = preference.groupby("assembly")["preference_ms"].rank(ascending=False, method="first").astype(int)
    ranked = preference.assign(rank=rank)
    rows = []
    for unit in ranked[ranked["rank"] <= N_SHOWN].itertuples():
        known = {"method": "local rule", "unit": unit.unit, "assembly": unit.assembly, "rank": unit.rank}
        rows.append(DataFrame({**known, "pixel": np.arange(len(local)), "w": local[:, unit.unit].astype(np.float32)}))
    others = recordings["baseline_pictures"]
    others = others[(others["point"] == p["point"]) & (others["seed"] == p["seed"])]
    table = pd.concat([*rows, others.assign(method="backpropagation")], ignore_index=True).assign(pair=p["pair"])
    return table[["method", "pair", "unit", "assembly", "rank", "pixel", "w"]]


def draw_pictures(fig: SubFigure, table: DataFrame) -> Axes:
    """Draw input weights as images: two rows a method, one for each assembly, with the scale of the method.

    Parameters
    ----------
    fig : SubFigure
        Where to draw.
    table : DataFrame
        The table ``pictures``.

    Returns
    -------
    Axes
        The first image.
    """
    axes = fig.subplots(4, N_SHOWN)
    for ax in axes.flat:
        ax.axis("off")
    for two, method in ((axes[:2], "local rule"), (axes[2:], "backpropagation")):
        rows = table[table["method"] == method]
        limit = rows["w"].abs().quantile(0.995)
        for (assembly, rank), picture in rows.groupby(["assembly", "rank"]):
            pixels = picture.sort_values("pixel")["w"].to_numpy().reshape(28, 28)
            image = two[assembly, rank - 1].imshow(
                pixels, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest"
            )
        for assembly, digit in enumerate(rows["pair"].iloc[0].split(", ")):
            two[assembly, 0].text(-0.2, 0.5, digit, transform=two[assembly, 0].transAxes, ha="right", va="center")
        fig.colorbar(image, ax=two, label=f"input weight,\n{method}", extend="both", fraction=0.03, pad=0.01)
    return axes[0, 0]


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Accuracies and curves above, selectivity and pictures of weights below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    top, bottom = fig.subfigures(2, 1, height_ratios=(1.3, 2.0))
    left, centre, right = top.subplots(1, 3, width_ratios=(1.4, 1.0, 1.0))
    accuracies = tables["accuracy"]
    draw_accuracies(left, accuracies, METHODS)
    left.set_ylim(min(0.93, accuracies["test"].min() - 0.01), 1.004)
    left.legend(handles=left.get_legend().legend_handles, loc="lower left")

    curve = tables["curve"]
    for pair, rows in curve.groupby("pair"):
        band(centre, rows, "epoch", "test", label=pair, colour=PAIRS.get(pair, "purple"))
    centre.set(xlabel="epoch", ylabel="accuracy, local rule", ylim=(None, 1.004))
    centre.legend(title="digits", loc="lower right")

    preference = tables["selectivity"]
    right.axvline(0.0, color=COLOURS["grey"], linewidth=0.8)
    span = (preference["preference_ms"].min(), preference["preference_ms"].max())
    for assembly, colour in ((0, "blue"), (1, "orange")):
        values = preference.loc[preference["assembly"] == assembly, "preference_ms"]
        right.hist(
            values, bins=np.linspace(*span, 31), histtype="step", color=COLOURS[colour], label=f"assembly {assembly}"
        )
    right.set(xlabel="own class earlier by (ms)", ylabel="neurons, hidden layer 1", yscale="log")
    right.legend(loc="upper right")

    first = draw_pictures(bottom, tables["pictures"])
    for ax, letter in zip((left, centre, right, first), "abcd", strict=True):
        panel_label(ax, letter)
