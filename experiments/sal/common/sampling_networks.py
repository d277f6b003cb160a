"""Sampling networks: asymmetry of the weights and divergence from the target, over learning cycles and noise levels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.stats import wilcoxon

from analysis.plots import COLOURS, panel_label, reported
from experiments.sal.common.boltzmann import target
from experiments.sal.common.sampling_inputs import SAL, WAKE_SLEEP, conditions

KEYS = ["level", "arm", "target", "initial"]
STYLES = {"no noise": "grey", WAKE_SLEEP: "orange", SAL: "blue"}


def pair_weights(p: np.ndarray) -> np.ndarray:
    """Return the weights of a Boltzmann distribution.

    Parameters
    ----------
    p : ndarray, shape (2**n,)
        Probabilities of the states; neuron k is bit k.

    Returns
    -------
    ndarray, shape (n, n)
        Symmetric, without a diagonal: log p(both) p(none) / (p(one) p(other)), all other neurons silent.
    """
    n = p.size.bit_length() - 1
    both = np.array([[p[(1 << i) | (1 << j)] * p[0] / (p[1 << i] * p[1 << j]) for j in range(n)] for i in range(n)])
    return np.log(both) * (1 - np.eye(n))


def matrices(weights: pd.DataFrame, n: int) -> pd.DataFrame:
    """Turn recorded weights into what is known of every network.

    Parameters
    ----------
    weights : DataFrame
        Columns ``t_ms``, ``index`` and ``w`` of one point.
    n : int
        Neurons of a network.

    Returns
    -------
    DataFrame
        One row per time and network: ``t_ms``, ``network``, ``asymmetry`` (variance of the difference of both
        directions), ``matrix`` (shape (n, n), first index postsynaptic).
    """
    pre, post = np.nonzero(1 - np.eye(n, dtype=int))
    rows = []
    for t_ms, part in weights.groupby("t_ms"):
        all_w = np.zeros((part["w"].size // pre.size, n, n))
        all_w[:, post, pre] = part.sort_values("index")["w"].to_numpy().reshape(-1, pre.size)
        above = (all_w - all_w.transpose(0, 2, 1))[:, *np.triu_indices(n, 1)]
        rows += [
            {"t_ms": t_ms, "network": k, "asymmetry": spread, "matrix": w}
            for k, (spread, w) in enumerate(zip(above.var(axis=1), all_w, strict=True))
        ]
    return pd.DataFrame(rows)


def courses(recordings: Mapping[str, pd.DataFrame], arms: Sequence[str]) -> pd.DataFrame:
    """Return one row per network and validation.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``weights``, ``divergence`` and ``points``.
    arms : sequence of str
        Ways to learn, as in `conditions`.

    Returns
    -------
    DataFrame
        ``point``, the keys of a network, ``cycle``, ``asymmetry``, ``divergence``, ``error`` (root mean square
        difference of the symmetric part of the weights from those of the target).
    """
    parts = []
    for p in recordings["points"].to_dict("records"):
        networks = pd.DataFrame(conditions(p, arms)).rename_axis("network").reset_index()
        weights, divergence = (
            rows[rows["point"] == p["point"]] for rows in (recordings[k] for k in ("weights", "divergence"))
        )
        n, period = int(p["network.n_neurons"]), p["network.record_ms"]
        known = matrices(weights, n)
        known["cycle"] = (known["t_ms"] / period).round().astype(int) * int(p["schedule.n_every"])
        found = divergence.rename(columns={"i": "network"})[["t_ms", "network", "divergence"]]
        found["cycle"] = (found["t_ms"] // period).astype(int) * int(p["schedule.n_every"])
        wanted = {seed: pair_weights(target(seed, n)) for seed in networks["target"].unique()}
        rows = known.drop(columns="t_ms").merge(found.drop(columns="t_ms"), on=["network", "cycle"]).merge(networks)
        off = ~np.eye(n, dtype=bool)
        rows["error"] = [
            np.sqrt(np.mean(((w + w.T) / 2 - wanted[seed])[off] ** 2))
            for w, seed in zip(rows["matrix"], rows["target"], strict=True)
        ]
        parts.append(rows.assign(point=p["point"]))
    return pd.concat(parts)[["point", *KEYS, "cycle", "asymmetry", "divergence", "error"]].reset_index(drop=True)


def paired(end: pd.DataFrame) -> pd.DataFrame:
    """Test at every noise level whether SAL lowers the divergence: one pair a target, Wilcoxon's signed ranks.

    Parameters
    ----------
    end : DataFrame
        Rows of `courses` at the end.

    Returns
    -------
    DataFrame
        ``level``, ``ratio`` (divergence without over with SAL, median over targets), ``p_value`` (one-sided).
    """
    logs = end.assign(log=np.log(end["divergence"]))
    means = logs.pivot_table(index=["level", "target"], columns="arm", values="log")
    gain = means[WAKE_SLEEP] - means[SAL]
    return pd.DataFrame(
        [
            {"level": level, "ratio": np.exp(g.median()), "p_value": wilcoxon(g, alternative="greater").pvalue}
            for level, g in gain.groupby("level")
        ]
    )


def observe(recordings: Mapping[str, pd.DataFrame], arms: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return courses, ends and the paired test.

    Parameters
    ----------
    recordings, arms
        See `courses`.

    Returns
    -------
    dict
        ``course``: see `courses`. ``end``: its rows at the last validation. ``test``: see `paired`.
    """
    course = courses(recordings, arms)
    end = course[course["cycle"] == course["cycle"].max()].reset_index(drop=True)
    return {"course": course, "end": end, "test": paired(end)}


