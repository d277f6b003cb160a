"""Shapes of the postsynaptic potential: intervals, fixed lines, deviations, and where plastic pairs end."""

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from analysis.plots import COLOURS, panel_label
from experiments.sal.psp_shapes.inputs import N_BIASES, SHAPES
from experiments.sal.psp_shapes.reference import KINDS, WEIGHTS, potential

SIZE = (7.0, 8.6)
TITLES = ("rectangular", *(rf"alpha, $\tau_\mathrm{{syn}} = \tau_\mathrm{{ref}} / {k}$" for k in (3, 2)))


def _plastic(recordings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return where plastic pairs end and where the chain stands still, on the line of constant sum."""
    p = recordings["points"].iloc[0]
    rows = recordings["weights"]
    rows = rows[rows["t_ms"] >= 0.5 * rows["t_ms"].max()]
    mean = rows.pivot_table(index="seed", columns="index", values="w")
    difference = mean.to_numpy()[:, ::2] - mean.to_numpy()[:, 1::2]  # W_21 - W_12
    n = int(p["network.n_pairs"])
    difference = difference.reshape(len(mean), len(SHAPES), N_BIASES, n).transpose(1, 2, 0, 3)
    table = recordings["fixed_points"][["shape", "b_1", "chain"]].copy()  # shape by shape, bias by bias
    values = difference.reshape(len(SHAPES) * N_BIASES, -1)
    table.insert(2, "difference", values.mean(axis=1))
    table.insert(3, "error", values.std(axis=1, ddof=1) / np.sqrt(values.shape[1]))
    return table.assign(z=(table["difference"] - table["chain"]) / table["error"])


def observe(recordings):
    """Distributions, fixed lines and deviations of the exact chain, and the fixed points of plastic pairs.

    Returns
    -------
    dict
        ``intervals``: ``kind``, ``b_1``, ``b_2``, ``interval`` (tau_ref), ``probability``; ``values``: their ``dw_21``.
        ``lines``: ``kind``, ``b_1`` (= -b_2), ``w_12``, ``w_21``; ``deviations``: ``kind``, ``b_1``, ``b_2``,
        ``deviation``; ``examples``: ``kind``, ``w_21`` of the line of b_1 = -0.5 next to ``w_12`` = 0.74.
        ``plastic``: ``shape``, ``b_1`` (= -b_2), ``difference`` W_21 - W_12 of simulated pairs, its ``error``, and that
        of the ``chain`` without a cap, distance ``z`` in errors; ``residuals``: ``shape``, mean square ``chi2`` of it.
    """
    chain = {
        name: recordings[name].drop(columns=["point", "seed"])
        for name in ("intervals", "values", "lines", "deviations")
    }
    lines = chain["lines"]
    examples = lines[np.isclose(lines["b_1"], -0.5) & np.isclose(lines["w_12"], 0.74, atol=0.015)]
    plastic = _plastic(recordings)
    return {
        **chain,
        "examples": examples.drop(columns="b_1"),
        "plastic": plastic,
        "residuals": (plastic["z"] ** 2).groupby(plastic["shape"]).mean().rename("chi2").reset_index(),
    }


def draw(tables, fig):
    """One column per shape; rows a to e as in the caption."""
    axes = fig.subplots(5, 3, height_ratios=[0.6, 0.9, 1.25, 1.25, 1], sharey="row")
    shade = Normalize(-1, 1)
    hues = colormaps["viridis"]
    three = ("blue", "grey", "orange")
    deepest = tables["deviations"]["deviation"].max()
    for column, kind, title in zip(axes.T, KINDS, TITLES, strict=True):
        psp, spread, line, field, end = column
        steps = "steps-mid" if kind == KINDS[0] else "default"
        psp.plot(np.arange(21) / 10, np.concatenate([[0], potential(kind, 10, 21)]), color="0.2", drawstyle=steps)
        psp.set(title=title, xlabel=r"time ($\tau_\mathrm{ref}$)")
        for colour, (b_1, rows) in zip(three, tables["intervals"].query("kind == @kind").groupby("b_1"), strict=True):
            left, right = rows[rows["interval"] < 0], rows[rows["interval"] > 0]
            for half in (left, right):
                label = f"{b_1:g}, {rows['b_2'].iloc[0]:g}" if half is left else None
                spread.plot(half["interval"], 100 * half["probability"], color=COLOURS[colour], lw=1, label=label)
        spread.set(xlabel=r"interval $t_2 - t_1$ ($\tau_\mathrm{ref}$)")
        line.plot(WEIGHTS, WEIGHTS, "--", color="0.5", lw=0.8)
        for b_1, rows in tables["lines"].query("kind == @kind").groupby("b_1"):
            line.plot(rows["w_12"], rows["w_21"], color=hues(shade(b_1)), lw=1)
        line.set(xlabel="$W_{12}$", aspect="equal", xlim=(-1.5, 1.5), ylim=(-1.5, 1.5))
        rows = tables["deviations"].query("kind == @kind")
        if kind == KINDS[0]:
            field.text(0.5, 0.5, "0 everywhere", ha="center", va="center", transform=field.transAxes)
            field.set(xlim=(-1.125, 1.125), ylim=(-1.125, 1.125))
        else:
            grid = rows.pivot_table(index="b_2", columns="b_1", values="deviation")
            image = field.pcolormesh(
                grid.columns, grid.index, grid, cmap="YlOrRd", vmin=0, vmax=deepest, shading="nearest", rasterized=True
            )
        field.set(xlabel="$b_1$", aspect="equal")
        for shape, style in ((kind, {}), (f"{kind}, adding up", {"mfc": "white"})):
            rows = tables["plastic"][tables["plastic"]["shape"] == shape]
            if len(rows):
                label = "adding up" if style else "renewed"
                style |= {"fmt": "o", "ms": 3.5, "lw": 0.8, "color": COLOURS["red"], "label": label}
                end.errorbar(rows["b_1"], rows["difference"], rows["error"], **style)
        rows = tables["plastic"].query("shape == @kind")
        end.plot(rows["b_1"], rows["chain"], color="0.2", lw=1, zorder=1, label="exact chain")
        end.set(xlabel="$b_1 = -b_2$")
    labels = ("$\\kappa$", "probability (%)", "$W_{21}$", "$b_2$", "$W_{21} - W_{12}$")
    for row, label, letter in zip(axes, labels, "abcde", strict=True):
        row[0].set_ylabel(label)
        panel_label(row[0], letter)
    small = {"fontsize": 6, "title_fontsize": 6.5, "handlelength": 1, "borderaxespad": 0}
    axes[1, 0].legend(title="$b_1$, $b_2$", loc="lower center", **small)
    axes[4, 2].legend(fontsize=6.5, loc="upper left")
    fig.align_ylabels(axes[:, 0])
    fig.colorbar(image, ax=axes[3, :], label="deviation", shrink=0.9)
    colours = fig.colorbar(ScalarMappable(shade, hues), ax=axes[2, :], shrink=0.9)
    colours.set_label("$b_1 = -b_2$")
