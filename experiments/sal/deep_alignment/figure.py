"""Angle, correlation and distance between feedback and forward weights of every layer, over time."""

import numpy as np
import pandas as pd

from analysis.plots import band, panel_label, reported
from analysis.points import values
from experiments.sal.common.layers import links
from experiments.sal.deep_alignment.inputs import backwards, inputs, watched

SIZE = (7.0, 2.3)
COLOUR = ("blue", "green", "orange")
TEXTS = {"angle_deg": "angle (°)", "correlation": "correlation", "spread": "sd of $B - W^T$"}


def compare(w: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Return angle, correlation and standard deviation of the difference of paired weights."""
    cosine = w @ b / np.sqrt((w @ w) * (b @ b))
    return {
        "angle_deg": float(np.degrees(np.arccos(cosine))),
        "correlation": float(np.corrcoef(w, b)[0, 1]),
        "spread": float((b - w).std()),
    }


def observe(recordings):
    """Compare feedback with forward weights: a sample over time, all of them at the end.

    Returns
    -------
    dict
        ``course``: ``seed``, ``layer`` (1: the first pair of layers), ``t_s``, ``angle_deg``, ``correlation`` and
        ``spread`` of the recorded weights. ``end``: the same of all weights, after the run.
    """
    course, end = [], []
    for point in recordings["points"].to_dict("records"):
        p = values(point)
        layers = [p.network.n_0, p.network.n_1, p.network.n_2, p.network.n_3]
        w = inputs(p, np.random.default_rng(p.run.seed))
        pair = backwards(layers)
        forward, lower = w["forward.w"][pair], links(layers)[0][pair]
        layer = np.searchsorted(np.cumsum(layers), lower, side="right") + 1
        sample = watched(layers, p.network.n_watched)
        keys = {"seed": p.run.seed}
        for t_ms, rows in recordings["weights"].query("point == @point['point']").groupby("t_ms"):
            b = rows.sort_values("index")["w"].to_numpy()
            for k in np.unique(layer):
                here = layer[sample] == k
                found = compare(forward[sample][here], b[here])
                course.append({**keys, "layer": k, "t_s": round(t_ms / 1000, 3), **found})
        final = recordings["final"].query("point == @point['point']").sort_values("index")["value"].to_numpy()
        for k in np.unique(layer):
            end.append({**keys, "layer": k, **compare(forward[layer == k], final[layer == k])})
    return {"course": pd.DataFrame(course), "end": pd.DataFrame(end).assign(sizes="-".join(map(str, layers)))}


def draw(tables, fig):
    """Panels a to c: angle, correlation and distance over time, one line a layer."""
    sizes = tables["end"]["sizes"].iloc[0].split("-")
    panels = fig.subplots(1, 3)
    marks = tables["reported"].query("table == 'course' and column == 'angle_deg'")
    for letter, ax, (column, text) in zip("abc", panels, TEXTS.items(), strict=True):
        for k, colour in enumerate(COLOUR, start=1):
            rows = tables["course"][tables["course"]["layer"] == k]
            band(ax, rows, x="t_s", y=column, label=f"{sizes[k - 1]}–{sizes[k]}", colour=colour)
        ax.set(xlabel="time (s)", ylabel=text)
        ax.set_ylim(bottom=0)
        panel_label(ax, letter)
    wanted = marks["target"].str.startswith("quick") == (len(sizes[0]) < 4)
    if wanted.any():
        reported(panels[0], marks[wanted]["value"], marks[wanted]["t_s"], marks[wanted]["origin"])
    panels[0].set_ylim(0, 95)
    panels[0].legend(loc="lower left", fontsize=6.5)
