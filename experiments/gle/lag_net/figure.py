"""Errors beside adjoint variables, their spectra, and what is learned from them."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.ticker import NullLocator

from analysis.plots import COLOURS, panel_label
from experiments.gle.lag_net.inputs import LAST, MIDDLE, TEACHER

SIZE = (7.0, 8.2)
STYLE = {"GLE": "blue", "AM": "black", "instantaneous": "orange"}
NEURONS = ("i", "r")
PARTS = {"before": (30.0, 50.0), "after": (-21.0, -1.0)}  # ms; the second one from the end
MEAN = 5.0  # ms over which the loss of the tables is averaged
THRESHOLDS = {"1e-2": 1e-2, "1e-4": 1e-4, "1e-6": 1e-6}


def algorithm(point: pd.Series) -> str:
    """Name the algorithm of a point."""
    if point["to_1.eta"] == 0:
        return "fixed"
    return "GLE" if point["layer_1.prospective"] else "instantaneous"


def spectrum(signal: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Return angular frequencies and Fourier coefficients of a signal, amplitudes of sines."""
    n = len(signal)
    return 2 * np.pi * np.fft.rfftfreq(n, step), 2 * np.fft.rfft(signal) / n


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Compare errors, weights and losses with those of the adjoint method.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``stimulus``, ``errors``, ``outputs``, ``weights``, ``points``; ``adjoint`` of `reference.reference`.

    Returns
    -------
    dict of DataFrame
        ``course``: weights ``w_i``, ``w_r`` and ``loss`` (mean over 5 ms, or less at the start) of every algorithm at
        ``t`` (ms); ``loss``: mean over 1 ms, for the figure; ``crossings``: when the mean over 5 ms first falls below a
        threshold; ``traces``: 20 ms before and after learning; ``spectra``: size and phase (radian, relative to the
        error of the output) of error and adjoint at the three frequencies; ``similarity``: correlation and ratio of the
        standard deviations of error and adjoint before learning; ``forward``: largest difference of the output of the
        teacher, which is not nudged, from that of the same network in the program of the adjoint method.
    """
    points = recordings["points"].set_index("point")
    points["algorithm"] = points.apply(algorithm, axis=1)
    dt, step = float(points["network.dt_ms"].iloc[0]), float(points["network.record_ms"].iloc[0])
    end = float(points["run.duration_ms"].iloc[0])
    begin = float(points["to_1.t_learn_ms"].iloc[0])
    omega = [float(points[f"input.omega_{k}_Hz"].iloc[0]) * 1e-3 for k in (1, 2, 3)]
    course, losses, crossings, traces, spectra, similarity = [], [], [], [], [], []

    def learned(name: str, t: np.ndarray, loss: np.ndarray, w: np.ndarray) -> None:
        """Put weights and losses into the tables."""
        series = pd.Series(loss)
        wide = series.rolling(round(MEAN / step), min_periods=1, center=True).mean().to_numpy()
        narrow = series.rolling(round(1 / step), min_periods=1, center=True).mean().to_numpy()
        whole = np.isclose(t % 1, 0, atol=1e-6) | np.isclose(t % 1, 1, atol=1e-6)
        part = pd.DataFrame(
            {"algorithm": name, "t": t.round().astype(int), "w_i": w[:, 0], "w_r": w[:, 1], "loss": wide}
        )
        course.append(part[whole])
        losses.append(pd.DataFrame({"algorithm": name, "t": t, "loss": narrow})[::5])
        for label, threshold in THRESHOLDS.items():
            below = t[(t >= begin) & (wide < threshold)]
            crossings.append({"algorithm": name, "threshold": label, "t": below[0] if below.size else np.nan})

    for number, point in points.iterrows():
        name = point["algorithm"]
        table = {key: recordings[key][recordings[key]["point"] == number] for key in ("errors", "outputs", "weights")}
        out = table["outputs"].pivot_table(index="t_ms", columns="index", values=["r", "error"])
        t = out.index.to_numpy().round(6)
        target, output, top_error = (out[key].to_numpy() for key in (("r", 0), ("r", 1), ("error", 1)))
        wide = table["errors"].pivot_table(index="t_ms", columns="index", values="error").to_numpy()
        w = table["weights"].pivot_table(index="t_ms", columns="index", values="w").to_numpy()
        loss = (target - output) ** 2
        if name != "fixed":
            learned(name, t, loss, w)
        if name == "instantaneous":
            continue

        adjoint = recordings["adjoint"][recordings["adjoint"]["point"] == number].reset_index(drop=True)
        costates, pull = adjoint[["first_i", "first_r"]].to_numpy(), adjoint["top"].to_numpy()
        before = t < begin - dt / 2
        weights = "before learning" if name == "GLE" else "close to the teacher"
        for k, neuron in enumerate(NEURONS):
            e, costate = wide[before, k], costates[before, k]
            sizes = {"correlation": np.corrcoef(e, costate)[0, 1], "ratio": e.std() / costate.std()}
            similarity.append({"weights": weights, "neuron": neuron, **sizes})
            for kind, signal, top in (
                ("error", e, top_error[before]),
                ("adjoint", costate, pull[before]),
            ):
                frequency, size = spectrum(signal, step)
                above = spectrum(top, step)[1]
                for number_of, wanted in enumerate(omega, start=1):
                    bin_ = int(np.argmin(np.abs(frequency - wanted)))
                    phase = float(np.angle(size[bin_] / above[bin_]))
                    row = {"weights": weights, "neuron": neuron, "kind": kind, "sine": number_of}
                    spectra.append({**row, "omega": frequency[bin_], "amplitude": np.abs(size[bin_]), "phase": phase})
        if name == "fixed":
            forward = float(np.abs(target - adjoint["target"]).max())
        if name == "GLE":
            for part, (first, last) in PARTS.items():
                first, last = (first, last) if first > 0 else (end + first, end + last)
                cut = (t >= first) & (t < last)
                rows = {
                    "x": adjoint["x"].to_numpy()[cut],
                    "target": target[cut],
                    "output": output[cut],
                }
                rows |= {f"e_{n}": wide[cut, k] for k, n in enumerate(NEURONS)}
                rows |= {f"adjoint_{n}": costates[cut, k] for k, n in enumerate(NEURONS)}
                traces.append(pd.DataFrame({"part": part, "t": t[cut], **rows}))
            own = ((adjoint["target"] - adjoint["output"]) ** 2).to_numpy()
            learned("AM", t, own, adjoint[["w_i", "w_r"]].to_numpy())

    table = pd.DataFrame(spectra)
    pairs = table.pivot_table(index=["weights", "neuron", "sine"], columns="kind", values=["amplitude", "phase"])
    compared = pd.DataFrame(
        {
            "ratio": pairs["amplitude", "error"] / pairs["amplitude", "adjoint"],
            "difference": np.abs(np.angle(np.exp(1j * (pairs["phase", "error"] - pairs["phase", "adjoint"])))),
        }
    ).reset_index()
    return {
        "course": pd.concat(course, ignore_index=True),
        "loss": pd.concat(losses, ignore_index=True),
        "crossings": pd.DataFrame(crossings),
        "traces": pd.concat(traces, ignore_index=True),
        "spectra": table,
        "compared": compared,
        "similarity": pd.DataFrame(similarity),
        "forward": pd.DataFrame({"difference": [forward]}),
    }


def sketch(ax: Axes) -> None:
    """Draw the network with its fixed weights."""
    places = {"x": (0, 0), "1i": (1, 0.5), "1r": (1, -0.5), "2i": (2, 0.5), "2r": (2, -0.5), "out": (3, 0)}
    links = [("x", "1i", "$w_i$"), ("x", "1r", "$w_r$")]
    links += [(f"1{n}", f"2{n}", f"{v:g}") for n, v in zip(NEURONS, MIDDLE, strict=True)]
    links += [(f"2{n}", "out", f"{v:g}") for n, v in zip(NEURONS, LAST, strict=True)]
    for a, b, text in links:
        style = {"arrowstyle": "-|>", "mutation_scale": 8, "shrinkA": 11, "shrinkB": 11, "lw": 0.9}
        colour = COLOURS["red"] if text.startswith("$") else "0.4"
        ax.add_patch(FancyArrowPatch(places[a], places[b], color=colour, **style))
        (xa, ya), (xb, yb) = places[a], places[b]
        ax.text((xa + xb) / 2, (ya + yb) / 2 + 0.1, text, ha="center", va="bottom", fontsize=7, color=colour)
    for name, place in places.items():
        colour = COLOURS["green"] if name.endswith("i") else COLOURS["purple"] if name.endswith("r") else "0.3"
        ax.add_patch(Circle(place, 0.19, facecolor="white", edgecolor=colour, lw=1.2, zorder=3))
        ax.text(
            *place, {"x": "$r_0$", "out": "$r_3$"}.get(name, name[-1]), ha="center", va="center", fontsize=8, zorder=4
        )
    ax.text(1.5, -1.05, "i: $\\tau^r = \\tau^m$,   r: $\\tau^r = 0.1\\,\\tau^m$", ha="center", fontsize=7)
    ax.set(xlim=(-0.4, 3.4), ylim=(-1.15, 0.95), aspect="equal")
    ax.axis("off")


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Network and traces, errors, spectra, learning.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    rows = fig.subfigures(4, 1, height_ratios=[1.5, 2.2, 1.75, 2.0])
    traces = tables["traces"]
    network, *outputs = rows[0].subplots(1, 3, width_ratios=[1.1, 1, 1])
    sketch(network)
    errors = rows[1].subplots(2, 2, sharex="col")
    for column, part in enumerate(PARTS):
        cut = traces[traces["part"] == part]
        ax = outputs[column]
        ax.plot(cut["t"], cut["x"], color="0.75", lw=0.8, label="input")
        ax.plot(cut["t"], cut["target"], color=COLOURS["black"], lw=3.5, alpha=0.25, label="target")
        ax.plot(cut["t"], cut["output"], color=COLOURS["blue"], label="output")
        ax.set(title=f"{part} learning", xlabel="time (ms)")
        ax.margins(x=0)
        for k, neuron in enumerate(NEURONS):
            e, costate = cut[f"e_{neuron}"], cut[f"adjoint_{neuron}"]
            ax = errors[k, column]
            scale = 10.0 ** -np.floor(np.log10(np.abs(e).max()))
            ax.plot(cut["t"], scale * e, color=COLOURS["blue"], lw=1, label="GLE error")
            if part == "after":  # the student of the adjoint method has its own, other errors by now
                smooth = e.rolling(50, center=True, min_periods=1).mean()
                ax.plot(cut["t"], scale * smooth, color=COLOURS["sky"], lw=1.4, label="mean over 5 ms")
                unit = f" ($10^{{{-round(np.log10(scale))}}}$)"
            else:
                ax.plot(cut["t"], scale * costate, color=COLOURS["black"], lw=1.2, ls="--", label="adjoint")
                unit = f" ($10^{{{-round(np.log10(scale))}}}$)" if scale != 1 else ""
            ax.axhline(0, color="0.85", lw=0.6, zorder=0)
            ax.margins(x=0)
            ax.set_ylabel(f"$e_1$ of {neuron}{unit}")
        errors[1, column].set_xlabel("time (ms)")
        errors[0, column].legend(loc="lower left", bbox_to_anchor=(0.08, 0.98), ncols=2)
    outputs[0].legend(ncols=3, loc="upper left", fontsize=6, columnspacing=0.8)
    outputs[0].set_ylim(-3.2, 4.3)
    outputs[1].set_ylim(-3.2, 4.3)
    panel_label(network, "a")
    panel_label(outputs[0], "b")
    fig.align_ylabels(errors[:, 0])
    fig.align_ylabels(errors[:, 1])
    panel_label(errors[0, 0], "c")

    grid = rows[2].subplots(1, 4, sharex=True)
    looks = {"error": {"color": COLOURS["blue"], "marker": "o"}, "adjoint": {"color": "black", "marker": "s"}}
    for j, (weights, part) in enumerate(tables["spectra"].groupby("weights")):
        for neuron, style in zip(NEURONS, ("--", "-"), strict=True):
            for kind, look in looks.items():
                cut = part[(part["neuron"] == neuron) & (part["kind"] == kind)]
                drawn = {
                    **look,
                    "ls": style,
                    "ms": 3.5,
                    "lw": 1,
                    "markerfacecolor": "white" if kind == "adjoint" else None,
                }
                grid[2 * j].plot(cut["omega"], cut["amplitude"], **drawn)
                names = {"error": "GLE error", "adjoint": "adjoint"}
                grid[2 * j + 1].plot(cut["omega"], cut["phase"], label=f"{neuron}, {names[kind]}", **drawn)
        grid[2 * j].set(yscale="log", ylabel="amplitude", title=f"weights {weights}")
        grid[2 * j + 1].set(ylabel="phase (rad)", ylim=(-0.6, 2.2))
        for ax in grid[2 * j : 2 * j + 2]:
            ax.set_xlabel("$\\omega$ (1/ms)")
    grid[3].legend(fontsize=6, loc="center", bbox_to_anchor=(0.45, 0.45), handlelength=3)
    panel_label(grid[0], "d")
    panel_label(grid[2], "e")

    learned, loss = rows[3].subplots(1, 2)
    for name, colour in STYLE.items():
        cut = tables["course"][tables["course"]["algorithm"] == name]
        learned.plot(cut["t"], cut["w_i"], color=COLOURS[colour], ls="--", lw=1)
        learned.plot(cut["t"], cut["w_r"], color=COLOURS[colour], lw=1.2, label=name)
        cut = tables["loss"][tables["loss"]["algorithm"] == name]
        step = cut["t"].diff().median()
        mean = cut["loss"].rolling(round(MEAN / step), center=True, min_periods=1).mean()  # as the authors draw it
        loss.plot(cut["t"], mean, color=COLOURS[colour], lw=1, label=name)
    for value, name in zip(TEACHER, NEURONS, strict=True):
        learned.axhline(value, color="0.6", lw=0.6, zorder=0)
        learned.annotate(
            f"$w_{name}$", (1, value), (2, 0), xycoords=("axes fraction", "data"), textcoords="offset points"
        )
    learned.set(ylim=(-2.2, 1.8), ylabel="weight")
    loss.set(yscale="log", ylabel=f"squared error, mean over {MEAN:g} ms", ylim=(1e-11, 30))
    end = tables["course"]["t"].max()
    ticks = [t for t in (50, 100, 200, 400, 1000) if t <= end]
    for ax in (learned, loss):
        ax.set(xscale="log", xlim=(50, end), xlabel="time (ms)")
        ax.set_xticks(ticks, [str(t) for t in ticks])
        ax.xaxis.set_minor_locator(NullLocator())
        ax.axvline(80, color="0.8", lw=0.6, zorder=0)
    loss.legend(loc="lower left")
    panel_label(learned, "f")
    panel_label(loss, "g")
