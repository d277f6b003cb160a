"""Asymmetry of the weights and divergence from the target, over the cycles and over the noise of the learning rule."""

from experiments.sal.common import sampling_networks
from experiments.sal.plasticity_noise.inputs import ARMS

SIZE = (7.0, 3.9)


def observe(recordings):
    """Courses, ends, the paired test, and the rise of the divergence after its minimum.

    Returns
    -------
    dict
        ``course``, ``end`` and ``test``: see `sampling_networks`. ``rise``: keys of a network and ``rise``,
        the divergence at the end over its smallest value on the way.
    """
    tables = sampling_networks.observe(recordings, ARMS)
    keys = ["point", *sampling_networks.KEYS]
    lowest = tables["course"].groupby(keys, as_index=False)["divergence"].min()
    rise = tables["end"].merge(lowest, on=keys, suffixes=("", "_lowest"))
    return {**tables, "rise": rise[keys].assign(rise=rise["divergence"] / rise["divergence_lowest"])}


def draw(tables, fig):
    """Panels a, b: over the cycles; c, d: at the end, over the noise; e: the same networks with and without SAL."""
    sampling_networks.draw(tables, fig, noise="noise of the STDP amplitudes", short=100_000)
