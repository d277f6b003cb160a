"""The microcircuit drawn from its time constants, and the windows that its neurons have on the past."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.plots import COLOURS, panel_label
from experiments.gle.cascade.inputs import N_LAYERS

SIZE = (7.0, 7.6)
CHANNEL = 4  # of the cascades, drawn stage by stage
SHOWN = 16.0  # ms of every kernel


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Collect kernels, their moments, and the populations of every layer.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``rates_1`` to ``rates_4``, ``final``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``kernels``: ``network``, ``layer``, ``neuron``, ``t`` (ms after the start of the pulse), ``kernel`` (1/ms);
        ``moments``: area, mean and standard deviation (ms) of every kernel, for cascades also relative to k membrane
        time constants and the square root of k of them (``mean_ratio``, ``sd_ratio``) and to the standard deviation
        that Euler steps have (``sd_exact``); ``populations``: neurons ``n`` of a layer with equal time constants (ms).
    """
    points = recordings["points"].set_index("point")
    dt = float(points["network.dt_ms"].iloc[0])
    final = recordings["final"].copy()
    final[["layer", "tau"]] = final["variable"].str.extract(r"layer_(\d+)\.(tau_[mr])")
    final["layer"] = final["layer"].astype(int)
    taus = final.pivot_table(index=["point", "layer", "index"], columns="tau", values="value") * 1e3
    kernels, moments = [], []
    for layer in range(1, N_LAYERS + 1):
        table = recordings[f"rates_{layer}"]
        for (number, neuron), rows in table.groupby(["point", "index"]):
            name = points.loc[number, "inputs.network"]
            tau = float(taus.loc[(number, layer, neuron), "tau_m"])
            # A rate is there one step late (`models.gle.inference`), and recorded at the end of its step.
            kernel, t = rows["r"].to_numpy()[1:], rows["t_ms"].to_numpy()[1:]
            area = kernel.sum() * dt
            mean = (t * kernel).sum() * dt / area
            # An instantaneous neuron has none; rounding can leave less.
            sd = np.sqrt(max(((t - mean) ** 2 * kernel).sum() * dt / area, 0.0))
            row = {"network": name, "layer": layer, "neuron": neuron, "tau_m": tau}
            ratios = {"mean_ratio": mean / (layer * tau), "sd_ratio": sd / (np.sqrt(layer) * tau)}
            ratios["sd_exact"] = ratios["sd_ratio"] / np.sqrt(1 - dt / tau)
            if name != "cascades":
                ratios = dict.fromkeys(ratios, np.nan)
            moments.append({**row, "area": area, "mean": mean, "sd": sd, **ratios})
            kept = (np.arange(t.size) % 10 == 0) & (t <= SHOWN)
            kernels.append(pd.DataFrame({**row, "t": t[kept], "kernel": kernel[kept]}))
    # Equal time constants stay equal after the change of units.
    mixed = taus.round(9).reset_index()
    mixed = mixed[mixed["point"].map(points["inputs.network"]) == "mixed"]
    populations = mixed.groupby(["layer", "tau_m", "tau_r"], as_index=False).size().rename(columns={"size": "n"})
    return {
        "kernels": pd.concat(kernels, ignore_index=True),
        "moments": pd.DataFrame(moments).sort_values(["network", "layer", "neuron"], ignore_index=True),
        "populations": populations,
    }


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, bend: float = 0.0) -> None:
    """Draw an arrow between two points in data coordinates."""
    style = {"arrowstyle": "-|>", "mutation_scale": 7, "shrinkA": 0, "shrinkB": 0, "lw": 0.8}
    patch = FancyArrowPatch(start, end, connectionstyle=f"arc3,rad={bend}", color=COLOURS[colour], zorder=1, **style)
    ax.add_patch(patch)


def box(ax: Axes, x: float, y: float, colour: str, text: str, low: float, ahead: float) -> None:
    """Draw a population: its name, and what it is low-passed with and looks ahead by."""
    look = {
        "boxstyle": "round,pad=0.02,rounding_size=0.1",
        "facecolor": "white",
        "edgecolor": COLOURS[colour],
        "lw": 1.2,
    }
    ax.add_patch(FancyBboxPatch((x - 0.68, y - 0.3), 1.36, 0.6, zorder=2, **look))
    ax.text(
        x, y + 0.17, text, ha="center", va="center", fontsize=6.5, color=COLOURS[colour], fontweight="bold", zorder=3
    )
    times = f"lag {low:g}\nahead {ahead:g}"
    ax.text(x, y - 0.1, times, ha="center", va="center", fontsize=5, color="0.25", zorder=3, linespacing=1.05)


