"""Clock-like inputs, three targets, and initial weights."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.protocol import check, feedback, shown, table, trials, weights

TURNS = np.array([1, 2, 3, 5])  # of the sines in one second


def clock(n_steps: int, n_groups: int, interval: int) -> np.ndarray:
    """Return the spikes of the input groups: one after the other, each regular within its part of the trial.

    Parameters
    ----------
    n_steps : int
        Steps of a trial.
    n_groups : int
        Groups.
    interval : int
        Steps between two spikes of an active group; the first spike comes after half of it.

    Returns
    -------
    ndarray of bool, shape (n_steps, n_groups)
    """
    step = np.arange(n_steps)
    active = step * n_groups // n_steps
    return (step % interval == interval // 2)[:, None] & (active[:, None] == np.arange(n_groups))


def arrays(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point; the kind of feedback changes nothing else.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Weights, spikes of the inputs, targets. Without feedback there is no regularisation of the rate either.
    """
    n_in, n_rec, n_out, n_steps = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_steps
    w_in, w_rec = (rng.standard_normal((n, n_rec)) / np.sqrt(n) for n in (n_in, n_rec))
    w_out, b = (rng.standard_normal((n_rec, n_out)) / np.sqrt(n_rec) for _ in range(2))
    amplitudes = rng.uniform(0.5, 2, (n_out, TURNS.size))
    phases = rng.uniform(0, 2 * np.pi, (n_out, TURNS.size))
    seconds = np.arange(n_steps) * p.network.dt
    angle = 2 * np.pi * seconds[:, None, None] * TURNS + phases
    groups = p.inputs.n_groups
    spikes = clock(n_steps, groups, round(p.inputs.interval / p.network.dt))
    alone = p.inputs.feedback == "none"
    return {
        **weights(w_in, w_rec, w_out),
        **feedback(p.inputs.feedback, w_out, b),
        **table("pattern", spikes, p.network.n_pattern),
        **table("target", (amplitudes * np.sin(angle)).sum(axis=2), p.network.n_target),
        "stimulus.channel": np.arange(n_in) * groups // n_in,
        "stimulus.n_channels": groups,
        "stimulus.n_rows": n_steps,
        "readout.n_rows": n_steps,
        "recurrent.beta": np.zeros(n_rec),
        "recurrent.shown": shown(n_rec),
        "recurrent.c_reg": 0.0 if alone else p.recurrent.c_reg,
        **trials(p, p.inputs.n_iterations),
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train once; see `arrays`."""
    recorded = yield arrays(p, rng)
    check(recorded)
