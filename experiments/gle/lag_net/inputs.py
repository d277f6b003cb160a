"""Time constants, weights of teacher and student; nothing is random."""

import numpy as np

from base.values import Values

TAU_M = 1.0  # ms, all neurons
LOOK_AHEAD = (1.0, 0.1)  # ms: instantaneous and retrospective neuron of a hidden layer
TEACHER = (-0.5, 1.0)  # weights of the input; those of the other layers are shared
MIDDLE = (0.5, 1.0)  # diagonal
LAST = (0.5, 1.0)
ETA, MOMENTUM = 0.07, 0.9  # of the adjoint method
# Of the adjoint method, time steps: length of a window, start of the first one that teaches, window before learning.
WINDOW, START, BEFORE = 300, 7799, 8000


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the parameters of every neuron and every weight.

    Parameters
    ----------
    p : Values
        Resolved configuration in SI base units.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    dict of ndarray
        Neurons of a hidden layer: i and r of the teacher, i and r of the student.
    """
    look = np.array(2 * LOOK_AHEAD) * 1e-3
    four, two = np.full(4, TAU_M * 1e-3), np.full(2, TAU_M * 1e-3)
    return {
        "layer_1.tau_m": four,
        "layer_1.tau_r": look,
        "layer_2.tau_m": four,
        "layer_2.tau_r": look,
        "layer_3.tau_m": two,
        "layer_3.tau_r": two,
        "layer_3.linear": np.ones(2),
        "to_1.w": np.array([*TEACHER, p.inputs.w_i, p.inputs.w_r]),
        "to_2.w": np.array(2 * MIDDLE),
        "to_3.w": np.array(2 * LAST),
    }
