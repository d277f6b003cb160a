"""The arrays of ``synaptic_noise``; the two sides of every STDP window may have amplitudes of their own."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.sal.synaptic_noise.inputs import amplitudes, conditions, target
from experiments.sal.synaptic_noise.inputs import inputs as common

__all__ = ["conditions", "inputs", "target"]


def sides(seed: int, sigma: float, n: int) -> list[np.ndarray]:
    """Draw the amplitudes of all sides, after the weights and biases of the same generator.

    Parameters
    ----------
    seed : int
        Seed of the initial values.
    sigma : float
        Noise of the amplitudes.
    n : int
        Neurons.

    Returns
    -------
    list of four ndarray, shape (n, n)
        Hebbian window, causal and anti-causal side; window of SAL, likewise. First index postsynaptic.
    """
    rng = np.random.default_rng(seed)
    rng.normal(size=2 * n * n + n)
    return [amplitudes(sigma, n, rng) for _ in range(4)]


def parts(
    hebb: tuple[np.ndarray, np.ndarray], sal: tuple[np.ndarray, np.ndarray], ratio: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return what four one-sided windows are together: an even (Hebbian) and an odd (aligning) window.

    The rule moves a weight by ``-eta_w (h_causal causal + h_anti anti) + eta_sal (s_anti anti - s_causal causal)``,
    that is ``-eta_w even (causal + anti) + eta_sal odd (anti - causal)``.

    Parameters
    ----------
    hebb, sal : tuple of two ndarray
        Amplitudes of the causal and of the anti-causal side.
    ratio : float
        Learning rate of SAL over that of wake-sleep.

    Returns
    -------
    tuple of two ndarray
        Amplitudes of the even and of the odd window.
    """
    even = (hebb[0] + hebb[1]) / 2 + ratio * (sal[0] - sal[1]) / 2
    odd = (sal[0] + sal[1]) / 2 + (hebb[0] - hebb[1]) / (2 * ratio)
    return even, odd


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of all networks.

    Parameters
    ----------
    p : Mapping
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        See ``synaptic_noise``.

    Returns
    -------
    dict
        Arrays of ``synaptic_noise``. If the sides are independent, the odd window of a network without SAL is the odd
        part of its Hebbian window.
    """
    arrays = common(p, rng)
    if not p["inputs.sides"]:
        return arrays
    n, ratio = p["network.n_neurons"], p["synapses.eta_sal"] / p["synapses.eta_w"]
    pre, post = np.nonzero(1 - np.eye(n, dtype=int))
    drawn = []
    for one in conditions(p):
        h_causal, h_anti, s_causal, s_anti = sides(one["initial"], one["level"], n)
        both = parts((h_causal, h_anti), (one["sal"] * s_causal, one["sal"] * s_anti), ratio)
        drawn.append([part[post, pre] for part in both])
    even, odd = (np.concatenate(part) for part in zip(*drawn, strict=True))
    return {**arrays, "synapses.a_hebb": even, "synapses.a_sal": odd, "synapses.sal": np.ones(even.size)}
