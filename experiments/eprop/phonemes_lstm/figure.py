"""A sentence before and after learning, frame errors with every kind of feedback, and which phonemes are confused."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from pandas import DataFrame

from analysis.plots import COLOURS, panel_label
from experiments.eprop.common.framewise import FEW, confusions, draw_confusion, draw_course, phones, shown_feedback
from experiments.eprop.common.observations import choose

SIZE = (7.0, 9.4)
LABELS = {
    "symmetric": ("symmetric", "blue"),
    "random": ("random", "orange"),
    "adaptive": ("adaptive", "green"),
    "readout": ("readout alone", "grey"),
    "BPTT": ("BPTT", "black"),
}


def alignment(recordings: dict[str, DataFrame]) -> DataFrame:
    """Return the cosine of the angle between feedback and output weights of the cells.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``final``, ``points`` with a column feedback.

    Returns
    -------
    DataFrame
        feedback, seed, cosine.
    """
    found = []
    for _, point in recordings["points"].iterrows():
        final = recordings["final"][recordings["final"]["point"] == point["point"]]
        n_in, n_out = int(point["network.n_in"]), int(point["network.n_out"])
        w, b = (
            final.loc[final["variable"] == name, "value"].to_numpy().reshape(-1, n_out)[n_in:-1].ravel()
            for name in ("output.w", "output.b")
        )
        size = np.linalg.norm(w) * np.linalg.norm(b)
        cosine = float(w @ b / size) if size > 0 else np.nan
        found.append({"feedback": point["feedback"], "seed": int(point["seed"]), "cosine": cosine})
    return DataFrame(found)


def sentence(recordings: dict[str, DataFrame], names: np.ndarray) -> dict[str, DataFrame]:
    """Return the first test sequence, before and after learning.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``features``, ``states``, ``outputs`` and ``points`` of one point; rounds 0 and 2.
    names : ndarray of str
        Names of the phonemes; further readouts are not used.

    Returns
    -------
    dict of DataFrame
        features : frame, index, x.
        states : when (before, after), frame, index, c, forget (gate).
        outputs : when, frame, index, name, p, label.
    """
    point = recordings["points"].iloc[0]
    dt, n_steps, n_in = point["network.dt_ms"], int(point["task.n_steps"]), int(point["network.n_in"])

    def first(name: str, late: int) -> DataFrame:
        rows = recordings[name]
        frame = (rows["t_ms"] / dt).round().astype(int) - late
        when = rows["round"].map({0: "before", 2: "after"})
        rows = rows.assign(frame=frame, when=when).rename(columns={"i": "index", "kept": "forget"})
        return rows[(frame >= 0) & (frame < n_steps)]

    features = first("features", 0)
    features = features[(features["index"] < n_in) & (features["when"] == "after")]
    outputs = first("outputs", 1)
    outputs = outputs[outputs["index"] < len(names)]
    outputs = outputs.assign(name=names[outputs["index"]])
    return {
        "features": features[["frame", "index", "x"]],
        "states": first("states", 0)[["when", "frame", "index", "c", "forget"]],
        "outputs": outputs[["when", "frame", "index", "name", "p", "label"]],
    }


def comparison(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Compare all kinds of feedback with backpropagation through time, for one set of training sentences.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``batches`` and ``answers``, with a column feedback; ``points``; what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        ``learning``, ``tested`` and ``relations``; see `observe`.
    """
    bptt = recordings["bptt_learning"][["seed", "iteration", "error"]].assign(feedback="BPTT")
    trained = recordings["batches"][recordings["batches"]["round"] == 1].rename(columns={"updates": "iteration"})
    answers = recordings["answers"]
    wrong = (answers["i"] != answers["label"].round()).astype(float)
    own = wrong.groupby([answers["feedback"], answers["seed"]]).mean().rename("error").reset_index()
    tested = pd.concat([own, recordings["reference_tested"][["feedback", "seed", "error"]]], ignore_index=True)
    error = tested.groupby("feedback")["error"].mean()
    relations = {f"{kind}_gap": error.get(kind, np.nan) - error.get("BPTT", np.nan) for kind in list(LABELS)[:3]}
    for kind in ("symmetric", "adaptive"):
        relations[f"{kind}_over_random"] = error.get(kind, np.nan) / error.get("random", np.nan)
    return {
        "learning": pd.concat([trained[["feedback", "seed", "iteration", "error", "loss"]], bptt], ignore_index=True),
        "tested": tested,
        "relations": DataFrame([{"n_train": int(recordings["points"]["inputs.n_train"].iloc[0]), **relations}]),
    }


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Frame errors in training and test, confusions, and a test sentence.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``batches``, ``answers``, ``features``, ``states``, ``outputs`` (round 0: before learning, 1: training, 2:
        test), ``final``, ``points``, and what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        learning : feedback (symmetric, random, adaptive, readout: no feedback, BPTT: the reference, which has no loss),
            seed, iteration, error (frames of the batch), loss.
        tested : feedback, seed, error (test frames); ``linear`` is a linear classifier of single frames.
        relations : one row; n_train (sentences), how much the error with symmetric, random and adaptive feedback is
            above that of BPTT (``symmetric_gap`` ...), and error with symmetric and with adaptive over that with random
            feedback.
        learning_more, tested_more, relations_more : the same with most training sentences, if their number was swept;
            everything else is with fewest.
        alignment : see `alignment`; after learning.
        confusion : label, answer (names), frames; symmetric feedback, or what there is, all seeds.
        features, states, outputs : see `sentence`; the same feedback, first seed.
    """
    points = recordings["points"]
    kind = points["inputs.feedback"]
    points = points.assign(feedback=kind.where(kind != "none", "readout"))
    named = {
        name: rows.merge(points[["point", "feedback"]], on="point") if name in ("batches", "answers") else rows
        for name, rows in {**recordings, "points": points}.items()
    }
    sizes = sorted(points["inputs.n_train"].unique())
    fewest = choose(named, points[points["inputs.n_train"] == sizes[0]])
    more = {}
    if len(sizes) > 1:
        most = comparison(choose(named, points[points["inputs.n_train"] == sizes[-1]]))
        more = {f"{name}_more": rows for name, rows in most.items()}

    points, answers = fewest["points"], fewest["answers"]
    best = shown_feedback(points)
    mine = points[points["feedback"] == best]
    names = phones(fewest["phones"])
    return {
        **comparison(fewest),
        **more,
        "alignment": alignment(fewest),
        "confusion": confusions(answers[answers["feedback"] == best], "label", names),
        **sentence(choose(fewest, mine[mine["seed"] == mine["seed"].min()]), names),
    }


def picture(ax: Axes, rows: DataFrame, column: str, cmap: str, bounds: tuple[float, float]) -> None:
    """Draw one variable, units from below, frames from the left, with its scale at the right if it is the last one."""
    grid = rows.pivot_table(index="index", columns="frame", values=column)
    edges = np.arange(grid.shape[1] + 1), np.arange(len(grid) + 1)
    mesh = ax.pcolormesh(*edges, grid, cmap=cmap, vmin=bounds[0], vmax=bounds[1], rasterized=True)
    if ax.get_subplotspec().is_last_col():
        ax.figure.colorbar(mesh, ax=ax, pad=0.02, aspect=8)


def draw_sentence(fig: SubFigure, tables: dict[str, DataFrame]) -> None:
    """Draw features, cell states, forget gates and probabilities of a test sentence, before and after learning."""
    axes = fig.subplots(4, 2, sharex=True, sharey="row", height_ratios=(0.8, 1.0, 1.0, 0.8))
    bound = float(tables["features"]["x"].abs().max())
    largest = float(tables["states"]["c"].abs().quantile(0.99))
    for column, when in enumerate(("before", "after")):
        states = tables["states"][tables["states"]["when"] == when]
        outputs = tables["outputs"][tables["outputs"]["when"] == when]
        picture(axes[0, column], tables["features"], "x", "PuOr_r", (-bound, bound))
        picture(axes[1, column], states, "c", "PuOr_r", (-largest, largest))
        picture(axes[2, column], states, "forget", "Greys", (0, 1))
        picture(axes[3, column], outputs, "p", "Greys", (0, 1))
        label = outputs.drop_duplicates("frame").sort_values("frame")["label"]
        place = np.where(label >= 0, label + 0.5, np.nan)
        axes[3, column].hlines(place, np.arange(len(label)), np.arange(len(label)) + 1, color=COLOURS["red"], lw=1.6)
        axes[3, column].set(xlabel="frame", xlim=(0, len(label)))
        axes[0, column].set_title(f"{when} learning")
    names = sorted(tables["outputs"]["name"].unique())
    if len(names) <= FEW:
        axes[3, 0].set_yticks(np.arange(len(names)) + 0.5, names)
    rows = ("feature", "cell state c\nof each cell", "forget gate\nof each cell", "phoneme")
    for ax, name in zip(axes[:, 0], rows, strict=True):
        ax.set_ylabel(name)
    panel_label(axes[0, 0], "a")


def draw_tested(ax: Axes, groups: list[DataFrame], names: list[str]) -> None:
    """Draw the frame error on test sentences, bars of all sets of training sentences next to each other."""
    width = 0.8 / len(groups)
    shown = [kind for kind in LABELS if kind in set(groups[0]["feedback"])]
    for number, tested in enumerate(groups):
        alpha = (number + 1) * 0.55 / len(groups)
        for place, kind in enumerate(shown):
            errors = tested.loc[tested["feedback"] == kind, "error"]
            x, colour = place + (number - (len(groups) - 1) / 2) * width, COLOURS[LABELS[kind][1]]
            ax.bar(x, errors.mean(), width=0.9 * width, color=colour, alpha=alpha)
            ax.plot([x] * len(errors), errors, "o", ms=2.5, color=colour)
        ax.bar(0, 0, color=COLOURS["black"], alpha=alpha, label=names[number])
    ax.axhline(
        groups[0].loc[groups[0]["feedback"] == "linear", "error"].mean(), color="0.3", linestyle=":", linewidth=1
    )
    ax.set_xticks(range(len(shown)), [LABELS[kind][0].replace(" ", "\n") for kind in shown], rotation=30)
    ax.set(ylabel="frame error, test", ylim=(0, None))
    if len(groups) > 1:
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), title="training sentences", ncols=2)


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw a sentence (a), frame error while learning (b) and in the test (c), confusions (d)."""
    top, middle, bottom = fig.subfigures(3, 1, height_ratios=(1.7, 1.0, 1.1))
    draw_sentence(top, tables)
    ends = [end for end in ("", "_more") if f"learning{end}" in tables]
    numbers = [str(tables[f"relations{end}"]["n_train"].iloc[0]) for end in ends]
    courses = middle.subplots(1, len(ends), sharey=True, squeeze=False)[0]
    for ax, end, number in zip(courses, ends, numbers, strict=True):
        draw_course(ax, tables[f"learning{end}"], LABELS)
        if len(ends) > 1:
            ax.set_title(f"{number} training sentences")
    for ax in courses[1:]:
        ax.set_ylabel("")
    courses[0].legend(loc="upper right", ncols=2)
    panel_label(courses[0], "b")

    left, right = bottom.subfigures(1, 2, width_ratios=(1.0, 1.1))
    ax = left.subplots()
    draw_tested(ax, [tables[f"tested{end}"] for end in ends], numbers)
    panel_label(ax, "c")
    draw_confusion(right, tables["confusion"])
