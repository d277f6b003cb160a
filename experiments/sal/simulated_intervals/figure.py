"""Distributions of intervals, simulated and exact, and how far they are apart."""

import numpy as np
import pandas as pd

from analysis.plots import COLOURS, panel_label
from experiments.sal.simulated_intervals.inputs import SHAPES, drawn
from references.sal.age_chain import alpha, rectangular, spike_time_differences

SIZE = (7.0, 4.4)
SIDES = ("right", "left")  # neuron 2 follows neuron 1, and the other way round
LONGEST = 200  # steps: an alpha-shaped potential has gone by then
KEYS = ["shape", "draw", "side", "lag"]


def _exact(p: dict, one: dict) -> pd.DataFrame:
    """Return the probabilities of the exact chain, and those with exchanged weights.

    The chain knows no potentials that add up: those that do not stand for them.
    """
    tau, t_max = round(p["neurons.tau_ref_ms"] / p["network.dt_ms"]), int(p["network.t_max"])
    tau_syn = p["inputs.tau_syn_ms"] / p["network.dt_ms"]
    psp = rectangular(tau, LONGEST) if one["shape"] == SHAPES[0] else alpha(tau, LONGEST, tau_syn)
    w_21, w_12, *biases = (one[key] for key in ("w_21", "w_12", "b_1", "b_2"))
    curves = {
        name: spike_time_differences(*weights, *biases, tau, LONGEST, psp, restart=False)
        for name, weights in (("exact", (w_21, w_12)), ("exchanged", (w_12, w_21)))
    }
    lag = np.arange(1, t_max)
    return pd.concat(
        pd.DataFrame(
            {
                "shape": one["shape"],
                "draw": one["draw"],
                "side": side,
                "lag": lag,
                "interval": lag / tau,
                **{name: 0.5 * halves[k][lag - 1] / halves[k][lag - 1].sum() for name, halves in curves.items()},
            }
        )
        for k, side in enumerate(SIDES)
    )


def _distance(table: pd.DataFrame, curve: str) -> pd.Series:
    """Return how far the counts are from a curve, in standard errors."""
    total, q = table.groupby(KEYS[:3])["number"].transform("sum"), 2 * table[curve]  # of one half
    return (table["number"] - total * q) / np.sqrt(total * q * (1 - q))


def observe(recordings):
    """Compare the simulated distributions with the exact ones.

    Returns
    -------
    dict
        ``distribution``: ``shape``, ``draw``, ``side``, ``lag`` (steps), ``interval`` (tau_ref), ``simulated`` and
        ``exact`` probability, ``z`` (distance in standard errors). ``residuals``: ``shape``, ``draw``, ``chi2`` per
        degree of freedom, ``chi2_exchanged`` (to the chain with exchanged weights), largest distance ``z``, number of
        ``intervals``.
    """
    p = recordings["points"].iloc[0].to_dict()
    conditions, t_max = drawn(int(p["inputs.draw"])), int(p["network.t_max"])
    counts = recordings["final"].query("variable == 'intervals.number'").rename(columns={"value": "number"})
    row, counts["lag"] = counts["index"] // (t_max - 1), counts["index"] % (t_max - 1) + 1
    condition = row // (2 * int(p["network.n_pairs"]))
    counts["side"] = np.take(SIDES, row % 2)
    for key in ("shape", "draw"):
        counts[key] = np.take([one[key] for one in conditions], condition)
    table = counts.groupby(KEYS, as_index=False, sort=False)["number"].sum()  # of all pairs and seeds
    table = table.merge(pd.concat([_exact(p, one) for one in conditions]), on=KEYS)
    table["simulated"] = 0.5 * table["number"] / table.groupby(KEYS[:3])["number"].transform("sum")
    table["z"], table["z_exchanged"] = _distance(table, "exact"), _distance(table, "exchanged")
    residuals = [
        {
            "shape": shape,
            "draw": one,
            "chi2": (rows["z"] ** 2).sum() / (len(rows) - len(SIDES)),
            "chi2_exchanged": (rows["z_exchanged"] ** 2).sum() / (len(rows) - len(SIDES)),
            "z": rows["z"].abs().max(),
            "intervals": rows["number"].sum(),
        }
        for (shape, one), rows in table.groupby(["shape", "draw"], sort=False)
    ]
    return {
        "distribution": table.drop(columns=["number", "exchanged", "z_exchanged"]),
        "residuals": pd.DataFrame(residuals),
    }


def draw(tables, fig):
    """Columns: shapes of the potential; rows: draws of weights and biases."""
    axes = fig.subplots(2, 2, sharex=True)
    table, residuals = tables["distribution"], tables["residuals"].set_index(["shape", "draw"])["chi2"]
    table = table.assign(signed=np.where(table["side"] == "right", 1, -1) * table["interval"]).sort_values("signed")
    for column, shape in enumerate(SHAPES[:2]):
        for number, ax in enumerate(axes[:, column]):
            rows = table[(table["shape"] == shape) & (table["draw"] == number)]
            width = rows["interval"].min()
            ax.bar(rows["signed"], 100 * rows["simulated"], width, color=COLOURS["blue"], alpha=0.35, label="simulated")
            for side in SIDES:
                half = rows[rows["side"] == side]
                label = "exact chain" if side == "right" else None
                ax.plot(half["signed"], 100 * half["exact"], color=COLOURS["orange"], lw=1.2, label=label)
            title = rf"$\chi^2$ per bin: {residuals[shape, number]:.2f}"
            if shape == SHAPES[1]:
                adding = table[(table["shape"] == SHAPES[2]) & (table["draw"] == number)]
                ax.plot(adding["signed"], 100 * adding["simulated"], ".", color="0.3", ms=2, label="adding up")
                title += f", adding up: {residuals[SHAPES[2], number]:.3g}"
            ax.set_title((f"{shape} potential\n" if number == 0 else "") + title, fontsize=7)
            ax.set(ylabel="probability (%)", ylim=(0, None))
            panel_label(ax, "abcd"[2 * column + number])
    for ax in axes[1]:
        ax.set_xlabel(r"interval $t_2 - t_1$ ($\tau_\mathrm{ref}$)")
    axes[0, 1].legend(loc="upper right", fontsize=6.5)
