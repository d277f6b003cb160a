"""Layers at the speed of the machine: `DenseSynapses` and `VectorGroup` take the equations of Brian2's objects."""

from dense.neurons import VectorGroup
from dense.synapses import DenseSynapses

__all__ = ["DenseSynapses", "VectorGroup"]
