"""Three rules that copy the weights of one layer into its feedback, side by side, each with its own time step."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, TimedArray, defaultclock, ms, second

from models.base import attach, param
from models.sal import layered, rdd, stdwi


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_in: int = param(50, "neurons of the lower layer", r"n_\mathrm{in}", "authors' program")
    n_out: int = param(50, "neurons of the upper layer", r"n_\mathrm{out}", "authors' program")
    n_stimuli: int = param(1001, "stimuli, one after the other", r"n_s", "authors' program")
    stimulus: Quantity = param(100 * ms, "length of a stimulus", r"T_s", "authors' program")
    n_sources: int = param(
        10, "sources of each input of RDD: together they are nearly a Poisson process", r"n_r", "our choice"
    )
    dt_sal: Quantity = param(0.1 * ms, "time step of SAL, tau_ref / 10", r"\Delta t_\mathrm{SAL}", "authors' program")
    dt_rdd: Quantity = param(1 * ms, "time step of RDD", r"\Delta t_\mathrm{RDD}", "authors' program")
    dt_stdwi: Quantity = param(0.25 * ms, "time step of STDWI", r"\Delta t_\mathrm{STDWI}", "authors' program")
    cycle: Quantity = param(1 * second, "interval between two updates of SAL", r"T_\mathrm{SAL}", "authors' program")
    update: Quantity = param(10 * second, "interval between two updates of RDD", r"T_\mathrm{RDD}", "our choice")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    part: float = param(0.2, "fraction of the inputs that a stimulus drives", "f", "authors' program")
    gain_rdd: float = param(10.0, "forward weights of RDD over W / sd(W)", r"g_\mathrm{RDD}", "authors' program")
    gain_stdwi: float = param(75.0, "forward weights of STDWI over W", r"g_\mathrm{STDWI}", "authors' program")


OBJECTS = {
    "lower": layered.neuron,
    "upper": layered.neuron,
    "sal_feedback": layered.feedback,
    "rdd_stimulus": rdd.stimulus,
    "rdd_drive": rdd.drive,
    "rdd_lower": rdd.neuron,
    "rdd_upper": rdd.neuron,
    "rdd_feedback": rdd.feedback,
    "stdwi_stimulus": stdwi.stimulus,
    "stdwi_drive": stdwi.drive,
    "stdwi_lower": stdwi.neuron,
    "stdwi_upper": stdwi.neuron,
    "stdwi_feedback": stdwi.feedback,
}
FINAL = ["sal_feedback.w", "rdd_feedback.w", "stdwi_feedback.w"]


def sal(p: Structure) -> tuple:
    """Return the layers that are aligned by SAL; no input drives them."""
    lower = NeuronGroup(p.n_in, dt=p.dt_sal, name="lower", **OBJECTS["lower"].kwargs())
    upper = NeuronGroup(p.n_out, dt=p.dt_sal, name="upper", **OBJECTS["upper"].kwargs())
    ends = 10 * p.dt_sal
    forward = Synapses(lower, upper, name="sal_forward", delay={"off": ends}, **layered.forward.kwargs())
    feedback = Synapses(upper, lower, name="sal_feedback", delay={"off": ends}, **OBJECTS["sal_feedback"].kwargs())
    forward.connect()
    feedback.connect()
    memories = []
    for group in (lower, upper):
        delay = {"recovers": ends, "leaves": 2 * ends}
        memory = Synapses(group, group, name=f"memory_{group.name}", delay=delay, **layered.memory.kwargs())
        memory.connect(j="i")
        memory.leaves.order, memory.recovers.order = -2, -1
        memories.append(memory)
    for order, pathway in enumerate((forward.off, feedback.off, forward.on, feedback.on, feedback.post)):
        pathway.order = order
    attach([lower, upper, feedback], OBJECTS, cycle=p.cycle)
    return feedback, lower, upper, forward, *memories


def regression(p: Structure, active: TimedArray) -> tuple:
    """Return the layers of RDD."""
    dt = p.dt_rdd
    sources = np.arange(p.n_in * p.n_sources)
    stimulus = NeuronGroup(sources.size, dt=dt, name="rdd_stimulus", **OBJECTS["rdd_stimulus"].kwargs(active=active))
    lower = NeuronGroup(p.n_in, dt=dt, name="rdd_lower", **OBJECTS["rdd_lower"].kwargs())
    upper = NeuronGroup(p.n_out, dt=dt, name="rdd_upper", **OBJECTS["rdd_upper"].kwargs())
    ends = {"ends": 30 * dt}
    drive = Synapses(stimulus, lower, dt=dt, name="rdd_drive", delay=ends, **OBJECTS["rdd_drive"].kwargs())
    drive.connect(i=sources, j=sources // p.n_sources)
    forward = Synapses(lower, upper, dt=dt, name="rdd_forward", delay=ends, **rdd.forward.kwargs())
    feedback = Synapses(upper, lower, dt=dt, name="rdd_feedback", **OBJECTS["rdd_feedback"].kwargs())
    memory = Synapses(upper, upper, dt=dt, name="rdd_memory", delay=ends, **rdd.memory.kwargs())
    forward.connect()
    feedback.connect()
    memory.connect(j="i")
    # The regression sees the PSPs of the time step before any of them ends.
    pathways = (feedback.opening, feedback.closing, drive.ends, forward.ends, memory.ends, drive.begins, forward.begins)
    for order, pathway in enumerate(pathways):
        pathway.order = order
    attach([stimulus, lower, upper, drive, feedback], OBJECTS, update=p.update)
    return feedback, stimulus, lower, upper, drive, forward, memory


def inference(p: Structure, active: TimedArray) -> tuple:
    """Return the layers of STDWI."""
    dt = p.dt_stdwi
    stimulus = NeuronGroup(p.n_in, dt=dt, name="stdwi_stimulus", **OBJECTS["stdwi_stimulus"].kwargs(active=active))
    lower = NeuronGroup(p.n_in, dt=dt, name="stdwi_lower", **OBJECTS["stdwi_lower"].kwargs())
    upper = NeuronGroup(p.n_out, dt=dt, name="stdwi_upper", **OBJECTS["stdwi_upper"].kwargs())
    drive = Synapses(stimulus, lower, dt=dt, name="stdwi_drive", **OBJECTS["stdwi_drive"].kwargs())
    drive.connect(j="i")
    forward = Synapses(lower, upper, dt=dt, name="stdwi_forward", **stdwi.forward.kwargs())
    feedback = Synapses(upper, lower, dt=dt, name="stdwi_feedback", **OBJECTS["stdwi_feedback"].kwargs())
    forward.connect()
    feedback.connect()
    for order, pathway in enumerate((drive.pre, forward.pre, feedback.pre)):
        pathway.order = order
    attach([stimulus, lower, upper, drive, feedback], OBJECTS)
    return feedback, stimulus, lower, upper, drive, forward


def network(p: Structure) -> Network:
    """Build all three; synapse n i + j of a feedback leads from upper neuron i to lower neuron j."""
    defaultclock.dt = p.dt_sal
    tables = [
        TimedArray(np.zeros((p.n_stimuli, p.n_in)), dt=p.stimulus, name=name) for name in ("active_rdd", "active_stdwi")
    ]
    systems = [sal(p), regression(p, tables[0]), inference(p, tables[1])]
    index = list(range(p.n_in * p.n_out))
    weights = [
        StateMonitor(system[0], "w", record=index, dt=1 * second, when="start", order=2, name=f"{name}_weights")
        for name, system in zip(("sal", "rdd", "stdwi"), systems, strict=True)
    ]
    return Network(*(obj for system in systems for obj in system), weights)
