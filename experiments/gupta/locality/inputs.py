"""One round in which all layers learn, or one round a layer."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.gupta.common.digits import dataset, split, task
from experiments.gupta.common.protocol import anatomy, epochs, initial_weights, shown, sizes

__all__ = ["dataset", "inputs"]

PROTOCOLS = {"at once": [()], "other later weights": [()], "layer by layer": [(2, 3), (1, 3), (1, 2)]}


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train once for every set of frozen layers of the protocol, with the same presentations in every round.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Yields
    ------
    dict
        Anatomy, weights, images and presentations; see `experiments.gupta.common.protocol`.

    Raises
    ------
    ValueError
        There is no such protocol.
    """
    protocol = p.inputs.protocol
    if protocol not in PROTOCOLS:
        raise ValueError(f"inputs.protocol '{protocol}' is none of: {', '.join(PROTOCOLS)}")
    digits, n_train, n_test = task(p)
    x_train, y_train, x_test, y_test = split(dataset(p), digits, n_train, n_test, rng)
    weights = initial_weights(p, rng)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    presentations = shown(p, x, y, *epochs(n_train, n_test, p.inputs.n_epochs, rng))
    if protocol == "other later weights":
        first = np.prod(sizes(p)[:2])
        weights[first:] = initial_weights(p, rng)[first:]
    biases = np.zeros(sizes(p).sum())
    for frozen in PROTOCOLS[protocol]:
        recorded = yield {**anatomy(p, frozen), "synapses.w": weights, "neurons.b": biases, **presentations}
        final = recorded["final"].sort_values("index")
        weights, biases = (final.loc[final["variable"] == v, "value"].to_numpy() for v in ("synapses.w", "neurons.b"))
