"""What the weights should do: the closed form. Leave the file out if there is nothing to compare with."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pandas import DataFrame

SHARED = ("run.seed",)  # points that differ in these keys alone have one reference


def reference(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, DataFrame]:
    """Compute the expected drift: independent Poisson neurons, so that every trace has the mean rate times tau.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Generator of the point; not used.

    Returns
    -------
    dict of DataFrame
        theory : drift (change of a weight per second).
    """
    plus, minus = (p[f"synapses.a_{side}"] * p[f"synapses.tau_{side}"] for side in ("plus", "minus"))
    drift = p["synapses.eta"] * p["before.rate"] * p["after.rate"] * (plus - minus)
    return {"theory": DataFrame({"drift": [drift]})}
