"""Frozen input, target and initial weights, in the order of the authors' tutorial."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.protocol import check, feedback, shown, table, trials, weights

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


def arrays(p: Values) -> dict[str, Any]:
    """Draw one point.

    The published losses belong to one sequence of NumPy's legacy generator with seed 1; hence that generator here,
    seeded with the seed of the point.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.

    Returns
    -------
    dict
        Weights (float32 values, as published), input pattern, target.
    """
    n_in, n_rec, n_steps = p.network.n_in, p.network.n_rec, p.network.n_steps
    legacy = np.random.RandomState(p.run.seed)  # noqa: NPY002

    def drawn(n_pre: int, n_post: int) -> np.ndarray:
        return (legacy.randn(n_pre, n_post) / np.sqrt(n_pre)).astype(np.float32).astype(float)

    w_in, w_rec, w_out, b = drawn(n_in, n_rec), drawn(n_rec, n_rec), drawn(n_rec, 1), drawn(n_rec, 1)
    frozen = legacy.rand(n_steps, n_in) < p.inputs.p_spike
    amplitudes, phases = legacy.uniform(0.5, 2, 4), legacy.uniform(0, 2 * np.pi, 4)
    target = sum_of_sines(n_steps, amplitudes, phases)
    return {
        **weights(w_in, w_rec, w_out),
        **feedback(p.inputs.feedback, w_out, b),
        **table("pattern", frozen, p.network.n_pattern),
        **table("target", target, p.network.n_target),
        "stimulus.channel": np.arange(n_in),
        "stimulus.n_channels": n_in,
        "stimulus.n_rows": n_steps,
        "readout.n_rows": n_steps,
        "recurrent.beta": np.zeros(n_rec),
        "recurrent.shown": shown(n_rec),
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train for as many whole trials as fit into the duration.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Not used.

    Yields
    ------
    dict
        See `arrays`.
    """
    n_trials = int(p.run.duration / p.network.dt / p.network.n_steps + 1e-6)
    recorded = yield {**arrays(p), **trials(p, n_trials), "run.duration": p.run.duration}
    check(recorded)
