"""Sequences of bits and commands, and initial weights."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.protocol import adaptive, check, feedback, glorot, shown, table, trials, weights

GROUPS = 4  # bit 0, bit 1, store, recall
BIT, STORE, RECALL = 0, 1, 2


def commands(n_symbols: int, p_command: float, rng: np.random.Generator) -> np.ndarray:
    """Draw the commands of one trial; store and recall alternate.

    Sequences are drawn until a bit follows every store, and a recall the last store.

    Parameters
    ----------
    n_symbols : int
        Symbols of a trial.
    p_command : float
        Probability that a symbol is the next command.
    rng : numpy.random.Generator
        Generator.

    Returns
    -------
    ndarray of int, shape (n_symbols,)
        `BIT`, `STORE` or `RECALL`.
    """
    while True:
        found = np.full(n_symbols, BIT)
        places = np.flatnonzero(rng.random(n_symbols) < p_command)
        found[places[::2]], found[places[1::2]] = STORE, RECALL
        if len(places) and len(places) % 2 == 0 and (np.diff(places)[::2] > 1).all():
            return found


def sequences(p: Values, n_trials: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw all trials.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    n_trials : int
        Trials.
    rng : numpy.random.Generator
        Generator.

    Returns
    -------
    active : ndarray of bool, shape (n_trials, n_symbols, 4)
        Which input groups are active: a bit is shown by all symbols but recalls, also together with a store.
    answers : ndarray of int, shape (n_trials, n_symbols)
        The bit that was shown with the last store, where it is recalled; -1 elsewhere.

    Raises
    ------
    ValueError
        A trial has no whole number of symbols, or too few; or no commands, or nothing else.
    """
    n_steps, n_symbol = p.network.n_steps, p.network.n_answer
    n_symbols, rest = divmod(n_steps, n_symbol)
    if rest or n_symbols < 3:
        raise ValueError(f"network.n_answer {n_symbol} must divide network.n_steps {n_steps}, at least 3 times")
    if not 0 < p.inputs.p_command < 1:
        raise ValueError(f"inputs.p_command {p.inputs.p_command} must lie between 0 and 1")
    kinds = np.array([commands(n_symbols, p.inputs.p_command, rng) for _ in range(n_trials)])
    bits = rng.integers(2, size=kinds.shape)
    active = np.zeros((*kinds.shape, GROUPS), dtype=bool)
    for bit in (0, 1):
        active[..., bit] = (bits == bit) & (kinds != RECALL)
    active[..., 2], active[..., 3] = kinds == STORE, kinds == RECALL
    # The last store before every symbol, and the bit that came with it.
    last = np.maximum.accumulate(np.where(kinds == STORE, np.arange(n_symbols), 0), axis=1)
    stored = np.take_along_axis(bits, last, axis=1)
    return active, np.where(kinds == RECALL, stored, -1)


def arrays(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point; the kind of feedback and the number of adaptive neurons change nothing else.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Weights, symbols and answers.
    """
    n_in, n_rec, n_out = p.network.n_in, p.network.n_rec, p.network.n_out
    n_trials, n_symbol = p.inputs.n_iterations * p.schedule.n_batch, p.network.n_answer
    w_in, w_rec = (rng.standard_normal((n, n_rec)) / np.sqrt(n) for n in (n_in, n_rec))
    w_out = rng.uniform(-1, 1, (n_rec, n_out)) * glorot(n_rec, n_out)
    b = rng.standard_normal((n_rec, n_out)) / np.sqrt(n_rec)
    active, answers = sequences(p, n_trials, rng)
    return {
        **weights(w_in, w_rec, w_out),
        **feedback(p.inputs.feedback, w_out, b),
        **table("pattern", active * p.inputs.rate * p.network.dt, p.network.n_pattern),
        **table("target", answers, p.network.n_target),
        "stimulus.channel": np.arange(n_in) * GROUPS // n_in,
        "stimulus.n_channels": GROUPS,
        "stimulus.n_bin": n_symbol,
        "stimulus.n_rows": answers.size,
        "readout.n_bin": n_symbol,
        "readout.n_rows": answers.size,
        # A mean over the steps at which something is recalled.
        "readout.share": n_trials / (n_symbol * np.count_nonzero(answers >= 0)),
        "recurrent.beta": adaptive(p),
        "recurrent.shown": shown(n_rec),
        **trials(p, n_trials),
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train once; see `arrays`."""
    recorded = yield arrays(p, rng)
    check(recorded)
