"""Asymmetry of the weights and divergence from the target, over the cycles and over the noise of the STDP windows."""

from experiments.sal.common import sampling_networks
from experiments.sal.noisy_windows.inputs import ARMS, noise

SIZE = (7.0, 3.9)


def observe(recordings):
    """Courses, ends and paired tests, what is known of pairs of weights exactly, and the rise of the divergence.

    Returns
    -------
    dict
        ``course``, ``end``, ``test``, ``rise`` and ``law``: see `experiments.sal.common.sampling_networks`.
    """
    tables = sampling_networks.observe(recordings, ARMS)
    return {**tables, "rise": sampling_networks.rises(tables), "law": sampling_networks.laws(recordings, ARMS, noise)}


def draw(tables, fig):
    """Panels a, b: over the cycles; c, d: at the end, over the noise; e: the same targets in all arms."""
    sampling_networks.draw(tables, fig, noise="noise of the STDP amplitudes")
