"""Noise and phase of single neurons that hear spikes, and a chain that learns with them."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from analysis.plots import COLOURS, panel_label
from experiments.gle.spikes.inputs import FILTERS, MEAN, SIZES, SWING, TAU_M, TAU_R, TAU_S, TRACED, receivers
from references.gle.adjoint import adjoint, demodulate, response

SIZE = (7.0, 5.2)
KINDS = {"rate": "blue", "error": "red"}
PERIOD = 4.0  # ms, over which the loss is averaged
EVERY = 5  # ms between two rows of the table of losses
LAST = 40.0  # ms at the end, over which the loss is averaged
THRESHOLDS = {"1e-2": 1e-2, "1e-4": 1e-4}
TEACHER = {"w_1": 1.0, "w_2": 2.0, "tau_1": 1.0, "tau_2": 2.0}
LABELS = {
    "spikes": "inputs.spikes",
    "size": "inputs.size",
    "prospective": "student.prospective",
    "tau_s": "student.tau_s_ms",
    "compensated": "student.compensated",
    "seed": "seed",
}


def lagged(kind: str, tau_s: float, compensated: int) -> tuple[float, float]:
    """Return the time constants of a neuron.

    Parameters
    ----------
    kind : str
        rate or error.
    tau_s : float
        Synaptic time constant, ms.
    compensated : int
        1 if the look-ahead is longer by it, else 0.

    Returns
    -------
    tuple of two float
        Low-pass and look-ahead, ms.
    """
    low, ahead = (TAU_M, TAU_R) if kind == "rate" else (TAU_R, TAU_M)
    return low, ahead + compensated * tau_s


def power(tau_s: float, low: float, ahead: float, dt: float) -> float:
    """Return the sum of the squared impulse response of synapse and neuron, for Euler steps.

    Parameters
    ----------
    tau_s, low, ahead : float
        Synaptic time constant, low-pass and look-ahead of the neuron.
    dt : float
        Time step, in the same unit.

    Returns
    -------
    float
        Variance of the response to white noise of variance 1.
    """
    pulse = np.zeros(round(30 * max(tau_s, low) / dt))
    pulse[-1] = 1  # `adjoint` filters backwards in time
    return float((adjoint(adjoint(pulse, tau_s, 0.0, dt), low, ahead, dt) ** 2).sum())


def single_neurons(final: pd.DataFrame, point: pd.Series) -> pd.DataFrame:
    """Turn the sums of the receivers of all points into responses and noise.

    Parameters
    ----------
    final : DataFrame
        End values of all points.
    point : Series
        Parameters that are the same in all points.

    Returns
    -------
    DataFrame
        One row per point, receiver and kind (rate, error): ``set``, ``size``, ``tau_s``, ``compensated``, ``phase``
        (radian), ``variance`` around the sine, and the exact ones: ``phase_euler``, ``phase_continuous``,
        ``phase_direct`` (continuous, without a synapse), ``variance_euler``, and ``phase_variance``, that of a phase
        which is estimated from Poisson spikes.
    """
    dt, omega, nu = (float(point[key]) for key in ("network.dt_ms", "receivers.omega_Hz", "receivers.nu_Hz"))
    omega, nu = omega / 1000, nu / 1000  # per ms
    first, end = round(point["receivers.t_settle_ms"] / dt), round(point["run.duration_ms"] / dt)
    times = np.arange(first, end) * dt
    grid = pd.DataFrame(receivers())
    sums = final[final["variable"].str.startswith("receivers.")].pivot_table(
        index=["point", "index"], columns="variable", values="value"
    )
    rows = []
    for kind, x in (("rate", "r"), ("error", "e")):
        total, square, sine, cosine = (sums[f"receivers.{x}_{part}"] for part in ("sum", "square", "sine", "cosine"))
        found = demodulate(sine.to_numpy(), cosine.to_numpy(), np.array([omega]), times) / SWING
        exact = []
        for tau_s, compensated in zip(grid["tau_s"], grid["compensated"], strict=True):
            low, ahead = lagged(kind, tau_s, compensated)
            euler = response(omega, tau_s, 0.0, dt) * response(omega, low, ahead, dt)
            closed = (1 + 1j * omega * ahead) / (1 + 1j * omega * low) / (1 + 1j * omega * tau_s)
            direct = (1 + 1j * omega * (ahead - compensated * tau_s)) / (1 + 1j * omega * low)
            exact.append([*np.angle([euler, closed, direct]), power(tau_s, low, ahead, dt)])
        angles = pd.DataFrame(exact, columns=["phase_euler", "phase_continuous", "phase_direct", "power"])
        table = grid.join(angles).loc[sums.index.get_level_values("index")].reset_index(drop=True)
        # Spikes per ms of a neuron; those of an error come with its absolute value, and most of them with its peaks.
        intensity, at_cosine = (MEAN, MEAN / 2) if kind == "rate" else (2 / np.pi * SWING, 2 / (3 * np.pi) * SWING)
        table["kind"] = kind
        table["phase"] = np.angle(found)
        table["variance"] = (square / len(times) - (total / len(times)) ** 2).to_numpy() - (SWING * abs(found)) ** 2 / 2
        table["variance_euler"] = intensity / (table["size"] * nu * dt) * table.pop("power")
        table["phase_variance"] = 4 * at_cosine / (table["size"] * nu * len(times) * dt * SWING**2)
        rows.append(table)
    return pd.concat(rows, ignore_index=True)


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Compare single neurons with closed forms; average the loss of the chain, and what noise alone makes of it.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``responses`` (two receivers), ``traces`` (first replica), ``parameters``, ``final``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``noise``: by ``set``, ``size`` and ``kind``, over all receivers and points, ``sd`` and ``sd_euler`` around the
        sine, ``phase_sd`` and ``phase_sd_exact``, and ratios of the variances to the exact ones; ``scaling``: slope of
        log variance against log size; ``phases``: by ``tau_s``, ``compensated`` and ``kind``, mean ``phase`` and the
        exact ones, and ``deviation`` from Euler steps; ``traces``: two periods of two neurons; ``loss``: mean over 4 ms
        every 5 ms; ``crossings``: when it first falls below a threshold (ms); ``learned``: loss of the last 40 ms,
        parameters relative to the teacher's, ``tau_error``, the larger relative deviation of the time constants;
        ``floor``: squared distance of the output of the teacher from itself without noise, and predicted.
    """
    points = recordings["points"].set_index("point")
    some = points.iloc[0]
    neurons = single_neurons(recordings["final"], some)
    # Points of one seed whose chain draws nothing draw the same spikes here: they count once.
    neurons = neurons.drop_duplicates()
    neurons["away"] = (neurons["phase"] - neurons["phase_euler"]) ** 2
    listed = neurons[neurons["set"] != "filter"].groupby(["set", "size", "kind"])
    mean = listed[["variance", "variance_euler", "away", "phase_variance"]].mean()
    noise = pd.DataFrame(
        {
            "sd": np.sqrt(mean["variance"]),
            "sd_euler": np.sqrt(mean["variance_euler"]),
            "phase_sd": np.sqrt(mean["away"]),
            "phase_sd_exact": np.sqrt(mean["phase_variance"]),
            "variance_ratio": mean["variance"] / mean["variance_euler"],
            "phase_ratio": mean["away"] / mean["phase_variance"],
        }
    ).reset_index()
    scaling = [
        {"kind": kind, "slope": np.polyfit(np.log(rows["size"]), 2 * np.log(rows["sd"]), 1)[0]}
        for kind, rows in noise[noise["set"] == "population"].groupby("kind")
    ]
    filtered = neurons[neurons["set"] == "filter"].groupby(["tau_s", "compensated", "kind"], as_index=False)
    phases = filtered[["phase", "phase_euler", "phase_continuous", "phase_direct"]].mean()
    phases["deviation"] = abs(phases["phase"] - phases["phase_euler"])

    responses = recordings["responses"]
    shown = responses[(responses["point"] == responses["point"].min())].copy()
    shown = shown[shown["t_ms"] >= shown["t_ms"].max() - 4 * np.pi / (some["receivers.omega_Hz"] / 1000)]
    shown["size"] = np.array(TRACED)[shown["index"]]
    dt, omega = some["network.dt_ms"], some["receivers.omega_Hz"] / 1000
    clean = response(omega, TAU_S, 0.0, dt) * response(omega, *lagged("rate", TAU_S, 0), dt)
    shown["expected"] = MEAN + SWING * np.imag(clean * np.exp(1j * omega * shown["t_ms"]))

    final = recordings["final"].query("variable == 'learned.value'")
    value = final.pivot_table(index="point", columns="index", values="value")
    loss, crossings, learned, outputs = [], [], [], {}
    for number, rows in recordings["traces"].groupby("point"):
        point = points.loc[number]
        label = {name: point[key] for name, key in LABELS.items()} | {"fixed": int(point["learned.eta"] == 0)}
        label["tau_s"] = round(float(label["tau_s"]), 6)
        label["size"] = 0 if label["spikes"] == "none" else label["size"]
        t = rows["t_ms"].to_numpy().round(6)
        wrong = (rows["target"] - rows["output"]) ** 2
        window = round(PERIOD / (t[1] - t[0]))
        smooth = wrong.rolling(window, center=True, min_periods=1).mean().to_numpy()
        kept = np.isclose((t + EVERY / 2) % EVERY, EVERY / 2, atol=1e-3 * (t[1] - t[0]))
        loss.append(pd.DataFrame({**label, "t": t[kept].round().astype(int), "loss": smooth[kept]}))
        for name, threshold in THRESHOLDS.items():
            below = t[(t > point["learned.t_learn_ms"]) & (smooth < threshold)]
            crossings.append({**label, "threshold": name, "t": below[0] if below.size else np.nan})
        ratios = {name: value.loc[number, k] / true for k, (name, true) in enumerate(TEACHER.items())}
        ratios["tau_error"] = max(abs(ratios["tau_1"] - 1), abs(ratios["tau_2"] - 1))
        learned.append({**label, "loss": wrong[t > t[-1] - LAST].mean(), **ratios})
        if label["fixed"]:
            late = rows[t > point["learned.t_learn_ms"]]
            outputs[label["seed"], label["size"]] = late["output"].to_numpy(), late["r_in_2"].to_numpy(), point
    order = list(LABELS) + ["fixed"]
    return {
        "noise": noise,
        "scaling": pd.DataFrame(scaling),
        "phases": phases,
        "traces": shown[["size", "t_ms", "r", "expected"]].reset_index(drop=True),
        "loss": pd.concat(loss).sort_values([*order, "t"], ignore_index=True),
        "crossings": pd.DataFrame(crossings).sort_values([*order, "threshold"], ignore_index=True),
        "learned": pd.DataFrame(learned).sort_values(order, ignore_index=True),
        "floor": floor(outputs),
    }


