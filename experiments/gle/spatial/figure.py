"""Accuracies of GLE and of backpropagation with the same weights and images, and their weights at the end."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.plots import COLOURS, band, panel_label

SIZE = (7.0, 2.7)
LOOKS = {"GLE, settled": "blue", "GLE, always plastic": "orange", "backpropagation": "black"}
SETTLED, ALWAYS, BP = LOOKS


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Count what was recognised, and compare with backpropagation.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``epochs``, ``final``, ``points``, and what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        ``course``: accuracy of ``test`` images, and of ``training`` images before they are learned,
        of every ``method``, ``epoch`` and ``seed``; ``weights``: weights of GLE with settled errors and of
        backpropagation at the end, first seed, every tenth; ``difference``: the largest difference between them, and
        the largest change of a weight by learning, by ``seed``; ``gaps``: test accuracy minus that of
        backpropagation in the last epoch.
    """
    points = recordings["points"].set_index("point")
    final = recordings["final"]
    course, differences = [], []
    weights = pd.DataFrame(columns=["gle", "backpropagation"], dtype=float)
    for number, point in points.iterrows():
        method = SETTLED if point["layer_1.settle"] else ALWAYS
        rows = recordings["epochs"][recordings["epochs"]["point"] == number]
        total = rows.groupby("t_ms")[["hits", "hits_unseen"]].sum().diff().iloc[1:]
        n_train, n_test = int(point["network.n_train"]), int(point["network.n_test"])
        label = {"seed": point["seed"]}
        for epoch, row in enumerate(total.itertuples(), start=1):
            accuracies = {"test": row.hits_unseen / n_test, "training": row.hits / n_train}
            course.append({"method": method, **label, "epoch": epoch, **accuracies})
        if method != SETTLED:
            continue
        trained = recordings["trained_weights"]
        trained = trained[trained["seed"] == point["seed"]]
        end = final[final["point"] == number].set_index("variable")["value"]
        found = np.concatenate([end[f"to_{k}.w"].to_numpy() for k in range(1, 4)])
        wanted = trained["end"].to_numpy()
        change = np.abs(wanted - trained["start"]).max()
        differences.append({**label, "difference": np.abs(found - wanted).max(), "change": change})
        if weights.empty:
            weights = pd.DataFrame({"gle": found, "backpropagation": wanted})[::10].reset_index(drop=True)
    others = recordings["backpropagation"].drop(columns="point").assign(method=BP)
    table = pd.concat([pd.DataFrame(course), others], ignore_index=True)
    last = table[table["epoch"] == table["epoch"].max()]
    # A sweep may hold one method alone.
    wide = last.pivot_table(index="seed", columns="method", values="test").reindex(columns=list(LOOKS))
    gaps = pd.DataFrame({"settled": wide[SETTLED] - wide[BP], "always": wide[ALWAYS] - wide[BP]}).reset_index()
    return {
        "course": table.sort_values(["method", "seed", "epoch"], ignore_index=True),
        "weights": weights,
        "difference": pd.DataFrame(differences, columns=["seed", "difference", "change"]),
        "gaps": gaps,
    }


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Accuracies and weights.

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    test, training, weights = fig.subplots(1, 3)
    course = tables["course"]
    for method, colour in LOOKS.items():
        rows = course[course["method"] == method]
        for ax, column in ((test, "test"), (training, "training")):
            if method == BP:
                means = rows.groupby("epoch")[column].mean()
                ax.plot(means.index, means, "o", ms=3.5, color="black", markerfacecolor="none", label=method, zorder=5)
            else:
                band(ax, rows, "epoch", column, label=method, colour=colour)
            ax.set(xlabel="epoch", ylabel=f"{column} accuracy")
    for ax in (test, training):
        ax.set_ylim(top=1)
    test.legend(loc="lower right")
    table = tables["weights"]
    ends = [table.to_numpy().min(), table.to_numpy().max()]
    weights.plot(ends, ends, color="0.8", lw=0.8, zorder=0)
    weights.plot(table["backpropagation"], table["gle"], ".", ms=2.5, color=COLOURS["blue"])
    largest = tables["difference"]["difference"].max()
    weights.set(xlabel="weight, backpropagation", ylabel="weight, GLE (settled)", aspect="equal")
    power = int(np.ceil(np.log10(largest)))
    text = rf"differences below $10^{{{power}}}$"
    weights.text(0.04, 0.95, text, transform=weights.transAxes, va="top", fontsize=6)
    for letter, ax in zip("abc", (test, training, weights), strict=True):
        panel_label(ax, letter)
