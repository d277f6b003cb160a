"""A bit is stored on command, and recalled on command after many other bits have been shown."""

from dataclasses import dataclass

from brian2 import Hz, Network, Quantity

from models.base import param
from models.eprop import readouts, spiking
from models.eprop.network import FINAL, build, objects
from models.eprop.network import Structure as Sizes

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure(Sizes):
    """Sizes of the network and of the tables of symbols."""

    n_out: int = param(2, "readouts", r"n_\mathrm{out}", "authors' code")
    n_steps: int = param(2400, "steps of one trial", "T", "authors' code")
    n_answer: int = param(200, "steps of one symbol", r"T_\mathrm{symbol}", "authors' code")


@dataclass(frozen=True)
class Inputs:
    """The task, and how the network starts."""

    feedback: str = param(
        "symmetric",
        "symmetric, random, uniform, adaptive or none",
        valid="one of symmetric, random, uniform, adaptive, none",
    )
    n_iterations: int = param(100, "batches", r"n_\mathrm{it}", "authors' code: at most 300")
    n_adaptive: int = param(40, "neurons with an adaptive threshold", r"n_\mathrm{ALIF}", "authors' code")
    beta: float = param(1.7, "strength of the adaptation, normalised", r"\hat\beta", "authors' code")
    p_command: float = param(1 / 7, "probability that a symbol is the next command", "p", "authors' code")
    rate: Quantity = param(50 * Hz, "rate of an active input neuron", "r", "authors' code")


OBJECTS = objects(readouts.classifier, spiking.adaptive_synapse)


def network(p: Structure) -> Network:
    """Return four groups of inputs, LIF and ALIF neurons, and two softmax readouts."""
    return build(p, OBJECTS)
