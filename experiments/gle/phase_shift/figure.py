"""Responses in time, gain and phase against frequency, and phase against look-ahead."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MultipleLocator

from analysis.plots import COLOURS, panel_label
from experiments.gle.phase_shift.inputs import LOOKS, SPECTRUM, TABLE, TAU_M, TRACED
from references.gle.adjoint import adjoint, demodulate, response

SIZE = (7.0, 5.4)
KINDS = {"forward": "blue", "error": "orange", "adjoint": "black"}
NAMES = {"forward": "rate", "error": "GLE error", "adjoint": "adjoint (BPTT)"}
TITLES = (
    r"looks back: $\tau^\mathrm{r} = 0.1\,\tau^\mathrm{m}$",
    r"instantaneous: $\tau^\mathrm{r} = \tau^\mathrm{m}$",
    r"looks ahead: $\tau^\mathrm{r} = 2\,\tau^\mathrm{m}$",
)
SETS = {"table": TABLE, "spectrum": SPECTRUM, "looks": LOOKS}


def continuous(omega: np.ndarray, low: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Transfer function in continuous time of a low-pass followed by a look-ahead."""
    return (1 + 1j * omega * ahead) / (1 + 1j * omega * low)


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Turn sums into gains and phases, beside the exact ones; compute the adjoint backwards.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``traces``, ``final``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``responses``: one row per set, look-ahead, frequency and kind (forward, error, adjoint), with ``gain``,
        ``phase`` (radian), the exact ones of Euler steps (``gain_euler``, ``phase_euler``) and of continuous time
        (``gain_continuous``, ``phase_continuous``), and ``distance`` from Euler steps in the complex plane relative to
        the gain; ``symmetry``: sum of the phases of rate and error, product of their gains, difference of the phases of
        error and adjoint; ``traces``: two periods of three neurons.
    """
    p = recordings["points"].iloc[0]
    dt = float(p["network.dt_ms"])
    first, end = round(p["units.t_settle_ms"] / dt), round(p["run.duration_ms"] / dt)
    times = np.arange(first, end) * dt
    final = recordings["final"].pivot_table(index="index", columns="variable", values="value")
    rows = []
    start = len(TRACED)
    for name, combinations in SETS.items():
        ratio, omega = np.array(combinations).T
        part = final.iloc[start : start + len(ratio)]
        start += len(ratio)
        low, ahead = np.full_like(ratio, TAU_M), ratio * TAU_M
        found = {
            kind: demodulate(part[f"units.{x}_sine"], part[f"units.{x}_cosine"], omega, times)
            for kind, x in (("forward", "r"), ("error", "e"))
        }
        # The whole run, of which the end is measured, and as much after it: the adjoint knows the future.
        long = np.arange(2 * end) * dt
        window = slice(first, end)
        back = [adjoint(np.sin(w * long), TAU_M, a, dt)[window] for w, a in zip(omega, ahead, strict=True)]
        sines = np.array([b @ np.sin(w * times) for b, w in zip(back, omega, strict=True)])
        cosines = np.array([b @ np.cos(w * times) for b, w in zip(back, omega, strict=True)])
        found["adjoint"] = demodulate(sines, cosines, omega, times)
        euler = {
            "forward": response(omega, low, ahead, dt),
            "error": response(omega, ahead, low, dt),
            "adjoint": response(omega, low, ahead, dt).conj(),
        }
        ideal = {
            "forward": continuous(omega, low, ahead),
            "error": continuous(omega, ahead, low),
            "adjoint": continuous(omega, low, ahead).conj(),
        }
        for kind in KINDS:
            rows.append(
                pd.DataFrame(
                    {
                        "set": name,
                        "ratio": ratio,
                        "omega": omega,
                        "kind": kind,
                        "gain": np.abs(found[kind]),
                        "phase": np.angle(found[kind]),
                        "gain_euler": np.abs(euler[kind]),
                        "phase_euler": np.angle(euler[kind]),
                        "gain_continuous": np.abs(ideal[kind]),
                        "phase_continuous": np.angle(ideal[kind]),
                        "distance": np.abs(found[kind] - euler[kind]) / np.abs(euler[kind]),
                    }
                )
            )
    responses = pd.concat(rows, ignore_index=True)
    wide = responses.pivot_table(index=["set", "ratio", "omega"], columns="kind", values=["gain", "phase"])
    symmetry = pd.DataFrame(
        {
            "phase_sum": wide["phase", "forward"] + wide["phase", "error"],
            "gain_product": wide["gain", "forward"] * wide["gain", "error"],
            "phase_difference": wide["phase", "adjoint"] - wide["phase", "error"],
        }
    ).reset_index()

    traces = recordings["traces"]
    shown = traces[traces["t_ms"] >= traces["t_ms"].max() - 4 * np.pi].copy()
    shown["ratio"] = shown["index"].map(dict(enumerate(TRACED)))
    shown["adjoint"] = np.nan
    for ratio in TRACED:
        exact = response(np.array([1.0]), np.array([TAU_M]), np.array([ratio * TAU_M]), dt).conj()
        here = shown["ratio"] == ratio
        shown.loc[here, "adjoint"] = np.imag(exact * np.exp(1j * shown.loc[here, "t_ms"].to_numpy()))
    shown["t"] = shown["t_ms"] - shown["t_ms"].min()
    columns = ["ratio", "t", "s", "r", "error", "adjoint"]
    return {"responses": responses, "symmetry": symmetry, "traces": shown[columns].reset_index(drop=True)}


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Traces above; gain, phase against frequency, phase against look-ahead below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    upper, lower = fig.subfigures(2, 1, height_ratios=[1, 1.25])
    axes = upper.subplots(1, 3, sharey=True)
    for ax, ratio, title in zip(axes, TRACED, TITLES, strict=True):
        rows = tables["traces"][tables["traces"]["ratio"] == ratio]
        ax.plot(rows["t"], rows["s"], color="0.75", lw=3, label="input")
        ax.plot(rows["t"], rows["adjoint"], color=COLOURS["black"], lw=1, ls=":", label=NAMES["adjoint"], zorder=5)
        ax.plot(rows["t"], rows["r"], color=COLOURS["blue"], label=NAMES["forward"])
        ax.plot(rows["t"], rows["error"], color=COLOURS["orange"], label=NAMES["error"])
        ax.axhline(0, color="0.85", lw=0.6, zorder=0)
        ax.set(title=title, xlabel=r"time ($\tau^\mathrm{m}$)")
        ax.margins(x=0)
    axes[0].set_ylabel("amplitude")
    handles, labels = axes[0].get_legend_handles_labels()
    order = [labels.index(name) for name in ("input", *NAMES.values())]
    wanted = [handles[k] for k in order], [labels[k] for k in order]
    upper.legend(*wanted, loc="outside upper center", ncols=4, frameon=False)
    panel_label(axes[0], "a")

    gains, phases, looks = lower.subplots(1, 3)
    spectrum = tables["responses"].query("set == 'spectrum'")
    for ratio, face in ((0.1, None), (2.0, "white")):
        for kind, colour in KINDS.items():
            rows = spectrum[(spectrum["ratio"] == ratio) & (spectrum["kind"] == kind)]
            for ax, what in ((gains, "gain"), (phases, "phase")):
                if kind == "adjoint":
                    ax.plot(rows["omega"], rows[f"{what}_euler"], ":", color="black", lw=1, zorder=5)
                    continue
                ax.plot(rows["omega"], rows[f"{what}_euler"], lw=1, color=COLOURS[colour])
                dots = rows.iloc[::2]
                look = {"ms": 3, "color": COLOURS[colour], "markerfacecolor": face or COLOURS[colour]}
                ax.plot(dots["omega"], dots[what], "o", **look)
    for ax in (gains, phases):
        ax.set(xscale="log", xlabel=r"angular frequency $\omega\tau^\mathrm{m}$")
        ax.xaxis.set_major_locator(FixedLocator([0.1, 1, 10]))
        ax.set_xticklabels(["0.1", "1", "10"])
        ax.minorticks_off()
    gains.set(yscale="log", ylabel="gain")
    gains.set_yticks([0.1, 0.5, 1, 2, 10], ["0.1", "0.5", "1", "2", "10"])
    gains.axhline(1, color="0.85", lw=0.6, zorder=0)
    phases.set_ylabel("phase (rad)")
    for face, look_ahead in (("0.3", "0.1"), ("white", "2")):
        label = rf"$\tau^\mathrm{{r}} = {look_ahead}\,\tau^\mathrm{{m}}$"
        gains.plot([], [], "o", ms=3, color="0.3", markerfacecolor=face, label=label)
    gains.legend(loc="upper left")

    rows = tables["responses"].query("set == 'looks'")
    for kind, colour in KINDS.items():
        part = rows[rows["kind"] == kind]
        look = {"ls": ":", "zorder": 5} if kind == "adjoint" else {"ls": "-"}
        looks.plot(part["ratio"], part["phase_euler"], color=COLOURS[colour], lw=1, **look)
        if kind != "adjoint":
            looks.plot(part["ratio"][::3], part["phase"][::3], "o", ms=3, color=COLOURS[colour])
    looks.axvline(1, color="0.85", lw=0.6, zorder=0)
    looks.set(
        xlabel=r"look-ahead $\tau^\mathrm{r} / \tau^\mathrm{m}$", ylabel=r"phase at $\omega\tau^\mathrm{m} = 1$ (rad)"
    )
    looks.xaxis.set_major_locator(MultipleLocator(0.5))
    for ax in (phases, looks):
        ax.axhline(0, color="0.85", lw=0.6, zorder=0)
        ax.set_yticks(np.pi * np.array([-0.5, -0.25, 0, 0.25, 0.5]), ["−π/2", "−π/4", "0", "π/4", "π/2"])
    for letter, ax in zip("bcd", (gains, phases, looks), strict=True):
        panel_label(ax, letter)
