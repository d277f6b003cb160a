"""Weights over time, the same trajectories on the phase plane of the exact drift, and the simulated drift."""

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from scipy.optimize import curve_fit

from analysis.age_chain import sal_drift
from analysis.plots import COLOURS, band, panel_label, reported

SIZE = (7.0, 5.4)
CONDITIONS = ("both plastic", "one plastic")
EVERY = 10  # epochs between the rows of the table of weights
GRID = np.arange(-2, 2.01, 0.25)  # Fig. 2e


def _weights(recordings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row per pair and epoch."""
    p = recordings["points"].iloc[0]
    weights = recordings["weights"]
    pair, n = weights["index"] // 2, int(p["network.n_pairs"])
    weights = weights.assign(
        condition=np.take(CONDITIONS, pair // n),
        pair=pair % n,
        weight=np.where(weights["index"] % 2, "w_12", "w_21"),
        epoch=(weights["t_ms"] / p["network.epoch_ms"]).round().astype(int),
        t_s=weights["t_ms"] / 1000,
    )
    keys = ["condition", "seed", "pair", "epoch", "t_s"]
    return weights.pivot_table(index=keys, columns="weight", values="w").reset_index().rename_axis(columns=None)


def _time_constant(rows: pd.DataFrame) -> float:
    """Fit an exponential decay to the mean difference of the weights, in epochs."""
    mean = rows.assign(difference=rows["w_12"] - rows["w_21"]).groupby("epoch")["difference"].mean()
    start = mean.iloc[0]
    (tau,), _ = curve_fit(lambda epoch, tau: start * np.exp(-epoch / tau), mean.index, mean.to_numpy(), p0=[200.0])
    return float(tau)


def _simulated_drift(recordings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the drift of W_21 for every frozen pair, from its histogram of intervals, with its standard error.

    Successive intervals are correlated, hence the error comes from the spread between blocks of time.
    """
    p = recordings["points"].iloc[0]
    t_max, n_grid = int(p["network.t_max"]), int(p["network.n_grid"])
    tau = round(p["grid_neurons.tau_ref_ms"] / p["network.dt_ms"])
    window = np.exp(-np.arange(1, t_max) / tau)

    def drift(counts: np.ndarray) -> np.ndarray:
        """Reduce counts (..., pair, half, interval); the halves are right and left."""
        mean = (counts * window).sum(axis=-1) / counts.sum(axis=-1)
        return 0.5 * (mean[..., 1] - mean[..., 0])

    looks = recordings["counts"].pivot_table(index=["seed", "t_ms"], columns="index", values="number")
    blocks = looks.groupby("seed").diff().dropna().to_numpy().reshape(-1, n_grid**2, 2, t_max - 1)
    grid = np.linspace(-p["inputs.w_max"], p["inputs.w_max"], n_grid)
    w_21, w_12 = (axis.ravel() for axis in np.meshgrid(grid, grid, indexing="ij"))
    return pd.DataFrame(
        {
            "w_21": w_21,
            "w_12": w_12,
            "dw_21": drift(blocks.sum(axis=0)),
            "error": drift(blocks).std(axis=0, ddof=1) / np.sqrt(len(blocks)),
            "exact": sal_drift(w_21, w_12, tau=tau, t_max=t_max, restart=False),
        }
    )


def observe(recordings):
    """Trajectories, end points and time constants of the simulation, and the flow: exact and simulated.

    Returns
    -------
    dict
        ``weights``: ``condition``, ``seed``, ``pair``, ``epoch``, ``t_s``, ``w_12``, ``w_21``.
        ``end``: ``condition``, ``seed``, ``pair``, ``w_12``, ``w_21`` (means over the last fifth of the run),
        ``sd`` (standard deviation of their difference in this time).
        ``summary``: ``condition``, ``tau_epochs``, ``sum_drift`` (largest change of the sum of both weights).
        ``flow``: ``w_21``, ``w_12``, ``dw_21`` (exact drift per pair of spikes; that of ``w_12`` is its negative).
        ``simulated``: the same of pairs with frozen weights, with ``error``, ``exact``, ``z`` = distance / error.
        ``residuals``: mean square ``chi2`` of ``z``, of all pairs and of those with equal weights (``diagonal``).
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
    drift = _simulated_drift(recordings)
    drift["z"] = (drift["dw_21"] - drift["exact"]) / drift["error"]
    equal = drift["w_21"] == drift["w_12"]
    return {
        "weights": weights[weights["epoch"] % EVERY == 0].reset_index(drop=True),
        "end": late[["w_12", "w_21"]].mean().join(late["difference"].std().rename("sd")).reset_index(),
        "summary": summary,
        "flow": pd.DataFrame({"w_21": w_21, "w_12": w_12, "dw_21": sal_drift(w_21, w_12)}),
        "simulated": drift,
        "residuals": pd.DataFrame(
            {"pairs": ["all", "diagonal"], "chi2": [(drift["z"] ** 2).mean(), (drift.loc[equal, "z"] ** 2).mean()]}
        ),
    }


def _phase_plane(ax, tables, fig):
    """Shade and arrows: flow; lines: trajectories."""
    flow = tables["flow"].pivot_table(index="w_12", columns="w_21", values="dw_21")
    drift = flow.to_numpy()
    size = np.abs(drift) / np.abs(drift).max()
    shade = LinearSegmentedColormap.from_list("shade", ["white", COLOURS["sky"]])
    image = ax.pcolormesh(GRID, GRID, size, cmap=shade, shading="nearest", rasterized=True)
    fig.colorbar(image, ax=ax, label="size of the drift (relative)", shrink=0.9)
    style = {"pivot": "mid", "scale": 14, "angles": "xy"}
    for table, colour, width in ((tables["flow"], "0.6", 0.014), (tables["simulated"], "0.05", 0.005)):
        some = table[np.isclose(table["w_21"] % 0.5, 0) & np.isclose(table["w_12"] % 0.5, 0)]
        arrows = some["dw_21"] / np.abs(drift).max()
        arrows = np.sign(arrows) * np.sqrt(arrows.abs())  # short arrows are seen as well
        ax.quiver(some["w_21"], some["w_12"], arrows, -arrows, color=colour, width=width, **style)
    ax.plot(GRID, GRID, "--", lw=0.8, color="0.4")
    weights = tables["weights"]
    for name, colour in zip(CONDITIONS, ("red", "green"), strict=True):
        mean = weights[weights["condition"] == name].groupby("epoch")[["w_21", "w_12"]].mean()
        ax.plot(mean["w_21"], mean["w_12"], lw=1.8, color=COLOURS[colour], label=name)
        ax.plot(*mean.iloc[0], "o", ms=3, color=COLOURS[colour])
        ax.plot(*mean.iloc[-1], "o", ms=4, mfc="white", color=COLOURS[colour])
    ax.set(xlabel="$W_{21}$", ylabel="$W_{12}$", aspect="equal", title="phase plane")
    ax.legend(loc="lower left", fontsize=6.5, frameon=True, framealpha=0.85, edgecolor="none")


def draw(tables, fig):
    """Panels a, b: weights over time; c: phase plane; d: simulated against exact drift."""
    axes = fig.subplot_mosaic([["a", "b"], ["c", "d"]], height_ratios=[1, 1.35])
    weights, colours = tables["weights"], {"w_12": "orange", "w_21": "blue"}
    marks = tables["reported"].query("table == 'weights'")
    for name, label in zip(CONDITIONS, "ab", strict=True):
        ax, rows = axes[label], weights[weights["condition"] == name]
        for weight, text in (("w_12", "$W_{12}$"), ("w_21", "$W_{21}$")):
            band(ax, rows, x="t_s", y=weight, over="pair", label=text, colour=colours[weight])
        seen = marks[marks["condition"] == name]
        epoch = rows["t_s"].max() / rows["epoch"].max()
        reported(ax, seen["value"], seen["epoch"] * epoch, label="authors' program, one run")
        ax.set(xlabel="time (s)", ylabel="weight", title=name, ylim=(0.4, 1.65))
        panel_label(ax, label)
    handles = dict(zip(*reversed(axes["b"].get_legend_handles_labels()), strict=True))
    axes["b"].legend(handles.values(), handles.keys(), loc="lower right")
    _phase_plane(axes["c"], tables, fig)
    panel_label(axes["c"], "c")

    ax, drift = axes["d"], tables["simulated"]
    ax.axline((0, 0), slope=1, color="0.7", lw=0.8)
    ax.errorbar(drift["exact"], drift["dw_21"], drift["error"], fmt="o", ms=2.5, lw=0.8, color=COLOURS["blue"])
    chi2 = tables["residuals"].set_index("pairs")["chi2"]["all"]
    text = rf"{len(drift)} pairs, frozen weights" + "\n" + rf"$\chi^2$ per pair: {chi2:.2f}"
    ax.text(0.05, 0.95, text, transform=ax.transAxes, va="top")
    ax.set(xlabel=r"exact drift of $W_{21}$ per pair of spikes", ylabel="simulated drift", aspect="equal")
    panel_label(ax, "d")
