"""Initial weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Generator of the point: draw everything from it.

    Returns
    -------
    dict
        ``<object>.<variable>`` to its values.
    """
    return {"synapses.w": rng.normal(p["inputs.w"], p["inputs.spread"], p["network.n"])}
