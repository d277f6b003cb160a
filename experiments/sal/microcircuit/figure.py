"""Validation loss over epochs for three kinds of feedback, weights of circuits with SAL, and the ends of all runs."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from analysis.plots import COLOURS, panel_label
from analysis.points import values
from experiments.sal.microcircuit.inputs import ALGORITHMS, circuits, inputs

SIZE = (7.0, 4.2)
COLOUR = {"SAL": "blue", "BP": "grey", "FA": "orange"}
WEIGHTS = {"basal": "w_10", "forward": "w_21", "feedback": "b"}
TEXTS = {"w_10": "$W_{10}$", "w_21": "$W_{21}$", "b": "$B$"}
LATE = 5  # epochs that are averaged at the end
TEACHER = {"color": COLOURS["grey"], "ls": "--", "lw": 1, "zorder": 1}
FAILED = 0.02  # loss of a run that failed


def _of_point(recordings: dict[str, pd.DataFrame], p: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return loss and weights of one point, one row per circuit and epoch."""
    known = values(p)
    goal = inputs(known, np.random.default_rng(0))["goal.values"]
    n_epoch = int(known.network.n_epoch)
    first = int(known.inputs.n_train + known.inputs.n_align)
    names = pd.DataFrame(circuits(known), columns=["algorithm", "run"]).rename_axis("index").reset_index()

    judged = recordings["judged"].query("point == @p.point")
    judged = judged.assign(pattern=(judged["t_ms"] / p["network.pattern_ms"]).round().astype(int) - 1)
    judged = judged[(judged["pattern"] >= 0) & (judged["pattern"] % n_epoch >= first)]
    steps = (known.network.pattern - known.network.window) / known.network.dt
    wanted = goal[judged["pattern"], judged["index"]]
    judged = judged.assign(loss=(judged["u_sum"] / steps - wanted) ** 2, epoch=judged["pattern"] // n_epoch + 1)
    loss = judged.groupby(["index", "epoch"], as_index=False)["loss"].mean().merge(names, on="index")

    parts = []
    for name, column in WEIGHTS.items():
        rows = recordings[f"{name}_weights"].query("point == @p.point")
        epoch = (rows["t_ms"] / (n_epoch * p["network.pattern_ms"])).round().astype(int)
        parts.append(rows.assign(epoch=epoch).rename(columns={"w": column})[["index", "epoch", column]])
    weights = parts[0].merge(parts[1]).merge(parts[2]).merge(names, on="index")
    copied = weights["algorithm"] == "BP"
    weights.loc[copied, "b"] = weights.loc[copied, "w_21"]
    keys = {"point": p["point"], "all_pairs": p["feedback.all_pairs"]}
    return loss.assign(**keys).drop(columns="index"), weights.assign(**keys).drop(columns="index")


def observe(recordings):
    """Losses, weights, ends of all runs and their summary.

    Returns
    -------
    dict
        ``loss``: ``algorithm``, ``run``, ``epoch``, ``loss``. ``weights``: ``w_10``, ``w_21``, ``b`` (that in use) of
        every circuit at the end of every epoch. ``end``: means over the last five epochs. ``summary``: ``algorithm``,
        quartiles of the final loss and logarithms of two of them, ``failed`` (fraction of runs above 0.02), ``ratio``
        (B over W21, median).
        All have ``point`` and ``all_pairs``.
    """
    parts = [_of_point(recordings, p) for _, p in recordings["points"].iterrows()]
    loss, weights = (pd.concat([part[k] for part in parts], ignore_index=True) for k in (0, 1))
    keys = ["point", "all_pairs", "algorithm", "run"]
    late = [rows[rows["epoch"] > loss["epoch"].max() - LATE] for rows in (loss, weights)]
    end = late[0].groupby(keys, as_index=False)["loss"].mean()
    end = end.merge(late[1].groupby(keys, as_index=False)[["w_10", "w_21", "b"]].mean(), on=keys)
    rows = []
    for (all_pairs, algorithm), part in end.groupby(["all_pairs", "algorithm"]):
        low, middle, high = part["loss"].quantile([0.25, 0.5, 0.75])
        rows.append(
            {
                "all_pairs": all_pairs,
                "algorithm": algorithm,
                **{"lower": low, "median": middle, "upper": high},
                **{"log10_median": np.log10(middle), "log10_upper": np.log10(high)},
                "failed": (part["loss"] > FAILED).mean(),
                "ratio": (part["b"] / part["w_21"]).median(),
            }
        )
    return {"loss": loss, "weights": weights, "end": end, "summary": pd.DataFrame(rows)}


def draw(tables, fig):
    """Panel a: loss; b: weights of the circuits with SAL; c to f: loss and weights of every run at the end."""
    top, bottom = fig.subfigures(2, 1)
    left, right = top.subplots(1, 2)
    nearest = {name: rows[rows["all_pairs"] == 0] for name, rows in tables.items() if "all_pairs" in rows}
    for name in ALGORITHMS:
        found = nearest["loss"][nearest["loss"]["algorithm"] == name].groupby("epoch")["loss"]
        low, middle, high = (found.quantile(part) for part in (0.25, 0.5, 0.75))
        left.plot(middle.index, middle, color=COLOURS[COLOUR[name]], lw=1.3, label=name)
        left.fill_between(middle.index, low, high, color=COLOURS[COLOUR[name]], alpha=0.2, lw=0)
    left.set(yscale="log", xlabel="epoch", ylabel="validation loss")
    left.legend(loc="lower left", ncols=3)
    panel_label(left, "a")
    rows = nearest["weights"][nearest["weights"]["algorithm"] == "SAL"]
    for colour, (column, text) in zip(("green", "purple", "blue"), TEXTS.items(), strict=True):
        found = rows.groupby("epoch")[column]
        low, middle, high = (found.quantile(part) for part in (0.25, 0.5, 0.75))
        right.plot(middle.index, middle, color=COLOURS[colour], lw=1.3, label=text)
        right.fill_between(middle.index, low, high, color=COLOURS[colour], alpha=0.2, lw=0)
    right.axhline(2.0, label="teacher", **TEACHER)
    right.set(xlabel="epoch", ylabel="weight with SAL")
    right.legend(loc="lower right", ncols=2)
    panel_label(right, "b")
    for ax in (left, right):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))

    panels = bottom.subplots(1, 4)
    texts = {"loss": "final loss", **{column: f"final {text}" for column, text in TEXTS.items()}}
    order = [(name, 0.0) for name in ("SAL", "BP", "FA")]
    if (tables["end"]["all_pairs"] == 1).any():
        order.insert(1, ("SAL", 1.0))
    for letter, ax, (column, text) in zip("cdef", panels, texts.items(), strict=True):
        for k, (name, all_pairs) in enumerate(order):
            chosen = (tables["end"]["algorithm"] == name) & (tables["end"]["all_pairs"] == all_pairs)
            values = tables["end"].loc[chosen, column]
            x = k + np.linspace(-0.12, 0.12, len(values))
            ax.plot(x, values, "o", ms=2.5, mec="none", color=COLOURS[COLOUR[name]], alpha=0.7)
            ax.plot([k - 0.3, k + 0.3], 2 * [values.median()], color="black", lw=1)
        names = [f"{name}\nall pairs" if all_pairs else name for name, all_pairs in order]
        ax.set_xticks(range(len(order)), names, rotation=90 if len(order) > 3 else 0)
        ax.set(ylabel=text, xlim=(-0.6, len(order) - 0.4))
        if column == "loss":
            ax.set_yscale("log")
        elif column != "b":
            ax.axhline(2.0, **TEACHER)
        panel_label(ax, letter)
