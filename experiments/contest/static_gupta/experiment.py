"""The static task for Gupta's rule: every layer is told the class by a teacher of its own, and no error travels."""

from dataclasses import dataclass

from brian2 import Network, StateMonitor, second

from experiments.contest.common.keys import Static
from models.base import param
from models.gupta import network as layered
from models.gupta.network import FINAL, OBJECTS

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure(layered.Structure):
    """Sizes, and whether weights are recorded."""

    probed: bool = param(True, "weights are recorded as a round begins, to compare updates with gradients", "", "")


@dataclass(frozen=True)
class Inputs(Static):
    """The task."""


def network(p: Structure) -> Network:
    """Build the layers of `models.gupta.network`, and record their weights.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        With monitors ``weights`` and ``biases``, once, as a round begins.
    """
    net = layered.network(p)
    if p.probed:
        once = {"dt": 1000 * second, "when": "start", "order": -9}
        n_weights = p.n_0 * p.n_1 + p.n_1 * p.n_2 + p.n_2 * p.n_3
        net.add(StateMonitor(net["synapses"], "w", record=range(n_weights), name="weights", **once))
        net.add(StateMonitor(net["neurons"], "b", record=True, name="biases", **once))
    return net
