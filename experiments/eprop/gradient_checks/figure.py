"""Errors of the two identities behind e-prop, and how well its gradient points along the true one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from analysis.points import Values, values
from experiments.eprop.common.observations import by_trial
from experiments.eprop.gradient_checks.inputs import arrays
from references.eprop.spiking_gradients import Cells, backward, forward, traces

SIZE = (7.0, 4.6)
NEURONS = {"LIF": "sky", "ALIF": "purple", "mixed": "green"}
FEEDBACK = {"symmetric": "blue", "adaptive": "green", "random": "orange", "uniform": "purple"}
LIMIT = 1e-10


def kind(point: pd.Series) -> str:
    """Name the neurons of a point."""
    return {0: "LIF", point["network.n_rec"]: "ALIF"}.get(point["inputs.n_adaptive"], "mixed")


def distance(found: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return the largest difference between matrices, relative to the largest expected value."""
    return np.abs(found - expected).max(axis=(-2, -1)) / np.abs(expected).max(axis=(-2, -1))


def cosine(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the cosine of the angle between matrices, taken as vectors; 0 if one of them vanishes."""
    size = np.linalg.norm(a, axis=(-2, -1)) * np.linalg.norm(b, axis=(-2, -1))
    return (a * b).sum(axis=(-2, -1)) / np.where(size > 0, size, 1.0)


def compare(p: Values, found: Mapping[str, np.ndarray], drawn: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Compare the gradients that the network has computed with references at the same weights.

    Parameters
    ----------
    p : Values
        Values of the point.
    found : Mapping
        ``in``, ``rec``, ``out``, ``feedback``: weights; ``grad_in``, ``grad_rec``: gradients of the network. Shape
        (trials, synapses).
    drawn : Mapping
        What `arrays` returned.

    Returns
    -------
    dict of ndarray, shape (trials,)
        factorisation, online (relative errors), cosine (recurrent weights), cosine_in (input weights).
    """
    n_in, n_rec, n_out, n_steps = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_steps
    cells = Cells.of(p, drawn["recurrent.beta"])
    shapes = {"in": (-1, n_in, n_rec), "rec": (-1, n_rec, n_rec), "out": (-1, n_rec, n_out)}
    w = {name: found[name].reshape(shape) for name, shape in shapes.items()} | {"bias": np.zeros(n_out)}
    trial = forward(cells, w, drawn["pattern.values"].reshape(n_steps, 1, n_in))
    err = trial["y"] - drawn["target.values"].reshape(n_steps, 1, n_out)
    exact = backward(cells, w, trial, err)
    feedback = np.swapaxes(found["feedback"].reshape(-1, n_out, n_rec), -1, -2)
    cut = backward(cells, w, trial, err, feedback)
    others = {"in": 1.0, "rec": 1 - np.eye(n_rec)}
    product: dict[str, Any] = {"in": 0.0, "rec": 0.0}
    for dz, e in zip(exact["dz"][..., None, :], traces(cells, trial), strict=True):
        product = {name: product[name] + dz * e[name] * others[name] for name in others}
    online = {name: found[f"grad_{name}"].reshape(shapes[name]) * others[name] for name in others}
    return {
        "factorisation": np.maximum(*(distance(product[name], exact[name]) for name in others)),
        "online": np.maximum(*(distance(online[name], cut[name]) for name in others)),
        "cosine": cosine(online["rec"], exact["rec"]),
        "cosine_in": cosine(online["in"], exact["in"]),
    }


def observe(recordings: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Compare gradients of the recorded trials.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``of_in_rec``, ``of_rec_rec``, ``of_rec_out``, ``of_feedback``, ``losses``, ``activity``, ``points``.

    Returns
    -------
    dict of DataFrame
        gradients : neurons (LIF, ALIF, mixed), feedback, seed, iteration, factorisation and online (relative errors),
            cosine and cosine_in (recurrent and input weights).
        worst : neurons, the largest factorisation and online.
        learning : neurons, feedback, seed, iteration, loss, rate_Hz.
    """
    points = recordings["points"]
    names = {"in": "of_in_rec", "rec": "of_rec_rec", "out": "of_rec_out", "feedback": "of_feedback"}
    of_point = {key: dict(list(recordings[name].groupby("point"))) for key, name in names.items()}
    parts = []
    for point in points.to_dict("records"):
        p = values(point)
        drawn = arrays(p, np.random.default_rng(p.run.seed))
        lasts = point["network.n_steps"] * point["network.dt_ms"]
        # The first record is that of an untrained network, before its first trial.
        mine = {key: tables[point["point"]] for key, tables in of_point.items()}
        mine = {key: table[table["t_ms"] >= lasts / 2] for key, table in mine.items()}
        t = mine["rec"]["t_ms"].unique()
        found = {key: mine[key]["w"].to_numpy().reshape(t.size, -1) for key in ("in", "rec", "out")}
        found |= {f"grad_{key}": mine[key]["grad"].to_numpy().reshape(t.size, -1) for key in ("in", "rec")}
        found["feedback"] = mine["feedback"]["b"].to_numpy().reshape(t.size, -1)
        labels = {"neurons": kind(point), "feedback": point["inputs.feedback"], "seed": point["seed"]}
        iteration = np.round(t / lasts).astype(int)
        parts.append(DataFrame({**labels, "iteration": iteration, **compare(p, found, drawn)}))
    gradients = pd.concat(parts, ignore_index=True)
    renamed = {"inputs.feedback": "feedback"}
    learning = by_trial(
        {**recordings, "points": points.assign(neurons=points.apply(kind, axis=1))}, ["neurons", *renamed]
    )
    return {
        "gradients": gradients,
        "worst": gradients.groupby("neurons", as_index=False)[["factorisation", "online"]].max(),
        "learning": learning.rename(columns=renamed)[["neurons", "feedback", "seed", "iteration", "loss", "rate_Hz"]],
    }


def draw(tables: dict[str, DataFrame], fig: Figure) -> None:
    """Errors (a), loss (b), and cosines for three kinds of neurons (c to e)."""
    top, bottom = fig.subfigures(2, 1, height_ratios=(1.0, 1.0))
    left, right = top.subplots(1, 2)
    gradients = tables["gradients"]
    for place, column in enumerate(("factorisation", "online")):
        for number, (neurons, colour) in enumerate(NEURONS.items()):
            errors = gradients[gradients["neurons"] == neurons][column]
            x = place + 0.25 * (number - 1) + np.linspace(-0.07, 0.07, len(errors))
            left.plot(
                x, np.maximum(errors, 1e-17), ".", ms=3, color=COLOURS[colour], label=neurons if place == 0 else None
            )
    left.axhline(LIMIT, color=COLOURS["grey"], linestyle="--", linewidth=1)
    left.set(yscale="log", ylim=(1e-17, 1e-8), ylabel="relative error")
    left.set_xticks([0, 1], ["factorisation\nagainst BPTT", "online gradient\nagainst cut BPTT"])
    left.legend(loc="upper left", ncols=3, markerscale=2)
    learning = tables["learning"]
    for feedback, colour in FEEDBACK.items():
        rows = learning[(learning["neurons"] == "mixed") & (learning["feedback"] == feedback)]
        if len(rows):
            band(right, rows, "iteration", "loss", colour=colour)
    right.set(xlabel="trial", ylabel="loss, mixed network", ylim=(0, None))

    panels = bottom.subplots(1, 3, sharey=True)
    for ax, neurons in zip(panels, NEURONS, strict=True):
        for feedback, colour in FEEDBACK.items():
            rows = gradients[(gradients["neurons"] == neurons) & (gradients["feedback"] == feedback)]
            if len(rows):
                band(ax, rows, "iteration", "cosine", label=feedback, colour=colour)
        ax.axhline(0, color=COLOURS["grey"], linestyle=":", linewidth=0.8)
        ax.set(xlabel="trial", ylim=(-0.5, 1))
        ax.set_title(neurons)
    panels[0].set_ylabel("cosine with the true gradient")
    handles = next(ax.get_legend_handles_labels()[0] for ax in panels[::-1] if ax.get_legend_handles_labels()[0])
    bottom.legend(handles=handles, loc="outside upper center", ncols=4)
    for ax, letter in zip((left, right, *panels), "abcde", strict=True):
        panel_label(ax, letter)
