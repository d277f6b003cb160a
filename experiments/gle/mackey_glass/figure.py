"""Error against horizon, learning, and what the network goes on to say on its own."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.plots import COLOURS, panel_label
from experiments.gle.mackey_glass.inputs import HORIZONS
from experiments.gle.mackey_glass.reference import SETTLE

SIZE = (7.0, 4.6)
LOOKS = {"GLE": "blue", "instantaneous": "orange", "persistence": "grey", "linear": "green", "BPTT": "purple"}
BLOCK = 1000  # steps over which the error while learning is averaged
DELAY = 17  # of the attractor


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Compare predictions with the series.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``predictions``, with a column ``round``; ``points``; what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        ``errors``: root mean square relative to the standard deviation, by ``method``, ``horizon`` and ``seed``;
        ``learning``: the same of the next value in blocks of 1000 steps; ``free``: series and network from 200 steps
        before the network hears itself, first seed; ``alone``: standard deviation of the free run relative to that of
        the series, and for how many steps its error stays below 0.4 standard deviations.
    """
    points = recordings["points"].set_index("point")
    series = {seed: rows.sort_values("step")["x"].to_numpy() for seed, rows in recordings["series"].groupby("seed")}
    errors, learning, free, alone = [], [], [], []
    for number, point in points.iterrows():
        x = series[point["seed"]]
        n, n_test = int(point["network.n_series"]), int(point["inputs.n_test"])
        method = "GLE" if point["layer_1.prospective"] else "instantaneous"
        label = {"method": method, "seed": point["seed"]}
        rows = recordings["predictions"][recordings["predictions"]["point"] == number]
        last = rows["round"].max()
        start = 0
        for round_, part in rows.groupby("round"):
            found = part.pivot_table(index="t_ms", columns="index", values="r").to_numpy()
            if round_ < last:
                steps = np.arange(len(found))
                wrong = (found[:, 0] - x[steps + HORIZONS[0]]) ** 2
                whole = len(wrong) // BLOCK * BLOCK
                means = np.sqrt(wrong[:whole].reshape(-1, BLOCK).mean(axis=1))
                learning.append(
                    pd.DataFrame({**label, "step": start + BLOCK * np.arange(1, len(means) + 1), "error": means})
                )
                start += len(found)
                continue
            times = np.arange(SETTLE, n_test)
            for k, horizon in enumerate(HORIZONS):
                wrong = found[times, k] - x[n + times + horizon]
                size = float(np.sqrt(np.mean(wrong**2)) / x[n + times].std())
                errors.append({**label, "horizon": horizon, "error": size})
            after = np.arange(n_test - 200, len(found) - 1)
            own, true = found[after, 0], x[n + after + 1]
            lost = np.flatnonzero(np.abs(own - true)[after >= n_test] > 0.4)
            size_alone = own[after >= n_test + 200].std() / x.std()
            alone.append({**label, "size": size_alone, "steps": int(lost[0]) if lost.size else len(after) - 200})
            if point["seed"] == points["seed"].iloc[0]:
                free.append(pd.DataFrame({"method": method, "t": after - n_test, "series": true, "network": own}))
    others = recordings["others"][["method", "seed", "horizon", "error"]]
    errors = pd.concat([pd.DataFrame(errors), others], ignore_index=True)
    return {
        "errors": errors.sort_values(["method", "horizon", "seed"], ignore_index=True),
        "learning": pd.concat(learning, ignore_index=True),
        "free": pd.concat(free, ignore_index=True),
        "alone": pd.DataFrame(alone).sort_values(["method", "seed"], ignore_index=True),
    }


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Horizons and learning above, the free run below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    grid = fig.subplot_mosaic([["horizons", "learning"], ["free", "attractor"]], width_ratios=[1.6, 1])
    ax = grid["horizons"]
    for method, colour in LOOKS.items():
        rows = (
            tables["errors"][tables["errors"]["method"] == method]
            .groupby("horizon")["error"]
            .agg(["mean", "min", "max"])
        )
        style = "-" if method in ("GLE", "instantaneous") else "--"
        ax.fill_between(rows.index, rows["min"], rows["max"], color=COLOURS[colour], alpha=0.2, lw=0)
        label = f"{method} (30 values)" if method == "linear" else method
        ax.plot(rows.index, rows["mean"], style, color=COLOURS[colour], marker="o", ms=3, label=label)
    ax.set(xscale="log", yscale="log", xlabel="horizon (steps)", ylabel="error / s.d. of the series")
    ax.set_xticks(HORIZONS, [str(h) for h in HORIZONS])
    ax.minorticks_off()
    ax.legend()
    ax = grid["learning"]
    for method in ("GLE", "instantaneous"):
        for _, rows in tables["learning"][tables["learning"]["method"] == method].groupby("seed"):
            ax.plot(rows["step"] / 1000, rows["error"], color=COLOURS[LOOKS[method]], lw=0.9)
    ax.set(yscale="log", xlabel="time steps (1000)", ylabel="error of the next value / s.d.")
    ax.set_yticks([0.1, 0.2, 0.5, 1], ["0.1", "0.2", "0.5", "1"])
    ax.minorticks_off()
    free = tables["free"][tables["free"]["method"] == "GLE"]
    ax = grid["free"]
    ax.axvline(0, color="0.8", lw=0.8, zorder=0)
    ax.plot(free["t"], free["series"], color="0.6", lw=2, label="series")
    ax.plot(free["t"], free["network"], color=COLOURS["blue"], label="network (GLE)")
    ax.set(xlim=(-200, 500), ylim=(-2.6, 2.9), xlabel="time steps", ylabel="value (s.d.)")
    ax.legend(loc="upper right", ncols=2)
    ax = grid["attractor"]
    alone = free[free["t"] >= 0]
    for column, colour, width in (("series", "0.7", 0.8), ("network", COLOURS["blue"], 0.8)):
        values = alone[column].to_numpy()
        ax.plot(values[DELAY:], values[:-DELAY], color=colour, lw=width)
    ax.set(xlabel="$x(t)$", ylabel=f"$x(t - {DELAY})$", aspect="equal")
    for letter, name in zip("abcd", grid, strict=True):
        panel_label(grid[name], letter)
