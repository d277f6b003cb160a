"""Ten cascades of four lagged neurons, or four layers of mixed populations, answer a short pulse."""

from dataclasses import dataclass

from brian2 import Network, Quantity, StateMonitor, ms

from experiments.gle.cascade.inputs import N_LAYERS, WIDTH
from models.base import param
from models.gle import inference
from models.gle.feedforward import feedforward, parts


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    dt: Quantity = param(0.01 * ms, "time step, look-ahead of neurons that only look back", r"\Delta t", "as in Fig. 5")
    n_steps: int = param(6000, "time steps that the table of the input lasts", "n", "choice")
    record: Quantity = param(0.01 * ms, "time between two recorded rates", r"\Delta t_\mathrm{rec}", "choice")


@dataclass(frozen=True)
class Inputs:
    """Which network."""

    network: str = param(
        "cascades",
        "cascades (ten of four equal neurons) or mixed (random weights)",
        "",
        "our design",
        valid="one of cascades, mixed",
    )


OBJECTS = parts(N_LAYERS)
FINAL = [f"layer_{k}.{tau}" for k in range(1, N_LAYERS + 1) for tau in ("tau_m", "tau_r")]


def network(p: Structure) -> Network:
    """Build four layers of ten neurons behind one input.

    Parameters
    ----------
    p : Structure
        Time steps.

    Returns
    -------
    Network
        The objects of `models.gle.feedforward`, monitors ``rates_1`` to ``rates_4``.
    """
    objects = feedforward(OBJECTS, N_LAYERS * [WIDTH], p.dt, p.n_steps)
    monitors = [
        StateMonitor(objects[f"layer_{k}"], "r", record=True, dt=p.record, when="end", order=0, name=f"rates_{k}")
        for k in range(1, N_LAYERS + 1)
    ]
    together = Network(*objects.values(), *monitors)
    together.schedule = inference.SCHEDULE
    return together
