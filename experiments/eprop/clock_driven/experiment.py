"""The network of `eprop/sine_tutorial` with clock-driven eligibility traces, for every device."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, TimedArray, defaultclock, ms

from models.base import param
from models.eprop import clock_driven as eprop


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program: sizes, length of a trial."""

    n_in: int = param(100, "input neurons", r"n_\mathrm{in}", "authors' tutorial")
    n_rec: int = param(100, "recurrent neurons", r"n_\mathrm{rec}", "authors' tutorial")
    n_steps: int = param(1000, "steps of one trial", "T", "authors' tutorial")
    n_pause: int = param(3, "steps of the pause behind it, in which signals arrive", r"T_p", "our design")
    dt: Quantity = param(1 * ms, "time step", r"\Delta t", "authors' tutorial")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    p_spike: float = param(0.05, "spike probability of an input neuron per step", "p", "authors' tutorial")
    feedback: str = param(
        "random",
        "symmetric (stays equal to the output weights), random, uniform, adaptive or none",
        valid="one of symmetric, random, uniform, adaptive, none",
    )
    n_trials: int = param(200, "trials, each with an update of the weights", r"n_\mathrm{trials}", "authors' tutorial")


OBJECTS = {
    "stimulus": eprop.inputs,
    "recurrent": eprop.neuron,
    "readout": eprop.readout,
    "in_rec": eprop.synapse,
    "rec_rec": eprop.synapse,
    "rec_out": eprop.output_synapse,
    "feedback": eprop.feedback,
}
FINAL = ["in_rec.w", "rec_rec.w", "rec_out.w", "feedback.b"]


def network(p: Structure) -> Network:
    """Build inputs, recurrent neurons and one readout, all-to-all.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        Groups and synapses named as in `OBJECTS`; timed arrays ``pattern`` and ``target``, a row for each step of a
        trial; monitors ``losses`` and ``rates`` (in the first step after a trial) and ``outputs`` (every step).

    Raises
    ------
    ValueError
        The pause is too short for what is under way.
    """
    if p.n_pause < eprop.PAUSE:
        raise ValueError(f"network.n_pause is {p.n_pause}, but signals are under way for {eprop.PAUSE} steps")
    defaultclock.dt = p.dt
    trial = (p.n_steps + p.n_pause) * p.dt
    tables = {
        "stimulus": {"pattern": TimedArray(np.zeros((p.n_steps, p.n_in)), dt=p.dt, name="pattern")},
        "readout": {"target": TimedArray(np.zeros((p.n_steps, 1)), dt=p.dt, name="target")},
    }
    sizes = {"stimulus": p.n_in, "recurrent": p.n_rec, "readout": 1}
    groups = {
        name: NeuronGroup(n, name=name, **OBJECTS[name].kwargs(**tables.get(name, {}))) for name, n in sizes.items()
    }
    ends = {
        "in_rec": ("stimulus", "recurrent"),
        "rec_rec": ("recurrent", "recurrent"),
        "rec_out": ("recurrent", "readout"),
        "feedback": ("readout", "recurrent"),
    }
    synapses = {
        name: Synapses(groups[source], groups[target], name=name, **OBJECTS[name].kwargs())
        for name, (source, target) in ends.items()
    }
    for one in synapses.values():
        one.connect()
    for name, one in {**groups, **synapses}.items():
        OBJECTS[name].add_steps(one, trial=trial)
    at_end = {"record": True, "dt": trial, "when": "end", "order": 0}
    monitors = [
        StateMonitor(groups["readout"], "loss", name="losses", **at_end),
        StateMonitor(groups["recurrent"], "rate", name="rates", **at_end),
        StateMonitor(groups["readout"], ["y", "goal"], record=True, when="end", order=0, name="outputs"),
    ]
    together = Network(*groups.values(), *synapses.values(), *monitors)
    together.schedule = eprop.SCHEDULE
    return together
