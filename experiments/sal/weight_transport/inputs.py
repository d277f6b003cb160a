"""Weights, biases and stimuli of the three layers."""

import numpy as np

from base.values import Values

SEED = 43


def weights(n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw forward and feedback weights with the seed of the authors.

    Parameters
    ----------
    n_in, n_out : int
        Neurons of the lower and of the upper layer.

    Returns
    -------
    tuple of two ndarray
        Forward weights, shape (n_out, n_in), and feedback weights, shape (n_in, n_out).
    """
    rng, size = np.random.default_rng(SEED), np.sqrt(3 / n_in)
    return rng.uniform(-size, size, (n_out, n_in)), rng.uniform(-size, size, (n_in, n_out))


def angle(w: np.ndarray, b: np.ndarray) -> float:
    """Return the angle between forward weights and transposed feedback weights, in degrees."""
    cosine = np.sum(w * b.T) / np.sqrt(np.sum(w**2) * np.sum(b**2))
    return float(np.degrees(np.arccos(cosine)))


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Draws biases and stimuli; the weights have the seed of the authors.

    Returns
    -------
    dict
        Synapses are numbered by presynaptic, then by postsynaptic neuron.
    """
    n_in, n_out = p.network.n_in, p.network.n_out
    w, b = weights(n_in, n_out)
    n_active = round(p.inputs.part * n_in)
    tables = rng.random((2, p.network.n_stimuli, n_in)).argsort(axis=2) < n_active
    arrays = {
        "sal_forward.w": w.T.ravel(),
        "rdd_forward.w": p.inputs.gain_rdd * w.T.ravel() / w.std(),
        "rdd_stimulus.target": np.repeat(np.arange(n_in), p.network.n_sources),
        "stdwi_forward.w": p.inputs.gain_stdwi * w.T.ravel(),
        "active_rdd.values": tables[0].astype(float),
        "active_stdwi.values": tables[1].astype(float),
        "lower.b": rng.uniform(-1, 1, n_in) / np.sqrt(n_in),
        "upper.b": rng.uniform(-1, 1, n_out) / np.sqrt(n_out),
    }
    arrays |= {f"{name}_feedback.w": b.T.ravel() for name in ("sal", "rdd", "stdwi")}
    steps = 2 * p.lower.tau_ref / p.lower.tau_pair
    arrays |= {f"memory_{name}.left_over": np.array(np.exp(-steps)) for name in ("lower", "upper")}
    for name in ("rdd_drive", "rdd_forward", "rdd_memory"):
        arrays[f"{name}.slow_left"] = np.array(np.exp(-30 * p.network.dt_rdd / p.rdd_lower.tau_slow))
        arrays[f"{name}.fast_left"] = np.array(np.exp(-30 * p.network.dt_rdd / p.rdd_lower.tau_fast))
    for name, n in (("rdd_lower", n_in), ("rdd_upper", n_out)):
        arrays |= {f"{name}.fired": np.full(n, -1000.0), f"{name}.opened": np.full(n, -1000.0)}
    return arrays
