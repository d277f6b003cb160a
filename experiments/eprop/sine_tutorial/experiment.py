"""A recurrent spiking network learns to draw one second of a sum of sines, online (e-prop 1)."""

from dataclasses import dataclass

from brian2 import Network

from models.base import param
from models.eprop.network import FINAL, Structure, build, objects

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    p_spike: float = param(0.05, "spike probability of an input neuron per step", "p", "authors' tutorial")
    feedback: str = param(
        "random",
        "symmetric (stays equal to the output weights), random, uniform, adaptive or none",
        valid="one of symmetric, random, uniform, adaptive, none",
    )


OBJECTS = objects()


def network(p: Structure) -> Network:
    """Return 100 inputs, 100 recurrent neurons without autapses, one readout and its feedback."""
    return build(p, OBJECTS)
