"""Populations and synapses of single neurons, and what the chain of `gle/lag_line` sends as spikes."""

import numpy as np

from base.values import Values
from experiments.gle.lag_line.inputs import inputs as of_the_chain

TAU_M, TAU_R, TAU_S = 1.0, 0.1, 0.1  # ms
MEAN, SWING = 1.0, 0.8  # of the rate that is sent; the error has mean 0
SIZES = (1, 10, 100, 1000, 10000)
CELLS = (1, 10, 100)  # populations whose neurons fire one by one
FILTERS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # synaptic time constants, ms
COPIES = 12  # receivers of each size
LARGEST = SIZES[-1]
TRACED = (10, 1000)  # sizes of which one receiver is recorded
SENT = {"none": (0, 0), "rates": (1, 0), "errors": (0, 1), "both": (1, 1)}


def receivers() -> np.ndarray:
    """Return what every receiver hears.

    Returns
    -------
    ndarray of records, shape (n,)
        ``set``: population (one Poisson number for each population), cells (neuron by neuron), filter; ``size`` of the
        populations; ``tau_s`` in ms; ``compensated`` 1 or 0. Those that are traced come first.
    """
    rest = [size for size in SIZES for _ in range(COPIES - (size in TRACED))]
    rows = [("population", size, TAU_S, 0) for size in (*TRACED, *rest)]
    rows += [("cells", size, TAU_S, 0) for size in CELLS]
    rows += [("filter", LARGEST, tau_s, compensated) for tau_s in FILTERS for compensated in (0, 1)]
    return np.array(rows, dtype=[("set", "U10"), ("size", int), ("tau_s", float), ("compensated", int)])


def cells() -> np.ndarray:
    """Return the neurons that fire one by one: for every size, of a rate and of errors of either sign.

    Returns
    -------
    ndarray of records, shape (n,)
        ``receiver``: number of the neuron that hears it; ``onto_error`` 1 or 0; ``polarity`` 1 or -1; ``size``.
    """
    first = int(np.flatnonzero(receivers()["set"] == "cells")[0])
    rows = [
        (first + k, onto_error, polarity, size)
        for k, size in enumerate(CELLS)
        for onto_error, polarity in ((0, 1), (1, 1), (1, -1))
        for _ in range(size)
    ]
    return np.array(rows, dtype=[("receiver", int), ("onto_error", int), ("polarity", int), ("size", int)])


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of `gle/lag_line`, sizes of its populations, and the parameters of single neurons.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Generator of this point.

    Returns
    -------
    dict of ndarray
        As there, and ``student.n_rate``, ``student.n_error``; of ``receivers`` and ``cells`` all constants, time in
        seconds.

    Raises
    ------
    ValueError
        There are no such spikes.
    """
    if p.inputs.spikes not in SENT:
        raise ValueError(f"inputs.spikes must be {', '.join(SENT)}, not '{p.inputs.spikes}'")
    rates, errors = SENT[p.inputs.spikes]
    grid, ms = receivers(), 1e-3
    n, extra = len(grid), grid["compensated"] * grid["tau_s"]
    neurons = cells()
    return {
        **of_the_chain(p, rng),
        "student.n_rate": np.array(rates * p.inputs.size),
        "student.n_error": np.array(errors * p.inputs.size),
        "receivers.tau_m": np.full(n, TAU_M * ms),
        "receivers.tau_r": np.full(n, TAU_R * ms),
        "receivers.ahead_r": (TAU_R + extra) * ms,
        "receivers.ahead_e": (TAU_M + extra) * ms,
        "receivers.tau_s": grid["tau_s"] * ms,
        "receivers.mean": np.full(n, MEAN),
        "receivers.swing": np.full(n, SWING),
        "receivers.size": np.where(grid["set"] == "cells", 0.0, grid["size"]),
        "cells.nu": np.array(p.receivers.nu),
        "cells.omega": np.array(p.receivers.omega),
        "cells.mean": np.where(neurons["onto_error"], 0, MEAN),
        "cells.swing": np.full(len(neurons), SWING),
        "cells.polarity": neurons["polarity"].astype(float),
        "cells.share": 1 / neurons["size"],
        "cells.onto_error": neurons["onto_error"].astype(float),
    }
