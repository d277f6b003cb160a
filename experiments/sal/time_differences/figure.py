"""Distributions of intervals, the window of the rule, and how far simulation and exact curve are apart."""

import numpy as np
import pandas as pd

from analysis.plots import COLOURS, panel_label
from references.sal.age_chain import spike_time_differences

SIZE = (7.0, 5.0)
CONDITIONS = ("excitatory", "excitatory, symmetric", "inhibitory", "inhibitory, symmetric")
SIDES = ("right", "left")  # neuron 2 follows neuron 1, and the other way round
WIDE = 7  # steps in a wide bin of the figure; 7 x 7 end just before tau_ref


def _counts(recordings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one row per seed, condition, side and interval, with the exact probability."""
    points = recordings["points"]
    p = points.iloc[0]
    t_max = int(p["network.t_max"])
    tau = round(p["neurons.tau_ref_ms"] / p["network.dt_ms"])
    counts = recordings["final"].query("variable == 'intervals.number'").rename(columns={"value": "number"})
    row, counts["lag"] = counts["index"] // (t_max - 1), counts["index"] % (t_max - 1) + 1
    counts["side"] = np.take(SIDES, row % 2)
    counts["condition"] = np.take(CONDITIONS, row // (2 * int(p["network.n_pairs"])))
    keys = ["seed", "condition", "side", "lag"]
    counts = counts.groupby(keys, as_index=False, sort=False)["number"].sum()  # of all pairs
    high, low = p["inputs.w_21"], p["inputs.w_12"]
    mean = (high + low) / 2
    weights = ((high, low), (mean, mean), (-high, -low), (-mean, -mean))
    exact = [
        pd.DataFrame({"condition": name, "side": side, "lag": np.arange(1, t_max), "exact": half, "published": program})
        for name, w in zip(CONDITIONS, weights, strict=True)
        for side, half, program in zip(
            SIDES,
            spike_time_differences(*w, p["inputs.b"], p["inputs.b"], tau, t_max, restart=False),
            spike_time_differences(*w, p["inputs.b"], p["inputs.b"], tau, t_max),
            strict=True,
        )
    ]
    return counts.merge(pd.concat(exact), on=["condition", "side", "lag"])


def _compare(rows: pd.DataFrame) -> pd.DataFrame:
    """Add simulated probability, its standard error and the distance from the exact one in standard errors."""
    total = rows.groupby(["condition", "side"])["number"].transform("sum")
    q = 2 * rows["exact"]  # of one half
    return rows.assign(
        simulated=0.5 * rows["number"] / total,
        z=(rows["number"] - total * q) / np.sqrt(total * q * (1 - q)),
    )


def observe(recordings):
    """Compare the simulated distribution with the exact one, bin by bin and in sums.

    Returns
    -------
    dict
        ``distribution``: ``condition``, ``side``, ``lag`` (steps), ``interval`` (tau_ref), ``simulated`` (all seeds),
        ``exact``, ``published`` (counted as in the authors' program), ``z`` (distance in standard errors).
        ``halves``: ``condition``, ``side``, ``mass`` and ``exact_mass`` of the intervals below tau_ref, mean interval
        ``steps`` and ``exact_steps``, number of ``intervals``.
        ``drift``: ``condition``, ``seed``, ``simulated``, ``exact``: mean of the window, synapse 1 to 2.
        ``residuals``: ``chi2`` per bin over all bins of all conditions, and the largest distance ``z``.
    """
    p = recordings["points"].iloc[0]
    tau = round(p["neurons.tau_ref_ms"] / p["network.dt_ms"])
    counts = _counts(recordings)
    keys = ["condition", "side", "lag"]
    table = _compare(counts.groupby([*keys, "exact", "published"], as_index=False)["number"].sum())
    table["interval"] = table["lag"] / tau

    halves = []
    for (condition, side), rows in table.groupby(["condition", "side"]):
        short = rows["lag"] < tau
        halves.append(
            {
                "condition": condition,
                "side": side,
                "mass": rows.loc[short, "simulated"].sum(),
                "exact_mass": rows.loc[short, "published"].sum(),
                "steps": 2 * (rows["simulated"] * rows["lag"]).sum(),
                "exact_steps": 2 * (rows["published"] * rows["lag"]).sum(),
                "intervals": rows["number"].sum(),
            }
        )
    drift = []
    for (condition, seed), rows in counts.groupby(["condition", "seed"]):
        window = np.where(rows["side"] == "right", -1, 1) * np.exp(-rows["lag"] / tau)
        values = {
            name: float((window * column).sum())
            for name, column in (("simulated", _compare(rows)["simulated"]), ("exact", rows["published"]))
        }
        drift.append({"condition": condition, "seed": seed, **values})
    n_halves = len(halves)
    residuals = {"chi2": (table["z"] ** 2).sum() / (len(table) - n_halves), "z": table["z"].abs().max()}
    return {
        "distribution": table.drop(columns="number"),
        "halves": pd.DataFrame(halves),
        "drift": pd.DataFrame(drift),
        "residuals": pd.DataFrame([residuals]),
    }


def _signed(rows: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return both halves as one curve over t_2 - t_1, with a gap at 0."""
    left, right = (rows[rows["side"] == side].sort_values("lag") for side in ("left", "right"))
    interval = np.concatenate([-left["interval"].to_numpy()[::-1], [0], right["interval"].to_numpy()])
    return interval, np.concatenate([left[column].to_numpy()[::-1], [np.nan], right[column].to_numpy()])


def _wide(values: np.ndarray) -> np.ndarray:
    """Average over `WIDE` steps; the last bins may be left out."""
    return values[: len(values) // WIDE * WIDE].reshape(-1, WIDE).mean(axis=1)


def draw(tables, fig):
    """Panels a, b: distributions; c: window of the rule; d: residuals."""
    axes = fig.subplot_mosaic([["a", "b"], ["c", "d"]], height_ratios=[1.5, 1])
    table = tables["distribution"]
    for label, sign, colour in (("a", "excitatory", "red"), ("b", "inhibitory", "blue")):
        ax = axes[label]
        rows, equal = (table[table["condition"] == name] for name in (sign, f"{sign}, symmetric"))
        for side, direction in (("right", 1), ("left", -1)):
            half = rows[rows["side"] == side].sort_values("lag")
            middle = direction * _wide(half["interval"].to_numpy())
            height = 100 * _wide(half["simulated"].to_numpy())
            name = "simulated" if direction == 1 else None
            ax.bar(middle, height, WIDE * half["interval"].iloc[0], color=COLOURS[colour], alpha=0.3, label=name)
        interval, exact = _signed(rows, "exact")
        ax.plot(interval, 100 * exact, color=COLOURS[colour], lw=1.2, label="exact, unequal weights")
        interval, exact = _signed(equal, "exact")
        ax.plot(interval, 100 * exact, "--", color="0.3", lw=1, label="exact, equal weights")
        ax.set(title=f"{sign} synapses", ylabel="probability per step (%)", ylim=(0, 1.3))
        ax.legend(loc="upper center" if sign == "inhibitory" else "upper left", fontsize=6.5)
        panel_label(ax, label)
    ax = axes["c"]
    for direction, label in ((1, "causal: depression"), (-1, "anti-causal: potentiation")):
        lag = direction * np.linspace(0, 2, 100)
        ax.fill_between(lag, -direction * np.exp(-abs(lag)), color=COLOURS["green"], alpha=0.25, lw=0)
        ax.plot(lag, -direction * np.exp(-abs(lag)), color=COLOURS["green"], lw=1.2)
        ax.text(direction * 1.15, -direction * 0.8, label, ha="center", va="center", fontsize=6.5)
    ax.axhline(0, color="0.6", lw=0.6)
    ax.set(ylabel="window $K$")
    panel_label(ax, "c")
    ax = axes["d"]
    ax.axhspan(-2, 2, color="0.93", lw=0)
    marks = (("excitatory", "red"), ("inhibitory", "blue"))
    for name, colour in marks:
        interval, z = _signed(table[table["condition"] == name], "z")
        ax.plot(interval, z, ".", ms=2.5, color=COLOURS[colour], label=name)
    chi2 = tables["residuals"]["chi2"].iloc[0]
    ax.set(ylabel="residual (standard errors)", ylim=(-4.9, 4.9), title=rf"$\chi^2$ per bin: {chi2:.2f}")
    ax.legend(loc="lower right", ncols=2, fontsize=6.5, handletextpad=0.1, columnspacing=0.8)
    panel_label(ax, "d")
    for ax in axes.values():
        ax.set(xlim=(-2.03, 2.03), xlabel=r"interval $t_2 - t_1$ ($\tau_\mathrm{ref}$)")
