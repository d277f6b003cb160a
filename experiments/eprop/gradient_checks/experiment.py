"""The gradient that e-prop computes online, beside the one of backpropagation through time, while a network learns."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, StateMonitor

from models.base import param
from models.eprop import readouts, spiking
from models.eprop.network import FINAL, build, objects
from models.eprop.network import Structure as Sizes

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure(Sizes):
    """Sizes of a small network, and how often its gradient is recorded."""

    n_in: int = param(20, "input neurons", r"n_\mathrm{in}", "our design")
    n_rec: int = param(20, "recurrent neurons", r"n_\mathrm{rec}", "our design")
    n_out: int = param(2, "readouts", r"n_\mathrm{out}", "our design")
    n_steps: int = param(300, "steps of one trial", "T", "our design")
    n_every: int = param(10, "trials between two recorded gradients", r"n_G", "our design")


@dataclass(frozen=True)
class Inputs:
    """Neurons, feedback, and the task: a frozen pattern in, slow random waves out."""

    feedback: str = param(
        "symmetric",
        "symmetric, random, uniform, adaptive or none",
        valid="one of symmetric, random, uniform, adaptive, none",
    )
    n_iterations: int = param(150, "trials", r"n_\mathrm{it}", "our design")
    n_adaptive: int = param(10, "neurons with an adaptive threshold", r"n_\mathrm{ALIF}", "our design")
    beta: float = param(1.7, "strength of the adaptation, normalised", r"\hat\beta", "authors' code")
    p_spike: float = param(0.05, "spike probability of an input neuron per step", "p", "our design")


OBJECTS = objects(readouts.readout, spiking.adaptive_synapse)


def network(p: Structure) -> Network:
    """Return the network, with the gradients of some trials and the weights that they belong to."""
    net = build(p, OBJECTS)
    recorded = {"in_rec": ["w", "grad"], "rec_rec": ["w", "grad"], "rec_out": ["w"], "feedback": ["b"]}
    for name, variables in recorded.items():
        sizes = (net[name].source.N, net[name].target.N)
        # At the end of a trial, just before weights change.
        net.add(
            StateMonitor(
                net[name],
                variables,
                record=np.arange(np.prod(sizes)),
                dt=p.n_every * p.n_steps * p.dt,
                when="after_resets",
                order=3,
                name=f"of_{name}",
            )
        )
    return net
