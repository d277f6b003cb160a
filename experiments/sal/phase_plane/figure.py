"""Weights over time, and the same trajectories on the phase plane of the exact drift."""

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from scipy.optimize import curve_fit

from analysis.plots import COLOURS, band, panel_label, reported
from references.sal.age_chain import sal_drift

SIZE = (7.0, 2.7)
CONDITIONS = ("both plastic", "one plastic")
EPOCH = 60  # refractory periods of an epoch
EVERY = 10  # epochs between the rows of the table of weights
GRID = np.arange(-2, 2.01, 0.25)  # Fig. 2e


def _weights(recordings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row per pair and epoch."""
    points = recordings["points"]
    points = points.assign(condition=np.where(points["inputs.both"], *CONDITIONS))
    weights = recordings["weights"].merge(points[["point", "condition", "network.epoch_ms"]], on="point")
    weights["pair"], weights["weight"] = weights["index"] // 2, np.where(weights["index"] % 2, "w_12", "w_21")
    weights["epoch"] = (weights["t_ms"] / weights["network.epoch_ms"]).round().astype(int)
    weights["t_s"] = weights["t_ms"] / 1000
    keys = ["condition", "seed", "pair", "epoch", "t_s"]
    return weights.pivot_table(index=keys, columns="weight", values="w").reset_index().rename_axis(columns=None)


def _time_constant(rows: pd.DataFrame) -> float:
    """Fit an exponential decay to the mean difference of the weights, in epochs."""
    mean = rows.assign(difference=rows["w_12"] - rows["w_21"]).groupby("epoch")["difference"].mean()
    start = mean.iloc[0]
    (tau,), _ = curve_fit(lambda epoch, tau: start * np.exp(-epoch / tau), mean.index, mean.to_numpy(), p0=[200.0])
    return float(tau)


def observe(recordings):
    """Trajectories, end points and time constants of the simulation, and the exact flow.

    Returns
    -------
    dict
        ``weights``: ``condition``, ``seed``, ``pair``, ``epoch``, ``t_s``, ``w_12``, ``w_21``.
        ``end``: ``condition``, ``seed``, ``pair``, ``w_12``, ``w_21`` (means over the last fifth of the run),
        ``sd`` (standard deviation of their difference in this time).
        ``summary``: ``condition``, ``tau_epochs``, ``sum_drift`` (largest change of the sum of both weights).
        ``flow``: ``w_21``, ``w_12``, ``dw_21`` (drift per pair of spikes; that of ``w_12`` is its negative).
    """
    weights = _weights(recordings)
    keys = ["condition", "seed", "pair"]
    late = weights[weights["epoch"] >= 0.8 * weights["epoch"].max()]
    late = late.assign(difference=late["w_12"] - late["w_21"]).groupby(keys)
    total = weights.assign(total=weights["w_12"] + weights["w_21"])
    spread = total.groupby(keys)["total"].agg(lambda values: float(np.ptp(values)))
    summary = pd.DataFrame(
        [
            {"condition": name, "tau_epochs": _time_constant(rows), "sum_drift": float(spread[name].max())}
            for name, rows in weights.groupby("condition")
        ]
    )
    w_21, w_12 = (axis.ravel() for axis in np.meshgrid(GRID, GRID))
    return {
        "weights": weights[weights["epoch"] % EVERY == 0].reset_index(drop=True),
        "end": late[["w_12", "w_21"]].mean().join(late["difference"].std().rename("sd")).reset_index(),
        "summary": summary,
        "flow": pd.DataFrame({"w_21": w_21, "w_12": w_12, "dw_21": sal_drift(w_21, w_12)}),
    }


def draw(tables, fig):
    """Panels a, b: weights over time; c: phase plane."""
    left, middle, right = fig.subplots(1, 3, width_ratios=[1, 1, 1.25])
    weights, colours = tables["weights"], {"w_12": "orange", "w_21": "blue"}
    for ax, name, label in zip((left, middle), CONDITIONS, "ab", strict=True):
        rows = weights[weights["condition"] == name]
        for weight, text in (("w_12", "$W_{12}$"), ("w_21", "$W_{21}$")):
            band(ax, rows, x="t_s", y=weight, over="pair", label=text, colour=colours[weight])
        ax.set(xlabel="time (s)", title=name, ylim=(0.4, 1.65))
        panel_label(ax, label)
        marks = tables["reported"].query("table == 'weights' and condition == @name")
        epoch = rows["t_s"].max() / rows["epoch"].max()
        unit = 1000 * epoch / EPOCH  # s
        above = ax.secondary_xaxis("top", functions=(lambda t, u=unit: t / u, lambda t, u=unit: t * u))
        above.set_xlabel(r"time ($10^3\,\tau_\mathrm{ref}$)")
        reported(ax, marks["value"], marks["epoch"] * epoch, marks["origin"])
    left.set_ylabel("weight")
    handles = dict(zip(*reversed(left.get_legend_handles_labels()), strict=True))
    left.legend(handles.values(), handles.keys(), loc="upper right")

    # As the authors draw it: the weight onto neuron 1 goes to the right.
    flow = tables["flow"].pivot_table(index="w_21", columns="w_12", values="dw_21")
    drift = flow.to_numpy()
    size = np.abs(drift) / np.abs(drift).max()
    shade = LinearSegmentedColormap.from_list("shade", ["white", COLOURS["sky"]])
    image = right.pcolormesh(GRID, GRID, size, cmap=shade, shading="nearest", rasterized=True)
    fig.colorbar(image, ax=right, label="size of the drift (relative)", shrink=0.85)
    some = slice(None, None, 2)
    length = np.where(size > 0, np.sqrt(size), 1)
    arrows = (drift / np.abs(drift).max() / length)[some, some]
    right.quiver(GRID[some], GRID[some], -arrows, arrows, color="0.35", pivot="mid", scale=14, width=0.005)
    right.plot(GRID, GRID, "--", lw=0.8, color="0.4")
    for name, colour in zip(CONDITIONS, ("red", "green"), strict=True):
        mean = weights[weights["condition"] == name].groupby("epoch")[["w_12", "w_21"]].mean()
        right.plot(mean["w_12"], mean["w_21"], lw=1.6, color=COLOURS[colour], label=name)
        right.plot(*mean.iloc[0], "o", ms=3, color=COLOURS[colour])
        right.plot(*mean.iloc[-1], "o", ms=4, mfc="white", color=COLOURS[colour])
    right.set(xlabel="$W_{12}$ (onto neuron 1)", ylabel="$W_{21}$ (onto neuron 2)", aspect="equal", title="phase plane")
    right.legend(loc="lower right", fontsize=6.5, frameon=True, framealpha=0.85, edgecolor="none")
    panel_label(right, "c")
