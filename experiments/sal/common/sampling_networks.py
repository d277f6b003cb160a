"""Sampling networks: asymmetry of the weights and divergence from the target, over learning cycles and noise levels."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.stats import wilcoxon

from analysis.plots import COLOURS, panel_label, reported
from analysis.points import values
from base.values import Values
from experiments.sal.common.boltzmann import student, target
from experiments.sal.common.sampling_inputs import DECAY, SAL, WAKE_SLEEP, conditions

KEYS = ["level", "arm", "target", "initial"]
BASELINE = "no noise"
# Colour, marker at the end and line over the cycles: markers as in the paper.
STYLES = {
    BASELINE: ("grey", "", "--"),
    WAKE_SLEEP: ("orange", "3", ":"),
    SAL: ("blue", "x", "-"),
    DECAY: ("red", "4", "-."),
}
SHORT = 5000  # runs with fewer cycles are compared with the numbers of short runs, whose names start with ``quick``
FREE = 0.9  # a pair of weights that stays below this share of the largest weight was never cut


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
        networks = pd.DataFrame(conditions(values(p), arms)).rename_axis("network").reset_index()
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
    """Test at every noise level whether SAL has the lower divergence: one pair a target, Wilcoxon's signed ranks.

    Parameters
    ----------
    end : DataFrame
        Rows of `courses` at the end.

    Returns
    -------
    DataFrame
        ``level``, ``against`` (the other arm), ``ratio`` (its divergence over that with SAL, median over targets),
        ``p_value`` (one-sided).
    """
    logs = end.assign(log=np.log(end["divergence"]))
    means = logs.pivot_table(index=["level", "target"], columns="arm", values="log")
    rows = []
    for against in means.columns.drop(SAL):
        for level, gain in (means[against] - means[SAL]).groupby("level"):
            p_value = wilcoxon(gain, alternative="greater").pvalue
            rows.append({"level": level, "against": against, "ratio": np.exp(gain.median()), "p_value": p_value})
    return pd.DataFrame(rows)


def laws(
    recordings: Mapping[str, pd.DataFrame],
    arms: Sequence[str],
    noise: Callable[[Values, float], tuple[float, float]],
) -> pd.DataFrame:
    """Compare pairs of weights with what is known of them exactly.

    Both weights of a pair see the same correlations. With amplitudes a and a' of their Hebbian windows, wake-sleep
    learning alone leaves a' w - a w' as it is, and decay takes the same share of it in every cycle, whatever the spikes
    are. SAL breaks the law, and so does a weight that is cut at its limit.

    Parameters
    ----------
    recordings, arms
        See `courses`; the rule is `models.sal.sampling.decaying_synapse`.
    noise : callable
        Parameters of a point and noise level to the noise of the initial weights and of the STDP amplitudes.

    Returns
    -------
    DataFrame
        ``point``, the keys of a network, ``pairs`` (those that never came near the limit), ``deviation`` (largest
        distance of theirs from the law, over all records), ``moved`` (largest change of one of their weights).
    """
    rows = []
    for p in recordings["points"].to_dict("records"):
        weights = recordings["weights"]
        known = matrices(weights[weights["point"] == p["point"]], int(p["network.n_neurons"]))
        above = np.triu_indices(int(p["network.n_neurons"]), 1)
        for network, one in enumerate(conditions(values(p), arms)):
            w = np.stack(known.loc[known["network"] == network, "matrix"].tolist())
            a = student(one["initial"], *noise(values(p), one["level"]), w.shape[1])["a_hebb"]
            kept = (a.T * w - a * w.transpose(0, 2, 1))[:, *above]
            cycle = np.arange(len(w)) * p["schedule.n_every"]
            share = (1 - p["synapses.decay"] * (one["arm"] == DECAY)) ** cycle
            largest = np.abs(w).max(axis=0)
            free = np.maximum(largest, largest.T)[above] < FREE * p["synapses.w_max"]
            off, moved = np.abs(kept - share[:, None] * kept[0]), np.abs(w - w[0])[:, *above]
            rows.append(
                {
                    "point": p["point"],
                    **one,
                    "pairs": free.sum(),
                    "deviation": off[:, free].max(initial=0),
                    "moved": moved[:, free].max(initial=0),
                }
            )
    return pd.DataFrame(rows)


def observe(recordings: Mapping[str, pd.DataFrame], arms: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Make the tables of courses, ends and the paired tests.

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


def rises(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how much the divergence has risen after its minimum.

    Parameters
    ----------
    tables : Mapping
        What `observe` returned.

    Returns
    -------
    DataFrame
        ``point``, the keys of a network, ``rise``: divergence at the end over its smallest value on the way.
    """
    keys = ["point", *KEYS]
    lowest = tables["course"].groupby(keys, as_index=False)["divergence"].min()
    both = tables["end"].merge(lowest, on=keys, suffixes=("", "_lowest"))
    return both[keys].assign(rise=both["divergence"] / both["divergence_lowest"])


