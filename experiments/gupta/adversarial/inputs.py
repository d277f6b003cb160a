"""First round: train on a pair of digits. Further rounds: show what was made from the trained weights."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.gupta.common.attacks import (
    RateNetwork,
    fgsm,
    of_classifier,
    pgd,
    pgd_restarts,
    random_signs,
    trained_network,
)
from experiments.gupta.common.baselines import train
from experiments.gupta.common.digits import dataset, split, task
from experiments.gupta.common.protocol import anatomy, epochs, initial_weights, shown

__all__ = ["blocks", "dataset", "images", "inputs"]

ATTACKS = ("none", "FGSM", "PGD", "restarts", "transfer", "random")  # restarts: the strongest, PGD from several starts


def blocks(epsilons: tuple[float, ...]) -> list[tuple[str, float]]:
    """List attacks and their sizes, in the order in which the test images are shown again and again.

    Parameters
    ----------
    epsilons : tuple of float
        Sizes.

    Returns
    -------
    list of (str, float)
        Attack and size; the first block is that of the untouched images.
    """
    return [("none", 0.0), *((attack, epsilon) for attack in ATTACKS[1:] for epsilon in epsilons)]


def images(
    attack: str, epsilon: float, x: np.ndarray, y: np.ndarray, own: RateNetwork, other: RateNetwork, seed: int
) -> np.ndarray:
    """Make the images of one block.

    Parameters
    ----------
    attack : str
        One of `ATTACKS`.
    epsilon : float
        Largest change of a pixel.
    x : ndarray, shape (rows, 784)
        Test images.
    y : ndarray of int, shape (rows,)
        Their classes.
    own : RateNetwork
        The network that will see the images.
    other : RateNetwork
        The network whose images are transferred.
    seed : int
        Seed of the random signs and of the starts.

    Returns
    -------
    ndarray, shape (rows, 784)
        Intensities in [0, 1].
    """
    if attack == "none":
        return x
    if attack in ("random", "restarts"):
        rng = np.random.default_rng([seed, round(1000 * epsilon)])
        return random_signs(x, epsilon, rng) if attack == "random" else pgd_restarts(own, x, y, epsilon, rng)
    return {"FGSM": fgsm, "PGD": pgd, "transfer": fgsm}[attack](other if attack == "transfer" else own, x, y, epsilon)


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train, then show the test images of every block, as many blocks in a round as the program has rows for.

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
    """
    seed, (digits, n_train, n_test) = p.run.seed, task(p)
    x_train, y_train, x_test, y_test = split(dataset(p), digits, n_train, n_test, rng)
    weights = initial_weights(p, rng)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    trained = yield {
        **anatomy(p),
        "synapses.w": weights,
        **shown(p, x, y, *epochs(n_train, n_test, p.inputs.n_epochs, rng)),
    }
    local, w, b = trained_network(p, trained["final"])
    model = train("backpropagation", x_train, y_train, (p.network.n_1, p.network.n_2), seed)
    backprop = of_classifier(model)
    todo = blocks(p.inputs.epsilons)
    together = p.network.n_rows // n_test
    for number in range(0, len(todo), together):
        now = todo[number : number + together]
        rows = np.concatenate([images(*block, x_test, y_test, local, backprop, seed) for block in now])
        order = np.arange(len(rows))
        yield {
            **anatomy(p),
            "synapses.w": w,
            "neurons.b": b,
            **shown(p, rows, np.tile(y_test, len(now)), order, np.zeros(len(rows), dtype=bool)),
        }
