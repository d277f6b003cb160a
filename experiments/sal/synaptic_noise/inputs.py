"""Targets, initial weights and STDP amplitudes of every network, with the seeds of the authors and in their order."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np

TARGET_SEEDS = (4321, 4322, 4323, 4324, 4235)
INITIAL_SEED = 9002  # and the next ones
TRUNCATION = 1.5  # amplitudes lie within so many standard deviations


def states(n: int) -> np.ndarray:
    """Return all binary states of `n` neurons, shape (2**n, n); neuron k is bit k of the number of the row."""
    return (np.arange(2**n)[:, None] >> np.arange(n)) & 1


def probabilities(w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the Boltzmann distribution of weights and biases.

    Parameters
    ----------
    w : ndarray, shape (n, n)
        Symmetric, without a diagonal.
    b : ndarray, shape (n,)
        Biases.

    Returns
    -------
    ndarray, shape (2**n,)
        Probabilities, in the order of `states`.
    """
    z = states(len(b))
    weight = np.exp(0.5 * np.einsum("si,ij,sj->s", z, w, z) + z @ b)
    return weight / weight.sum()


def target(seed: int, n: int) -> np.ndarray:
    """Draw a target: weights and biases are uniform in (-1, 1).

    Parameters
    ----------
    seed : int
        Seed of the distribution.
    n : int
        Neurons.

    Returns
    -------
    ndarray, shape (2**n,)
        Probabilities, in the order of `states`.
    """
    rng = np.random.default_rng(seed)
    w, b = 2 * rng.beta(1, 1, (n, n)) - 1, 2 * rng.beta(1, 1, n) - 1
    upper = np.triu(w, 1)
    return probabilities(upper + upper.T, b)


def amplitudes(sigma: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw amplitudes of STDP windows: normal around 1, truncated.

    Parameters
    ----------
    sigma : float
        Standard deviation before truncation.
    n : int
        Neurons.
    rng : Generator
        Source of random numbers.

    Returns
    -------
    ndarray, shape (n, n)
        One for every synapse, first index postsynaptic.
    """
    noise = rng.normal(0, 1, (n, n))
    while (outside := np.abs(noise) > TRUNCATION).any():
        noise[outside] = rng.normal(0, 1, outside.sum())
    return 1 + sigma * noise


def student(seed: int, sigma_init: float, sigma_rule: float, n: int) -> dict[str, np.ndarray]:
    """Draw the initial values of a network.

    Parameters
    ----------
    seed : int
        Seed of the initial values.
    sigma_init, sigma_rule : float
        Noise of the initial weights and of the STDP amplitudes.
    n : int
        Neurons.

    Returns
    -------
    dict
        ``w``, ``a_hebb``, ``a_sal``, shape (n, n), first index postsynaptic; ``b``, shape (n,).
    """
    rng = np.random.default_rng(seed)
    symmetric = np.triu(rng.normal(0, 0.2, (n, n)), 1)
    w = symmetric + symmetric.T + rng.normal(0, sigma_init, (n, n))
    b = rng.normal(0, 0.2, n)
    return {"w": w, "b": b, "a_hebb": amplitudes(sigma_rule, n, rng), "a_sal": amplitudes(sigma_rule, n, rng)}


def conditions(p: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the networks of a point, in the order of their blocks.

    Parameters
    ----------
    p : Mapping
        Keys ``inputs.*``.

    Returns
    -------
    list of dict
        ``target`` and ``initial`` (seeds), ``level`` (noise) and ``sal``.
    """
    targets = TARGET_SEEDS[: int(p["inputs.n_targets"])]
    initial = range(INITIAL_SEED, INITIAL_SEED + int(p["inputs.n_initial"]))
    levels = [round(k * p["inputs.step"], 9) for k in range(int(p["inputs.n_levels"]))]
    keys = ("level", "sal", "target", "initial")
    return [dict(zip(keys, values, strict=True)) for values in product(levels, (False, True), targets, initial)]


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of all networks.

    Parameters
    ----------
    p : Mapping
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Draws the hazard up to the first spikes; everything else has the seeds of the authors.

    Returns
    -------
    dict
        Synapses of a network are numbered by presynaptic, then by postsynaptic neuron.

    Raises
    ------
    ValueError
        The configuration asks for more or fewer networks than the program has, or records at other times.
    """
    n, networks = p["network.n_neurons"], conditions(p)
    if len(networks) != p["network.n_networks"]:
        raise ValueError(f"network.n_networks: {p['network.n_networks']} for {len(networks)} conditions")
    period = (p["schedule.n_every"] - 1 + p["schedule.n_long"]) * p["network.cycle"]
    if p["schedule.n_every"] < 2 or not np.isclose(period, p["network.record"]):
        raise ValueError(f"network.record: {p['network.record']} s, but a period lasts {period} s")
    z, (pre, post) = states(n), np.nonzero(1 - np.eye(n, dtype=int))
    arrays: dict[str, list[np.ndarray]] = {}
    for one in networks:
        p_target = target(one["target"], n)
        noise = p["inputs.sigma_init"], one["level"]
        drawn = student(one["initial"], *(noise if p["inputs.noisy_rule"] else (one["level"], 0.0)), n)
        both = np.einsum("s,si,sj->ij", p_target, z, z)
        of_one = {
            "bins.p_target": p_target,
            "bins.pattern": np.arange(len(z)),
            "neurons.goal": p_target @ z,
            "neurons.b": drawn["b"],
            "neurons.rate": np.log1p(np.exp(drawn["b"]) * p["network.dt"] / p["neurons.tau_ref"]) / p["network.dt"],
            "neurons.bit": 1 << np.arange(n),
            "synapses.w": drawn["w"][post, pre],
            "synapses.wanted": both[post, pre],
            "synapses.a_hebb": drawn["a_hebb"][post, pre],
            "synapses.a_sal": drawn["a_sal"][post, pre],
            "synapses.sal": np.full(len(pre), float(one["sal"])),
        }
        for key, values in of_one.items():
            arrays.setdefault(key, []).append(values)
    size = len(networks) * n
    return {key: np.concatenate(values) for key, values in arrays.items()} | {
        "neurons.left": rng.exponential(size=size),
        "neurons.ready": np.ones(size),
        "neurons.fired": np.full(size, -1000.0),
        "neurons.cycle": np.full(size, p["network.cycle"]),
        "bins.n_samples": np.array(p["schedule.n_long"] * p["network.cycle"] / p["network.sample"]),
    }
