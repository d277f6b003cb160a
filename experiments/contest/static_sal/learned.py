"""One rule learns the static task: rows of the tables that all rules have."""

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.measures import DAMAGE, angle, damaged, looked_at
from experiments.contest.static_sal.inputs import learner, n_cycles, split, task
from references.sal.gradients import Layers


def learned(p: Values, rule: str, aligned: Sequence[np.ndarray] | None = None) -> dict[str, DataFrame]:
    """Learn epoch by epoch; then damage the weights of the epoch that validation chose.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rule : str
        Key of `experiments.contest.static_sal.inputs.ARMS`.
    aligned : sequence of ndarray, optional
        Feedback weights that are set before every epoch, and once after the last; without, they are left to the rule.

    Returns
    -------
    dict of DataFrame
        ``course``, ``angles``, ``damage`` and ``sizes``, all without seed; see `observe` of the figure.
    """
    network, samples = learner(p, rule), task(p)
    x, y = samples.x, samples.y
    of = {"rule": rule, "data": p.inputs.data}
    rows: dict[str, list[dict[str, Any]]] = {"course": [], "angles": [], "damage": []}
    layers = [len(w) for w in (*network.w, network.b[-1])]
    best, chosen, biases = -1.0, network.w, network.b
    for epoch in range(int(p.inputs.n_epochs) + 1):
        if epoch:
            network.epoch(x[samples.train], y[samples.train], int(p.inputs.batch))
        if aligned is not None:
            network.feedback = split(aligned[epoch], layers)
        if epoch not in looked_at(int(p.inputs.n_epochs)):
            continue
        validation, test = (network.accuracy(x[part], y[part]) for part in (samples.validation, samples.test))
        rows["course"].append({**of, "epoch": epoch, "validation": validation, "test": test})
        for layer, found in enumerate(angles(network, x[: int(p.inputs.n_probe)], y[: int(p.inputs.n_probe)]), start=1):
            rows["angles"].append({**of, "epoch": epoch, "layer": layer, "angle_deg": found})
        if validation > best:
            best, chosen, biases = validation, [w.copy() for w in network.w], [b.copy() for b in network.b]
    network.b = biases
    for kind in DAMAGE:
        network.w = damaged(chosen, kind, network.rng)
        rows["damage"].append({**of, "kind": kind, "test": network.accuracy(x[samples.test], y[samples.test])})
    size = {**of, "n_plastic": sum(w.size for w in network.w), "n_steps": n_steps(p) if rule == "SAL" else 1}
    return {name: DataFrame(some) for name, some in rows.items()} | {"sizes": DataFrame([size])}


def angles(network: Layers, x: np.ndarray, y: np.ndarray) -> list[float]:
    """Return the angle between what a network takes for the gradient and the gradient, in degrees, layer by layer.

    Parameters
    ----------
    network : Layers
        Its weights are left as they are.
    x : ndarray, shape (rows, inputs)
        Intensities.
    y : ndarray of int, shape (rows,)
        Classes.
    """
    true = copy(network)
    true.method = "BP"
    found, gradient = (one.gradients(x, y)[0] for one in (network, true))
    return [angle(-mine, own) for mine, own in zip(found, gradient, strict=True)]


def n_steps(p: Values) -> int:
    """Return the time steps of a sample with SAL: one, and its share of those of the phase before every epoch."""
    phase = n_cycles(p) * round(p.network.cycle / p.network.dt)
    return 1 + round(phase / p.inputs.n_train)
