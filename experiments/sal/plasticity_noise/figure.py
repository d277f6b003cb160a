"""The panels of ``synaptic_noise``, over the noise of the learning rule."""

from experiments.sal.synaptic_noise import figure as common

SIZE = (7.0, 3.9)


def observe(recordings):
    """Courses, ends, the paired test, and the rise of the divergence after its minimum.

    Returns
    -------
    dict
        ``course``, ``end`` and ``test``: see ``synaptic_noise``. ``rise``: keys of a network and ``rise``, the
        divergence at the end over its smallest value on the way.
    """
    tables = common.observe(recordings)
    lowest = tables["course"].groupby(["point", *common.KEYS], as_index=False)["divergence"].min()
    rise = tables["end"].merge(lowest, on=["point", *common.KEYS], suffixes=("", "_lowest"))
    rise["rise"] = rise["divergence"] / rise["divergence_lowest"]
    return {**tables, "rise": rise[["point", *common.KEYS, "rise"]]}


def draw(tables, fig):
    """Panels a, b: over the cycles; c, d: at the end, over the noise; e: the same networks with and without SAL."""
    common.draw(tables, fig, noise="noise of the STDP amplitudes", short=100_000)
