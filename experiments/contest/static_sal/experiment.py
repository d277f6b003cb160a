"""The static task for layers whose feedback weights align in a phase of spikes before every epoch."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, Quantity, ms, second

from experiments.contest.common.keys import Static
from experiments.sal.common.layers import links
from models.base import param
from models.sal import layered
from models.sal.layered_network import build


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_0: int = param(64, "inputs", "n_0", "8 x 8 digits")
    n_1: int = param(64, "neurons of the first layer", "n_1", "our design")
    n_2: int = param(32, "neurons of the second layer", "n_2", "our design")
    n_3: int = param(10, "classes", "n_3", "data")
    dt: Quantity = param(0.1 * ms, "time step, tau_ref / 10", r"\Delta t", "authors' program")
    cycle: Quantity = param(200 * ms, "interval between two updates, 2000 steps", "T", "authors' program")
    record: Quantity = param(1000 * second, "longer than any phase: weights are recorded as a phase begins", "t_r")


RATE, MOMENTUM = "learning rate of the gradient", "momentum of the gradient"
TUNED = "16 points of a Sobol design"


@dataclass(frozen=True)
class Inputs(Static):
    """The task, and how every way to get feedback weights learns outside the phases of spikes."""

    n_updates: int = param(5, "updates of every replica in a phase", r"n_\mathrm{up}", "authors' program", ">= 1")
    batch: int = param(10, "samples of a batch", r"n_b", "contest/static", valid=">= 1")
    rate_sal: float = param(0.01, f"{RATE}, SAL", r"\eta_\mathrm{SAL}", TUNED, valid="> 0")
    momentum_sal: float = param(0.9, f"{MOMENTUM}, SAL", r"\mu_\mathrm{SAL}", TUNED, valid=">= 0, < 1")
    rate_bp: float = param(0.01, f"{RATE}, backpropagation", r"\eta_\mathrm{BP}", TUNED, valid="> 0")
    momentum_bp: float = param(0.9, f"{MOMENTUM}, backpropagation", r"\mu_\mathrm{BP}", TUNED, valid=">= 0, < 1")
    rate_fa: float = param(0.01, f"{RATE}, feedback alignment", r"\eta_\mathrm{FA}", TUNED, valid="> 0")
    momentum_fa: float = param(0.9, f"{MOMENTUM}, feedback alignment", r"\mu_\mathrm{FA}", TUNED, valid=">= 0, < 1")
    rate_kp: float = param(0.01, f"{RATE}, Kolen-Pollack", r"\eta_\mathrm{KP}", TUNED, valid="> 0")
    momentum_kp: float = param(0.9, f"{MOMENTUM}, Kolen-Pollack", r"\mu_\mathrm{KP}", TUNED, valid=">= 0, < 1")
    decay_kp: float = param(0.01, "decay of the weights, Kolen-Pollack", r"\lambda", TUNED, valid=">= 0")
    rate_linear: float = param(0.01, f"{RATE}, linear readout", r"\eta_\mathrm{l}", TUNED, valid="> 0")
    momentum_linear: float = param(0.9, f"{MOMENTUM}, linear readout", r"\mu_\mathrm{l}", TUNED, valid=">= 0, < 1")


OBJECTS = {"neurons": layered.neuron, "feedback": layered.feedback}
FINAL = ["feedback.w"]


def network(p: Structure) -> Network:
    """Build the spiking network; synapse k of the feedback leads backwards over the same pair as forward synapse k."""
    lower, upper = links([p.n_0, p.n_1, p.n_2, p.n_3])
    return build(p, OBJECTS, np.array([lower, upper]), np.array([upper, lower]), list(range(len(lower))))
