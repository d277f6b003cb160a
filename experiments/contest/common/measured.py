"""What e-prop reaches: rounds turned into the tables that all rules have."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.points import values
from base.values import Values
from experiments.contest.common.measures import angle
from experiments.contest.common.recurrent import LAYERS, matrices, rule
from experiments.contest.common.rounds import Shown, hits, rounds
from experiments.contest.common.through_time import answers, gradient
from experiments.eprop.common.protocol import adaptive
from references.eprop.framewise_bptt import steps
from references.eprop.spiking_gradients import Cells

RECORDED = {f"{synapses}.w": f"weights_{layer}" for layer, synapses in enumerate(LAYERS.values(), start=1)}
RECORDED["readout.bias"] = "biases"


def measured(recordings: Mapping[str, pd.DataFrame], shown: Callable[[Values], Shown]) -> dict[str, pd.DataFrame]:
    """Return the tables of e-prop.

    Parameters
    ----------
    recordings : Mapping
        ``answers``, ``weights_1`` to ``weights_3``, ``biases``, ``points``; by round.
    shown : callable
        Keys of a point to its samples.

    Returns
    -------
    dict of DataFrame
        course : rule, data, seed, epoch, validation, test.
        angles : rule, data, seed, epoch, layer, angle_deg; of the points that are probed, and the layers that learn.
        damage : rule, data, seed, kind, test.
        sizes : rule, data, n_plastic (weights without biases), n_steps (of a sample).
    """
    rows: dict[str, list[dict[str, Any]]] = {"course": [], "angles": [], "damage": [], "sizes": []}
    looks = dict(list(recordings["answers"].groupby(["point", "round"])))
    begins = beginnings(recordings)
    for point in recordings["points"].to_dict("records"):
        p, number = values(point), point["point"]
        samples = shown(p)
        parts = [int(p.inputs.n_validation), int(p.inputs.n_test)]
        of = {"rule": rule(p), "data": p.inputs.data}
        known = {**of, "seed": point["seed"]}
        for place, (kind, what) in enumerate(rounds(p)):
            if kind == "look":
                shares = dict(zip(("validation", "test"), hits(looks[number, place], parts), strict=True))
                rows["course"].append({**known, "epoch": what, **shares})
            elif kind == "damage":
                (test,) = hits(looks[number, place], parts[1:])
                rows["damage"].append({**known, "kind": what, "test": test})
            elif kind == "probe":
                # The look after a probe starts where the probe ended.
                before, after = (weights_at(p, begins, (number, place + later)) for later in (0, 1))
                found = angles(p, samples, before, after).items()
                rows["angles"] += [{**known, "epoch": what, "layer": k, "angle_deg": deg} for k, deg in found]
        rows["sizes"].append({**of, **sizes(p)})
    found = {name: pd.DataFrame(some) for name, some in rows.items()}
    return {**found, "sizes": found["sizes"].drop_duplicates(ignore_index=True)}


def beginnings(recordings: Mapping[str, pd.DataFrame]) -> dict[str, dict[tuple[int, int], pd.Series]]:
    """Return what was recorded as rounds began: variable, then (point, round), to values; nothing if nothing was."""
    return {
        name: dict(list(recordings[table].groupby(["point", "round"])[name.rpartition(".")[2]]))
        for name, table in RECORDED.items()
        if table in recordings
    }


def weights_at(
    p: Values, begins: Mapping[str, Mapping[tuple[int, int], pd.Series]], place: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Return the weights as a round of a point begins; see `experiments.contest.common.recurrent.matrices`.

    Parameters
    ----------
    p : Values
        Keys of the point.
    begins : Mapping
        From `beginnings`.
    place : tuple of int
        Point and round.
    """
    return matrices(p, {name: at[place].to_numpy() for name, at in begins.items()})


def sizes(p: Values) -> dict[str, int]:
    """Return the plastic weights, without biases, and the time steps of a sample."""
    n_in, n, n_out = (int(size) for size in (p.network.n_in, p.network.n_rec, p.network.n_out))
    return {"n_plastic": n_in * n + n * (n - 1) + n * n_out, "n_steps": int(p.network.n_steps)}


def currents(p: Values, shown: Shown, rows: np.ndarray | slice) -> np.ndarray:
    """Return samples step by step, as `experiments.contest.common.through_time` takes them."""
    return steps(shown.frames[rows], int(p.network.n_steps) // shown.frames.shape[1])


def angles(
    p: Values, shown: Shown, before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]
) -> dict[int, float]:
    """Return the angle between the update of a probe and steepest descent of the cross-entropy.

    Parameters
    ----------
    p : Values
        Keys of the point.
    shown : Shown
        Its samples.
    before, after : Mapping
        Weights as the probe begins, and as it has ended; see `experiments.contest.common.recurrent.matrices`.

    Returns
    -------
    dict
        Layer (1 inputs, 2 recurrent neurons, 3 readout) to degrees, of those that learn.
    """
    rows = slice(0, int(p.inputs.n_probe))
    cells = replace(Cells.of(p, adaptive(p)), c_reg=0.0)
    trial, err, _ = answers(cells, before, currents(p, shown, rows), shown.task.y[rows], shown.asked)
    slopes = gradient(cells, before, trial, err)
    found = {k: angle(after[name] - before[name], slopes[name]) for k, name in enumerate(LAYERS, start=1)}
    return {layer: degrees for layer, degrees in found.items() if not np.isnan(degrees)}
