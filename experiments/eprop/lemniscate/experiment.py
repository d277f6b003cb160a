"""Adaptive LIF neurons learn to draw a lemniscate with two readouts."""

from dataclasses import dataclass

import numpy as np
from brian2 import EventMonitor, Network, StateMonitor, Synapses

from experiments.eprop.common.protocol import shown
from models.base import attach, param
from models.eprop import probe as eprop_probe
from models.eprop import spiking
from models.eprop.network import FINAL, build, objects
from models.eprop.network import Structure as Sizes

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure(Sizes):
    """Sizes of the network, of its tables, and how often the pen is recorded."""

    n_rec: int = param(200, "recurrent neurons", r"n_\mathrm{rec}", "NEST example")
    n_out: int = param(2, "readouts", r"n_\mathrm{out}", "NEST example")
    n_steps: int = param(1258, "steps of one trial", "T", "NEST example")
    n_answer: int = param(1258, "steps between two answers; not used", r"T_\mathrm{answer}", "NEST example")
    n_pattern: int = param(125800, "entries of the table of spike probabilities", r"n_p", "NEST example")
    n_target: int = param(2516, "entries of the table of targets", r"n_y", "NEST example")
    n_pen: int = param(10, "steps between two recorded places of the pen", r"n_\mathrm{pen}", "our design")


@dataclass(frozen=True)
class Inputs:
    """Neurons, feedback, and the frozen noise."""

    feedback: str = param(
        "random",
        "random, symmetric, uniform, adaptive, or none (readout alone)",
        valid="one of symmetric, random, uniform, adaptive, none",
    )
    regularised: bool = param(False, "without feedback: the rate is regularised nevertheless")
    n_iterations: int = param(5000, "trials", r"n_\mathrm{it}", "NEST example")
    n_adaptive: int = param(200, "neurons with an adaptive threshold", r"n_\mathrm{ALIF}", "NEST example")
    beta: float = param(1.7, "strength of the adaptation, normalised", r"\hat\beta", "NEST example")
    p_spike: float = param(0.05, "spike probability of an input neuron per step", "p", "NEST example")


OBJECTS = {**objects(synapse=spiking.adaptive_synapse), "recurrent": eprop_probe.neuron, "probe": eprop_probe.probe}


def network(p: Structure) -> Network:
    """Return frozen noise, adaptive LIF neurons and two readouts, whose course is recorded in every trial."""
    net = build(p, OBJECTS)
    seen = np.flatnonzero(shown(p.n_rec))
    probe = Synapses(net["stimulus"], net["recurrent"], name="probe", **OBJECTS["probe"].kwargs())
    probe.connect(i=np.arange(len(seen)), j=seen)
    attach([probe], OBJECTS, trial=p.n_steps * p.dt)
    net.add(
        probe,
        EventMonitor(net["recurrent"], "watched_step", ["elig"], name="traces"),
        # Before the end of a trial resets it.
        StateMonitor(net["readout"], "y", record=True, dt=p.n_pen * p.dt, when="after_groups", order=7, name="pen"),
    )
    return net
