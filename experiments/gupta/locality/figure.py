"""What of the trained weights depends on later layers, and learning curves of two protocols."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from analysis.points import values
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
        return [np.append(weights.ravel(), biases) for weights, biases in layers_of(values(p), w, b)]

    rows = []
    for (pair, seed), some in points.groupby(["pair", "seed"]):
        found = {p["protocol"]: trained(p) for _, p in some.iterrows()}
        for protocol in set(found) - {"at once"}:
            for layer, one, other in zip(LAYERS, found["at once"], found[protocol], strict=True):
                known = {"protocol": protocol, "pair": pair, "seed": seed, "layer": layer}
                rows.append({**known, "difference": np.abs(one - other).max(), "share": np.mean(one != other)})
    return DataFrame(rows).sort_values(["protocol", "pair", "seed", "layer"], ignore_index=True)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw learning curves while the output learns, final accuracies, and what of the weights is the same.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    left, right = fig.subplots(1, 2, sharey=True, width_ratios=(1.3, 1.0))
    curve = tables["curve"]
    # Layer by layer, an output that has not learned yet says nothing: its own stage alone is shown.
    shown = curve[curve["layer"].isin([0, curve["layer"].max()])]
    shown = shown.assign(stage=shown["epoch"] - shown.groupby("protocol")["epoch"].transform("min") + 1)
    for protocol, colour in PROTOCOLS.items():
        band(left, shown[shown["protocol"] == protocol], "stage", "test", label=protocol, colour=colour).set(
            marker="o", ms=3, mec="none"
        )
    end = shown["stage"].max() + 0.5
    left.set(xlabel="epoch in which the output learns", ylabel="test accuracy", xlim=(0.5, end))
    left.xaxis.get_major_locator().set_params(integer=True)
    left.legend(loc="lower right")

    last = curve.sort_values("epoch").groupby(["protocol", "pair", "seed"], as_index=False).last()
    pairs = list(dict.fromkeys(last["pair"]))
    for shift, (protocol, colour) in zip((-0.12, 0.12), PROTOCOLS.items(), strict=True):
        rows = last[last["protocol"] == protocol]
        places = rows["pair"].map(pairs.index) + shift
        right.plot(places, rows["test"], "o", ms=3.5, mec="none", alpha=0.6, color=COLOURS[colour])
        means = rows.groupby("pair")["test"].mean().reindex(pairs)
        right.hlines(means, np.arange(len(pairs)) + shift - 0.1, np.arange(len(pairs)) + shift + 0.1, COLOURS[colour])
    right.set_xticks(range(len(pairs)), pairs)
    right.set(xlabel="digits", xlim=(-0.5, len(pairs) - 0.5))
    share = tables["identity"].groupby(["protocol", "layer"])["share"].mean()
    same = [f"{protocol}: {100 * share[protocol, LAYERS[0]]:.3g} %" for protocol in share.index.levels[0]]
    right.set_title("weights of hidden 1 that differ\n" + "\n".join(same), fontsize="small")
    for ax, letter in zip((left, right), "ab", strict=True):
        panel_label(ax, letter)
