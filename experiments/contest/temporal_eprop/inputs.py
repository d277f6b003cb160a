"""Sequences as currents, one number in each time step, and the rounds in which they are shown."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.recurrent_rounds import Shown, course
from experiments.contest.common.sequences import answered, dataset, sequences

__all__ = ["dataset", "inputs", "shown"]


def shown(p: Values) -> Shown:
    """Return the sequences as the network is shown them: a time step without input, then their numbers.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.

    Raises
    ------
    ValueError
        A sequence has not as many numbers as time steps.
    """
    if p.network.n_steps != p.inputs.length + 1:
        raise ValueError(f"network.n_steps must be inputs.length + 1, which is {p.inputs.length + 1}")
    samples = sequences(p)
    return Shown(samples, np.pad(samples.x, ((0, 0), (1, 0)))[..., None], answered(p))


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Learn, and look at what was learned; see `experiments.contest.common.rounds.course`."""
    yield from course(p, shown(p), rng)
