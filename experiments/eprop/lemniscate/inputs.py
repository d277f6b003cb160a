"""Frozen noise, the figure of eight, and initial weights, in the order of NEST's example."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.protocol import adaptive, check, feedback, shown, table, trials, weights


def lemniscate(n_steps: int) -> np.ndarray:
    """Return the course of the pen: one turn to the right and left, two up and down.

    Parameters
    ----------
    n_steps : int
        Steps of one trial; the last one is where the first one was.

    Returns
    -------
    ndarray, shape (n_steps, 2)
        Horizontal and vertical place, from -1 to 1.
    """
    return np.sin(np.linspace(0, 2 * np.pi * np.array([1, 2]), n_steps))


def arrays(p: Values) -> dict[str, Any]:
    """Draw one point; the kind of feedback changes nothing else.

    NumPy's legacy generator, seeded with the seed of the point, because that example draws with it.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.

    Returns
    -------
    dict
        Weights (float32 values), spikes of the inputs, targets. Without feedback there is no regularisation of the rate
        either, unless it is asked for.
    """
    n_in, n_rec, n_out, n_steps = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_steps
    legacy = np.random.RandomState(p.run.seed)  # noqa: NPY002

    def drawn(n_pre: int, n_post: int) -> np.ndarray:
        return (legacy.randn(n_pre, n_post) / np.sqrt(n_pre)).astype(np.float32).astype(float)

    w_in, w_rec, w_out, b = drawn(n_in, n_rec), drawn(n_rec, n_rec), drawn(n_rec, n_out), drawn(n_rec, n_out)
    frozen = legacy.rand(n_steps, n_in) < p.inputs.p_spike
    frozen[0] = False  # a trial begins without input
    fixed = p.inputs.feedback == "none" and not p.inputs.regularised
    return {
        **weights(w_in, w_rec, w_out),
        **feedback(p.inputs.feedback, w_out, b),
        **table("pattern", frozen, p.network.n_pattern),
        **table("target", lemniscate(n_steps), p.network.n_target),
        "stimulus.channel": np.arange(n_in),
        "stimulus.n_channels": n_in,
        "stimulus.n_rows": n_steps,
        "readout.n_rows": n_steps,
        "recurrent.beta": adaptive(p),
        "recurrent.shown": shown(n_rec),
        "recurrent.c_reg": 0.0 if fixed else p.recurrent.c_reg,
        **trials(p, p.inputs.n_iterations),
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train once; see `arrays`. The generator of the point is not used."""
    recorded = yield arrays(p)
    check(recorded)
