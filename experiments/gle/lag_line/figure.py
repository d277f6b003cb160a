"""Rates and errors in three windows, learned parameters, and loss of five algorithms."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import NullLocator

from analysis.plots import COLOURS, panel_label

SIZE = (7.0, 7.4)

PARAMETERS = ["w_1", "w_2", "tau_1", "tau_2"]
TEACHER = ["teacher.w_1", "teacher.w_2", "teacher.tau_1_ms", "teacher.tau_2_ms"]
STYLE = {
    "instantaneous": COLOURS["orange"],
    "GLE": COLOURS["blue"],
    "BPTT 4 ms": COLOURS["green"],
    "BPTT 2 ms": COLOURS["purple"],
    "BPTT 1 ms": COLOURS["red"],
}
WINDOWS = ["correct time constants, wrong weights", "before learning", "after learning"]
WINDOW = 6.0  # ms, length of a window
PERIOD = 4.0  # ms, over which the loss is averaged
EVERY = 5  # ms between two rows of the tables of loss and parameters
THRESHOLDS = {"1e-2": 1e-2, "1e-4": 1e-4, "1e-6": 1e-6}


def algorithm(point: pd.Series) -> str:
    """Name the algorithm of a point.

    Parameters
    ----------
    point : Series
        Row of the table of points.

    Returns
    -------
    str
        A key of `STYLE`.
    """
    if point["gradients.bptt"]:
        return f"BPTT {point['learned.window_ms']:g} ms"
    return "GLE" if point["student.prospective"] else "instantaneous"


def lead(ahead: np.ndarray, behind: np.ndarray, step: float, most: float) -> tuple[float, float]:
    """Time by which one signal leads another, where their correlation is largest.

    Parameters
    ----------
    ahead, behind : ndarray, shape (samples,)
        Signals on the same grid.
    step : float
        Distance of samples, ms.
    most : float
        Longest lead that is tried, ms.

    Returns
    -------
    lead : float
        In ms; negative if `ahead` comes later.
    correlation : float
        Pearson correlation at that lead.
    """
    shifts = range(-round(most / step), round(most / step) + 1)
    n = len(ahead)
    found = [np.corrcoef(ahead[max(0, -s) : n - max(0, s)], behind[max(0, s) : n - max(0, -s)])[0, 1] for s in shifts]
    best = int(np.argmax(found))
    return shifts[best] * step, float(found[best])


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Average the loss over periods and cut the windows.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``traces`` (first replica), ``parameters``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``loss`` and ``parameters`` against time; ``crossings``, when the loss first falls below a threshold;
        ``windows``, traces of the first seed; ``errors``, how far prospective errors lead; ``teacher``. Times and time
        constants are in ms.
    """
    points = recordings["points"].set_index("point")
    points["algorithm"] = points.apply(algorithm, axis=1)
    first = points["seed"].iloc[0]
    losses, crossings, windows, values, correct = [], [], [], [], {}

    for number, rows in recordings["traces"].groupby("point"):
        point = points.loc[number]
        label = {"algorithm": point["algorithm"], "seed": point["seed"]}
        t = rows["t_ms"].to_numpy().round(6)
        step = t[1] - t[0]
        error = (rows["target"] - rows["output"]) ** 2
        mean = error.rolling(round(PERIOD / step), center=True, min_periods=1).mean().to_numpy()
        kept = np.isclose((t + EVERY / 2) % EVERY, EVERY / 2, atol=1e-3 * step)
        losses.append(pd.DataFrame({**label, "t": t[kept].round().astype(int), "loss": mean[kept]}))
        settled = t > point["learned.t_learn_ms"]
        for name, threshold in THRESHOLDS.items():
            below = t[settled & (mean < threshold)]
            crossings.append({**label, "threshold": name, "t": below[0] if len(below) else np.nan})

        if point["gradients.bptt"]:
            continue
        switch, learn, end = point["learned.t_switch_ms"], point["learned.t_learn_ms"], t[-1] + step
        starts = [switch / 2 - 0.5, switch + (learn - switch) / 2 - WINDOW + 0.5, end - WINDOW]
        for window, start in zip(WINDOWS, starts, strict=True):
            cut = (t >= start) & (t < start + WINDOW)
            part = rows.loc[cut, ["x", "r_in_2", "output", "target", "e_1", "e_2"]]
            part = part.rename(columns={"x": "r_0", "r_in_2": "r_1", "output": "r_2"})
            part = part.assign(t=t[cut], window=window, **label)
            if label["seed"] == first:
                windows.append(part)
            if window == WINDOWS[0]:
                correct[label["algorithm"], label["seed"]] = part, step

    errors = []
    for seed in points["seed"].unique():
        (gle, step), (instantaneous, _) = correct["GLE", seed], correct["instantaneous", seed]
        for name in ("e_1", "e_2"):
            ahead, behind = gle[name].to_numpy(), instantaneous[name].to_numpy()
            time, correlation = lead(ahead, behind, step, PERIOD / 2)
            row = {"seed": seed, "error": name, "lead": time, "correlation": correlation}
            errors.append({**row, "sd_GLE": ahead.std(), "sd_instantaneous": behind.std()})

    for number, rows in recordings["parameters"].groupby("point"):
        point = points.loc[number]
        t = rows["t_ms"].round(6)
        part = rows[np.isclose(t % EVERY, 0)]
        values.append(
            pd.DataFrame(
                {
                    "algorithm": point["algorithm"],
                    "seed": point["seed"],
                    "t": part["t_ms"].round().astype(int),
                    "parameter": part["index"].map(dict(enumerate(PARAMETERS))),
                    "value": part["value"],
                }
            )
        )
    teacher = pd.DataFrame({"parameter": PARAMETERS, "value": [float(points[key].iloc[0]) for key in TEACHER]})
    order = ["algorithm", "seed", "t"]
    return {
        "loss": pd.concat(losses).sort_values(order, ignore_index=True),
        "parameters": pd.concat(values).sort_values([*order, "parameter"], ignore_index=True),
        "crossings": pd.DataFrame(crossings).sort_values(["algorithm", "threshold", "seed"], ignore_index=True),
        "windows": pd.concat(windows).sort_values(["algorithm", "t"], ignore_index=True),
        "errors": pd.DataFrame(errors).sort_values(["error", "seed"], ignore_index=True),
        "teacher": teacher,
    }


