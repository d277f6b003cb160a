"""Arrays that tell the layered network what to show, and when to learn."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from base.values import Values

N_LAYERS = 4


def sizes(p: Values) -> np.ndarray:
    """Return the sizes of the four layers, input first.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.

    Returns
    -------
    ndarray of int, shape (4,)
        ``network.n_0`` to ``network.n_3``.
    """
    return np.array([p.network.n_0, p.network.n_1, p.network.n_2, p.network.n_3])


def anatomy(p: Values, frozen: Sequence[int] = ()) -> dict[str, np.ndarray]:
    """Return which layer neurons and interneurons belong to, and which neurons learn.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    frozen : sequence of int
        Layers whose weights and biases never change.

    Returns
    -------
    dict
        ``neurons.layer``, ``neurons.learns``, ``interneurons.layer``.
    """
    layer = np.repeat(np.arange(N_LAYERS), sizes(p))
    return {
        "neurons.layer": layer,
        "neurons.learns": ~np.isin(layer, frozen),
        "interneurons.layer": np.repeat(np.arange(1, N_LAYERS), p.network.n_3),
    }


def initial_weights(p: Values, rng: np.random.Generator) -> np.ndarray:
    """Draw initial weights of mean 0 and variance 1 / (size of the presynaptic layer).

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Source of the weights.

    Returns
    -------
    ndarray, shape (n_0 n_1 + n_1 n_2 + n_2 n_3,)
        Layer by layer, in each layer all weights of one presynaptic neuron together.
    """
    n = sizes(p)
    layers = [rng.normal(0.0, 1.0 / np.sqrt(pre), pre * post) for pre, post in zip(n[:-1], n[1:], strict=True)]
    return np.concatenate(layers)


def layers_of(p: Values, w: np.ndarray, b: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut the flat weights and biases of the network into layers.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    w : ndarray
        Weights in the order of the synapses.
    b : ndarray
        Biases of all neurons, input neurons included.

    Returns
    -------
    list of (ndarray of shape (n_pre, n_post), ndarray of shape (n_post,))
        Weights and biases, first hidden layer first.
    """
    n = sizes(p)
    ends = np.cumsum(n[:-1] * n[1:])[:-1]
    weights = [part.reshape(pre, -1) for part, pre in zip(np.split(w, ends), n[:-1], strict=True)]
    return list(zip(weights, np.split(b, np.cumsum(n)[:-1])[1:], strict=True))


def epochs(n_train: int, n_test: int, n_epochs: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Order of a training: every epoch is a new permutation of the training rows, then the test rows without learning.

    Behind the last epoch the training rows are shown once more without learning. Training rows are numbered first.

    Parameters
    ----------
    n_train, n_test : int
        Numbers of rows.
    n_epochs : int
        Number of epochs.
    rng : numpy.random.Generator
        Source of the permutations.

    Returns
    -------
    order : ndarray of int
        Row of every presentation.
    learning : ndarray of bool
        Whether it is learned.
    """
    test = np.arange(n_train, n_train + n_test)
    order = [np.concatenate([rng.permutation(n_train), test]) for _ in range(n_epochs)]
    learning = np.tile(np.arange(n_train + n_test) < n_train, n_epochs)
    return np.concatenate([*order, np.arange(n_train)]), np.concatenate([learning, np.zeros(n_train, dtype=bool)])


def shown(
    p: Values,
    x: np.ndarray,
    y: np.ndarray,
    order: np.ndarray,
    learning: np.ndarray,
    watched: np.ndarray | None = None,
) -> dict[str, Any]:
    """Fill the tables of samples and presentations, and say how long the run lasts.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    x : ndarray, shape (rows, n_0)
        Intensities in [0, 1].
    y : ndarray of int, shape (rows,)
        Classes.
    order : ndarray of int, shape (presentations,)
        Row of every presentation.
    learning : ndarray of bool, shape (presentations,)
        Whether it is learned.
    watched : ndarray of bool, shape (presentations,), optional
        Whether its spikes are recorded; without it those of the first presentation are.

    Returns
    -------
    dict
        ``pattern.values``, ``order.values``, ``labels.values``, ``training.values``, ``watched.values`` and
        ``run.duration``.

    Raises
    ------
    ValueError
        The tables of the program are too short.
    """
    n_rows, n_presentations = p.network.n_rows, p.network.n_presentations
    for name, needed, there in (("n_rows", len(x), n_rows), ("n_presentations", len(order), n_presentations)):
        if needed > there:
            raise ValueError(f"network.{name} is {there}, but {needed} are needed")
    if watched is None:
        watched = np.arange(len(order)) == 0
    pattern = np.zeros((n_rows, p.network.n_0))
    pattern[: len(x)] = x
    presentations = {"order": order, "labels": y[order], "training": learning, "watched": watched}
    tables = {
        f"{name}.values": np.pad(values.astype(float), (0, n_presentations - len(order)))
        for name, values in presentations.items()
    }
    return {"pattern.values": pattern, **tables, "run.duration": len(order) * p.schedule.n_steps * p.network.dt}
