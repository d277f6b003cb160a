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
CONTROL, FIXED = "truncated", "readout"
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
    points = recordings["points"][["point", "inputs.rule", "network.n_copies"]]
    rows = recordings["reports"].merge(points, on="point").rename(columns={"inputs.rule": "rule"})
    rows["characters"] = rows["done"] * rows["network.n_copies"]  # every copy reads a stretch
    width = rows["characters"].max() / WINDOWS
    late = rows[rows["characters"] > (1 - LAST) * rows["characters"].max()]
    middle = (np.ceil(rows["characters"] / width) - 0.5) * width
    keys = ["rule", "seed"]
    return {
        "curves": rows.assign(characters=middle).groupby([*keys, "characters"], as_index=False)["bits"].mean(),
        "learned": late.groupby(keys, as_index=False)["bits"].mean(),
    }


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Bits per character while reading (a), and at the end, against truncation with the same seed (b)."""
    left, right = fig.subplots(1, 2, width_ratios=(1.5, 1.0))
    curves = tables["curves"].assign(thousands=tables["curves"]["characters"] / 1000)
    learned = tables["learned"].pivot_table(index="seed", columns="rule", values="bits")
    rules = [rule for rule in RULES if rule in learned]
    for rule in rules:
        band(left, curves[curves["rule"] == rule], "thousands", "bits", label=rule, colour=RULES[rule])
    left.set(xlabel="characters read (thousands)", ylabel="bits per character")
    left.legend()
    # Seeds begin at different places of the text, which matters more than the rule does.
    control = CONTROL if CONTROL in learned else rules[-1]
    gains = learned.sub(learned[control], axis=0)
    shown = [rule for rule in rules if rule not in (control, FIXED)] or rules
    for number, rule in enumerate(shown):
        right.plot(gains[rule], np.full(len(gains), number), "o", ms=4, mfc="none", color=COLOURS[RULES[rule]])
        right.plot([gains[rule].mean()] * 2, [number - 0.3, number + 0.3], color=COLOURS[RULES[rule]], lw=2)
    right.axvline(0, color=COLOURS["grey"], lw=0.8, zorder=0)
    right.set_yticks(range(len(shown)), shown)
    right.xaxis.get_major_locator().set_params(nbins=4)
    right.set(xlabel=f"bits per character, last fifth,\nabove {control}", ylim=(len(shown) - 0.5, -0.5))
    for ax, letter in zip((left, right), "ab", strict=True):
        panel_label(ax, letter)
