"""Sampling networks whose STDP amplitudes are noisy, those of what is wanted included."""

from brian2 import Network

from models.sal import sampling
from models.sal.sampling_network import FINAL, NoisyInputs, Structure, objects, wire

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]

Inputs = NoisyInputs
OBJECTS = objects(sampling.decaying_synapse)


def network(p: Structure) -> Network:
    """Build all networks; see `models.sal.sampling_network`."""
    return wire(p, OBJECTS)
