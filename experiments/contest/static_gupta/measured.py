"""What Gupta's rule reaches on the static task: rounds turned into the tables that all rules have."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from base.values import Values
from experiments.contest.common.measures import angle
from experiments.contest.common.rounds import by_round
from experiments.contest.common.rounds import measured as tables
from experiments.contest.static_gupta.gradient import gradient
from experiments.contest.static_gupta.inputs import judged, shares, task
from experiments.gupta.common.protocol import layers_of, sizes


def measured(recordings: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of Gupta's rule; see `experiments.contest.common.rounds.measured`.

    Parameters
    ----------
    recordings : Mapping
        ``readout``, ``weights``, ``biases``, ``points``; by round.
    """
    readout = by_round(recordings["readout"])
    begins = {name: by_round(recordings[name]) for name in ("weights", "biases") if name in recordings}

    def weights(p: Values, at: tuple[int, int]) -> list[tuple[np.ndarray, np.ndarray]]:
        return layers_of(p, *(begins[name][at][name[0]].to_numpy() for name in ("weights", "biases")))

    return tables(
        recordings["points"],
        rule=lambda _: "Gupta",
        shares=lambda p, at, parts: shares(p, judged(p, readout[at]))[-len(parts) :],
        weights=weights,
        angles=angles,
        sizes=lambda p: {"n_plastic": int(sizes(p)[:-1] @ sizes(p)[1:]), "n_steps": int(p.schedule.n_steps)},
    )


def angles(p: Values, before: Sequence[Any], after: Sequence[Any]) -> dict[int, float]:
    """Return the angle between the update of a probe and steepest descent.

    Parameters
    ----------
    p : Values
        Keys of the point.
    before, after : sequence of (ndarray of shape (n_pre, n_post), ndarray of shape (n_post,))
        Weights and biases as the probe begins, and as it has ended.

    Returns
    -------
    dict
        Layer to degrees.
    """
    samples, n_probe = task(p), int(p.inputs.n_probe)
    slopes = gradient(before, samples.x[:n_probe], samples.y[:n_probe], p.neurons.beta)
    pairs = zip(before, after, slopes, strict=True)
    return {layer: angle(new - old, slope) for layer, ((old, _), (new, _), slope) in enumerate(pairs, start=1)}