def floor(outputs: dict[tuple[int, int], tuple[np.ndarray, np.ndarray, pd.Series]]) -> pd.DataFrame:
    """Compare what spikes do to the output of the teacher with the noise of linear filters.

    Parameters
    ----------
    outputs : dict
        (seed, size) to output, what the second neuron hears, and parameters; size 0: rates.

    Returns
    -------
    DataFrame
        ``size``, ``seed``, ``squared`` distance of the output from that of the same seed without spikes, ``predicted``,
        and ``ratio`` of the two.
    """
    rows = []
    for (seed, size), (output, _, point) in sorted(outputs.items()):
        if not size:
            continue
        clean, heard, _ = outputs[seed, 0]
        dt, tau_s, nu = point["network.dt_ms"], point["student.tau_s_ms"], point["student.nu_Hz"] / 1000
        ahead = point["student.tau_r_ms"] + point["student.compensated"] * tau_s
        gain = (TEACHER["w_2"] * (1 - np.exp(-clean))) ** 2  # the slope of the output belongs to its rate
        noise = power(tau_s, TEACHER["tau_2"], ahead, dt) / (nu * dt)
        squared, predicted = ((output - clean) ** 2).mean(), gain.mean() * heard.mean() * noise / size
        rows.append(
            {"size": size, "seed": seed, "squared": squared, "predicted": predicted, "ratio": squared / predicted}
        )
    return pd.DataFrame(rows)


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Single neurons above, the chain below.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    (trace, spread, angle, filters), (curves, ends, times, synapse) = fig.subplots(2, 4)
    draw_neurons(tables, trace, spread, angle, filters)
    draw_chain(tables, curves, ends, times, synapse)
    for letter, ax in zip("abcdefgh", fig.axes, strict=True):
        panel_label(ax, letter)


