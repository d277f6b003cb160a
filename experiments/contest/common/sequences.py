"""The temporal tasks: the same sequences of numbers, in the same three parts, for every rule."""

import numpy as np

from base.values import Values
from datasets.base import Dataset
from datasets.mnist1d import load_mnist1d
from experiments.contest.common.tasks import Task

N_CUES = 3
NOISE = 0.5  # standard deviation of all numbers about their course
PERIOD, PAUSE, ANSWER = 1 / 6, 0.3, 1 / 6  # of a cue, in parts of a sequence; of a period; at the end, in parts


def dataset(p: Values) -> Dataset:
    """Load the data set of a point; evidence is drawn, and has none but the task's own rules.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, those of `experiments.contest.common.keys.Temporal` among them.
    """
    if p.inputs.data == "evidence":
        return Dataset("cues", "real", "drawn by seed", {"periods": np.array([PERIOD, PAUSE, ANSWER])})
    return load_mnist1d(length=p.inputs.length)


def answered(p: Values) -> int:
    """Return how many numbers at the end of a sequence are the time of the answer."""
    return round(p.inputs.length * ANSWER) if p.inputs.data == "evidence" else p.inputs.length // 4


def sequences(p: Values) -> Task:
    """Draw or choose the sequences of a point.

    Evidence: three cues, each of -1 (class 0) or 1 (class 1) for some time after a pause, then a delay of 0 until the
    end, all with noise; the class is the side that had more cues. MNIST-1D: the first four digits, mean 0, standard
    deviation 1.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment; the seed alone decides, whatever the rule.

    Returns
    -------
    Task
        ``x``, shape (rows, length), and classes; training, validation and test rows follow each other.

    Raises
    ------
    ValueError
        There are not so many sequences.
    """
    sizes, rng = (p.inputs.n_train, p.inputs.n_validation, p.inputs.n_test), np.random.default_rng(p.run.seed)
    if p.inputs.data == "evidence":
        sides = rng.choice([-1.0, 1.0], (sum(sizes), N_CUES))
        x = cues(sides, p.inputs.length)
        x += NOISE * rng.standard_normal(x.shape)
        return Task(x, (sides.sum(axis=1) > 0).astype(int), *sizes[:2])
    data = dataset(p)
    x, y = np.concatenate([data["x"], data["x_test"]]), np.concatenate([data["y"], data["y_test"]])
    rows = rng.permutation(np.flatnonzero(y < 4))[: sum(sizes)]
    if len(rows) < sum(sizes):
        raise ValueError(f"inputs.n_train, n_validation and n_test: {sum(sizes)} sequences, but there are {len(rows)}")
    return Task(x[rows].astype(float), y[rows].astype(int), *sizes[:2])


def cues(sides: np.ndarray, length: int) -> np.ndarray:
    """Return the course of cues, one after the other.

    Parameters
    ----------
    sides : ndarray, shape (rows, cues)
        -1 or 1.
    length : int
        Numbers of a sequence.

    Returns
    -------
    ndarray, shape (rows, length)
        0 in pauses and after the cues.
    """
    found, period = np.zeros((len(sides), length)), round(length * PERIOD)
    for number, side in enumerate(sides.T):
        found[:, number * period + round(period * PAUSE) : (number + 1) * period] = side[:, None]
    return found
