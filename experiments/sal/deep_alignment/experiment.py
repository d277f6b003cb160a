"""A deep network without input, whose feedback weights align layer by layer."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, Quantity, ms, second

from experiments.sal.common.layers import links
from experiments.sal.deep_alignment.inputs import backwards, watched
from models.base import param
from models.sal import layered
from models.sal.layered_network import build


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_0: int = param(100, "neurons of the first layer", "n_0", "authors' program: 1600")
    n_1: int = param(50, "neurons of the second layer", "n_1", "authors' program: 384")
    n_2: int = param(25, "neurons of the third layer", "n_2", "authors' program: 192")
    n_3: int = param(10, "neurons of the last layer", "n_3", "authors' program")
    n_watched: int = param(5000, "feedback weights of a layer that are recorded, at most", "m", "our design")
    dt: Quantity = param(0.1 * ms, "time step, tau_ref / 10", r"\Delta t", "authors' program")
    cycle: Quantity = param(1 * second, "interval between two updates", "T", "authors' program")
    record: Quantity = param(1 * second, "interval between two records of the weights", r"t_r", "our design")


@dataclass(frozen=True)
class Inputs:
    """What the initial weights are made from."""

    w_range: float = param(1.0, "weights are uniform between plus and minus this / sqrt(n)", "a", "authors' program")
    equal_range: bool = param(False, "n is the layer before the forward weights also for feedback, not the one after")


OBJECTS = {"neurons": layered.neuron, "feedback": layered.feedback}
FINAL = ["feedback.w"]


def network(p: Structure) -> Network:
    """Build the network; forward synapses are in the order of `links`, feedback synapses in that of `backwards`."""
    layers = [p.n_0, p.n_1, p.n_2, p.n_3]
    lower, upper = links(layers)
    pair = backwards(layers)
    index = [int(k) for k in watched(layers, p.n_watched)]
    return build(p, OBJECTS, np.array([lower, upper]), np.array([upper[pair], lower[pair]]), index)