def draw_neurons(tables: dict[str, pd.DataFrame], trace: Axes, spread: Axes, angle: Axes, filters: Axes) -> None:
    """Draw what single neurons hear.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    trace, spread, angle, filters : Axes
        Panels a to d.
    """
    for size, colour in zip(TRACED, ("sky", "blue"), strict=True):
        rows = tables["traces"][tables["traces"]["size"] == size]
        trace.plot(rows["t_ms"] - rows["t_ms"].min(), rows["r"], color=COLOURS[colour], lw=0.8, label=f"P = {size}")
    trace.plot(rows["t_ms"] - rows["t_ms"].min(), rows["expected"], "--", color="black", lw=0.8, label="no noise")
    trace.set(xlabel="time (ms)", ylabel="rate", ylim=(None, 3.2))
    trace.legend(loc="upper left")
    noise = tables["noise"]
    for kind, colour in KINDS.items():
        part = noise[noise["kind"] == kind]
        drawn, single = part[part["set"] == "population"], part[part["set"] == "cells"]
        for ax, column, line in ((spread, "sd", "sd_euler"), (angle, "phase_sd", "phase_sd_exact")):
            ax.plot(drawn["size"], drawn[line], color=COLOURS[colour], lw=0.9)
            ax.plot(drawn["size"], drawn[column], ".", ms=5, color=COLOURS[colour], label=kind)
            ax.plot(single["size"], single[column], "o", ms=6, mfc="none", mew=0.8, color=COLOURS[colour])
        for compensated, style, fill in ((0, "-", "full"), (1, "--", "none")):
            rows = tables["phases"].query(f"kind == '{kind}' and compensated == {compensated}")
            filters.plot(rows["tau_s"], rows["phase_continuous"], style, color=COLOURS[colour], lw=0.9)
            filters.plot(rows["tau_s"], rows["phase"], "o", ms=3, fillstyle=fill, color=COLOURS[colour])
        filters.axhline(rows["phase_direct"].iloc[0], color=COLOURS[colour], ls=":", lw=0.8)
    spread.set(xscale="log", yscale="log", xlabel="neurons P", ylabel="s.d. of the noise")
    angle.set(xscale="log", yscale="log", xlabel="neurons P", ylabel="s.d. of the phase (rad)")
    filters.set(xscale="log", xlabel=r"synapse $\tau_\mathrm{s}$ (ms)", ylabel="phase (rad)")
    spread.legend(loc="upper right")


