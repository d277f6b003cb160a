"""Learning on an exact substrate and on four kinds of inexact ones."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.plots import COLOURS, panel_label

SIZE = (7.0, 4.9)
KINDS = {
    "look-ahead": "look-ahead of errors",
    "feedback": "fixed feedback weight",
    "noise": "noise of rates (s.d.)",
    "spread": "spread (s.d.)",
}
SUFFERING = ("noise", "spread")  # kinds that change what is learned
PERIOD = 4.0  # ms, over which the loss is averaged
EVERY = 5  # ms between two rows of the table of losses
THRESHOLDS = {"1e-2": 1e-2, "1e-4": 1e-4}
TEACHER = {"tau_1": 1.0, "tau_2": 2.0}
LAST = 1000  # ms


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Average the loss, find thresholds and what was learned.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``traces`` (first replica), ``parameters``, ``final``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``loss``: mean over 4 ms every 5 ms; ``crossings``: when it first falls below a threshold (ms); ``learned``:
        loss close to 1000 ms, and effective time constants and weights, which include the factors of the substrate,
        relative to the teacher's; ``tau_error``: the larger relative deviation of the two time constants. All by
        ``perturbed``, ``strength`` and ``seed``.
    """
    points = recordings["points"].set_index("point")
    final = recordings["final"].pivot_table(index="point", columns=["variable", "index"], values="value")
    losses, crossings, learned = [], [], []
    for number, rows in recordings["traces"].groupby("point"):
        point = points.loc[number]
        kind = point["inputs.perturbed"]
        label = {"perturbed": kind, "strength": point["inputs.strength"], "seed": point["seed"]}
        t = rows["t_ms"].to_numpy().round(6)
        step = t[1] - t[0]
        mean = ((rows["target"] - rows["output"]) ** 2).rolling(round(PERIOD / step), center=True, min_periods=1).mean()
        mean = mean.to_numpy()
        kept = np.isclose((t + EVERY / 2) % EVERY, EVERY / 2, atol=1e-3 * step)
        losses.append(pd.DataFrame({**label, "t": t[kept].round().astype(int), "loss": mean[kept]}))
        for name, threshold in THRESHOLDS.items():
            below = t[(t > point["learned.t_learn_ms"]) & (mean < threshold)]
            crossings.append({**label, "threshold": name, "t": below[0] if below.size else np.nan})
        value, factor = final.loc[number, "learned.value"], final.loc[number]
        row = {"loss": np.median(mean[t > min(LAST - 20, t[-1] - 10)])}
        for k, (name, true) in enumerate({"w_1": 1.0, "w_2": 2.0, **TEACHER}.items()):
            row[name] = value[k] * factor[f"student.f_{name}", 0] / true
        row["tau_error"] = max(abs(row[name] - 1) for name in TEACHER)
        learned.append({**label, **row})
    order = ["perturbed", "strength", "seed"]
    return {
        "loss": pd.concat(losses).sort_values([*order, "t"], ignore_index=True),
        "crossings": pd.DataFrame(crossings).sort_values([*order, "threshold"], ignore_index=True),
        "learned": pd.DataFrame(learned).sort_values(order, ignore_index=True),
    }


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Losses above, time constants below; one column for each perturbation.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    # Time constants are shown where they suffer.
    grid = fig.add_gridspec(2, len(KINDS))
    first = fig.add_subplot(grid[0, 0])
    uppers = [first, *(fig.add_subplot(grid[0, k], sharey=first) for k in range(1, len(KINDS)))]
    lowers = dict(zip(SUFFERING, (fig.add_subplot(grid[1, :2]), fig.add_subplot(grid[1, 2:])), strict=True))
    exact = tables["loss"][tables["loss"]["perturbed"] == "nothing"].groupby("t")["loss"].median()
    best = tables["learned"][tables["learned"]["perturbed"] == "nothing"]
    for upper, (kind, title) in zip(uppers, KINDS.items(), strict=True):
        upper.plot(exact.index, exact, color="0.7", lw=2.5, label="exact")
        part = tables["loss"][tables["loss"]["perturbed"] == kind]
        strengths = sorted(part["strength"].unique())
        for strength, colour in zip(
            strengths, colormaps["viridis"](np.linspace(0.05, 0.8, len(strengths))), strict=True
        ):
            rows = part[part["strength"] == strength].groupby("t")["loss"].agg(["min", "median", "max"])
            upper.fill_between(rows.index, rows["min"], rows["max"], color=colour, alpha=0.15, lw=0)
            upper.plot(rows.index, rows["median"], color=colour, lw=1, label=f"{strength:g}")
        upper.axvline(50, color="0.85", lw=0.6, zorder=0)
        upper.set(xscale="log", yscale="log", xlim=(30, part["t"].max()), xlabel="time (ms)")
        upper.set_ylim(1e-12, 3)
        ticks = [t for t in (50, 200, 1000) if t <= part["t"].max()]
        upper.set_xticks(ticks, [str(t) for t in ticks])
        upper.xaxis.set_minor_locator(NullLocator())
        upper.set_title(title)
        upper.legend(loc="lower left", handlelength=1.2)

        if upper is not first:
            upper.tick_params(labelleft=False)
        if kind not in lowers:
            continue
        lower = lowers[kind]
        found = tables["learned"][tables["learned"]["perturbed"] == kind]
        place = {strength: k for k, strength in enumerate(strengths, start=1)}
        for shift, (name, colour) in zip((-0.12, 0.12), (("tau_1", "blue"), ("tau_2", "orange")), strict=True):
            x = [*np.zeros(len(best)), *found["strength"].map(place)]
            y = [*best[name], *found[name]]
            number = name[-1]
            lower.plot(np.array(x) + shift, y, "o", ms=3, alpha=0.6, color=COLOURS[colour], label=rf"$\tau_{number}$")
        lower.axhline(1, color="0.6", lw=0.6, zorder=0)
        lower.set_xticks([0, *place.values()], ["exact", *(f"{s:g}" for s in strengths)], fontsize=6)
        lower.set_xlabel(title)
    first.set_ylabel("squared error")
    for lower in lowers.values():
        lower.set_ylabel("time constant / teacher's")
    lowers[SUFFERING[0]].legend(loc="upper left")
    for letter, ax in zip("abcdef", (*uppers, *lowers.values()), strict=True):
        panel_label(ax, letter)
