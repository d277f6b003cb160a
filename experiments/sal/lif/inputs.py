"""Conditions, calibration of every membrane, initial weights."""

from functools import cache
from itertools import product

import numpy as np

from base.values import Values
from references.sal.lif_rate import Membrane

SIGNS = (1, -1)
UNLIKE = ("alike", "biases", "membranes", "gains")
SHAPES = ("rectangular", "exponential", "alpha")
TAUS = (2e-3, 5e-3, 10e-3, 20e-3)  # s
BIASES = np.linspace(-2, 2, 9)  # of the uncoupled neurons

CONDITIONS = tuple(product(SIGNS, UNLIKE, SHAPES, TAUS))


def membrane(p: Values, tau_m: float) -> Membrane:
    """Return a membrane of this point.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    tau_m : float
        Membrane time constant, s.

    Returns
    -------
    Membrane
        Ready to be calibrated.
    """
    neurons = p.neurons
    return Membrane(tau_m, neurons.tau_ref, p.network.dt, neurons.sigma, neurons.v_threshold, neurons.v_reset)


@cache
def _calibrate(one: Membrane) -> tuple[float, float]:
    return one.calibrate()


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    dict
        Ordered by condition, pair, neuron; then the uncoupled neurons by membrane, bias, copy.
    """
    n, copies = p.network.n_pairs, p.network.n_copies
    b, tau_m, gain, tau_syn, kind, w = [], [], [], [], [], []
    ends = np.array([-1, 1])  # neuron 1, neuron 2
    for sign, unlike, shape, tau in CONDITIONS:
        b.append(ends * p.inputs.bias * (unlike == "biases"))
        tau_m.append(tau * p.inputs.tau_ratio ** (ends * (unlike == "membranes")))
        gain.append(p.inputs.gain ** (ends * (unlike == "gains")))
        tau_syn.append([p.inputs.tau_single if shape == "exponential" else p.inputs.tau_double] * 2)
        kind.append([SHAPES.index(shape)] * 2)
        w.append(sign * np.array([p.inputs.w_21, p.inputs.w_12]))

    def pairs(values: list) -> np.ndarray:
        return np.repeat(np.array(values, float), n, axis=0).ravel()

    alone = np.repeat(np.array(list(product(TAUS, BIASES))), copies, axis=0)
    tau = np.concatenate([pairs(tau_m), alone[:, 0]])
    calibration = np.array([_calibrate(membrane(p, one)) for one in tau])
    which = np.concatenate([pairs(kind), np.zeros(len(alone))])
    return {
        "neurons.b": np.concatenate([pairs(b), alone[:, 1]]),
        "neurons.offset": calibration[:, 0],
        "neurons.slope": calibration[:, 1] * np.concatenate([pairs(gain), np.ones(len(alone))]),
        "neurons.tau_m": tau,
        "neurons.tau_syn": np.concatenate([pairs(tau_syn), np.full(len(alone), p.inputs.tau_double)]),
        "neurons.square": (which == 0).astype(float),
        "neurons.single": (which == 1).astype(float),
        "neurons.twice": (which == 2).astype(float),
        "neurons.v": np.full(tau.size, p.neurons.v_reset),
        "neurons.lastspike": np.full(tau.size, -1000.0),
        "neurons.last": np.full(tau.size, -1000.0),
        "synapses.pre_time": np.array(-1000.0),
        "synapses.pre_older": np.array(-1000.0),
        "synapses.post_time": np.array(-1000.0),
        "synapses.w": pairs(w),
        "synapses.plastic": np.ones(2 * n * len(CONDITIONS)),
        "synapses.n_epoch": np.array(p.network.epoch / p.neurons.tau_ref),
    }
