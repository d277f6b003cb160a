"""Mean weight over time, and the closed form."""

import numpy as np

from analysis.plots import COLOURS, band, panel_label

SIZE = (3.4, 2.4)


def observe(recordings):
    """Reduce recordings to small tidy tables; references of `reference.py` are among them.

    Returns
    -------
    dict
        ``course``: ``a_minus``, ``seed``, ``t_ms``, ``w`` (mean over pairs). ``drift``: ``a_minus``, ``seed``,
        ``drift`` (per second), ``ratio`` to that of the closed form.
    """
    keys = recordings["points"][["point", "synapses.a_minus"]].rename(columns={"synapses.a_minus": "a_minus"})
    weights = recordings["weights"].merge(keys, on="point")
    course = weights.groupby(["a_minus", "seed", "t_ms"], as_index=False)["w"].mean()
    theory = recordings["theory"].merge(keys, on="point").set_index("a_minus")["drift"]
    ends = course.sort_values("t_ms").groupby(["a_minus", "seed"])[["t_ms", "w"]].agg(["first", "last"])
    change = ends["w", "last"] - ends["w", "first"]
    drift = (1000 * change / (ends["t_ms", "last"] - ends["t_ms", "first"])).rename("drift").reset_index()
    return {"course": course, "drift": drift.assign(ratio=drift["drift"] / drift["a_minus"].map(theory))}


def draw(tables, fig):
    """Draw from tables only; ``tables["reported"]`` holds the numbers of targets.yaml."""
    ax = fig.subplots()
    for (a_minus, rows), colour in zip(tables["course"].groupby("a_minus"), ("blue", "orange"), strict=False):
        band(ax, rows, x="t_ms", y="w", label=f"$A_-$ = {a_minus:g}", colour=colour)
        found = tables["drift"][tables["drift"]["a_minus"] == a_minus]
        expected = (found["drift"] / found["ratio"]).iloc[0] / 1000
        t = np.array([0, rows["t_ms"].max()])
        start = rows.loc[rows["t_ms"] == 0, "w"].mean()
        ax.plot(t, start + expected * t, "--", color=COLOURS["black"], lw=0.8, zorder=0)
    ax.set(xlabel="time (ms)", ylabel="mean weight")
    ax.legend()
    panel_label(ax, "a")
