"""What of the trained weights depends on later layers, and learning curves of two protocols."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from experiments.gupta.common.presentations import answers, by_epoch
from experiments.gupta.common.protocol import layers_of

SIZE = (7.0, 2.6)

LAYERS = ("hidden 1", "hidden 2", "output")
PROTOCOLS = {"at once": "blue", "layer by layer": "orange"}


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Compare weights between protocols, and follow the accuracies.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``readout``, ``final`` and ``points``.

    Returns
    -------
    dict of DataFrame
        identity : protocol (compared with "at once"), pair, seed, layer, difference (largest of a weight or bias) and
            share (of the weights and biases that differ in any bit). After "layer by layer" the first layer must be the
            same too, for it saw the same images.
        curve : protocol, pair, seed, epoch (of all rounds together), layer (that learns; 0 for all), test.
        summary : protocol, test (after the last epoch, mean over pairs and seeds).
    """
    points = recordings["points"].assign(
        pair=recordings["points"]["inputs.digits"], protocol=recordings["points"]["inputs.protocol"]
    )
    judged = answers(recordings["readout"], points)
    parts = []
    for number, rows in judged.groupby("round"):
        part = by_epoch(rows, points).merge(points[["point", "seed", "pair", "protocol", "inputs.n_epochs"]])
        later = part["protocol"] == "layer by layer"
        parts.append(part.assign(epoch=part["epoch"] + number * part["inputs.n_epochs"], layer=later * int(number + 1)))
    curve = pd.concat(parts, ignore_index=True)
    last = curve.sort_values("epoch").groupby(["protocol", "pair", "seed"], as_index=False).last()
    return {
        "identity": identity(recordings["final"], points),
        "curve": curve[["protocol", "pair", "seed", "epoch", "layer", "test"]],
        "summary": last.groupby("protocol", as_index=False)["test"].mean(),
    }


def identity(final: DataFrame, points: DataFrame) -> DataFrame:
    """Compare the trained weights of every protocol with those of "at once".

    Parameters
    ----------
    final : DataFrame
        End values.
    points : DataFrame
        One row a point, with ``pair`` and ``protocol``.

    Returns
    -------
    DataFrame
        See `observe`.
    """

    def trained(p: pd.Series) -> list[np.ndarray]:
        rows = final[(final["point"] == p["point"]) & (final["seed"] == p["seed"])].sort_values("index")
        w, b = (rows.loc[rows["variable"] == name, "value"].to_numpy() for name in ("synapses.w", "neurons.b"))
        sizes = {f"network.n_{layer}": int(p[f"network.n_{layer}"]) for layer in range(4)}
        return [np.append(weights.ravel(), biases) for weights, biases in layers_of(sizes, w, b)]

    rows = []
    for (pair, seed), some in points.groupby(["pair", "seed"]):
        found = {p["protocol"]: trained(p) for _, p in some.iterrows()}
        for protocol in set(found) - {"at once"}:
            for layer, one, other in zip(LAYERS, found["at once"], found[protocol], strict=True):
                known = {"protocol": protocol, "pair": pair, "seed": seed, "layer": layer}
                rows.append({**known, "difference": np.abs(one - other).max(), "share": np.mean(one != other)})
    return DataFrame(rows).sort_values(["protocol", "pair", "seed", "layer"], ignore_index=True)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw shares of changed weights, and learning curves.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    left, right = fig.subplots(1, 2, width_ratios=(1.0, 1.5))
    changed = tables["identity"][tables["identity"]["protocol"] == "other later weights"]
    shares = changed.groupby("layer")["share"].mean().reindex(LAYERS)
    bars = left.bar(range(len(LAYERS)), 100 * shares, color=COLOURS["blue"], width=0.6)
    left.bar_label(bars, [f"{100 * share:.3g} %" for share in shares], fontsize="small", padding=1)
    left.set_xticks(range(len(LAYERS)), LAYERS)
    left.tick_params(axis="x", length=0)
    left.set(ylabel="weights that differ (%)", ylim=(0, 112))

    curve = tables["curve"]
    stages = curve[curve["layer"] > 0].groupby("layer")["epoch"].agg(["min", "max"])
    for layer, stage in stages.astype(int).iterrows():
        right.axvspan(stage["min"] - 0.5, stage["max"] + 0.5, color="0.95" if layer % 2 else "1", zorder=0, linewidth=0)
        right.text(
            stage.mean(), 0.06, f"layer {layer}", transform=right.get_xaxis_transform(), ha="center", fontsize="small"
        )
    for protocol, colour in PROTOCOLS.items():
        band(right, curve[curve["protocol"] == protocol], "epoch", "test", label=protocol, colour=colour)
    right.axhline(0.5, color=COLOURS["grey"], linewidth=0.6, linestyle=":")
    right.set(xlabel="epoch", ylabel="test accuracy", ylim=(None, 1.01))
    right.legend(loc="center right")
    for ax, letter in zip((left, right), "ab", strict=True):
        panel_label(ax, letter)
