"""Spikes of two samples, and what the network decides for all of them."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.plots import COLOURS, panel_label
from experiments.gupta.inference.inputs import samples

SIZE = (7.0, 2.7)
SPECIES = ("versicolor", "virginica")
LOOKS = ("blue", "orange")
LAYERS = ("input", "hidden 1", "hidden 2", "output")


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Judge every sample: the output neuron with the larger voltage names the class.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``outputs``, ``spikes``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``samples``: ``label``, ``answer``, ``margin`` (voltage of class 1 minus that of class 0) and ``correct``, by
        ``sample``; ``accuracy``: one row; ``raster``: spikes of the first two samples, one of each class, with the time
        since its onset in time steps.
    """
    (point,) = (row for _, row in recordings["points"].iterrows())
    n_steps, dt, n_test = int(point["neurons.n_steps"]), float(point["network.dt_ms"]), int(point["inputs.n_test"])
    voltage = recordings["outputs"].pivot_table(index="t_ms", columns="index", values="V").to_numpy()
    margin = np.diff(voltage[n_steps::n_steps], axis=1)[:n_test, 0]
    label = samples()[1][:n_test]
    judged = pd.DataFrame(
        {"sample": np.arange(n_test), "label": label, "answer": (margin > 0).astype(int), "margin": margin}
    )
    judged["correct"] = judged["answer"] == label
    step = (recordings["spikes"]["t_ms"] / dt).round().astype(int)
    spikes = pd.DataFrame({"sample": step // n_steps, "step": step % n_steps, "neuron": recordings["spikes"]["i"]})
    sizes = [int(point[f"network.n_{k}"]) for k in range(4)]
    spikes["layer"] = np.repeat(np.arange(4), sizes)[spikes["neuron"]]
    return {
        "samples": judged,
        "accuracy": pd.DataFrame({"accuracy": [judged["correct"].mean()]}),
        "raster": spikes[spikes["sample"] < 2].reset_index(drop=True),
    }


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Raster and margins.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    raster, margins = fig.subplots(1, 2, width_ratios=[1.4, 1])
    spikes, judged = tables["raster"], tables["samples"]
    for sample, shift in ((0, 0.18), (1, -0.18)):
        rows = spikes[spikes["sample"] == sample]
        colour = COLOURS[LOOKS[int(judged.loc[sample, "label"])]]
        raster.scatter(rows["step"], rows["neuron"] + shift, marker="|", s=14, color=colour, lw=1.2)
    bounds = spikes.groupby("layer")["neuron"].agg(["min", "max"])
    for layer, row in bounds.iterrows():
        raster.text(86, row.mean(), LAYERS[int(layer)], va="center", fontsize=6)
    raster.set(xlabel="time step of the presentation", ylabel="neuron", xlim=(0, 84))
    raster.legend([Line2D([], [], marker="|", ls="", color=COLOURS[look]) for look in LOOKS], SPECIES, loc="upper left")
    for label, (species, look) in enumerate(zip(SPECIES, LOOKS, strict=True)):
        rows = judged[judged["label"] == label]
        margins.plot(rows["sample"], rows["margin"], "o", ms=3, color=COLOURS[look], label=species)
    margins.axhline(0, color="0.6", lw=0.6, zorder=0)
    margins.set(xlabel="test sample", ylabel="voltage, virginica \N{MINUS SIGN} versicolor")
    for letter, ax in zip("ab", (raster, margins), strict=True):
        panel_label(ax, letter)
