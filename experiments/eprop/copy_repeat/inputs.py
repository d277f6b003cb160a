"""Bits, initial weights, and which rule learns."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.lstm_protocol import check, rule, ticks, weights

WATCHED = 200  # steps at the end that are recorded


def arrays(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point; the rule changes nothing else.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Weights, bits, rule, duration.

    Raises
    ------
    ValueError
        Sizes that do not belong together.
    """
    n_bits, n_in, n_out = p.network.n_in - 2, p.network.n_in, p.network.n_out
    if n_bits < 1 or n_out != n_bits + 1:
        raise ValueError(
            f"network.n_out is {n_out}, but {n_in} inputs are {n_bits} bits and 2 marks: make it {n_bits + 1}"
        )
    n_rows, rest = divmod(p.network.n_table, n_bits)
    if rest:
        raise ValueError(f"network.n_table {p.network.n_table} must be a multiple of the {n_bits} bits of a vector")
    drawn = weights(p, rng)
    return {
        **drawn,
        **rule(p),
        "bits_of.values": rng.integers(2, size=n_rows * n_bits).astype(float),
        "task.n_bits": n_bits,
        "task.n_rows": n_rows,
        "task.watch": ticks(p, p.inputs.n_iterations - WATCHED),
        "run.duration": ticks(p, p.inputs.n_iterations) * p.network.dt,
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train once; see `arrays`."""
    recorded = yield arrays(p, rng)
    check(recorded)
