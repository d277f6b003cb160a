"""All-to-all synapses at the speed of the machine: `DenseSynapses` takes the equations of Brian2's `Synapses`."""

from dense.synapses import DenseSynapses

__all__ = ["DenseSynapses"]
