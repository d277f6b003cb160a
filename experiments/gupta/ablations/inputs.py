"""Images, order of presentation, initial weights and frozen layers."""

from typing import Any

import numpy as np

from base.values import Values
from experiments.gupta.common.digits import dataset
from experiments.gupta.common.protocol import anatomy
from experiments.gupta.ten_digits import inputs as ten_digits

__all__ = ["dataset", "inputs"]


def inputs(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw everything that distinguishes one point from another.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Anatomy, initial weights, images and presentations; see `experiments.gupta.common.protocol`.
    """
    return {**ten_digits.inputs(p, rng), **anatomy(p, p.inputs.frozen)}
