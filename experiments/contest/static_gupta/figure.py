"""What Gupta's rule reaches on the static task: its accuracies, how far its updates are from the gradient, damage."""

from typing import Any

import pandas as pd

from analysis.points import values
from experiments.contest.common.drawing import SIZE, draw
from experiments.contest.common.measures import angle
from experiments.contest.static_gupta.gradient import gradient
from experiments.contest.static_gupta.inputs import rounds, shares, task
from experiments.gupta.common.presentations import answers
from experiments.gupta.common.protocol import layers_of, sizes

__all__ = ["SIZE", "angles", "draw", "observe"]

RULE = "Gupta"


def observe(recordings: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of Gupta's rule.

    Parameters
    ----------
    recordings : dict of DataFrame
        ``readout``, ``weights``, ``biases``, ``points``; by round.

    Returns
    -------
    dict of DataFrame
        course : rule, data, seed, epoch, validation, test.
        angles : rule, data, seed, epoch, layer, angle_deg; of the points that are probed.
        damage : rule, data, seed, kind, test.
        sizes : rule, data, n_plastic (weights without biases), n_steps (of a sample).
    """
    rows: dict[str, list[dict[str, Any]]] = {"course": [], "angles": [], "damage": [], "sizes": []}
    readout = recordings["readout"][~recordings["readout"]["learning"].astype(bool)]
    begins = {
        variable: dict(list(recordings[name].groupby(["point", "round"])[variable]))
        for name, variable in (("weights", "w"), ("biases", "b"))
        if name in recordings
    }
    for (number,), table in recordings["points"].groupby(["point"], sort=False):
        point = table.iloc[0]
        p, of = values(point), {"rule": RULE, "data": point["inputs.data"]}
        known = {**of, "seed": point["seed"]}
        judged = dict(list(answers(readout[readout["point"] == number], table).groupby("round")))
        for place, (kind, what) in enumerate(rounds(p)):
            if kind == "look":
                found = dict(zip(("validation", "test"), shares(p, judged[place]), strict=True))
                rows["course"].append({**known, "epoch": what, **found})
            elif kind == "damage":
                rows["damage"].append({**known, "kind": what, "test": shares(p, judged[place])[1]})
            elif kind == "probe":
                # The look after a probe starts where the probe ended.
                before, after = (
                    layers_of(p, *(begins[variable][number, at].to_numpy() for variable in "wb"))
                    for at in (place, place + 1)
                )
                for layer, size in enumerate(angles(p, before, after), start=1):
                    rows["angles"].append({**known, "epoch": what, "layer": layer, "angle_deg": size})
        n = sizes(p)
        of_all = {**of, "n_plastic": int(n[:-1] @ n[1:]), "n_steps": int(p.schedule.n_steps)}
        rows["sizes"] += [] if of_all in rows["sizes"] else [of_all]
    return {name: pd.DataFrame(some) for name, some in rows.items()}


def angles(p: Any, before: Any, after: Any) -> list[float]:
    """Return the angle between the update of a probe and steepest descent, layer by layer.

    Parameters
    ----------
    p : Values
        Keys of the point.
    before, after : list of (ndarray of shape (n_pre, n_post), ndarray of shape (n_post,))
        Weights and biases as the probe begins, and as it has ended.

    Returns
    -------
    list of float
        In degrees.
    """
    samples, n_probe = task(p), int(p.inputs.n_probe)
    downhill = gradient(before, samples.x[:n_probe], samples.y[:n_probe], p.neurons.beta)
    return [angle(new - old, slope) for (old, _), (new, _), slope in zip(before, after, downhill, strict=True)]
