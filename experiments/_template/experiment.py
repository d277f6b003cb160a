"""Template: a population of leaky integrators driven by their own noise. Copy the folder and replace everything."""

from dataclasses import dataclass

from brian2 import Network, NeuronGroup, Quantity, StateMonitor, defaultclock, ms

from models.base import Model, param


# A real experiment imports its models from models/; this one declares it here to stay in one folder.
@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the integrator."""

    tau_m: Quantity = param(20 * ms, "membrane time constant", r"\tau_m")
    sigma: float = param(1.0, "standard deviation in equilibrium", r"\sigma")


integrator = Model(
    name="integrator",
    text="Leaky integrator with white noise (Ornstein-Uhlenbeck process)",
    source="textbook",
    params=NeuronParams,
    equations="""
    dv/dt = -v / tau_m + sigma * sqrt(2 / tau_m) * xi : 1   # membrane voltage
    """,
    code={"method": "euler"},
    symbols={"v": "v"},
)


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program: keys network.<name> of config.yaml."""

    n: int = param(500, "neurons", "n")
    dt: Quantity = param(0.1 * ms, "time step", r"\Delta t")


OBJECTS = {"neurons": integrator}  # Brian2 objects whose parameters are set at run time: keys <object>.<name>
FINAL = ["neurons.v"]  # state variables whose end values are stored


def network(p: Structure) -> Network:
    """Return the Brian2 network: objects with names, monitors with names, no values, no seeds, no loops."""
    defaultclock.dt = p.dt
    neurons = NeuronGroup(p.n, name="neurons", **integrator.kwargs())
    trace = StateMonitor(neurons, "v", record=True, dt=10 * ms, when="start", order=0, name="trace")
    return Network(neurons, trace)
