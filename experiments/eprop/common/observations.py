"""Tables that all e-prop experiments make from their recordings."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas import DataFrame


def _points(recordings: dict[str, DataFrame], columns: Sequence[str]) -> DataFrame:
    """Return the points with the length of their trials."""
    points = recordings["points"]
    lasts = points["network.n_steps"] * points["network.dt_ms"]
    kept = dict.fromkeys(["point", "seed", "lasts", "network.dt_ms", "schedule.n_batch", *columns])
    return points.assign(lasts=lasts)[list(kept)]


def by_trial(recordings: dict[str, DataFrame], columns: Sequence[str]) -> DataFrame:
    """Loss and mean rate of every trial.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``losses``, ``activity``, ``points``.
    columns : sequence of str
        Columns of ``points`` that tell conditions apart.

    Returns
    -------
    DataFrame
        `columns`, seed, trial (from 1), iteration (number of the batch, from 1), loss (all readouts together), rate_Hz.
    """
    loss = recordings["losses"].groupby(["point", "t_ms"], as_index=False)["loss"].sum()
    rows = loss.merge(recordings["activity"][["point", "t_ms", "activity"]], on=["point", "t_ms"])
    rows = rows.merge(_points(recordings, columns), on="point")
    rows["trial"] = (rows["t_ms"] / rows["lasts"]).round().astype(int)
    rows = rows[rows["trial"] > 0]
    rows["iteration"] = (rows["trial"] - 1) // rows["schedule.n_batch"] + 1
    rows["rate_Hz"] = rows["activity"] * 1000 / rows["network.dt_ms"]
    keys = [*columns, "seed", "trial"]
    return rows[[*keys, "iteration", "loss", "rate_Hz"]].sort_values(keys, ignore_index=True)


def watched(recordings: dict[str, DataFrame], name: str, columns: Sequence[str], step: int = 0) -> DataFrame:
    """Rows of a detailed recording of the first seed, in the first and in the last trial.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``points`` and the one that is named.
    name : str
        ``outputs``, ``cells``, ``recurrent_spikes`` or ``stimulus_spikes``.
    columns : sequence of str
        Columns of ``points`` that tell conditions apart.
    step : int
        Time steps by which the recording comes late (1: ``outputs``) or early (-1: ``stimulus_spikes``).

    Returns
    -------
    DataFrame
        `columns`, trial (first, last), t_ms (in the trial), then the columns of the recording.
    """
    points = _points(recordings, columns)
    points = points[points["seed"] == points["seed"].min()]
    ends = recordings["activity"].groupby("point")["t_ms"].max().rename("end").reset_index()
    rows = recordings[name].merge(points, on=["point", "seed"]).merge(ends, on="point")
    t = rows["t_ms"] - step * rows["network.dt_ms"]
    number = np.floor((t + rows["network.dt_ms"] / 2) / rows["lasts"])
    rows = rows.assign(t_ms=(t - number * rows["lasts"]).round(6))
    last = (rows["end"] / rows["lasts"]).round() - 1
    parts = [rows[number == 0].assign(trial="first"), rows[number == last].assign(trial="last")]
    kept = [column for column in recordings[name] if column not in ("point", "seed", "round", "t_ms")]
    return pd.concat(parts, ignore_index=True)[[*columns, "trial", "t_ms", *kept]]


def choose(recordings: dict[str, DataFrame], points: DataFrame) -> dict[str, DataFrame]:
    """Return the recordings of some points.

    Parameters
    ----------
    recordings : dict of DataFrame
        Every table has a column ``point``.
    points : DataFrame
        Rows of ``points``.
    """
    return {name: rows[rows["point"].isin(points["point"])] for name, rows in recordings.items()}


def answers(recordings: dict[str, DataFrame], columns: Sequence[str]) -> DataFrame:
    """Tell of every question whether the class with most evidence was asked for.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``answers``, ``points``.
    columns : sequence of str
        Columns of ``points`` that tell conditions apart.

    Returns
    -------
    DataFrame
        `columns`, seed, trial, iteration, wrong (0 or 1); one row per question.
    """
    rows = recordings["answers"]
    rows = rows[(rows["t_ms"] > 0) & (rows["asked"] >= 0)]
    best = rows.loc[rows.groupby(["point", "t_ms"])["evidence"].idxmax()]
    best = best.merge(_points(recordings, columns), on=["point", "seed"])
    # An answer that ends a trial belongs to it.
    best["trial"] = np.ceil(best["t_ms"] / best["lasts"] - 1e-6).astype(int)
    best["iteration"] = (best["trial"] - 1) // best["schedule.n_batch"] + 1
    best["wrong"] = (best["index"] != best["asked"]).astype(float)
    return best[[*columns, "seed", "trial", "iteration", "wrong"]].reset_index(drop=True)


def conditions(points: DataFrame) -> DataFrame:
    """Add the name of the condition: the kind of feedback, or that there are no adaptive neurons."""
    alone = points["inputs.n_adaptive"] == 0
    return points.assign(condition=np.where(alone, "LIF only", points["inputs.feedback"]))


def by_iteration(recordings: dict[str, DataFrame], window: int) -> DataFrame:
    """Loss, error and rate of every batch of a classification.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``losses``, ``activity``, ``answers`` and ``points`` with a column condition.
    window : int
        Batches over which ``smooth`` is averaged.

    Returns
    -------
    DataFrame
        condition, seed, iteration, loss, error (share of wrong answers), smooth (error of the last batches), rate_Hz.
    """
    keys = ["condition", "seed", "iteration"]
    rows = by_trial(recordings, ["condition"]).groupby(keys, as_index=False)[["loss", "rate_Hz"]].mean()
    wrong = answers(recordings, ["condition"]).groupby(keys, as_index=False)["wrong"].mean()
    rows = rows.merge(wrong.rename(columns={"wrong": "error"}), on=keys)
    rows["smooth"] = rows.groupby(keys[:2])["error"].transform(lambda error: error.rolling(window).mean())
    return rows[[*keys, "loss", "error", "smooth", "rate_Hz"]]


def until_solved(learning: DataFrame, criterion: float, last: int) -> DataFrame:
    """Tell when the error first fell below a criterion.

    Parameters
    ----------
    learning : DataFrame
        What `by_iteration` returns.
    criterion : float
        Bound of ``smooth``.
    last : int
        Batches over which the error at the end is averaged.

    Returns
    -------
    DataFrame
        condition, seed, solved (1 if it did), iterations (until it did, or all), final (mean error of the last
        batches); then one row of seed 0 per condition with the means.
    """
    found = []
    for (condition, seed), run in learning.groupby(["condition", "seed"]):
        below = run.loc[run["smooth"] < criterion, "iteration"]
        found.append(
            {
                "condition": condition,
                "seed": seed,
                "solved": float(len(below) > 0),
                "iterations": float(below.min() if len(below) else run["iteration"].max()),
                "final": run["error"].iloc[-last:].mean(),
            }
        )
    table = DataFrame(found)
    means = table.groupby("condition", as_index=False).mean().assign(seed=0)
    return pd.concat([table, means], ignore_index=True)


def two_trials(recordings: dict[str, DataFrame], groups: Sequence[str]) -> dict[str, DataFrame]:
    """First and last trial of one condition, symmetric feedback if it is there.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``outputs``, the spikes of watched trials, and ``points`` with a column condition.
    groups : sequence of str
        Names of the groups of inputs, which are equally large.

    Returns
    -------
    dict of DataFrame
        spikes : trial (first, last), t_ms, source (a group of inputs, LIF, ALIF), i.
        outputs : trial, t_ms, index, p (probability of the class), goal (-1 outside the learning window).
    """
    one = recordings["points"].sort_values("condition", ascending=False).iloc[:1]
    shown = choose(recordings, one)
    n_in, n_rec, n_adaptive = (int(one[key].iloc[0]) for key in ("network.n_in", "network.n_rec", "inputs.n_adaptive"))
    afferents = watched(shown, "stimulus_spikes", [], step=-1)
    afferents["source"] = np.array(groups)[afferents["i"] * len(groups) // n_in]
    cells = watched(shown, "recurrent_spikes", [])
    cells["source"] = np.where(cells["i"] >= n_rec - n_adaptive, "ALIF", "LIF")
    outputs = watched(shown, "outputs", [], step=1).rename(columns={"i": "index"})
    return {
        "spikes": pd.concat([afferents, cells], ignore_index=True)[["trial", "t_ms", "source", "i"]],
        "outputs": outputs[["trial", "t_ms", "index", "p", "goal"]],
    }
