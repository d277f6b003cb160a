"""Rates with and without interneurons, phase plane and trajectories in effective weights."""

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from analysis.plots import COLOURS, panel_label, reported
from analysis.points import values
from experiments.sal.dale.inputs import RATE_WEIGHTS, grid
from references.sal.effective_weight import effective_weight

SIZE = (7.0, 2.9)
LATE = 0.6  # of the run: plastic weights are averaged from here on


def _shifts(p: pd.Series) -> tuple[float, float]:
    """Return what the inhibitory paths add to W_21 and W_12."""
    return (
        float(effective_weight(0, p["inputs.w_ie_1"], p["inputs.w_ei_1"], p["inputs.b_i_1"], 0)),
        float(effective_weight(0, p["inputs.w_ie_2"], p["inputs.w_ei_2"], p["inputs.b_i_2"], 0)),
    )


def _cubic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return all monomials of two variables up to the third degree, one column each."""
    return np.stack([x**i * y**j for i in range(4) for j in range(4 - i)], axis=-1)


def _zero_line(plane: pd.DataFrame) -> pd.DataFrame:
    """Return where the drift vanishes for every W_12: root of a cubic surface through the noisy drifts."""
    surface, *_ = np.linalg.lstsq(_cubic(plane["w_21"], plane["w_12"]), plane["dw_21"], rcond=None)
    fine = np.linspace(plane["w_21"].min(), plane["w_21"].max(), 2001)
    rows = []
    for direct_12, w_12 in plane.groupby(plane["direct_12"].round(9))["w_12"].first().items():
        values = _cubic(fine, np.full_like(fine, w_12)) @ surface
        roots = fine[:-1][values[:-1] * values[1:] < 0]
        if len(roots):
            root = roots[np.abs(roots - w_12).argmin()]
            rows.append({"direct_12": direct_12, "w_12": w_12, "w_21": root, "offset": root - w_12})
    return pd.DataFrame(rows, columns=["direct_12", "w_12", "w_21", "offset"])


def observe(recordings):
    """Drift of frozen systems, firing rates, and plastic systems, in effective weights.

    Returns
    -------
    dict
        ``plane``: effective ``w_21``, ``w_12``, weight ``direct_12``, and ``dw_21`` per tau_ref; ``zero_line``:
        ``direct_12``, ``w_12``, ``w_21`` where the drift vanishes, ``offset`` = w_21 - w_12. ``shifts``: ``synapse``,
        ``shift`` = effective less direct weight.
        ``rates``: ``w_ee``, rate of e2 per tau_ref with interneurons (``rate``) and with a ``direct`` synapse.
        ``plastic``: ``system``, ``t_s``, effective ``w_21``, ``w_12``; ``end``: ``system``, ``start`` and late mean of
        the ``difference`` of effective weights, its ``direct`` counterpart, smallest weight ``smallest``.
        ``summary``: root mean square ``rms``, smallest ``low`` and largest ``high`` offset, largest length ``drift`` of
        (dW_21, dW_12), root mean square of the differences of plastic systems at ``start`` and at the ``end``.
    """
    points = recordings["points"]
    final = recordings["final"]
    p = points.iloc[0]
    to_21, to_12 = _shifts(p)
    n_grid, n_rates = int(p["network.n_row"]) ** 2, len(RATE_WEIGHTS)
    n_tau = p["run.duration_ms"] / p["neurons.tau_ref_ms"]
    planes = []
    for _, point in points.iterrows():
        pairs = final[(final["point"] == point["point"]) & (final["variable"] == "synapses.pairs")]["value"].to_numpy()
        w_21, w_12 = grid(values(point))
        drift = pairs[: 6 * n_grid : 6] / n_tau
        planes.append(pd.DataFrame({"w_21": w_21 + to_21, "w_12": w_12 + to_12, "direct_12": w_12, "dw_21": drift}))
    plane = pd.concat(planes, ignore_index=True).sort_values(["w_12", "w_21"], ignore_index=True)
    line = _zero_line(plane)

    # The points share their random numbers: rates and plastic systems are the same in all of them.
    first = p["point"]
    spikes = final[(final["point"] == first) & (final["variable"] == "neurons.n_spikes")]["value"].to_numpy()
    e2 = spikes[4 * n_grid + 1 : 4 * (n_grid + 2 * n_rates) : 4] / n_tau
    rates = pd.DataFrame({"w_ee": RATE_WEIGHTS, "rate": e2[:n_rates], "direct": e2[n_rates:]})

    weights = recordings["weights"].query("point == @first")
    index = weights["index"] - weights["index"].min()
    weights = weights.assign(system=index // 6, weight=np.where(index % 6, "w_12", "w_21"), t_s=weights["t_ms"] / 1000)
    plastic = weights.pivot_table(index=["system", "t_s"], columns="weight", values="w").reset_index()
    smallest = plastic.groupby("system")[["w_21", "w_12"]].min().min(axis=1)
    plastic = plastic.assign(w_21=plastic["w_21"] + to_21, w_12=plastic["w_12"] + to_12).rename_axis(columns=None)
    difference = plastic.assign(difference=plastic["w_21"] - plastic["w_12"])
    late = difference[difference["t_s"] >= LATE * difference["t_s"].max()].groupby("system")["difference"].mean()
    end = pd.DataFrame({"start": difference.groupby("system")["difference"].first(), "difference": late})
    end = end.assign(direct=late - to_21 + to_12, smallest=smallest).reset_index()

    def rms(values: pd.Series) -> float:
        return float(np.sqrt((values**2).mean()))

    offset = line["offset"]
    summary = {
        "rms": rms(offset),
        "low": offset.min(),
        "high": offset.max(),
        "drift": np.sqrt(2) * plane["dw_21"].abs().max(),
    }
    summary |= {"start": rms(end["start"]), "end": rms(end["difference"]), "end_mean": end["difference"].mean()}
    return {
        "plane": plane,
        "zero_line": line,
        "shifts": pd.DataFrame({"synapse": ["e1 to e2", "e2 to e1"], "shift": [to_21, to_12]}),
        "rates": rates,
        "plastic": plastic,
        "end": end,
        "summary": pd.DataFrame([summary]),
    }


def draw(tables, fig):
    """Panel a: rates; b: phase plane with the zero line; c: plastic systems."""
    left, middle, right = fig.subplots(1, 3, width_ratios=[1, 1.3, 1.05])
    rates = tables["rates"]
    left.plot(rates["w_ee"], rates["direct"], color="0.3", lw=1, label="direct synapse")
    left.plot(rates["w_ee"], rates["rate"], "o", ms=3.5, color=COLOURS["blue"], label="with interneuron")
    marks = tables["reported"].query("table == 'rates' and column == 'rate'")
    reported(left, marks["value"], marks["w_ee"], marks["origin"])
    left.set(xlabel=r"weight $W_{e2,e1}$", ylabel=r"rate of e2 (per $\tau_\mathrm{ref}$)")
    left.legend(loc="upper left", fontsize=6.5)
    panel_label(left, "a")

    plane = tables["plane"].round(9).pivot_table(index="w_12", columns="w_21", values="dw_21")
    most = np.abs(plane.to_numpy()).max()
    shade = LinearSegmentedColormap.from_list("shade", [COLOURS["orange"], "white", COLOURS["sky"]])
    image = middle.pcolormesh(
        plane.columns, plane.index, plane, cmap=shade, vmin=-most, vmax=most, shading="nearest", rasterized=True
    )
    fig.colorbar(image, ax=middle, label=r"drift of $W_{e2,e1}$ per $\tau_\mathrm{ref}$", shrink=0.8)
    line = tables["zero_line"]
    middle.plot(line["w_21"], line["w_12"], color=COLOURS["black"], lw=1.2, label="no drift")
    right.plot(line["w_21"], line["w_12"], color=COLOURS["black"], lw=1.2, label="no drift")
    for system, rows in tables["plastic"].groupby("system"):
        label = "plastic" if system == 0 else None
        right.plot(rows["w_21"], rows["w_12"], color=COLOURS["green"], lw=0.6, alpha=0.8, label=label)
        late = rows[rows["t_s"] >= LATE * rows["t_s"].max()]
        right.plot(rows["w_21"].iloc[0], rows["w_12"].iloc[0], "o", ms=2, color=COLOURS["green"])
        right.plot(late["w_21"].mean(), late["w_12"].mean(), "o", ms=4, mfc="white", color=COLOURS["green"], zorder=4)
    for ax, label in ((middle, "b"), (right, "c")):
        ax.plot([-1, 1], [-1, 1], "--", color="0.5", lw=0.8, label="equal")
        ax.set(xlabel=r"effective $W_{e2,e1}$", ylabel=r"effective $W_{e1,e2}$", aspect="equal")
        ax.set(xlim=(-1, 1.2), ylim=(-1.15, 1.05))
        ax.legend(loc="upper left", fontsize=6.5, handlelength=1.3, frameon=True, framealpha=0.8, edgecolor="none")
        panel_label(ax, label)
