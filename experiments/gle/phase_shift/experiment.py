"""Responses of single neurons and of their error neurons to sines, for short, equal and long look-ahead."""

from dataclasses import dataclass

from brian2 import Network, NeuronGroup, Quantity, StateMonitor, defaultclock, ms

from experiments.gle.phase_shift.inputs import TRACED, grid
from models.base import attach, param
from models.gle import single


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    dt: Quantity = param(0.01 * ms, "time step", r"\Delta t", "as in Fig. 5")
    record: Quantity = param(0.1 * ms, "time between two recorded values", r"\Delta t_\mathrm{rec}", "choice")


OBJECTS = {"units": single.probe}
FINAL = ["units.r_sine", "units.r_cosine", "units.e_sine", "units.e_cosine"]


def network(p: Structure) -> Network:
    """Build one group with all combinations of time constants and frequencies.

    Parameters
    ----------
    p : Structure
        Time steps.

    Returns
    -------
    Network
        Group ``units``, monitor ``traces`` of three neurons.
    """
    defaultclock.dt = p.dt
    units = NeuronGroup(len(grid()), name="units", **OBJECTS["units"].kwargs())
    attach([units], OBJECTS)
    traces = StateMonitor(
        units, ["s", "r", "error"], record=list(range(len(TRACED))), dt=p.record, when="start", order=0, name="traces"
    )
    return Network(units, traces)
