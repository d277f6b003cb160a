"""Time constants and frequencies: one neuron for each combination."""

import numpy as np

from base.values import Values

TAU_M = 1.0  # ms
TRACED = (0.1, 1.0, 2.0)  # look-ahead in membrane time constants, at angular frequency 1 per ms
TABLE = [(ratio, omega) for ratio in (0.01, 0.1, 0.5, 1.0, 2.0) for omega in (0.5, 1.0, 2.0, 5.0)]
SPECTRUM = [(ratio, omega) for ratio in TRACED for omega in np.geomspace(0.05, 50, 31)]
LOOKS = [(ratio, 1.0) for ratio in np.linspace(0.05, 2.5, 50)]


def grid() -> np.ndarray:
    """Return the combinations that are simulated.

    Returns
    -------
    ndarray, shape (n, 2)
        Look-ahead in membrane time constants, angular frequency in 1/ms, of neuron 0, 1, ...; the neurons that are
        traced come first.
    """
    return np.array([*((ratio, 1.0) for ratio in TRACED), *TABLE, *SPECTRUM, *LOOKS])


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the parameters of every neuron; nothing is random.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    dict of ndarray
        ``units.tau_m``, ``units.tau_r`` in seconds, ``units.omega`` in hertz, each of shape (n,).
    """
    ratio, omega = grid().T
    tau_m = np.full_like(ratio, TAU_M * 1e-3)
    return {"units.tau_m": tau_m, "units.tau_r": ratio * tau_m, "units.omega": omega * 1e3}
