"""Activation of integrate-and-fire neurons, differences of weights over time, and where they end."""

import numpy as np
import pandas as pd
from scipy.optimize import curve_fit

from analysis.plots import COLOURS, band, panel_label
from analysis.points import values
from experiments.sal.lif.inputs import BIASES, CONDITIONS, SHAPES, SIGNS, TAUS, UNLIKE, membrane

SIZE = (7.0, 4.8)
LATE = 0.5  # of the run: weights are averaged from here on
KINDS = dict(zip(SIGNS, ("excitation", "inhibition"), strict=True))


def _activation(recordings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return rates per 1 / tau_ref of the uncoupled neurons: simulated, exact, and the logistic function."""
    point = recordings["points"].iloc[0]
    n_tau = point["run.duration_ms"] / point["neurons.tau_ref_ms"]
    spikes = recordings["final"].pivot_table(index="seed", columns="index", values="value").to_numpy()
    alone = spikes[:, -len(TAUS) * len(BIASES) * int(point["network.n_copies"]) :]
    found = alone.reshape(len(alone), len(TAUS), len(BIASES), -1).mean(axis=(0, 3)) / n_tau
    rows = []
    for k, tau in enumerate(TAUS):
        one = membrane(values(point), tau)
        offset, slope = one.calibrate()
        for b, simulated in zip(BIASES, found[k], strict=True):
            exact, logistic = one.rate(offset + slope * b) * one.t_ref, 1 / (1 + np.exp(-b))
            rows.append({"tau_m_ms": 1e3 * tau, "b": b, "simulated": simulated, "exact": exact, "logistic": logistic})
    table = pd.DataFrame(rows)
    error, misfit = (table["simulated"] - table["exact"]).abs(), (table["exact"] - table["logistic"]).abs()
    return table.assign(error=error, misfit=misfit)


def _time_constant(rows: pd.DataFrame) -> float:
    """Fit an exponential decay from the initial to a final difference, in s; infinite if there is none to fit."""
    mean = rows.groupby("t_s")["difference"].mean()
    if len(mean) < 5:
        return np.inf

    def decay(t: np.ndarray, tau: float, end: float) -> np.ndarray:
        return end + (mean.iloc[0] - end) * np.exp(-t / tau)

    (tau, _), _ = curve_fit(decay, mean.index.to_numpy(), mean.to_numpy(), p0=[30.0, 0.0])
    return float(tau)


def observe(recordings):
    """Rates of uncoupled neurons, and the difference of the weights of every condition.

    Returns
    -------
    dict
        ``activation``: ``tau_m_ms``, ``b``, rates per 1 / tau_ref ``simulated``, ``exact``, ``logistic``; ``error`` and
        ``misfit``: distance of the first two and of the last two.
        ``course``: ``sign``, ``unlike``, ``shape``, ``tau_m_ms``, ``seed``, ``t_s``, ``difference``: W_21 - W_12 over
        its initial size, with its sign, mean over pairs.
        ``end``: the same conditions, late mean ``difference`` of W_21 - W_12 (not relative), its ``error``,
        ``effective``: the difference with gains applied, and ``tau_s``, time constant of the decay.
        ``summary``: ``sign``, ``unlike``, root mean square ``start`` and ``end`` of the difference, and of the late
        ``effective`` one, over shapes and membranes; mean ``tau_s``.
    """
    p = recordings["points"].iloc[0]
    n = int(p["network.n_pairs"])
    weights = recordings["weights"].sort_values(["seed", "t_ms", "index"])
    pair = weights["index"].to_numpy()[::2] // 2
    w_21, w_12 = weights["w"].to_numpy()[::2], weights["w"].to_numpy()[1::2]
    labels = pd.DataFrame(CONDITIONS, columns=["sign", "unlike", "shape", "tau_m_ms"])
    labels = labels.assign(sign=labels["sign"].map(KINDS), tau_m_ms=1e3 * labels["tau_m_ms"])
    pairs = labels.iloc[pair // n].reset_index(drop=True)
    pairs = pairs.assign(
        seed=weights["seed"].to_numpy()[::2], pair=pair % n, t_s=weights["t_ms"].to_numpy()[::2] / 1e3, raw=w_21 - w_12
    )
    size = np.where(pairs["sign"] == "excitation", 1, -1) * (p["inputs.w_21"] - p["inputs.w_12"])
    gain = np.where(pairs["unlike"] == "gains", p["inputs.gain"], 1.0)
    pairs = pairs.assign(difference=pairs["raw"] / size, effective=w_21 * gain - w_12 / gain)
    keys = ["sign", "unlike", "shape", "tau_m_ms"]
    course = pairs.groupby([*keys, "seed", "t_s"], as_index=False)["difference"].mean()
    late = pairs[pairs["t_s"] >= LATE * pairs["t_s"].max()]
    single = late.groupby([*keys, "seed", "pair"], as_index=False)[["raw", "effective"]].mean()
    groups = single.groupby(keys)
    end = groups[["raw", "effective"]].mean().rename(columns={"raw": "difference"})
    end = end.assign(error=groups["raw"].sem())
    end["tau_s"] = [_time_constant(course[(course[keys] == key).all(axis=1)]) for key in end.index]
    end = end.reset_index()
    start = abs(p["inputs.w_21"] - p["inputs.w_12"])
    summary = []
    for (sign, unlike), rows in end.groupby(["sign", "unlike"]):
        rms = np.sqrt((rows[["difference", "effective"]] ** 2).mean())
        row = {"sign": sign, "unlike": unlike, "start": start, "end": rms["difference"], "effective": rms["effective"]}
        summary.append({**row, "tau_s": rows["tau_s"].mean()})
    return {
        "activation": _activation(recordings),
        "course": course,
        "end": end,
        "summary": pd.DataFrame(summary),
    }


def draw(tables, fig):
    """Panel a: activation; b, c: differences over time, like neurons; d: where unlike neurons end."""
    upper, lower = fig.subfigures(2, 1, height_ratios=[1, 1.05])
    left, middle, right = upper.subplots(1, 3)
    hues = ("sky", "blue", "purple", "red")
    u = np.linspace(-2.2, 2.2, 100)
    left.plot(u, 1 / (1 + np.exp(-u)), color="0.7", lw=3, label="logistic")
    for hue, (tau, rows) in zip(hues, tables["activation"].groupby("tau_m_ms"), strict=True):
        left.plot(rows["b"], rows["exact"], color=COLOURS[hue], lw=1)
        left.plot(rows["b"], rows["simulated"], "o", ms=3, color=COLOURS[hue], label=f"{tau:g} ms")
    left.set(xlabel="bias (log-odds)", ylabel=r"rate (per $\tau_\mathrm{ref}$)", ylim=(0, 1))
    left.legend(fontsize=6.5, loc="upper left", handlelength=1, title=r"$\tau_\mathrm{m}$", title_fontsize=6.5)
    panel_label(left, "a")
    for ax, kind, letter in ((middle, "excitation", "b"), (right, "inhibition", "c")):
        rows = tables["course"].query("sign == @kind and unlike == 'alike'")
        for hue, (_, some) in zip(hues, rows.groupby("tau_m_ms"), strict=True):
            band(ax, some, x="t_s", y="difference", over="shape", colour=hue)
        ax.axhline(0, color="0.6", lw=0.6)
        ax.set(xlabel="time (s)", title=f"{kind}, like neurons", ylim=(-0.3, 1.05), xlim=(0, None))
        panel_label(ax, letter)
    middle.set_ylabel(r"$W_{21} - W_{12}$ (relative)")

    axes = lower.subplots(1, len(UNLIKE), sharey=True)
    titles = {"alike": "like neurons", "biases": "unlike biases", "membranes": r"unlike $\tau_\mathrm{m}$"}
    for ax, unlike in zip(axes, UNLIKE, strict=True):
        for k, (shape, mark) in enumerate(zip(SHAPES, ("s", "o", "^"), strict=True)):
            for kind, colour in (("excitation", "red"), ("inhibition", "blue")):
                rows = tables["end"].query("unlike == @unlike and shape == @shape and sign == @kind")
                style = {"color": COLOURS[colour], "ms": 3.5, "lw": 0.7, "elinewidth": 0.8}
                label = shape if kind == "excitation" else None
                x = rows["tau_m_ms"] * 1.07 ** (k - 1)
                ax.errorbar(x, rows["difference"], rows["error"], fmt=f"{mark}-", label=label, **style)
        ax.axhline(0, color="0.6", lw=0.6)
        for start in (-1, 1):
            ax.axhline(start, color="0.75", lw=0.8, ls=":")
        ticks = sorted(tables["end"]["tau_m_ms"].unique())
        ax.set(
            xscale="log", xlim=(1.6, 26), xlabel=r"$\tau_\mathrm{m}$ (ms)", title=titles.get(unlike, f"unlike {unlike}")
        )
        ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
        ax.set_xticks([], minor=True)
    axes[0].set(ylabel="final $W_{21} - W_{12}$", ylim=(-1.1, 1.1))
    axes[0].legend(fontsize=6.5, loc="lower left", handlelength=1)
    axes[1].text(0.03, 0.06, "excitation", color=COLOURS["red"], transform=axes[1].transAxes, fontsize=6.5)
    axes[1].text(0.03, 0.9, "inhibition", color=COLOURS["blue"], transform=axes[1].transAxes, fontsize=6.5)
    small = {"fontsize": 6, "ha": "right", "va": "top", "color": "0.5"}
    axes[3].text(0.97, 0.94, "dotted: at the start", transform=axes[3].transAxes, **small)
    panel_label(axes[0], "d")
