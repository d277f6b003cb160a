"""Which sampling networks there are in a run, and the arrays that each of them has."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np

from base.values import Values
from experiments.sal.common.boltzmann import states, student, target

TARGET_SEEDS = (4321, 4322, 4323, 4324, 4235)
INITIAL_SEED = 9002  # and the next ones
WAKE_SLEEP, SAL, DECAY = "wake-sleep", "SAL", "Kolen-Pollack"


def conditions(p: Values, arms: Sequence[str]) -> list[dict[str, Any]]:
    """List the networks of a point, in the order of their blocks.

    Parameters
    ----------
    p : Values
        Keys ``inputs.*``.
    arms : sequence of str
        Ways to learn: `WAKE_SLEEP` alone, or with `SAL` or the decay of Kolen and Pollack.

    Returns
    -------
    list of dict
        ``level`` (noise), ``arm``, ``target`` and ``initial`` (seeds).
    """
    targets = TARGET_SEEDS[: int(p.inputs.n_targets)]
    initial = range(INITIAL_SEED, INITIAL_SEED + int(p.inputs.n_initial))
    levels = [round(k * p.inputs.step, 9) for k in range(int(p.inputs.n_levels))]
    keys = ("level", "arm", "target", "initial")
    return [dict(zip(keys, values, strict=True)) for values in product(levels, arms, targets, initial)]


def arrays(
    p: Values,
    rng: np.random.Generator,
    arms: Sequence[str],
    noise: Callable[[float], tuple[float, float]],
) -> dict[str, np.ndarray]:
    """Return the arrays of all networks.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Draws the hazard up to the first spikes; everything else has the seeds of the authors.
    arms : sequence of str
        Ways to learn.
    noise : callable
        Noise level to the noise of the initial weights and of the STDP amplitudes.

    Returns
    -------
    dict
        Synapses of a network are numbered by presynaptic, then by postsynaptic neuron.

    Raises
    ------
    ValueError
        The configuration asks for more or fewer networks than the program has, or records at other times.
    """
    n, networks = p.network.n_neurons, conditions(p, arms)
    if len(networks) != p.network.n_networks:
        raise ValueError(f"network.n_networks: {p.network.n_networks} for {len(networks)} conditions")
    period = (p.schedule.n_every - 1 + p.schedule.n_long) * p.network.cycle
    if p.schedule.n_every < 2 or not np.isclose(period, p.network.record):
        raise ValueError(f"network.record: {p.network.record} s, but a period lasts {period} s")
    z, (pre, post) = states(n), np.nonzero(1 - np.eye(n, dtype=int))
    of_all: dict[str, list[np.ndarray]] = {}
    for one in networks:
        p_target = target(one["target"], n)
        drawn = student(one["initial"], *noise(one["level"]), n)
        both = np.einsum("s,si,sj->ij", p_target, z, z)
        of_one = {
            "bins.p_target": p_target,
            "bins.pattern": np.arange(len(z)),
            "neurons.goal": p_target @ z,
            "neurons.b": drawn["b"],
            "neurons.rate": np.log1p(np.exp(drawn["b"]) * p.network.dt / p.neurons.tau_ref) / p.network.dt,
            "neurons.bit": 1 << np.arange(n),
            "synapses.w": drawn["w"][post, pre],
            "synapses.wanted": both[post, pre],
            "synapses.a_hebb": drawn["a_hebb"][post, pre],
            "synapses.a_sal": drawn["a_sal"][post, pre],
            "synapses.sal": np.full(len(pre), float(one["arm"] == SAL)),
        }
        if DECAY in arms:
            of_one["synapses.decays"] = np.full(len(pre), float(one["arm"] == DECAY))
        for key, values in of_one.items():
            of_all.setdefault(key, []).append(values)
    size = len(networks) * n
    return {key: np.concatenate(values) for key, values in of_all.items()} | {
        "neurons.left": rng.exponential(size=size),
        "neurons.ready": np.ones(size),
        "neurons.fired": np.full(size, -1000.0),
        "neurons.cycle": np.full(size, p.network.cycle),
        "bins.n_samples": np.array(p.schedule.n_long * p.network.cycle / p.network.sample),
    }
