"""The same network, sequences and order, trained by backpropagation through time: the bound for GLE."""

from dataclasses import replace
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.measures import DAMAGE, damaged, looked_at, slowed
from experiments.contest.common.sequences import answered
from experiments.contest.temporal.inputs import N_LAYERS, sequences, sizes
from experiments.contest.temporal.through_time import gradients, layers_of
from experiments.gle.common.classification import initial

SHARED = ("inputs.prospective", "inputs.tau", "schedule.eta")  # of GLE
RULE = "BPTT, rates"


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train by backpropagation through time and Adam; look as often, and damage the same weights, as for GLE.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws initial weights, then the order of sequences, then damage: the same numbers as for GLE.

    Returns
    -------
    dict of DataFrame
        reference.course : rule, data, epoch, validation, test.
        reference.damage : rule, data, kind, test.
        reference.sizes : rule, data, n_plastic, n_steps.
    """
    p = p.updated({"inputs.tau": p.inputs.tau_through})
    samples, n = sequences(p), [int(size) for size in sizes(p)]
    drawn = initial(n, rng)
    at = {f"weights_{k}": drawn[f"to_{k}.w"] for k in range(1, N_LAYERS + 1)}
    at |= {f"biases_{k}": drawn[f"bias_{k}.w"] for k in range(1, N_LAYERS + 1)}
    first, square, count = {name: 0.0 for name in at}, {name: 0.0 for name in at}, 0
    of: dict[str, Any] = {"rule": RULE, "data": p.inputs.data}
    course, best, chosen = [], -1.0, at
    for epoch in range(p.inputs.n_epochs + 1):
        for rows in rng.permutation(p.inputs.n_train).reshape(-1, p.network.n_copies) if epoch else ():
            count += 1
            slopes = gradients(p, at, samples.x[rows], samples.y[rows])
            for name, slope in slopes.items():
                first[name] += 0.1 * (slope - first[name])
                square[name] += 0.001 * (slope**2 - square[name])
            at = {
                name: values
                - p.inputs.eta_through * first[name] / (1 - 0.9**count)
                / (np.sqrt(square[name] / (1 - 0.999**count)) + 1e-8)
                for name, values in at.items()
            }  # fmt: skip
        if epoch in looked_at(p.inputs.n_epochs):
            parts = {"validation": samples.validation, "test": samples.test}
            shares = {part: accuracy(p, at, samples.x[rows], samples.y[rows]) for part, rows in parts.items()}
            course.append({**of, "epoch": epoch, **shares})
            if shares["validation"] > best:
                best, chosen = shares["validation"], at
    names, rows = [f"weights_{k}" for k in range(1, N_LAYERS + 1)], samples.test
    damage = []
    for kind in DAMAGE:
        broken = dict(zip(names, damaged([chosen[name] for name in names], kind, rng), strict=True))
        test = accuracy(p, chosen | broken, samples.x[rows], samples.y[rows], kind)
        damage.append({**of, "kind": kind, "test": test})
    counted = {**of, "n_plastic": int(np.dot(n[:-1], n[1:])), "n_steps": int(p.network.n_steps)}
    return {
        "reference.course": DataFrame(course),
        "reference.damage": DataFrame(damage),
        "reference.sizes": DataFrame([counted]),
    }


def accuracy(p: Values, at: dict[str, np.ndarray], x: np.ndarray, y: np.ndarray, kind: str = "none") -> float:
    """Return the share of sequences whose class has the largest sum of rates in the time of the answer.

    Parameters
    ----------
    p : Values
        Keys of the point.
    at : dict
        ``weights_1``, ``biases_1`` and so on.
    x, y : ndarray
        Sequences, shape (sequences, steps), and their classes.
    kind : str
        Key of `DAMAGE`; weights are as they are given.
    """
    layers = layers_of(p, at)
    r = replace(layers, tau_m=slowed(layers.tau_m, kind)).rates(x.T)
    said = r[p.network.n_steps - answered(p) :, :, -p.network.n_classes :].sum(axis=0)
    return float((said.argmax(axis=1) == y).mean())
