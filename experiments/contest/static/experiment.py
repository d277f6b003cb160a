"""The static task for GLE, whose errors are those of backpropagation; its figure is that of all rules."""

from dataclasses import dataclass

from brian2 import Network, Quantity, StateMonitor, ms, second

from experiments.contest.common.keys import Static
from models.base import param
from models.gle.layers import parts, stack

N_LAYERS = 3


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_0: int = param(64, "inputs", "n_0", "8 x 8 digits")
    n_1: int = param(64, "neurons of the first layer", "n_1", "our design")
    n_2: int = param(32, "neurons of the second layer", "n_2", "our design")
    n_3: int = param(10, "classes", "n_3", "data")
    n_rows: int = param(1700, "samples in the table", r"n_\mathrm{rows}", "our design")
    n_presentations: int = param(10000, "samples that one round can show", r"n_\mathrm{shown}", "our design")
    batch: int = param(10, "samples between two steps of Adam", r"n_b", "gle/spatial")
    block: int = param(100, "samples between two counts of right answers", "", "our design", ">= 1")
    probed: bool = param(True, "weights are recorded as a round begins, to compare updates with gradients", "", "")
    shown: int = param(6, "time steps that a sample is shown: twice the layers", r"n_x", "gle/spatial")
    dt: Quantity = param(0.2 * ms, "time step", r"\Delta t", "gle/spatial")


@dataclass(frozen=True)
class Inputs(Static):
    """The task, and how the neurons are made."""

    tau: Quantity = param(1.2 * ms, "membrane time constant and look-ahead of all neurons", r"\tau", "gle/spatial")
    eta: float = param(2e-3, "learning rate of Adam, weights and biases", r"\eta", "gle/spatial", valid="> 0")
    settled: bool = param(False, "only the last time step of a sample teaches", r"n_0", "gle/spatial")


OBJECTS = parts(N_LAYERS)
ADAM = {"to": ("w", "first", "square", "count"), "layer": ("b", "first_b", "square_b", "count_b")}
FINAL = [f"{kind}_{k}.{name}" for k in range(1, N_LAYERS + 1) for kind, names in ADAM.items() for name in names]


def network(p: Structure) -> Network:
    """Build three layers behind the input.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        The objects of `models.gle.layers.stack`; monitors ``answers`` of the output, a time step after each block, and
        ``weights_1``, ``biases_1`` and so on of all layers, once, as a round begins.
    """
    objects = stack(
        OBJECTS,
        [p.n_0, p.n_1, p.n_2, p.n_3],
        p.dt,
        samples=p.n_rows,
        presentations=p.n_presentations,
        shown=p.shown,
        interval=p.batch * p.shown * p.dt,
    )
    last = objects[f"layer_{N_LAYERS}"]
    every = p.block * p.shown * p.dt
    answers = StateMonitor(last, "hits_unseen", record=True, dt=every, when="end", order=0, name="answers")
    monitors, once = [answers], {"record": True, "dt": 100 * second, "when": "start", "order": -9}
    for k in range(1, N_LAYERS + 1) if p.probed else ():
        every_weight = once | {"record": range(len(objects[f"to_{k}"].source) * len(objects[f"to_{k}"].target))}
        monitors.append(StateMonitor(objects[f"to_{k}"], "w", name=f"weights_{k}", **every_weight))
        monitors.append(StateMonitor(objects[f"layer_{k}"], "b", name=f"biases_{k}", **once))
    return Network(*objects.values(), *monitors)
