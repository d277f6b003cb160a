"""A stretch of text in 28 symbols, initial weights, and which rule learns."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from datasets.base import Dataset
from datasets.ptb import load_ptb
from experiments.eprop.common.lstm_protocol import check, rule, ticks, weights

LETTERS = "abcdefghijklmnopqrstuvwxyz "
N_SYMBOLS = len(LETTERS) + 1  # the last one stands for everything else


def dataset(p: Values) -> Dataset:
    """Return the text, as numbers of words."""
    return load_ptb(source=p.inputs.source)


def symbols(words: np.ndarray) -> np.ndarray:
    """Spell out words, with a blank between them.

    Parameters
    ----------
    words : ndarray of str
        The words, as the corpus has them.

    Returns
    -------
    ndarray of int
        Places in `LETTERS`. Words without any letter, and those in angle brackets, are a single symbol of their own, as
        is every character within a word that is no letter.
    """
    spelled = (word if any(c in LETTERS for c in word) and word[0] != "<" else "#" for word in words)
    places = {letter: number for number, letter in enumerate(LETTERS)}
    return np.array([places.get(c, N_SYMBOLS - 1) for c in " ".join(spelled)])


def arrays(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw one point; the rule changes nothing else.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point: where in the text it begins to read, and the weights.

    Returns
    -------
    dict
        Weights, symbols, rule, duration.

    Raises
    ------
    ValueError
        Sizes that do not belong together, or more characters than the text has.
    """
    for name, n in (("n_in", p.network.n_in), ("n_out", p.network.n_out)):
        if n != N_SYMBOLS:
            raise ValueError(f"network.{name} is {n}, but there are {N_SYMBOLS} symbols: make it {N_SYMBOLS}")
    data, n_table, n_symbols = dataset(p), p.network.n_table, p.inputs.n_symbols
    # A word and the blank behind it are at least two characters.
    n_words = n_table // 2 + 1
    if n_symbols > n_table or n_words > len(data["x"]):
        raise ValueError(
            f"inputs.n_symbols {n_symbols} must not exceed network.n_table {n_table}, nor that twice "
            f"the {len(data['x'])} words of the text"
        )
    # Copies read stretches that follow each other; the last symbol is only predicted.
    n_each = (n_symbols - 1) // p.network.n_copies
    first = int(rng.integers(len(data["x"])))
    words = np.take(data["x"], first + np.arange(n_words), mode="wrap")
    return {
        **weights(p, rng),
        **rule(p),
        "symbols.values": symbols(data["words"][words])[:n_table].astype(float),
        "task.n_each": n_each,
        "run.duration": ticks(p, n_each) * p.network.dt,
    }


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Read the text once; see `arrays`."""
    recorded = yield arrays(p, rng)
    check(recorded)
