"""Weights and biases of every system."""

import numpy as np

from base.values import Values
from references.sal.effective_weight import effective_weight

RATE_WEIGHTS = np.linspace(0, 2, 9)


def grid(p: Values) -> tuple[np.ndarray, np.ndarray]:
    """Return W_21 and W_12 of the frozen systems.

    Grids with other offsets come in another order, so that the same random numbers meet other places of the plane.

    Parameters
    ----------
    p : Values
        ``network.n_row`` and ``inputs.fine``, ``inputs.row``, ``inputs.column``.

    Returns
    -------
    w_21, w_12 : numpy.ndarray, shape (n_row**2,)
        Weight from e1 to e2, and back.
    """
    steps = 3 * np.arange(int(p.network.n_row))
    row, column = int(p.inputs.row), int(p.inputs.column)
    axes = np.meshgrid(p.inputs.fine * (steps + row), p.inputs.fine * (steps + column), indexing="ij")
    w_21, w_12 = (np.roll(axis.ravel(), 5 * (3 * row + column)) for axis in axes)
    return w_21, w_12


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Draws the initial weights of the plastic systems.

    Returns
    -------
    dict
        Synapses of a system: e1 to e2, e1 to i1, e2 to e1, e2 to i2, i1 to e2, i2 to e1.
    """
    w_21, w_12 = grid(p)
    n_rates, n_plastic = len(RATE_WEIGHTS), p.network.n_plastic
    noisy = [p.inputs.w_ie_1, p.inputs.w_ie_2, p.inputs.w_ei_1, p.inputs.w_ei_2]

    def block(first: np.ndarray, back: np.ndarray, paths: list[float]) -> np.ndarray:
        to_i1, *others = np.tile(paths, (len(first), 1)).T
        return np.column_stack([first, to_i1, back, *others])

    none = np.zeros(n_rates)
    direct = effective_weight(RATE_WEIGHTS, p.inputs.w_ie_1, p.inputs.w_ei_1, p.inputs.b_i_1, 0.0)
    total, difference = rng.uniform(1.2, 2.8, n_plastic), rng.uniform(-1, 1, n_plastic)
    weights = np.concatenate(
        [
            block(w_21, w_12, noisy),
            block(RATE_WEIGHTS, none, [p.inputs.w_ie_1, 0, p.inputs.w_ei_1, 0]),
            block(direct, none, [0, 0, 0, 0]),
            block((total + difference) / 2, (total - difference) / 2, noisy),
        ]
    )
    biases = np.tile([0, 0, p.inputs.b_i_1, p.inputs.b_i_2], (len(weights), 1))
    plastic = np.zeros(weights.shape)
    plastic[-n_plastic:, [0, 2]] = 1
    return {
        "neurons.b": biases.ravel(),
        "neurons.lastspike": np.full(biases.size, -1000.0),
        "synapses.pre_time": np.array(-1000.0),
        "synapses.pre_older": np.array(-1000.0),
        "synapses.post_time": np.array(-1000.0),
        "synapses.w": weights.ravel(),
        "synapses.plastic": plastic.ravel(),
        "synapses.n_epoch": np.array(p.network.epoch / p.neurons.tau_ref),
    }
