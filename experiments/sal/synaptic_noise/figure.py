"""Asymmetry of the weights and divergence from the target: over the cycles, and at the end over the noise level."""

from experiments.sal.common import sampling_networks
from experiments.sal.synaptic_noise.inputs import ARMS, noise

SIZE = (7.0, 3.9)


def observe(recordings):
    """Courses, ends, paired tests and the law of pairs: see `experiments.sal.common.sampling_networks`."""
    return {**sampling_networks.observe(recordings, ARMS), "law": sampling_networks.laws(recordings, ARMS, noise)}


def draw(tables, fig):
    """Panels a, b: over the cycles; c, d: at the end, over the noise; e: the same networks with and without SAL."""
    sampling_networks.draw(tables, fig, noise="initial noise of the weights")
