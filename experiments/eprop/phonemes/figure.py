"""A sentence that the network listens to, frame errors with every kind of feedback, and which phonemes are confused."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure, SubFigure
from pandas import DataFrame

from analysis.plots import COLOURS, panel_label
from experiments.eprop.common.drawing import CELLS
from experiments.eprop.common.framewise import FEW, confusions, draw_confusion, draw_course, phones, shown_feedback
from experiments.eprop.common.observations import by_trial, choose

SIZE = (7.0, 8.4)
LABELS = {
    "symmetric": ("symmetric", "blue"),
    "random": ("random", "orange"),
    "adaptive": ("adaptive", "green"),
    "readout": ("readout alone", "grey"),
    "readout and rates": ("readout and rates", "purple"),
    "BPTT": ("BPTT", "black"),
}


def frame_errors(recordings: dict[str, DataFrame]) -> DataFrame:
    """Return the share of frames of every training batch that were classified wrongly.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``losses``, ``activity``, ``points`` with a column feedback; training only; ``asked``.

    Returns
    -------
    DataFrame
        feedback, seed, iteration, error, loss, rate_Hz.
    """
    points, keys = recordings["points"], ["feedback", "seed", "iteration"]
    rows = by_trial(recordings, ["feedback"])
    hits = recordings["losses"].merge(points[["point", "feedback", "network.n_steps", "network.dt_ms"]], on="point")
    hits["trial"] = (hits["t_ms"] / hits["network.n_steps"] / hits["network.dt_ms"]).round().astype(int)
    hits = hits.groupby(["feedback", "seed", "trial"], as_index=False)["hits"].sum()
    rows = rows.merge(hits, on=["feedback", "seed", "trial"])
    pieces = recordings["asked"][["seed", "piece", "asked"]]
    number = rows["seed"].map(pieces.groupby("seed").size())
    rows = rows.assign(piece=(rows["trial"] - 1) % number).merge(pieces, on=["seed", "piece"])
    sums = rows.groupby(keys, as_index=False)[["hits", "asked"]].sum()
    sums["error"] = 1 - sums["hits"] / sums["asked"]
    means = rows.groupby(keys, as_index=False)[["loss", "rate_Hz"]].mean()
    return sums.merge(means, on=keys)[[*keys, "error", "loss", "rate_Hz"]]


def alignment(recordings: dict[str, DataFrame]) -> DataFrame:
    """Return the cosine of the angle between feedback and output weights after training.

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
        w, b = (final.loc[final["variable"] == name, "value"].to_numpy() for name in ("rec_out.w", "feedback.b"))
        b = b.reshape(int(point["network.n_out"]), -1).T.ravel()
        size = np.linalg.norm(w) * np.linalg.norm(b)
        cosine = float(w @ b / size) if size > 0 else np.nan
        found.append({"feedback": point["feedback"], "seed": int(point["seed"]), "cosine": cosine})
    return DataFrame(found)


