"""Cues on the left and on the right, a delay, then the decision which side had more of them."""

from dataclasses import dataclass

from brian2 import Hz, Network, Quantity, ms

from models.base import param
from models.eprop import readouts, spiking
from models.eprop.network import FINAL, build, objects
from models.eprop.network import Structure as Sizes

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure(Sizes):
    """Sizes of the network and of the tables of cues and decisions."""

    n_in: int = param(40, "input neurons: left, right, decision, background", r"n_\mathrm{in}", "authors' code")
    n_out: int = param(2, "readouts", r"n_\mathrm{out}", "authors' code")
    n_steps: int = param(2250, "steps of one trial", "T", "authors' code")
    n_answer: int = param(2250, "steps between two answers", r"T_\mathrm{answer}", "authors' code")


@dataclass(frozen=True)
class Inputs:
    """The task, and how the network starts."""

    feedback: str = param(
        "symmetric",
        "symmetric, random, uniform, adaptive or none",
        valid="one of symmetric, random, uniform, adaptive, none",
    )
    published: bool = param(False, "draw weights and trials as the program of the published losses does")
    n_iterations: int = param(500, "batches", r"n_\mathrm{it}", "authors' code: at most 2000")
    n_adaptive: int = param(50, "neurons with an adaptive threshold", r"n_\mathrm{ALIF}", "authors' code")
    beta: float = param(1.7, "strength of the adaptation, normalised", r"\hat\beta", "authors' code")
    n_cues: int = param(7, "cues of one trial", r"n_\mathrm{cues}", "authors' code")
    pause: Quantity = param(50 * ms, "pause before a cue", r"t_\mathrm{pause}", "authors' code")
    cue: Quantity = param(100 * ms, "duration of a cue", r"t_\mathrm{cue}", "authors' code")
    decision: Quantity = param(150 * ms, "decision at the end of a trial", r"t_\mathrm{dec}", "authors' code")
    p_side: float = param(0.7, "probability of a cue on the favoured side", "p", "authors' code")
    rate: Quantity = param(40 * Hz, "rate of an active input neuron", "r", "authors' code")
    background: Quantity = param(10 * Hz, "rate of the background neurons", "r_0", "authors' code")


OBJECTS = objects(readouts.classifier, spiking.adaptive_synapse)


def network(p: Structure) -> Network:
    """Return four groups of inputs, LIF and ALIF neurons, and two softmax readouts."""
    return build(p, OBJECTS)