def quartiles(ax: Axes, rows: pd.DataFrame, x: str, y: str, name: str, **style: Any) -> None:
    """Draw the median as a line and both quartiles as a band."""
    low, middle, high = (rows.groupby(x)[y].quantile(part) for part in (0.25, 0.5, 0.75))
    colour = COLOURS[STYLES[name]]
    ax.plot(middle.index, middle, color=colour, label=name, **style)
    ax.fill_between(middle.index, low, high, color=colour, alpha=0.25, linewidth=0)


def ends(ax: Axes, rows: pd.DataFrame, y: str, name: str, shift: float) -> None:
    """Mark median and quartiles at every noise level; few levels are simulated, so nothing joins them."""
    low, middle, high = (rows.groupby("level")[y].quantile(part) for part in (0.25, 0.5, 0.75))
    spread = np.stack([middle - low, high - middle])
    ax.errorbar(middle.index + shift, middle, spread, fmt="o", ms=3, lw=1.2, color=COLOURS[STYLES[name]])


def draw(tables: Mapping[str, pd.DataFrame], fig: Figure, noise: str, short: int) -> None:
    """Draw panels a, b: over the cycles; c, d: at the end, over the noise; e: networks with and without SAL.

    Parameters
    ----------
    tables : Mapping
        What `observe` returned, and ``reported``.
    fig : Figure
        Where to draw.
    noise : str
        Name of the noise.
    short : int
        Runs with fewer cycles are compared with the reported values of short runs, whose names start with ``quick``.
    """
    grid = fig.add_gridspec(2, 3, width_ratios=[1.15, 1, 0.8])
    course, end = tables["course"], tables["end"]
    top = course["level"].max()
    chosen = {
        "no noise": course[(course["level"] == 0) & (course["arm"] == WAKE_SLEEP)],
        WAKE_SLEEP: course[(course["level"] == top) & (course["arm"] == WAKE_SLEEP)],
        SAL: course[(course["level"] == top) & (course["arm"] == SAL)],
    }
    texts = {"asymmetry": "asymmetry", "divergence": r"$D_\mathrm{KL}$ from the target"}
    for row, (quantity, text) in enumerate(texts.items()):
        left, right = fig.add_subplot(grid[row, 0]), fig.add_subplot(grid[row, 1])
        for name, rows in chosen.items():
            quartiles(left, rows, "cycle", quantity, name, marker="o", ms=2.5, lw=1.2)
        for name, shift in ((WAKE_SLEEP, -0.015), (SAL, 0.015)):
            ends(right, end[end["arm"] == name], quantity, name, shift * top)
        for ax in (left, right):
            if quantity == "divergence":
                ax.set_yscale("log")
        left.xaxis.set_major_locator(MaxNLocator(5))
        left.set(xlabel="learning cycle", ylabel=text)
        right.set(xlabel=noise, ylabel=text, xticks=sorted(end["level"].unique()))
        if row == 0:
            left.legend(loc="best")
            left.set_title(f"noise {top:g}")
            right.set_title("at the end")
        marks = tables["reported"].query("table == 'end' and column == @quantity")
        marks = marks[marks["target"].str.startswith("quick") == (course["cycle"].max() < short)]
        if len(marks):
            reported(right, marks["value"], marks["level"], marks["origin"])
            if row == 0:
                right.legend(loc="best")
        panel_label(left, "ab"[row])
        panel_label(right, "cd"[row])
    ax = fig.add_subplot(grid[:, 2])
    rows = end[end["level"] == top].pivot_table(index=["target", "initial"], columns="arm", values="divergence")
    for (seed, _), pair in rows.iterrows():
        colour = list(COLOURS.values())[sorted(end["target"].unique()).index(seed)]
        ax.plot([0, 1], [pair[WAKE_SLEEP], pair[SAL]], "o-", ms=3, lw=1, color=colour)
    found = tables["test"].query("level == @top").iloc[0]
    ax.set(xlim=(-0.3, 1.3), yscale="log", ylabel=r"final $D_\mathrm{KL}$")
    ax.set_xticks([0, 1], ["without\nSAL", "with\nSAL"])
    ax.set_title(f"one colour a target\nratio {found['ratio']:.2g}, $p$ = {found['p_value']:.2g}")
    panel_label(ax, "e")
