"""Pairs of neurons with frozen weights, equal or a little apart; the network is that of ``time_differences``."""

from dataclasses import dataclass

from experiments.sal.time_differences.experiment import FINAL, OBJECTS, Structure, network
from models.base import param

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    w: float = param(0.5, "size of both weights", r"W", "authors' program")
    epsilon: float = param(0.05, "change of either weight", r"\epsilon", "authors' program")
    b_1: float = param(1.0, "bias of neuron 1", r"b_1", "authors' program")
    b_2: float = param(0.0, "bias of neuron 2", r"b_2", "authors' program")
