"""Feedback against forward weights at the end, and the angle between them over time, for three rules."""

import numpy as np
import pandas as pd

from analysis.plots import COLOURS, band, panel_label, reported
from experiments.sal.weight_transport.inputs import angle, weights

SIZE = (7.0, 2.1)
METHODS = {"SAL": "sal", "RDD": "rdd", "STDWI": "stdwi"}
COLOUR = {"SAL": "blue", "RDD": "green", "STDWI": "orange"}


def observe(recordings):
    """Angle and correlation over time, and the weights at the end.

    The scale of RDD's feedback is not learned: its weights are given the spread of the initial ones, as the authors do.

    Returns
    -------
    dict
        ``angle``: ``method``, ``seed``, ``t_s``, ``angle_deg``, ``correlation``. ``weights`` (first seed, at the end):
        ``method``, ``w``, ``b``. ``fit``: ``method``, ``seed``, ``slope`` of B over W at the end.
    """
    p = recordings["points"].iloc[0]
    w, b_first = weights(int(p["network.n_in"]), int(p["network.n_out"]))
    angles, ends, fits = [], [], []
    for method, name in METHODS.items():
        for (seed, t_ms), rows in recordings[f"{name}_weights"].groupby(["seed", "t_ms"]):
            b = rows.sort_values("index")["w"].to_numpy().reshape(b_first.T.shape).T
            if method == "RDD":
                b = b * b_first.std() / b.std()
            angles.append(
                {
                    "method": method,
                    "seed": seed,
                    "t_s": round(t_ms / 1000, 3),
                    "angle_deg": angle(w, b),
                    "correlation": np.corrcoef(w.ravel(), b.T.ravel())[0, 1],
                }
            )
        # The rows of the loop that came last are those of the last seed, at the end.
        fits.append({"method": method, "seed": seed, "slope": np.polyfit(w.ravel(), b.T.ravel(), 1)[0]})
        ends.append(pd.DataFrame({"method": method, "w": w.ravel(), "b": b.T.ravel()}))
    return {"angle": pd.DataFrame(angles), "weights": pd.concat(ends), "fit": pd.DataFrame(fits)}


def draw(tables, fig):
    """Panels a to c: weights at the end; d: angle over time."""
    *panels, right = fig.subplots(1, 4, width_ratios=[1, 1, 1, 1.3])
    found, end = tables["weights"], tables["angle"]["t_s"].max()
    limit = 1.1 * max(found["w"].abs().max(), found["b"].abs().quantile(0.999))
    for letter, ax, method in zip("abc", panels, METHODS, strict=True):
        rows = found[found["method"] == method]
        ax.plot(
            rows["w"], rows["b"], ".", ms=1.5, mec="none", color=COLOURS[COLOUR[method]], alpha=0.6, rasterized=True
        )
        ax.plot([-limit, limit], [-limit, limit], lw=0.7, color="0.5")
        ax.set(xlabel="$W_{ji}$", title=f"{method}, {end:.0f} s", aspect="equal")
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit))
        panel_label(ax, letter)
    panels[0].set_ylabel("$B_{ij}$")
    for method in METHODS:
        rows = tables["angle"][tables["angle"]["method"] == method]
        band(right, rows, x="t_s", y="angle_deg", label=method, colour=COLOUR[method])
    marks = tables["reported"].query("table == 'angle' and column == 'angle_deg'")
    marks = marks[marks["target"].str.startswith("quick") == (end < 100)]
    if len(marks):
        reported(right, marks["value"], marks["t_s"], marks["origin"])
    right.set(xlabel="time (s)", ylabel="angle (°)", ylim=(0, 95))
    right.legend(fontsize=6, loc="lower left")
    panel_label(right, "d")
