"""The networks of ``synaptic_noise`` once more; here the learning rule is noisy."""

from dataclasses import dataclass

from experiments.sal.synaptic_noise import experiment as common
from experiments.sal.synaptic_noise.experiment import FINAL, OBJECTS, Structure, network
from models.base import param

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs(common.Inputs):
    """Which networks there are: all combinations of targets, initial values and conditions."""

    sides: bool = param(
        False, "both sides of a window have amplitudes of their own; otherwise they share one", "", "authors' program"
    )
