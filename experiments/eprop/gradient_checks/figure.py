"""Errors of the two identities behind e-prop, and how well its gradient points along the true one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pandas import DataFrame

from analysis.plots import COLOURS, band, panel_label
from experiments.eprop.common.observations import by_trial, values
from experiments.eprop.gradient_checks.inputs import arrays
from references.eprop.spiking_gradients import Cells, backward, forward, traces

SIZE = (7.0, 4.6)
NEURONS = {"LIF": "sky", "ALIF": "purple", "mixed": "green"}
FEEDBACK = {"symmetric": "blue", "adaptive": "green", "random": "orange", "uniform": "purple"}
LIMIT = 1e-10


def kind(point: pd.Series) -> str:
    """Name the neurons of a point."""
    return {0: "LIF", point["network.n_rec"]: "ALIF"}.get(point["inputs.n_adaptive"], "mixed")


def distance(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference, relative to the largest expected value."""
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """Return the cosine of the angle between two arrays, taken as vectors; 0 if one of them vanishes."""
    size = np.linalg.norm(a) * np.linalg.norm(b)
    return float((a * b).sum() / size) if size > 0 else 0.0


def compare(p: Mapping[str, Any], found: Mapping[str, np.ndarray], drawn: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Compare the gradient that the network has computed with references at the same weights.

    Parameters
    ----------
    p : Mapping
        Keys of the point.
    found : Mapping
        ``in``, ``rec``, ``out``, ``feedback``: weights; ``grad_in``, ``grad_rec``: gradients of the network.
    drawn : Mapping
        What `arrays` returned.

    Returns
    -------
    dict
        factorisation, online (relative errors), cosine (recurrent weights), cosine_in (input weights).
    """
    n_in, n_rec, n_out, n_steps = (int(p[f"network.{name}"]) for name in ("n_in", "n_rec", "n_out", "n_steps"))
    cells = Cells.of(p, drawn["recurrent.beta"])
    shapes = {"in": (n_in, n_rec), "rec": (n_rec, n_rec), "out": (n_rec, n_out)}
    w = {name: found[name].reshape(shape) for name, shape in shapes.items()} | {"bias": np.zeros(n_out)}
    trial = forward(cells, w, drawn["pattern.values"].reshape(n_steps, n_in))
    err = trial["y"] - drawn["target.values"].reshape(n_steps, n_out)
    exact = backward(cells, w, trial, err)
    cut = backward(cells, w, trial, err, found["feedback"].reshape(n_out, n_rec).T)
    others = {"in": 1.0, "rec": 1 - np.eye(n_rec)}
    product: dict[str, Any] = {"in": 0.0, "rec": 0.0}
    for dz, e in zip(exact["dz"], traces(cells, trial), strict=True):
        product = {name: product[name] + dz * e[name] * others[name] for name in others}
    online = {name: found[f"grad_{name}"].reshape(shapes[name]) * others[name] for name in others}
    return {
        "factorisation": max(distance(product[name], exact[name]) for name in others),
        "online": max(distance(online[name], cut[name]) for name in others),
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
    rows = []
    for _, point in points.iterrows():
        p = {**values(point), "run.seed": int(point["seed"])}
        drawn = arrays(p, np.random.default_rng(p["run.seed"]))
        mine = {key: recordings[name][recordings[name]["point"] == point["point"]] for key, name in names.items()}
        lasts = point["network.n_steps"] * point["network.dt_ms"]
        for t, _ in mine["rec"].groupby("t_ms"):
            if t < lasts / 2:
                continue
            now = {key: table[table["t_ms"] == t] for key, table in mine.items()}
            found = {key: now[key]["w"].to_numpy() for key in ("in", "rec", "out")}
            found |= {f"grad_{key}": now[key]["grad"].to_numpy() for key in ("in", "rec")}
            found["feedback"] = now["feedback"]["b"].to_numpy()
            labels = {"neurons": kind(point), "feedback": point["inputs.feedback"], "seed": point["seed"]}
            rows.append({**labels, "iteration": round(t / lasts), **compare(p, found, drawn)})
    gradients = DataFrame(rows)
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
