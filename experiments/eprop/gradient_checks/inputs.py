"""Frozen input, slow random targets, and initial weights."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.protocol import adaptive, check, feedback, shown, table, trials, weights

TURNS = np.array([1, 2, 3])  # of the sines of a target in one trial


def arrays(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point; the kinds of neurons and of feedback change nothing else.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Weights, spikes of the inputs, targets.
    """
    n_in, n_rec, n_out, n_steps = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_steps
    w_in, w_rec = (rng.standard_normal((n, n_rec)) / np.sqrt(n) for n in (n_in, n_rec))
    w_out, b = (rng.standard_normal((n_rec, n_out)) / np.sqrt(n_rec) for _ in range(2))
    spikes = rng.random((n_steps, n_in)) < p.inputs.p_spike
    spikes[0] = False  # a trial begins without input
    phases = rng.uniform(0, 2 * np.pi, (n_out, TURNS.size))
    angle = 2 * np.pi * np.arange(n_steps)[:, None, None] / n_steps * TURNS + phases
    return {
        **weights(w_in, w_rec, w_out),
        **feedback(p.inputs.feedback, w_out, b),
        **table("pattern", spikes, p.network.n_pattern),
        **table("target", np.sin(angle).mean(axis=2), p.network.n_target),
        "stimulus.channel": np.arange(n_in),
        "stimulus.n_channels": n_in,
        "stimulus.n_rows": n_steps,
        "readout.n_rows": n_steps,
        "recurrent.beta": adaptive(p),
        "recurrent.shown": shown(n_rec),
        **trials(p, p.inputs.n_iterations),
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train once; see `arrays`."""
    recorded = yield arrays(p, rng)
    check(recorded)