def draw_windows(table: pd.DataFrame, fig: SubFigure) -> None:
    """One column per window; rates in the upper rows, errors in the lower ones.

    Parameters
    ----------
    table : DataFrame
        Table ``windows``.
    fig : SubFigure
        Where to draw.
    """
    axes = fig.subplots(4, len(WINDOWS), sharey="row", sharex="col", height_ratios=[1, 1, 0.9, 0.9])
    rows = {
        "r_1": "rate $r_1$",
        "r_2": "rate $r_2$",
        "e_1": r"error $e_1 \times 10^3$",
        "e_2": r"error $e_2 \times 10^3$",
    }
    for column, window in zip(axes.T, WINDOWS, strict=True):
        part = table[table["window"] == window]
        one = part[part["algorithm"] == "GLE"]
        column[0].plot(one["t"], one["r_0"], color="0.75", lw=0.8, label="input $r_0$")
        column[1].plot(one["t"], one["target"], color=COLOURS["black"], lw=3.5, alpha=0.2, label="target")
        for ax, name in zip(column, rows, strict=True):
            scale = 1e3 if name.startswith("e") else 1
            for label, width in (("instantaneous", 2), ("GLE", 1.2)):  # where both agree, both are seen
                line = part[part["algorithm"] == label]
                ax.plot(line["t"], scale * line[name], color=STYLE[label], lw=width, label=label)
            if name.startswith("e"):
                ax.axhline(0, color="0.85", lw=0.6, zorder=0)
            ax.margins(x=0)
        column[0].set_title(window, fontsize="medium")
        column[-1].set_xlabel("time (ms)")
    for ax, label in zip(axes[:, 0], rows.values(), strict=True):
        ax.set_ylabel(label)
    fig.align_ylabels(axes[:, 0])
    handles = {h.get_label(): h for ax in axes[:2, 0] for h in ax.get_lines()}
    names = ["input $r_0$", "target", "GLE", "instantaneous"]
    fig.legend([handles[n] for n in names], names, loc="outside upper center", ncols=len(names), frameon=False)
    panel_label(axes[0, 0], "a")


def curves(ax: Axes, table: pd.DataFrame, column: str) -> None:
    """Draw the median over seeds of every algorithm, and the range of the seeds.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    table : DataFrame
        Columns ``algorithm``, ``t`` and `column`.
    column : str
        What to draw.
    """
    for name, colour in STYLE.items():
        rows = table[table["algorithm"] == name].groupby("t")[column].agg(["min", "median", "max"])
        ax.fill_between(rows.index, rows["min"], rows["max"], color=colour, alpha=0.2, lw=0)
        ax.plot(rows.index, rows["median"], color=colour, lw=1.2, label=name, zorder=4 if name == "GLE" else 3)


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Windows above, learning below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    upper, lower = fig.subfigures(2, 1, height_ratios=[4.3, 3.1])
    draw_windows(tables["windows"], upper)

    grid = lower.subplot_mosaic([["w_1", "tau_1", "loss"], ["w_2", "tau_2", "loss"]], width_ratios=[1, 1, 1.5])
    true = tables["teacher"].set_index("parameter")["value"]
    titles = {"w_1": "weight $w_1$", "w_2": "weight $w_2$", "tau_1": r"$\tau_1$ (ms)", "tau_2": r"$\tau_2$ (ms)"}
    begin, end = 40, tables["loss"]["t"].max()
    ticks = [t for t in ((50, 70, 100, 150) if end < 500 else (50, 200, 1000, 4000)) if t <= end]
    for name, ax in grid.items():
        table = tables["loss"] if name == "loss" else tables["parameters"].query("parameter == @name")
        table = table[table["t"] >= begin]
        curves(ax, table, "loss" if name == "loss" else "value")
        ax.set(xscale="log", xlim=(begin, end))
        ax.set_xticks(ticks, [str(t) for t in ticks])
        ax.xaxis.set_minor_locator(NullLocator())
        if name != "loss":
            ax.axhline(true[name], color="0.45", ls="--", lw=0.8, zorder=5)
            ax.set_ylabel(titles[name])
        if name in ("w_1", "tau_1"):
            ax.tick_params(labelbottom=False)
        else:
            ax.set_xlabel("time (ms)")
    grid["w_2"].annotate("teacher", (begin, true["w_2"]), (2, -8), textcoords="offset points", color="0.4", fontsize=6)
    grid["loss"].set(yscale="log", ylabel="mean squared error of the output", ylim=(1e-13, None))
    grid["loss"].legend(loc="lower left", handlelength=1.4)
    for label, name in zip("bcd", ("w_1", "tau_1", "loss"), strict=True):
        panel_label(grid[name], label)
