"""Factors of the substrate; everything else as in `gle/lag_line`."""

import numpy as np

from base.values import Values
from experiments.gle.lag_line.inputs import inputs as of_the_chain

# What can differ: membranes, weights, look-aheads of rates and errors, lags of errors.
PARTS = ("tau_1", "tau_2", "w_1", "w_2", "r_1", "r_2", "e_1", "e_2", "v_1", "v_2")
LEAST = 0.2  # factors are not smaller: time constants stay above the time step


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of `gle/lag_line`, and what is not exact.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Generator of this point.

    Returns
    -------
    dict of ndarray
        As there, and ``student.f_<part>`` (factors), ``student.sigma``, ``student.free``, ``student.w_back``.

    Raises
    ------
    ValueError
        There is no such perturbation.
    """
    arrays = of_the_chain(p, rng)
    kind, strength = p.inputs.perturbed, float(p.inputs.strength)
    factors = dict.fromkeys(PARTS, 1.0)
    if kind == "look-ahead":
        factors |= {"e_1": strength, "e_2": strength}
    elif kind == "spread":
        drawn = np.maximum(LEAST, 1 + strength * rng.standard_normal(len(PARTS)))
        factors = dict(zip(PARTS, drawn, strict=True))
    elif kind not in ("nothing", "feedback", "noise"):
        raise ValueError(f"inputs.perturbed must be nothing, look-ahead, feedback, noise or spread, not '{kind}'")
    arrays |= {f"student.f_{part}": np.array(value) for part, value in factors.items()}
    arrays["student.sigma"] = np.array(strength if kind == "noise" else 0.0)
    arrays["student.free"] = np.array(1.0 if kind == "feedback" else 0.0)
    arrays["student.w_back"] = np.array(strength if kind == "feedback" else 1.0)
    return arrays
