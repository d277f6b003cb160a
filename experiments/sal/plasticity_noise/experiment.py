"""The networks of ``synaptic_noise`` once more; here the learning rule is noisy."""

from experiments.sal.synaptic_noise.experiment import FINAL, OBJECTS, Inputs, Structure, network

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]
