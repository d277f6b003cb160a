"""A phase of spikes aligns the feedback weights, an epoch of gradients changes the forward weights, and so on."""

import itertools
from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.tasks import dataset, task
from references.sal.gradients import Layers

__all__ = ["ARMS", "dataset", "inputs", "learner", "n_cycles", "sizes", "split", "task"]


class Arm(NamedTuple):
    """A way to learn.

    Parameters
    ----------
    method : str
        One of `references.sal.gradients.METHODS`.
    keys : str
        How the names of its keys end.
    """

    method: str
    keys: str


LINEAR = "linear readout"
ARMS = {
    "SAL": Arm("SAL", "sal"),
    "backpropagation": Arm("BP", "bp"),
    "feedback alignment": Arm("FA", "fa"),
    "Kolen-Pollack": Arm("KP", "kp"),
    LINEAR: Arm("BP", "linear"),
}


def sizes(p: Values) -> list[int]:
    """Return the neurons of all layers, the input first."""
    return [int(n) for n in (p.network.n_0, p.network.n_1, p.network.n_2, p.network.n_3)]


def split(values: np.ndarray, layers: Sequence[int]) -> list[np.ndarray]:
    """Cut weights in the order of `experiments.sal.common.layers.links` into one array a layer, shape (n_in, n_out)."""
    shapes = list(itertools.pairwise(layers))
    parts = np.split(values, np.cumsum([n * m for n, m in shapes])[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)]


def n_cycles(p: Values) -> int:
    """Return the updates of a phase: several replicas, whose changes are averaged, are one network that runs longer."""
    return round(p.inputs.n_updates * p.feedback.n_replicas)


def learner(p: Values, rule: str) -> Layers:
    """Make the network of a rule before its first epoch; all begin with the same weights, but the one without layers.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rule : str
        Key of `ARMS`.
    """
    arm, layers = ARMS[rule], sizes(p)
    rate, momentum = (float(getattr(p.inputs, f"{name}_{arm.keys}")) for name in ("rate", "momentum"))
    return Layers(
        [layers[0], layers[-1]] if rule == LINEAR else layers,
        arm.method,
        np.random.default_rng(p.run.seed),
        rate=rate,
        momentum=momentum,
        decay=p.inputs.decay_kp,
    )


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Align, learn from all samples, and again; at the end align once more, for the update that would come next.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: `learner` makes the same one, also for the figure.

    Yields
    ------
    dict
        Forward and feedback weights and biases; neurons of the first layer have none.
    """
    network, samples, layers = learner(p, "SAL"), task(p), sizes(p)
    for _ in range(p.inputs.n_epochs + 1):
        recorded = yield {
            "forward.w": np.concatenate([w.ravel() for w in network.w]),
            "feedback.w": np.concatenate([w.ravel() for w in network.feedback]),
            "neurons.b": np.concatenate([np.zeros(layers[0]), *network.b]),
            "memory.left_over": np.array(np.exp(-20 * p.network.dt / p.neurons.tau_pair)),
            "run.duration": n_cycles(p) * p.network.cycle + p.network.dt,
        }
        network.feedback = split(recorded["final"]["value"].to_numpy(), layers)
        network.epoch(samples.x[samples.train], samples.y[samples.train], p.inputs.batch)
