"""What the trained network predicts, and how well."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.plots import COLOURS, panel_label, reported
from analysis.points import values
from experiments.gle.inference.inputs import normalised
from experiments.gle.mackey_glass.inputs import HORIZONS

SIZE = (7.0, 2.5)
SETTLE = 200  # steps that are not counted: the network starts from rest
SHOWN, HORIZON = 300, 12  # steps and horizon of the drawing


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Compare predictions with the series.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``predictions``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``errors``: root mean square relative to the standard deviation, by ``horizon``; ``course``: ``series`` and
        ``prediction`` of the value twelve steps later, by ``step``, after the network has settled.
    """
    (point,) = (row for _, row in recordings["points"].iterrows())
    x = normalised(values(point))
    n, n_test = int(point["network.n_series"]), int(point["inputs.n_test"])
    # Row k + 1 holds the rates that belong to the newest value k.
    found = recordings["predictions"].pivot_table(index="t_ms", columns="index", values="r").to_numpy()[1:]
    newest = np.arange(SETTLE, n_test)
    spread = x[n + newest].std()
    errors = [
        {"horizon": h, "error": np.sqrt(np.mean((found[newest, k] - x[n + newest + h]) ** 2)) / spread}
        for k, h in enumerate(HORIZONS)
    ]
    first = newest[:SHOWN]
    course = {
        "step": first + HORIZON,
        "series": x[n + first + HORIZON],
        "prediction": found[first, HORIZONS.index(HORIZON)],
    }
    return {"errors": pd.DataFrame(errors), "course": pd.DataFrame(course)}


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Course and errors.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    course, errors = fig.subplots(1, 2, width_ratios=[1.8, 1])
    table = tables["course"]
    course.plot(table["step"], table["series"], color="0.6", lw=2, label="series")
    course.plot(
        table["step"], table["prediction"], color=COLOURS["blue"], lw=1, label=f"predicted {HORIZON} steps before"
    )
    course.set(xlabel="step of the test part", ylabel="normalised value", ylim=(None, 3.2))
    course.legend(loc="upper right", ncols=2)
    marks = tables["reported"].query("table == 'errors'")
    if len(marks):
        reported(errors, marks["value"], marks["horizon"], marks["origin"])
    errors.plot(tables["errors"]["horizon"], tables["errors"]["error"], ".-", color=COLOURS["blue"])
    errors.set(xlabel="horizon (steps)", ylabel="error / s.d.", ylim=(0, None))
    for letter, ax in zip("ab", (course, errors), strict=True):
        panel_label(ax, letter)
