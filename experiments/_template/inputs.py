"""Initial weights."""

import numpy as np

from base.values import Values


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Generator of the point: draw everything from it.

    Returns
    -------
    dict
        ``<object>.<variable>`` to its values.
    """
    return {"synapses.w": rng.normal(p.inputs.w, p.inputs.spread, p.network.n)}
