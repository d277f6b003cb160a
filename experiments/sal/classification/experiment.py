"""Digits are classified by layers whose feedback weights align in a phase of spikes before every epoch."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, Quantity, ms, second

from experiments.sal.common.layers import links
from models.base import param
from models.sal import layered
from models.sal.layered_network import build


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_0: int = param(64, "neurons of the first layer: pixels, or what a convolution makes of them", "n_0", "our design")
    n_1: int = param(100, "neurons of the second layer", "n_1", "our design; authors' program: 384")
    n_2: int = param(50, "neurons of the third layer", "n_2", "our design; authors' program: 192")
    n_3: int = param(10, "classes", "n_3", "authors' program")
    dt: Quantity = param(0.1 * ms, "time step, tau_ref / 10", r"\Delta t", "authors' program")
    cycle: Quantity = param(200 * ms, "interval between two updates, 2000 steps", "T", "authors' program")
    record: Quantity = param(1000 * second, "longer than any phase: weights are recorded as a phase begins", "t_r")


@dataclass(frozen=True)
class Inputs:
    """The task, and how it is learned outside the phases of spikes."""

    data: str = param(
        "digits8",
        "digits8, mnist, fashion_mnist, cifar10 or svhn",
        "d",
        "our design",
        valid="one of digits8, mnist, fashion_mnist, cifar10, svhn",
    )
    source: str = param("auto", "where images are from: auto, real or standin", "s", "our design")
    network: str = param(
        "mlp",
        "mlp: fully connected; conv: convolutions before it (needs PyTorch)",
        "m",
        "our design",
        valid="one of mlp, conv",
    )
    n_train: int = param(1437, "training images", r"n_\mathrm{train}", "our design")
    n_test: int = param(360, "test images", r"n_\mathrm{test}", "our design")
    n_epochs: int = param(100, "epochs, each with a phase of spikes before it", "E", "authors' program")
    n_updates: int = param(5, "updates of every replica in a phase", r"n_\mathrm{up}", "authors' program")
    batch: int = param(32, "images of a batch", r"n_\mathrm{batch}", "our design; authors' program: 128")
    rate: float = param(0.01, "learning rate of the gradient", r"\eta_g", "authors' program")
    momentum: float = param(0.9, "momentum of the gradient", r"\mu", "authors' program")
    decay: float = param(0.01, "decay of the weights, Kolen-Pollack only", r"\lambda", "authors' program: 0.001")
    twice: bool = param(False, "the cross-entropy takes a second softmax", "", "authors' program: true")


OBJECTS = {"neurons": layered.neuron, "feedback": layered.feedback}
FINAL = ["feedback.w"]


def network(p: Structure) -> Network:
    """Build the spiking network; synapse k of the feedback leads backwards over the same pair as forward synapse k."""
    lower, upper = links([p.n_0, p.n_1, p.n_2, p.n_3])
    return build(p, OBJECTS, np.array([lower, upper]), np.array([upper, lower]), list(range(len(lower))))