def draw_chain(tables: dict[str, pd.DataFrame], curves: Axes, ends: Axes, times: Axes, synapse: Axes) -> None:
    """Draw what the chain learns.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    curves, ends, times, synapse : Axes
        Panels e to h.
    """
    loss = tables["loss"].query("fixed == 0 and prospective == 1")
    plain = loss.query(f"spikes == 'none' and tau_s == {FILTERS[0]}").groupby("t")["loss"].median()
    curves.plot(plain.index, plain, color="0.7", lw=2.5, label="rates")
    both = loss[loss["spikes"] == "both"]
    for size, colour in zip(SIZES, colormaps["viridis"](np.linspace(0.05, 0.85, len(SIZES))), strict=True):
        rows = both[both["size"] == size].groupby("t")["loss"].agg(["min", "median", "max"])
        curves.fill_between(rows.index, rows["min"], rows["max"], color=colour, alpha=0.15, lw=0)
        curves.plot(rows.index, rows["median"], color=colour, lw=1, label=f"{size}")
    curves.set(xscale="log", yscale="log", xlabel="time (ms)", ylabel="squared error", ylim=(1e-7, 10))
    curves.set_xlim(30, loss["t"].max())
    curves.set_xticks([50, 100, 200], ["50", "100", "200"])
    curves.xaxis.set_minor_locator(NullLocator())
    curves.legend(loc="lower left", handlelength=1.2)

    learned = tables["learned"].query("fixed == 0")
    for spikes, prospective, colour, label in (
        ("both", 1, "blue", "both"),
        ("rates", 1, "green", "rates only"),
        ("errors", 1, "purple", "errors only"),
        ("both", 0, "orange", "instantaneous"),
    ):
        rows = learned.query(f"spikes == '{spikes}' and prospective == {prospective}")
        rows = rows.groupby("size")["loss"].agg(["min", "median", "max"])
        ends.fill_between(rows.index, rows["min"], rows["max"], color=COLOURS[colour], alpha=0.15, lw=0)
        ends.plot(rows.index, rows["median"], ".-", color=COLOURS[colour], lw=1, label=label)
    known = tables["floor"].groupby("size")["predicted"].mean()
    ends.plot(known.index, known, color="black", lw=0.8)
    stuck = learned.query("spikes == 'none' and prospective == 0")["loss"].median()
    ends.axhline(stuck, color=COLOURS["orange"], ls="--", lw=0.9)
    ends.set(xscale="log", yscale="log", xlabel="neurons P", ylabel="loss at the end", ylim=(1e-5, 30))
    ends.legend(loc="upper right")

    rows = learned.query("spikes == 'both' and prospective == 1")
    for name, colour in (("tau_1", "blue"), ("tau_2", "orange")):
        times.plot(rows["size"], rows[name], "o", ms=3, alpha=0.6, color=COLOURS[colour], label=rf"$\{name}$")
    times.axhline(1, color="0.6", lw=0.6, zorder=0)
    times.set(xscale="log", yscale="log", xlabel="neurons P", ylabel="time constant / teacher's", ylim=(0.1, 10))
    times.set_yticks([0.1, 0.3, 1, 3, 10], ["0.1", "0.3", "1", "3", "10"])
    times.yaxis.set_minor_locator(NullLocator())
    times.legend(loc="best")

    rows = learned.query(f"spikes == 'none' and prospective == 1 and tau_s > {FILTERS[0]}")
    for compensated, fill, label in ((0, "full", "not compensated"), (1, "none", "compensated")):
        part = rows[rows["compensated"] == compensated].groupby("tau_s")["loss"].median()
        style = {"fillstyle": fill, "ls": "--" if compensated else "-"}
        synapse.plot(part.index, part, "o", ms=3, color=COLOURS["blue"], label=label, lw=1, **style)
    synapse.set(xscale="log", yscale="log", xlabel=r"synapse $\tau_\mathrm{s}$ (ms)", ylabel="loss at the end")
    synapse.set_ylim(1e-7, 1)
    shown = sorted(rows["tau_s"].unique())
    synapse.set_xticks(shown, [f"{tau_s:g}" for tau_s in shown])
    synapse.xaxis.set_minor_locator(NullLocator())
    synapse.legend(loc="upper left")
