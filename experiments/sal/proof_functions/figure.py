"""The functions delta and Delta of the proof: exact, and of simulated neurons."""

import numpy as np
import pandas as pd

from analysis.plots import COLOURS, panel_label
from experiments.sal.proof_functions.inputs import conditions
from references.sal.age_chain import spike_time_differences

SIZE = (5.6, 4.0)
SIGNS = ("excitatory", "inhibitory")
WIDE = 5  # steps that are averaged where simulation and exact curve are compared


def observe(recordings):
    """Difference of the distributions of intervals with moved and with equal weights, and its integral.

    Returns
    -------
    dict
        ``functions``: ``sign``, ``lag``, ``interval`` (tau_ref), ``delta``, ``integral`` (exact).
        ``summary``: ``sign``, ``changes`` (number of sign changes of delta), ``change`` (lag before the first one),
        ``largest`` and ``smallest`` value of the integral, lag ``at`` the largest, ``end`` (integral over all lags).
        ``simulated``: ``sign``, ``interval``, ``delta`` (average over five steps), ``error``, ``exact``, ``z``.
        ``residuals``: mean square ``chi2`` of ``z``; ``correlation`` of simulated and exact delta, by ``sign``.
    """
    p = recordings["points"].iloc[0]
    t_max = int(p["network.t_max"])
    tau = round(p["neurons.tau_ref_ms"] / p["network.dt_ms"])
    w_21, w_12 = conditions(p["inputs.w"], p["inputs.epsilon"]).T
    lag = np.arange(1, t_max)

    def delta(halves: np.ndarray) -> np.ndarray:
        """Reduce (condition, half, lag) to (sign, lag)."""
        change = halves[1::2] - halves[::2]
        return change[:, 0] - change[:, 1]

    arguments = (w_21, w_12, p["inputs.b_1"], p["inputs.b_2"], tau, t_max)
    exact, once = (
        delta(np.stack(spike_time_differences(*arguments, restart=restart), axis=1)) for restart in (True, False)
    )
    functions, summary, simulated, residuals = [], [], [], []
    counts = recordings["final"].query("variable == 'intervals.number'").groupby("index")["value"].sum().to_numpy()
    counts = counts.reshape(len(w_21), -1, 2, t_max - 1).sum(axis=1)  # of all pairs
    total = counts.sum(axis=-1, keepdims=True)
    n_wide = (t_max - 1) // WIDE
    cut = (..., slice(n_wide * WIDE))
    wide = counts[cut].reshape(*counts.shape[:2], n_wide, WIDE).sum(axis=-1) / total
    variance = (wide * (1 - wide) / total).reshape(len(SIGNS), 4, n_wide).sum(axis=1) / 4 / WIDE**2
    found = delta(0.5 * wide / WIDE)
    for k, sign in enumerate(SIGNS):
        integral = np.cumsum(exact[k])
        rows = {"lag": lag, "interval": lag / tau, "delta": exact[k], "integral": integral}
        functions.append(pd.DataFrame({"sign": sign, **rows}))
        changes = lag[:-1][exact[k][:-1] * exact[k][1:] < 0]
        summary.append(
            {
                "sign": sign,
                "changes": len(changes),
                "change": changes[0],
                "largest": integral.max(),
                "at": lag[integral.argmax()],
                "smallest": integral[:-1].min(),
                "end": integral[-1],
            }
        )
        middle = lag[: n_wide * WIDE].reshape(-1, WIDE).mean(axis=1) / tau
        expected, error = once[k][: n_wide * WIDE].reshape(-1, WIDE).mean(axis=1), np.sqrt(variance[k])
        rows = {"interval": middle, "delta": found[k], "error": error, "exact": expected}
        simulated.append(pd.DataFrame({"sign": sign, **rows, "z": (found[k] - expected) / error}))
        correlation = np.corrcoef(found[k], expected)[0, 1]
        residuals.append({"sign": sign, "chi2": (simulated[-1]["z"] ** 2).mean(), "correlation": correlation})
    return {
        "functions": pd.concat(functions, ignore_index=True),
        "summary": pd.DataFrame(summary),
        "simulated": pd.concat(simulated, ignore_index=True),
        "residuals": pd.DataFrame(residuals),
    }


def draw(tables, fig):
    """Panels a, b: delta; c, d: its integral."""
    axes = fig.subplots(2, 2, sharex=True, sharey="row", height_ratios=[1.3, 1])
    for column, sign, colour, labels in zip(axes.T, SIGNS, ("red", "blue"), ("ac", "bd"), strict=True):
        rows = tables["functions"].query("sign == @sign")
        dots = tables["simulated"].query("sign == @sign")
        style = {"fmt": "o", "ms": 3, "lw": 0.8, "color": "0.45", "zorder": 1}
        column[0].errorbar(dots["interval"], 1e3 * dots["delta"], 1e3 * dots["error"], label="simulated", **style)
        column[0].plot(rows["interval"], 1e3 * rows["delta"], color=COLOURS[colour], lw=1.2, label="exact")
        # The curve jumps: what is counted in bins is compared with its averages over the same bins.
        half = np.diff(dots["interval"]).mean() / 2
        edges = np.append(dots["interval"] - half, dots["interval"].iloc[-1] + half)
        column[0].stairs(1e3 * dots["exact"], edges, baseline=None, color="0.45", lw=0.8, label="exact, same bins")
        column[1].plot(rows["interval"], 1e2 * rows["integral"], color=COLOURS[colour], lw=1.2)
        change = tables["summary"].query("sign == @sign")["change"].iloc[0] + 0.5
        for ax, label in zip(column, labels, strict=True):
            ax.axhline(0, color="0.6", lw=0.6)
            ax.axvline(change * rows["interval"].iloc[0], ls=":", color="0.4", lw=0.8)
            panel_label(ax, label)
        column[0].set(title=f"{sign} synapses")
        column[1].set(xlabel=r"interval $t$ ($\tau_\mathrm{ref}$)", xlim=(0, None))
    axes[0, 0].set_ylabel(r"$\delta(t) \times 10^3$")
    axes[1, 0].set_ylabel(r"$\Delta(t) \times 10^2$")
    axes[0, 0].legend(loc="upper right")
