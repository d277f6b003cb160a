"""The drift on the phase plane: exact, and of simulated pairs with frozen weights."""

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from analysis.plots import COLOURS, panel_label
from references.sal.age_chain import sal_drift

SIZE = (6.6, 3.0)
GRID = np.arange(-2, 2.01, 0.25)  # Fig. 2e


def _simulated_drift(recordings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the drift of W_21 for every frozen pair, from its histogram of intervals, with its standard error.

    Successive intervals are correlated, hence the error comes from the spread between blocks of time.
    """
    p = recordings["points"].iloc[0]
    t_max, n_grid = int(p["network.t_max"]), int(p["network.n_grid"])
    tau = round(p["neurons.tau_ref_ms"] / p["network.dt_ms"])
    window = np.exp(-np.arange(1, t_max) / tau)

    def drift(counts: np.ndarray) -> np.ndarray:
        """Reduce counts (..., pair, half, interval); the halves are right and left."""
        mean = (counts * window).sum(axis=-1) / counts.sum(axis=-1)
        return 0.5 * (mean[..., 1] - mean[..., 0])

    looks = recordings["counts"].pivot_table(index=["seed", "t_ms"], columns="index", values="number")
    blocks = looks.groupby("seed").diff().dropna().to_numpy().reshape(-1, n_grid**2, 2, t_max - 1)
    grid = np.linspace(-p["inputs.w_max"], p["inputs.w_max"], n_grid)
    w_21, w_12 = (axis.ravel() for axis in np.meshgrid(grid, grid, indexing="ij"))
    return pd.DataFrame(
        {
            "w_21": w_21,
            "w_12": w_12,
            "dw_21": drift(blocks.sum(axis=0)),
            "error": drift(blocks).std(axis=0, ddof=1) / np.sqrt(len(blocks)),
            "exact": sal_drift(w_21, w_12, tau=tau, t_max=t_max, restart=False),
        }
    )


def observe(recordings):
    """Compare the drift of simulated pairs with the exact one.

    Returns
    -------
    dict
        ``flow``: ``w_21``, ``w_12``, ``dw_21`` (exact drift per pair of spikes; that of ``w_12`` is its negative).
        ``simulated``: the same of pairs with frozen weights, with ``error``, ``exact``, ``z`` = distance / error.
        ``residuals``: mean square ``chi2`` of ``z``, of all pairs and of those with equal weights (``diagonal``).
    """
    w_21, w_12 = (axis.ravel() for axis in np.meshgrid(GRID, GRID))
    drift = _simulated_drift(recordings)
    drift["z"] = (drift["dw_21"] - drift["exact"]) / drift["error"]
    equal = drift["w_21"] == drift["w_12"]
    return {
        "flow": pd.DataFrame({"w_21": w_21, "w_12": w_12, "dw_21": sal_drift(w_21, w_12)}),
        "simulated": drift,
        "residuals": pd.DataFrame(
            {"pairs": ["all", "diagonal"], "chi2": [(drift["z"] ** 2).mean(), (drift.loc[equal, "z"] ** 2).mean()]}
        ),
    }


def draw(tables, fig):
    """Panel a: phase plane; b: simulated against exact drift."""
    ax, right = fig.subplots(1, 2, width_ratios=[1.2, 1])
    # As the authors draw it: the weight onto neuron 1 goes to the right.
    flow = tables["flow"].pivot_table(index="w_21", columns="w_12", values="dw_21")
    most = np.abs(flow.to_numpy()).max()
    shade = LinearSegmentedColormap.from_list("shade", ["white", COLOURS["sky"]])
    image = ax.pcolormesh(GRID, GRID, np.abs(flow) / most, cmap=shade, shading="nearest", rasterized=True)
    fig.colorbar(image, ax=ax, label="size of the drift (relative)", shrink=0.9)
    style = {"pivot": "mid", "scale": 22, "angles": "xy", "width": 0.006}
    arrows = []
    # Exact arrows stand between the simulated pairs, so that none covers another.
    for name, offset, colour in (("flow", 0.25, COLOURS["orange"]), ("simulated", 0.0, "0.05")):
        table = tables[name]
        some = table[np.isclose(table["w_21"] % 0.5, offset) & np.isclose(table["w_12"] % 0.5, offset)]
        length = some["dw_21"] / most
        length = np.sign(length) * np.sqrt(length.abs())  # short arrows are seen as well
        arrows.append(ax.quiver(some["w_12"], some["w_21"], -length, length, color=colour, **style))
    for arrow, label, x in zip(arrows, ("exact", "simulated"), (0.2, 0.62), strict=True):
        ax.quiverkey(arrow, x, 1.05, 1, label, labelpos="E")
    ax.plot(GRID, GRID, "--", lw=0.8, color="0.4")
    ax.set(xlabel="$W_{12}$ (onto neuron 1)", ylabel="$W_{21}$ (onto neuron 2)", aspect="equal")
    panel_label(ax, "a")

    drift = tables["simulated"]
    right.axline((0, 0), slope=1, color="0.7", lw=0.8)
    right.errorbar(drift["exact"], drift["dw_21"], drift["error"], fmt="o", ms=2.5, lw=0.8, color=COLOURS["blue"])
    chi2 = tables["residuals"].set_index("pairs")["chi2"]["all"]
    text = rf"{len(drift)} pairs, frozen weights" + "\n" + rf"$\chi^2$ per pair: {chi2:.2f}"
    right.text(0.05, 0.95, text, transform=right.transAxes, va="top")
    right.set(xlabel=r"exact drift of $W_{21}$ per pair of spikes", ylabel="simulated drift", aspect="equal")
    panel_label(right, "b")
