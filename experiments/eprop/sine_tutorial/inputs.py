"""Frozen input, target and initial weights, in the order of the authors' tutorial."""

from collections.abc import Mapping
from typing import Any

import numpy as np

TURNS = np.array([1, 2, 3, 5])  # of the four sines in one trial


def sum_of_sines(n_steps: int, amplitudes: np.ndarray, phases: np.ndarray) -> np.ndarray:
    """Return the target: whole periods per trial, starting at 0, largest absolute value 1.

    Parameters
    ----------
    n_steps : int
        Steps of one trial.
    amplitudes, phases : numpy.ndarray, shape (4,)
        Of the four sines.

    Returns
    -------
    numpy.ndarray, shape (n_steps,)
        Target of the readout.
    """
    angle = np.linspace(0, 2 * np.pi * TURNS, n_steps) + phases
    total = (amplitudes * np.sin(angle)).sum(axis=1)
    total -= total[0]
    return total / np.abs(total).max()


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw one point.

    The published losses belong to one sequence of NumPy's legacy generator with seed 1; hence that generator here,
    seeded with the seed of the point, and not `rng`.

    Parameters
    ----------
    p : Mapping
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Not used.

    Returns
    -------
    dict
        Weights (float32 values, as published), input pattern, target.
    """
    n_in, n_rec, n_steps = p["network.n_in"], p["network.n_rec"], p["network.n_steps"]
    legacy = np.random.RandomState(p["run.seed"])  # noqa: NPY002

    def weights(n_pre: int, n_post: int) -> np.ndarray:
        return (legacy.randn(n_pre, n_post) / np.sqrt(n_pre)).astype(np.float32).astype(float)

    w_in, w_rec, w_out, b = weights(n_in, n_rec), weights(n_rec, n_rec), weights(n_rec, 1), weights(n_rec, 1)
    frozen = legacy.rand(n_steps, n_in) < p["inputs.p_spike"]
    frozen[0] = False
    amplitudes, phases = legacy.uniform(0.5, 2, 4), legacy.uniform(0, 2 * np.pi, 4)
    return {
        "in_rec.w": w_in.ravel(),
        "rec_rec.w": w_rec[~np.eye(n_rec, dtype=bool)],
        "rec_out.w": w_out.ravel(),
        "feedback.b": p["inputs.scale"] * (w_out if p["inputs.symmetric"] else b).ravel(),
        "frozen.values": frozen.astype(float),
        "target.values": sum_of_sines(n_steps, amplitudes, phases),
        **{f"{name}.n_steps": n_steps for name in ("stimulus", "recurrent", "readout")},
    }