def microcircuit(ax: Axes, populations: pd.DataFrame) -> None:
    """Draw every population of every layer with its error neurons.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    populations : DataFrame
        ``layer``, ``tau_m``, ``tau_r``, ``n``.
    """
    layers = sorted(populations["layer"].unique())
    gap = 4.1
    for layer in layers:
        rows = populations[populations["layer"] == layer].sort_values(["tau_r", "tau_m"]).reset_index(drop=True)
        x = gap * (layer - 1)
        frame = {"boxstyle": "round,pad=0.08", "facecolor": "0.965", "edgecolor": "none"}
        ax.add_patch(FancyBboxPatch((x - 0.75, -len(rows) + 0.62), 3.1, len(rows) - 0.24, zorder=0, **frame))
        ax.text(x + 0.8, 0.52, f"layer {layer}", ha="center", va="bottom", fontsize=7, color="0.3")
        for k, row in rows.iterrows():
            y = -float(k)  # type: ignore[arg-type]
            box(ax, x, y, "blue", f"{row['n']:.0f} r", row["tau_m"], row["tau_r"])
            box(ax, x + 1.6, y, "orange", f"{row['n']:.0f} e", row["tau_r"], row["tau_m"])
        middle = -(len(rows) - 1) / 2
        left, right = x - 0.85, x + 2.45
        start = left - (gap - (right - left))
        arrow(ax, (start, middle + 0.35), (left, middle + 0.35), "blue")
        if layer > layers[0]:
            arrow(ax, (left, middle - 0.35), (start, middle - 0.35), "orange")
        for k in range(len(rows)):  # slope of the transfer function, nudging
            arrow(ax, (x + 0.7, -k + 0.1), (x + 0.91, -k + 0.1), "blue")
            arrow(ax, (x + 0.91, -k - 0.1), (x + 0.7, -k - 0.1), "orange")
    depth = -(populations.groupby("layer").size().max() - 1) / 2
    ax.text(-1.7, depth + 0.35, "input", ha="right", va="center", fontsize=7)
    end = gap * (len(layers) - 1) + 2.45
    arrow(ax, (end + 0.8, depth - 0.35), (end, depth - 0.35), "orange")
    ax.text(end + 0.9, depth - 0.35, "output\nerror", ha="left", va="center", fontsize=7)
    ax.set(xlim=(-2.8, end + 1.9), ylim=(-len(layers) + 1.4, 0.95))
    ax.axis("off")


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Microcircuit, kernels of the cascades, moments, windows of the random network.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    top, middle, bottom = fig.subfigures(3, 1, height_ratios=[2.0, 2.6, 2.3])
    circuit = top.subplots()
    microcircuit(circuit, tables["populations"])
    panel_label(circuit, "a")

    kernels, moments = tables["kernels"], tables["moments"]
    cascades = kernels[kernels["network"] == "cascades"]
    stages, bank, spread = middle.subplots(1, 3)
    shades = colormaps["viridis"](np.linspace(0.1, 0.85, N_LAYERS))
    for (stage, rows), shade in zip(cascades[cascades["neuron"] == CHANNEL].groupby("layer"), shades, strict=True):
        stages.plot(rows["t"], rows["kernel"], color=shade, label=f"stage {stage}")
    tau = cascades.loc[cascades["neuron"] == CHANNEL, "tau_m"].iloc[0]
    stages.set_title(rf"cascade with $\tau^\mathrm{{m}}$ = {tau:g} ms")
    stages.legend()
    last = cascades[cascades["layer"] == N_LAYERS]
    colours = colormaps["viridis"](np.linspace(0, 0.9, last["neuron"].nunique()))
    for (_, rows), colour in zip(last.groupby("neuron"), colours, strict=True):
        bank.plot(rows["t"], rows["kernel"] / rows["kernel"].max(), color=colour, lw=1)
    ends = sorted(last["tau_m"].unique())
    bank.set_title(rf"fourth stage, $\tau^\mathrm{{m}}$ = {ends[0]:g} to {ends[-1]:g} ms")
    stages.set(xlabel="time since the pulse (ms)", ylabel="rate (1/ms)", xlim=(0, 8))
    bank.set(xlabel="time since the pulse (ms)", ylabel="rate / maximum", xlim=(0, SHOWN))
    parts = moments[moments["network"] == "cascades"]
    for (stage, rows), shade in zip(parts.groupby("layer"), shades, strict=True):
        for column, power, marker in (("mean", 1.0, "o"), ("sd", 0.5, "s")):
            spread.plot(rows["tau_m"], stage**power * rows["tau_m"], color=shade, lw=0.8)
            face = shade if column == "mean" else "white"
            spread.plot(rows["tau_m"], rows[column], marker, color=shade, ms=3, markerfacecolor=face)
    spread.plot([], [], "o", ms=3, color="0.3", label=r"mean: $k\,\tau^\mathrm{m}$")
    spread.plot([], [], "s", ms=3, color="0.3", markerfacecolor="white", label=r"s.d.: $\sqrt{k}\,\tau^\mathrm{m}$")
    spread.set(xlabel=r"$\tau^\mathrm{m}$ (ms)", ylabel="time (ms)")
    spread.legend()

    mixed = kernels[kernels["network"] == "mixed"]
    windows = bottom.subplots(1, N_LAYERS, sharex=True)
    at = moments[moments["network"] == "mixed"].groupby("layer")["mean"].mean()
    for ax, (layer, rows) in zip(windows, mixed.groupby("layer"), strict=True):
        for _, kernel in rows.groupby("neuron"):
            direct = kernel["kernel"].max() > 20  # the pulse itself, passed on without lag
            if not direct:
                ax.plot(kernel["t"], kernel["kernel"], color=COLOURS["blue"], lw=0.8, alpha=0.8)
        ax.axvline(at[layer], color=COLOURS["red"], ls="--", lw=0.9, label="mean delay")
        ax.set(title=f"layer {layer}", xlabel="time since the pulse (ms)", xlim=(0, 8), ylim=(0, None))
    windows[0].set_ylabel("rate (1/ms)")
    windows[0].legend(loc="upper right")
    for letter, ax in zip("bcde", (stages, bank, spread, windows[0]), strict=True):
        panel_label(ax, letter)
