"""What GLE approximates: derivatives of the cross-entropy by backpropagation through time, in the same network."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from base.values import Values
from experiments.contest.temporal.inputs import N_LAYERS, sizes
from experiments.gle.common.classification import populations
from references.gle.through_time import Layers, stack


def layers_of(p: Values, at: Mapping[str, np.ndarray]) -> Layers:
    """Return the network with some weights and biases.

    Parameters
    ----------
    p : Values
        Keys of the point.
    at : Mapping
        ``weights_1``, ``biases_1`` and so on, flat, in the order of synapses.
    """
    n, layers = [int(size) for size in sizes(p)], range(1, N_LAYERS + 1)
    tau_m, tau_r = zip(*(populations(p, n[k], hidden=k < N_LAYERS) for k in layers), strict=True)
    w = [at[f"weights_{k}"].reshape(n[k - 1], n[k]) for k in layers]
    b = [at[f"biases_{k}"] for k in layers]
    return stack(w, b, tau_m, tau_r, [k in (1, N_LAYERS) for k in layers], p.network.dt)


def errors(r: np.ndarray, y: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the derivatives of the cross-entropy by rates: a step compares what the step before has answered.

    Parameters
    ----------
    r : ndarray, shape (steps, sequences, units)
        Rates; the last units are the classes.
    y : ndarray of int, shape (sequences,)
        Classes.
    n_classes : int
        How many there are.
    """
    odds = np.exp(r[:-1, :, -n_classes:])
    found = np.zeros_like(r)
    found[:-1, :, -n_classes:] = odds / odds.sum(axis=-1, keepdims=True) - np.eye(n_classes)[y]
    return found


def gradients(p: Values, at: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
    """Return the derivatives of the cross-entropy, summed over sequences and time steps.

    Parameters
    ----------
    p : Values
        Keys of the point.
    at : Mapping
        ``weights_1``, ``biases_1`` and so on.
    x : ndarray, shape (sequences, steps)
        Input.
    y : ndarray of int, shape (sequences,)
        Classes.

    Returns
    -------
    dict of ndarray
        Of the names and shapes of ``at``.
    """
    net, n = layers_of(p, at), [int(size) for size in sizes(p)]
    r = net.rates(x.T)
    wrong = errors(r, y, n[-1])
    d_w_in, d_w = net.gradients(x.T, r, wrong)
    # A bias is the weight of an input that is always 1.
    d_b, _ = replace(net, w_in=np.ones_like(net.w_in)).gradients(np.ones_like(x.T), r, wrong)
    ends = np.cumsum([0, *n[1:]])
    layers = [slice(first, last) for first, last in zip(ends[:-1], ends[1:], strict=True)]
    found = {f"biases_{k}": d_b[0, of] for k, of in enumerate(layers, start=1)}
    found["weights_1"] = d_w_in[0, layers[0]]
    for k in range(2, N_LAYERS + 1):
        found[f"weights_{k}"] = d_w[layers[k - 2], layers[k - 1]].ravel()
    return found