def sentence(recordings: dict[str, DataFrame], names: np.ndarray) -> dict[str, DataFrame]:
    """Return the first piece of the test.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``features``, ``recurrent_spikes``, ``outputs`` and ``points`` of one point, test only.
    names : ndarray of str
        Names of the phonemes; further readouts are not used.

    Returns
    -------
    dict of DataFrame
        features : frame, index, x.
        spikes : frame (and parts of it), source (LIF, ALIF), i.
        outputs : frame, index, name, p (in the last step of the frame), goal.
    """
    point = recordings["points"].iloc[0]
    dt, n_frame = point["network.dt_ms"], int(point["network.n_frame"])
    n_steps, n_rec = int(point["network.n_steps"]), int(point["network.n_rec"])

    def first(name: str, late: int) -> DataFrame:
        rows = recordings[name]
        step = (rows["t_ms"] / dt).round().astype(int) - late
        rows = rows.assign(step=step, frame=step // n_frame).rename(columns={"i": "index"})
        last = step % n_frame == n_frame - 1
        return rows[(step >= 0) & (step < n_steps) & (last | (name == "recurrent_spikes"))]

    spikes = first("recurrent_spikes", 0).rename(columns={"index": "i"})
    spikes["frame"] = spikes["step"] / n_frame
    spikes["source"] = np.where(spikes["i"] >= n_rec - point["inputs.n_adaptive"], "ALIF", "LIF")
    outputs = first("outputs", 1)
    outputs = outputs[outputs["index"] < len(names)]
    outputs = outputs.assign(name=names[outputs["index"]])
    return {
        "features": first("features", 0)[["frame", "index", "x"]],
        "spikes": spikes[["frame", "source", "i"]],
        "outputs": outputs[["frame", "index", "name", "p", "goal"]],
    }


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Frame errors in training and test, confusions, and a test sentence.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``losses``, ``activity``, ``answers``, ``features``, ``recurrent_spikes``, ``outputs`` (round 0: training, 1:
        test), ``final``, ``points``, and what `reference.reference` returns.

    Returns
    -------
    dict of DataFrame
        learning : feedback (symmetric, random, adaptive, readout: no feedback, readout and rates: no feedback, but
            regularised, BPTT: the reference, which has no loss and rate), seed, iteration, error (frames of the batch),
            loss, rate_Hz.
        tested : feedback, seed, error (test frames); ``linear`` is a linear classifier of single frames.
        relations : one row; how much the error with symmetric, random and adaptive feedback is above that of
            BPTT (``symmetric_gap`` ...), and error with adaptive over that with random feedback.
        alignment : see `alignment`.
        confusion : label, answer (names), frames; symmetric feedback, or what there is, all seeds.
        features, spikes, outputs : see `sentence`; the same feedback, first seed.
    """
    points = recordings["points"]
    alone = np.where(points["inputs.regularised"], "readout and rates", "readout")
    points = points.assign(feedback=points["inputs.feedback"].where(points["inputs.feedback"] != "none", alone))
    rounds = [
        {
            name: rows[rows["round"] == number].drop(columns="round") if "round" in rows else rows
            for name, rows in {**recordings, "points": points}.items()
        }
        for number in (0, 1)
    ]
    bptt = recordings["bptt_learning"][["seed", "iteration", "error"]].assign(feedback="BPTT")
    learning = pd.concat([frame_errors(rounds[0]), bptt], ignore_index=True)

    answers = rounds[1]["answers"].merge(points[["point", "feedback"]], on="point")
    wrong = (answers["i"] != answers["goal"].round()).astype(float)
    own = wrong.groupby([answers["feedback"], answers["seed"]]).mean().rename("error").reset_index()
    tested = pd.concat([own, recordings["reference_tested"][["feedback", "seed", "error"]]], ignore_index=True)

    error = tested.groupby("feedback")["error"].mean()
    relations = {f"{kind}_gap": error.get(kind, np.nan) - error.get("BPTT", np.nan) for kind in list(LABELS)[:3]}
    relations["adaptive_over_random"] = error.get("adaptive", np.nan) / error.get("random", np.nan)

    best = shown_feedback(points)
    mine = points[points["feedback"] == best]
    names = phones(recordings["phones"])
    return {
        "learning": learning,
        "tested": tested,
        "relations": DataFrame([relations]),
        "alignment": alignment(rounds[1]),
        "confusion": confusions(answers[answers["feedback"] == best], "goal", names),
        **sentence(choose(rounds[1], mine[mine["seed"] == mine["seed"].min()]), names),
    }


def draw_sentence(fig: SubFigure, tables: dict[str, DataFrame]) -> None:
    """Draw features, spikes and probabilities of a test sentence, by frame."""
    axes = fig.subplots(3, 1, sharex=True, height_ratios=(0.8, 1.2, 0.8))
    features, spikes, outputs = tables["features"], tables["spikes"], tables["outputs"]
    grid = features.pivot_table(index="index", columns="frame", values="x")
    edges = np.arange(grid.shape[1] + 1)
    bound = float(np.abs(grid.to_numpy()).max())
    axes[0].pcolormesh(edges, np.arange(len(grid) + 1), grid, cmap="PuOr_r", vmin=-bound, vmax=bound, rasterized=True)
    ticks = {}
    for source, rows in spikes.groupby("source"):
        axes[1].plot(rows["frame"], rows["i"], "|", ms=2.2, mew=0.7, color=COLOURS[CELLS[source]])
        ticks[source] = (rows["i"].min() + rows["i"].max()) / 2
    axes[1].set_yticks(list(ticks.values()), list(ticks))
    axes[1].tick_params(axis="y", length=0)
    grid = outputs.pivot_table(index="index", columns="frame", values="p")
    axes[2].pcolormesh(edges, np.arange(len(grid) + 1), grid, cmap="Greys", vmin=0, vmax=1, rasterized=True)
    if len(grid) <= FEW:
        axes[2].set_yticks(np.arange(len(grid)) + 0.5, sorted(outputs["name"].unique()))
        axes[2].tick_params(axis="y", length=0)
    goal = outputs.drop_duplicates("frame").sort_values("frame")["goal"]
    label = np.where(goal >= 0, goal + 0.5, np.nan)
    axes[2].hlines(label, edges[:-1], edges[1:], color=COLOURS["red"], lw=1.6)
    axes[2].set(xlabel="frame", xlim=(0, edges[-1]))
    for ax, name in zip(axes, ("feature", "", "phoneme"), strict=True):
        ax.set_ylabel(name)
    panel_label(axes[0], "a")


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Draw a sentence (a), frame error while learning (b) and in the test (c), confusions (d)."""
    top, middle, bottom = fig.subfigures(3, 1, height_ratios=(1.3, 1.0, 1.1))
    draw_sentence(top, tables)
    course = middle.subplots()
    draw_course(course, tables["learning"], LABELS)
    course.legend(loc="lower left", ncols=3)
    panel_label(course, "b")

    left, right = bottom.subfigures(1, 2, width_ratios=(1.0, 1.1))
    ax = left.subplots()
    tested = tables["tested"]
    shown = [kind for kind in LABELS if kind in set(tested["feedback"])]
    for place, kind in enumerate(shown):
        errors = tested.loc[tested["feedback"] == kind, "error"]
        ax.bar(place, errors.mean(), width=0.65, color=COLOURS[LABELS[kind][1]], alpha=0.45)
        ax.plot([place] * len(errors), errors, "o", ms=3, color=COLOURS[LABELS[kind][1]])
    ax.axhline(tested.loc[tested["feedback"] == "linear", "error"].mean(), color="0.3", linestyle=":", linewidth=1)
    ax.set_xticks(range(len(shown)), [LABELS[kind][0].replace(" ", "\n") for kind in shown], rotation=30)
    ax.set(ylabel="frame error, test", ylim=(0, None))
    panel_label(ax, "c")
    draw_confusion(right, tables["confusion"])
