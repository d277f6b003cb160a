"""What the weights should do: the closed form. Leave the file out if there is nothing to compare with."""

import numpy as np
from pandas import DataFrame

from base.values import Values

SHARED = ("run.seed",)  # points that differ in these keys alone have one reference


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Compute the expected drift: independent Poisson neurons, so that every trace has the mean rate times tau.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Generator of the point; not used.

    Returns
    -------
    dict of DataFrame
        theory : drift (change of a weight per second).
    """
    learns = p.synapses
    window = learns.a_plus * learns.tau_plus - learns.a_minus * learns.tau_minus
    drift = learns.eta * p.before.rate * p.after.rate * window
    return {"theory": DataFrame({"drift": [drift]})}
