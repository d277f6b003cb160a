"""Learning curves for three kinds of feedback, and what the readout draws before and after learning."""

import numpy as np
import pandas as pd

from experiments.eprop.sine_tutorial.figure import SIZE, draw

__all__ = ["SIZE", "draw", "observe"]


def observe(recordings):
    """Loss and mean rate of every trial; the readout in the first and the last trial.

    Returns
    -------
    dict
        ``learning``: ``feedback``, ``seed``, ``iteration`` (from 1), ``loss``, ``rate_Hz``.
        ``drawn``: ``feedback``, ``trial`` (first, last), ``t_ms``, ``y``, ``goal``; one seed.
    """
    points = recordings["points"].rename(columns={"inputs.feedback": "feedback"})
    points = points[["point", "feedback", "network.n_steps", "network.dt_ms"]]
    rates = recordings["rates"].groupby(["point", "t_ms"], as_index=False)["rate"].mean()
    learning = recordings["losses"].merge(rates, on=["point", "t_ms"]).merge(points, on="point")
    # The first row is before the first trial.
    learning["iteration"] = learning.groupby(["point", "seed"])["t_ms"].rank().astype(int) - 1
    learning["rate_Hz"] = learning["rate"] * 1000 / learning["network.dt_ms"]

    parts = []
    outputs = recordings["outputs"][recordings["outputs"]["seed"] == recordings["outputs"]["seed"].min()]
    for point, rows in outputs.merge(points, on="point").groupby("point"):
        begins = np.sort(learning.loc[learning["point"] == point, "t_ms"])
        for trial, begin in (("first", begins[0]), ("last", begins[-2])):
            # What is recorded belongs to two steps before.
            t = rows["t_ms"] - begin - 2 * rows["network.dt_ms"]
            within = (t > -1e-6) & (t < rows["network.n_steps"] * rows["network.dt_ms"] - 1e-6)
            parts.append(rows.assign(t_ms=t.round(6), trial=trial)[within])
    learning = learning[learning["iteration"] > 0].sort_values(["feedback", "seed", "iteration"], ignore_index=True)
    return {
        "learning": learning[["feedback", "seed", "iteration", "loss", "rate_Hz"]],
        "drawn": pd.concat(parts, ignore_index=True)[["feedback", "trial", "t_ms", "y", "goal"]],
    }
