"""What is possible without learning: the mean path of many movements of the family."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.arm.inputs import arrays
from experiments.eprop.arm.movements import movements

STREAM = 314159  # movements that the mean path of the family is made of
N_FAMILY = 2000


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Compare unseen paths with the mean path.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws the unseen movements as for the network.

    Returns
    -------
    dict of DataFrame
        family : movement, squared (distance from the mean path, mean over the trial).
    """
    n_steps, n = p.network.n_steps, p.inputs.n_movements
    mean = movements(np.random.default_rng(STREAM), N_FAMILY, n_steps, p.network.dt)[1].mean(axis=0)
    paths = arrays(p, rng)["path.values"][: n * n_steps * 2].reshape(n, n_steps, 2)
    return {"family": DataFrame({"movement": range(n), "squared": ((paths - mean) ** 2).sum(axis=-1).mean(axis=-1)})}
