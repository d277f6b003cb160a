"""Asymmetry of the weights and divergence from the target, over the cycles and over the noise of the learning rule."""

from experiments.sal.common import sampling_networks
from experiments.sal.plasticity_noise.inputs import ARMS

SIZE = (7.0, 3.9)


def observe(recordings):
    """Courses, ends, the paired test, and the rise of the divergence after its minimum.

    Returns
    -------
    dict
        ``course``, ``end``, ``test`` and ``rise``: see `experiments.sal.common.sampling_networks`.
    """
    tables = sampling_networks.observe(recordings, ARMS)
    return {**tables, "rise": sampling_networks.rises(tables)}


def draw(tables, fig):
    """Panels a, b: over the cycles; c, d: at the end, over the noise; e: the same networks in both arms."""
    sampling_networks.draw(tables, fig, noise="noise of the STDP amplitudes")
