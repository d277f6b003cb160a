"""Bits per character while an LSTM reads a text, for five rules."""

import numpy as np
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label

SIZE = (7.0, 2.9)
RULES = {
    "e-prop 3": "blue",
    "traces": "sky",
    "synthetic gradient": "orange",
    "truncated": "grey",
    "readout": "black",
}
WINDOWS = 40  # into which the text is divided
LAST = 0.2  # share of the text at its end that counts as learned


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Reduce recordings to small tidy tables.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``reports``, ``points``.

    Returns
    -------
    dict of DataFrame
        curves : rule, seed, characters (middle of the window), bits (per character, before learning from it).
        learned : rule, seed, bits (mean over the last part of the text).
    """
    rows = recordings["reports"].merge(recordings["points"][["point", "inputs.rule"]], on="point")
    rows = rows.rename(columns={"inputs.rule": "rule", "number": "characters"})
    width = rows["characters"].max() / WINDOWS
    late = rows[rows["characters"] > (1 - LAST) * rows["characters"].max()]
    middle = (np.ceil(rows["characters"] / width) - 0.5) * width
    keys = ["rule", "seed"]
    return {
        "curves": rows.assign(characters=middle).groupby([*keys, "characters"], as_index=False)["bits"].mean(),
        "learned": late.groupby(keys, as_index=False)["bits"].mean(),
    }


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Bits per character while reading (a) and at the end (b)."""
    left, right = fig.subplots(1, 2, width_ratios=(1.5, 1.0))
    curves = tables["curves"].assign(thousands=tables["curves"]["characters"] / 1000)
    for number, (rule, colour) in enumerate(RULES.items()):
        rows = curves[curves["rule"] == rule]
        if rows.empty:
            continue
        band(left, rows, "thousands", "bits", label=rule, colour=colour)
        bits = tables["learned"].loc[tables["learned"]["rule"] == rule, "bits"]
        right.plot(bits, np.full(len(bits), number), "o", ms=4, mfc="none", color=COLOURS[colour])
        right.plot([bits.mean()] * 2, [number - 0.3, number + 0.3], color=COLOURS[colour], lw=2)
    left.set(xlabel="characters read (thousands)", ylabel="bits per character")
    left.legend()
    right.set_yticks(range(len(RULES)), list(RULES))
    right.set(xlabel="bits per character, last fifth", ylim=(len(RULES) - 0.5, -0.5))
    for ax, letter in zip((left, right), "ab", strict=True):
        panel_label(ax, letter)
