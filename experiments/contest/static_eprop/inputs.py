"""Samples as constant currents, and the rounds in which they are shown."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.recurrent_rounds import Shown, course
from experiments.contest.common.tasks import dataset, task

__all__ = ["dataset", "inputs", "shown"]


def shown(p: Values) -> Shown:
    """Return the samples as the network is shown them: their intensities, as long as a sample lasts."""
    samples = task(p)
    return Shown(samples, samples.x[:, None], int(p.inputs.asked))


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Learn, and look at what was learned; see `experiments.contest.common.rounds.course`."""
    yield from course(p, shown(p), rng)