def quartiles(ax: Axes, rows: pd.DataFrame, y: str, name: str) -> None:
    """Draw the median over the cycles as a line and both quartiles as a band."""
    low, middle, high = (rows.groupby("cycle")[y].quantile(part) for part in (0.25, 0.5, 0.75))
    colour, marker, line = STYLES[name]
    ax.plot(middle.index, middle, line, color=COLOURS[colour], lw=1.2, label=name)
    ax.fill_between(middle.index, low, high, color=COLOURS[colour], alpha=0.25, linewidth=0)


def ends(ax: Axes, rows: pd.DataFrame, y: str, name: str, shift: float) -> None:
    """Mark median and quartiles at every noise level; nothing joins levels, between which nothing was simulated."""
    low, middle, high = (rows.groupby("level")[y].quantile(part) for part in (0.25, 0.5, 0.75))
    spread = np.stack([middle - low, high - middle])
    colour, marker, _ = STYLES[name]
    ax.errorbar(
        middle.index + shift, middle, spread, fmt=marker, ms=7, lw=1, capsize=2, color=COLOURS[colour], label=name
    )


def _logarithmic(ax: Axes, values: pd.Series) -> None:
    """Logarithmic axis; where a value is 0, linear below 1e-4."""
    if values.min() > 0:
        ax.set_yscale("log")
    else:
        ax.set_yscale("symlog", linthresh=1e-4)
        ax.set_ylim(bottom=-0.5e-4)
        ax.axhline(0, color="0.8", lw=0.6, zorder=0)


def draw(tables: Mapping[str, pd.DataFrame], fig: Figure, noise: str) -> None:
    """Draw panels a, b: over the cycles; c, d: at the end, over the noise; e: the same targets in every arm.

    Parameters
    ----------
    tables : Mapping
        What `observe` returned, and ``reported``.
    fig : Figure
        Where to draw.
    noise : str
        Name of the noise.
    """
    grid = fig.add_gridspec(2, 3, width_ratios=[1.15, 1, 0.8])
    course, end = tables["course"], tables["end"]
    top, arms = course["level"].max(), course["arm"].unique()
    texts = {"asymmetry": r"$\mathrm{Var}(W_{ij} - W_{ji})$", "divergence": r"$D_\mathrm{KL}$ from the target"}
    for row, (quantity, text) in enumerate(texts.items()):
        left, right = fig.add_subplot(grid[row, 0]), fig.add_subplot(grid[row, 1])
        quartiles(left, course.query("level == 0 and arm == @WAKE_SLEEP"), quantity, BASELINE)
        for k, arm in enumerate(arms):
            quartiles(left, course.query("level == @top and arm == @arm"), quantity, arm)
            shift = 0.03 * top * (k - (len(arms) - 1) / 2)
            ends(right, end[end["arm"] == arm], quantity, arm, shift)
        for ax in (left, right):
            _logarithmic(ax, course[quantity])
        left.xaxis.set_major_locator(MaxNLocator(5))
        left.set(xlabel="learning cycle", ylabel=text)
        right.set(xlabel=noise, ylabel=text, xticks=sorted(end["level"].unique()))
        marks = tables["reported"].query("table == 'end' and column == @quantity")
        marks = marks[marks["target"].str.startswith("quick") == (course["cycle"].max() < SHORT)]
        if len(marks):
            reported(right, marks["value"], marks["level"], marks["origin"])
        right.margins(x=0.08)
        if row == 0:
            left.set_title(f"noise {top:g}")
            right.set_title("at the end")
            if len(marks):
                right.legend(*_marks(right), loc="best", fontsize=6.5)
        else:
            left.legend(loc="best", fontsize=6.5)
        panel_label(left, "ab"[row])
        panel_label(right, "cd"[row])
    _each_target(fig.add_subplot(grid[:, 2]), end[end["level"] == top], tables["test"].query("level == @top"))


def _marks(ax: Axes) -> tuple[list[Any], list[str]]:
    """Return what a legend says about reported numbers: arms are in the legend of the courses."""
    handles, labels = ax.get_legend_handles_labels()
    chosen = [(handle, label) for handle, label in zip(handles, labels, strict=True) if label not in STYLES]
    return [handle for handle, _ in chosen], [label for _, label in chosen]


def _each_target(ax: Axes, rows: pd.DataFrame, test: pd.DataFrame) -> None:
    """Draw the divergence of every target and start in every arm, and what the paired tests say."""
    arms = list(rows["arm"].unique())
    table = rows.pivot_table(index=["target", "initial"], columns="arm", values="divergence")[arms]
    seeds = sorted(rows["target"].unique())
    for (seed, _), divergences in table.iterrows():
        ax.plot(range(len(arms)), divergences, "o-", ms=3, lw=1, color=list(COLOURS.values())[seeds.index(seed)])
    found = test.set_index("against")
    labels = [arm.replace("-", "-\n") for arm in arms]
    for k, arm in enumerate(arms):
        if arm in found.index:
            labels[k] += f"\n{found['ratio'][arm]:.2g} × SAL\n$p$ = {found['p_value'][arm]:.2g}"
    ax.set(xlim=(-0.4, len(arms) - 0.6), yscale="log", ylabel=r"final $D_\mathrm{KL}$", title="one colour a target")
    ax.set_xticks(range(len(arms)), labels, fontsize=6)
    panel_label(ax, "e")
