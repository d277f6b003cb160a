"""A phase of spikes aligns the feedback weights, an epoch of gradients changes the forward weights, and so on."""

import itertools
from collections.abc import Generator, Sequence
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from datasets.base import Dataset
from experiments.sal.common import images
from references.sal.gradients import Layers


def dataset(p: Values) -> Dataset:
    """Load the images of a point; see `experiments.sal.common.images.load`."""
    return images.load(p.inputs.data, p.inputs.source)


def split(values: np.ndarray, layers: Sequence[int]) -> list[np.ndarray]:
    """Cut weights in the order of `experiments.sal.common.layers.links` into one array a layer, shape (n_in, n_out)."""
    shapes = list(itertools.pairwise(layers))
    parts = np.split(values, np.cumsum([n * m for n, m in shapes])[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def sizes(p: Values) -> list[int]:
    """Return the sizes of the fully connected layers of a point."""
    return [p.network.n_0, p.network.n_1, p.network.n_2, p.network.n_3]


def learner(p: Values, method: str) -> tuple[Any, tuple[np.ndarray, ...]]:
    """Make a network before its first epoch.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    method : str
        One of `references.sal.gradients.METHODS`. All methods get the same images, initial weights and order.

    Returns
    -------
    network : Layers or `references.sal.convolutions.Convolutions`
        The network.
    tuple of four ndarray
        Training images and their classes, test images and their classes.
    """
    rng = np.random.default_rng(p.run.seed)
    task = images.split(dataset(p), int(p.inputs.n_train), int(p.inputs.n_test), rng)
    keys = {
        "rate": p.inputs.rate,
        "momentum": p.inputs.momentum,
        "decay": p.inputs.decay,
        "twice": p.inputs.twice,
    }
    if p.inputs.network == "mlp":
        return Layers(sizes(p), method, rng, **keys), task
    if p.inputs.network == "conv":
        from references.sal.convolutions import Convolutions  # needs PyTorch

        keys |= {"shape": images.SHAPES[p.inputs.data], "crop": p.inputs.data in images.SHIFTED}
        return Convolutions(sizes(p), method, rng, **keys), task
    raise ValueError(f"inputs.network must be mlp or conv, not '{p.inputs.network}'")


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Align, learn from all images, and again.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: `learner` makes the same one, also for the figure.

    Yields
    ------
    dict
        Forward and feedback weights and biases; neurons of the first layer have none. A phase of several replicas,
        whose changes are averaged, is one long phase with as many times more and smaller updates.
    """
    network, (x, y, _, _) = learner(p, "SAL")
    layers = sizes(p)
    n_cycles = round(p.inputs.n_updates * p.feedback.n_replicas)
    for _ in range(p.inputs.n_epochs):
        recorded = yield {
            "forward.w": np.concatenate([w.ravel() for w in network.w]),
            "feedback.w": np.concatenate([w.ravel() for w in network.feedback]),
            "neurons.b": np.concatenate([np.zeros(layers[0]), *network.b]),
            "memory.left_over": np.array(np.exp(-20 * p.network.dt / p.neurons.tau_pair)),
            "run.duration": n_cycles * p.network.cycle + p.network.dt,
        }
        network.feedback = split(recorded["final"]["value"].to_numpy(), layers)
        network.epoch(x, y, p.inputs.batch)
