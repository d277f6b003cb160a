"""Keywords, what the network does with one of them, and how many it recognises."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure, SubFigure

from analysis.plots import COLOURS, band, panel_label, reported
from analysis.points import values
from experiments.gle.common import learning_curves
from experiments.gle.speech.inputs import N_LAYERS, dataset, populations, unseen

SIZE = (7.0, 6.6)
NETWORKS = {"prospective": ("prospective errors", "blue"), "instantaneous": ("instantaneous errors", "orange")}
NETWORKS["instantaneous, lower rate"] = ("instantaneous, lower rate", "red")
NETWORKS["no lags"] = ("no lags", "grey")
SHOWN = 4  # classes of which a keyword is drawn
CLASSES = ("blue", "orange", "green", "red", "purple", "sky", "grey", "black")


def name_of(point: pd.Series) -> str:
    """Return which network a point is."""
    if point["inputs.lags"] == "none":
        return "no lags"
    if int(point["layer_1.prospective"]):
        return "prospective"
    return "instantaneous, lower rate" if point["lower"] else "instantaneous"


def by_class(recordings: dict[str, pd.DataFrame], data: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return ``accuracy`` on unseen keywords in the last epoch, by ``network``, ``seed`` and ``name`` of the class."""
    rows = []
    for number, point in recordings["points"].set_index("point").iterrows():
        answers = recordings["answers"]
        hits = answers[answers["point"] == number].pivot_table(index="t_ms", columns="index", values="hits_unseen")
        n_classes = int(point["network.n_classes"])
        last = hits.diff().iloc[-1].to_numpy().reshape(-1, n_classes).sum(axis=0)
        asked = np.bincount(data["y_test"][unseen(values(point), len(data["y_test"]))], minlength=n_classes)
        rows.append(
            pd.DataFrame(
                {
                    "network": name_of(point),
                    "seed": point["seed"],
                    "name": data["classes"],
                    "accuracy": last / np.maximum(asked, 1),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def watched(recordings: dict[str, pd.DataFrame], point: pd.Series, data: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return what the first copy did in the last presentation.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``bands``, ``rates``, ``logits``.
    point : Series
        Which point.
    data : Mapping
        Keywords.

    Returns
    -------
    DataFrame
        ``part`` (bands, rates, sums of logits), ``frame``, ``i``, ``value``; ``goal``, the class; for rates
        ``tau_m_ms`` and ``tau_r_ms``.
    """
    p = values(point)
    tau_m, tau_r = (1e3 * tau for tau in populations(p, N_LAYERS - 1))
    copy = (int(point["network.n_unseen"]) - 1) * int(point["network.n_copies"])
    dt, n_steps = point["network.dt_ms"], int(point["network.n_steps"])
    parts = []
    for part in ("bands", "rates", "logits"):
        rows = recordings[part]
        rows = rows[rows["point"] == point["point"]].sort_values(["i", "t_ms"])
        step = rows.groupby("i").cumcount()
        rows = rows.assign(part=part, frame=(step + 1) * dt, value=rows["r"])[step < n_steps]
        if part == "logits":
            rows["value"] = dt * rows.groupby("i")["r"].cumsum()
        if part == "rates":
            rows = rows.assign(tau_m_ms=tau_m[rows["i"]], tau_r_ms=tau_r[rows["i"]])
        parts.append(rows.drop(columns=["r", "t_ms", "point"]))
    return pd.concat(parts, ignore_index=True).assign(goal=data["y_test"][unseen(p, len(data["y_test"]))[copy]])


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Turn sums since the start into accuracies, and collect what there is to look at.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``answers``, ``costs``, ``rate``, ``bands``, ``rates``, ``logits``, ``points``.

    Returns
    -------
    dict of DataFrame
        ``epochs``: see `learning_curves.epochs`, by ``network``, with the ``source`` of the keywords; ``gaps``:
        differences of accuracies in the last epoch, means over seeds; ``keywords``: ``name``, ``frame``, ``band`` and
        ``x`` of the first unseen keyword of a class; ``by_class``: see `by_class`; ``watched``: see `watched`, for
        the first network that there is and its first seed.
    """
    points = recordings["points"]
    points = points.assign(lower=points["schedule.eta"] < points["schedule.eta"].max())
    recordings = {**recordings, "points": points}
    data = dataset(values(points.to_dict("records")[0]))
    epochs = learning_curves.epochs(recordings, "network", name_of).assign(source=data.source)
    ends = epochs[epochs["epoch"] == epochs["epoch"].max()].groupby("network")["unseen"].mean().reindex(list(NETWORKS))
    gaps = {
        "prospective_minus_instantaneous": ends["prospective"] - ends["instantaneous"],
        "instantaneous_minus_no_lags": ends["instantaneous"] - ends["no lags"],
    }
    keywords = []
    for number, name in enumerate(data["classes"][:SHOWN]):
        x = data["x_test"][np.argmax(data["y_test"] == number)]
        frame, place = np.indices(x.shape)
        columns = {"name": name, "frame": frame.ravel(), "band": place.ravel(), "x": x.ravel()}
        keywords.append(pd.DataFrame(columns))
    rank = points.apply(name_of, axis=1).map(list(NETWORKS).index)
    mine = points.assign(rank=rank).sort_values(["rank", "seed"]).iloc[0]
    return {
        "epochs": epochs,
        "gaps": pd.DataFrame([gaps]),
        "keywords": pd.concat(keywords, ignore_index=True),
        "by_class": by_class(recordings, data),
        "watched": watched(recordings, mine, data),
    }


def draw_keywords(fig: SubFigure, keywords: pd.DataFrame) -> None:
    """Draw one keyword of each class side by side."""
    names = list(keywords["name"].unique())
    axes = fig.subplots(1, len(names), sharey=True, squeeze=False)[0]
    bound = float(keywords["x"].abs().max())
    for ax, name in zip(axes, names, strict=True):
        grid = keywords[keywords["name"] == name].pivot_table(index="band", columns="frame", values="x")
        mesh = ax.pcolormesh(grid, cmap="PuOr_r", vmin=-bound, vmax=bound, rasterized=True)
        ax.set_title(name)
        ax.set_xlabel("frame")
    axes[0].set_ylabel("band")
    fig.colorbar(mesh, ax=list(axes), label="standardised", aspect=10)
    panel_label(axes[0], "a")


def draw_watched(fig: SubFigure, watched: pd.DataFrame, names: list[str]) -> None:
    """Draw input, rates by population, and summed outputs of one presentation."""
    axes = fig.subplots(3, 1, sharex=True, height_ratios=(0.7, 1.5, 1.0))
    parts = dict(tuple(watched.groupby("part")))
    for ax, part, shades in zip(axes, ("bands", "rates"), ("PuOr_r", "RdBu_r"), strict=False):
        grid = parts[part].pivot_table(index="i", columns="frame", values="value")
        bound = max(float(np.abs(grid.to_numpy()).max()), 1e-9)
        edges = np.append(0, grid.columns)
        ax.pcolormesh(edges, np.arange(len(grid) + 1), grid, cmap=shades, vmin=-bound, vmax=bound, rasterized=True)
    units = parts["rates"].drop_duplicates("i").sort_values("i")
    ends = np.flatnonzero(np.append(np.diff(units["tau_m_ms"]) != 0, True)) + 1
    starts = np.append(0, ends[:-1])
    axes[1].hlines(ends[:-1], *edges[[0, -1]], color="0.2", lw=0.6)
    labels = [f"{units['tau_m_ms'].iloc[at]:g} / {units['tau_r_ms'].iloc[at]:g}" for at in starts]
    axes[1].set_yticks((starts + ends) / 2, labels)
    axes[1].tick_params(axis="y", length=0)
    axes[0].set_ylabel("band")
    axes[1].set_ylabel(r"$\tau^\mathrm{m}$ / $\tau^\mathrm{r}$ (ms)")
    goal = int(watched["goal"].iloc[0])
    for number, rows in parts["logits"].groupby("i"):
        few = len(names) <= len(CLASSES)
        colour = COLOURS[CLASSES[int(number)]] if few else COLOURS["blue" if number == goal else "grey"]
        label = names[int(number)] if few or number == goal else None
        axes[2].plot(rows["frame"], rows["value"], color=colour, lw=1.8 if number == goal else 0.8, label=label)
    axes[2].set(xlabel="frame", ylabel="summed output", xlim=(0, edges[-1]))
    style = {"handlelength": 1.2, "columnspacing": 0.8, "borderaxespad": 0.2}
    axes[2].legend(ncols=6, fontsize=6, loc="lower left", bbox_to_anchor=(0, 1), **style)
    panel_label(axes[0], "b")


def draw(tables: dict[str, pd.DataFrame], fig: Figure) -> None:
    """Draw keywords (a), a presentation (b), accuracies over epochs (c, d) and of classes (e).

    Parameters
    ----------
    tables : dict of DataFrame
        What `observe` returns.
    fig : Figure
        Where to draw.
    """
    top, bottom = fig.subfigures(2, 1, height_ratios=(1.0, 3.4))
    left, right = bottom.subfigures(1, 2, width_ratios=(1.0, 1.0))
    draw_keywords(top, tables["keywords"])
    names = list(tables["by_class"]["name"].unique())
    draw_watched(left, tables["watched"], names)

    course, taught, last = right.subplots(3, 1)
    epochs = tables["epochs"]
    for name, (label, colour) in NETWORKS.items():
        rows = epochs[epochs["network"] == name]
        if rows.empty:
            continue
        for ax, column in ((course, "unseen"), (taught, "taught")):
            band(ax, rows.assign(percent=100 * rows[column]), "epoch", "percent", label=label, colour=colour)
    for ax in (course, taught):
        ax.axhline(100 / len(names), color="0.7", lw=0.6, ls=":", zorder=0)
        ax.xaxis.get_major_locator().set_params(integer=True)
    if (epochs["source"] == "real").all():  # no published number applies to anything else
        marks = tables["reported"].query("column == 'unseen' and source == 'real'")
        curve = marks[marks["epoch"] <= epochs["epoch"].max()]
        if len(curve):
            reported(course, 100 * curve["value"], curve["epoch"], curve["origin"])
    course.set(ylabel="unseen (%)", ylim=(0, 100))
    taught.set(ylabel="taught (%)", xlabel="epoch", ylim=(0, 100))
    taught.legend(loc="best", fontsize=6)

    kinds = [name for name in NETWORKS if name in set(tables["by_class"]["network"])]
    for number, kind in enumerate(kinds):
        colour = COLOURS[NETWORKS[kind][1]]
        rows = tables["by_class"][tables["by_class"]["network"] == kind]
        place = np.arange(len(names)) + 0.8 / len(kinds) * (number - (len(kinds) - 1) / 2)
        means = rows.groupby("name")["accuracy"].mean().reindex(names)
        last.bar(place, 100 * means, width=0.74 / len(kinds), color=colour, alpha=0.45)
        for _, one in rows.groupby("seed"):
            last.plot(place, 100 * one.set_index("name")["accuracy"].reindex(names), "o", ms=2, color=colour)
    last.axhline(100 / len(names), color="0.7", lw=0.6, ls=":", zorder=0)
    last.set_xticks(np.arange(len(names)), names, rotation=0 if len(names) <= 6 else 45)
    last.set(ylabel="by class (%)", ylim=(0, 105))
    for letter, ax in zip("cde", (course, taught, last), strict=True):
        panel_label(ax, letter)
