"""The temporal tasks for GLE, numbers as rates; its figure is that of all rules."""

import itertools
from dataclasses import dataclass

from brian2 import Network, Quantity, StateMonitor, ms, second

from experiments.contest.common.keys import Temporal
from experiments.contest.temporal.inputs import N_LAYERS
from models.base import param
from models.gle import copies


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_hidden: int = param(40, "neurons of a hidden layer", "H", "our design")
    n_classes: int = param(2, "classes", "K", "data")
    n_copies: int = param(50, "copies of the network, each with its own sequence", "B", "our design")
    n_steps: int = param(60, "time steps of a sequence, one for each number", "T", "our design")
    n_samples: int = param(2000, "sequences in the table", "S", "our design")
    n_taught: int = param(20, "batches of an epoch", "", "our design: 1000 sequences")
    n_unseen: int = param(0, "batches of an epoch that are only looked at: rounds do that", "", "our design")
    n_epochs: int = param(10, "epochs that one round can show", "", "our design")
    probed: bool = param(True, "weights are recorded as a round begins, to compare updates with gradients", "", "")
    dt: Quantity = param(0.2 * ms, "time step", r"\Delta t", "gle/mnist_1d")


@dataclass(frozen=True)
class Inputs(Temporal):
    """The task, and how the neurons are made."""

    n_slow: int = param(28, "neurons of a hidden layer that only look back", r"H_s", "gle/mnist_1d: two thirds")
    tau: Quantity = param(4 * ms, "longest time constant", r"\tau", "our design: a third of a sequence")
    prospective: bool = param(True, "errors look ahead", r"\pi", "gle/mnist_1d")
    eta_through: float = param(2.2e-2, "BPTT: learning rate of Adam", r"\eta_b", "16 points of a Sobol design", "> 0")
    tau_through: Quantity = param(12 * ms, "BPTT: longest time constant", r"\tau_b", "16 points of a Sobol design")


OBJECTS = copies.objects(N_LAYERS)

FINAL = copies.learned(N_LAYERS)


def network(p: Structure) -> Network:
    """Build all copies of the network.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        That of `models.gle.copies.build`; with monitors ``looks`` of the output, a time step after every batch, and
        ``weights_1``, ``biases_1`` and so on of all layers, once, as a round begins.
    """
    sizes = [1] + [p.n_hidden] * (N_LAYERS - 1) + [p.n_classes]
    net = copies.build(p, OBJECTS, sizes[1:])
    of, every = {one.name: one for one in net.objects}, p.n_steps * p.dt
    top = of[f"layer_{N_LAYERS}"]
    net.add(StateMonitor(top, "hits_unseen", record=True, dt=every, when="end", order=0, name="looks"))
    once = {"dt": 100 * second, "when": "start", "order": -9}
    for k, (below, size) in enumerate(itertools.pairwise(sizes), start=1) if p.probed else ():
        net.add(StateMonitor(of[f"to_{k}"], "w", record=range(below * size), name=f"weights_{k}", **once))
        net.add(StateMonitor(of[f"bias_{k}"], "w", record=range(size), name=f"biases_{k}", **once))
    return net
