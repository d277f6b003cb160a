"""Cortical microcircuits with three kinds of feedback learn from a teacher, all in one run."""

from dataclasses import dataclass

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    Quantity,
    StateMonitor,
    Synapses,
    TimedArray,
    defaultclock,
    linked_var,
    ms,
    second,
)

from models.base import attach, link, param
from models.sal import microcircuit as circuit


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_runs: int = param(10, "circuits of each of the three algorithms", "n", "authors' program: 20")
    n_patterns: int = param(1040, "patterns, one after the other", r"n_p", "authors' program: 3900")
    n_epoch: int = param(26, "patterns of an epoch", r"n_e", "authors' program")
    dt: Quantity = param(1 * ms, "time step, tau_ref / 10", r"\Delta t", "authors' program")
    t_psp: Quantity = param(10 * ms, "length of the PSP", r"t_\mathrm{psp}", "authors' program")
    pattern: Quantity = param(5 * second, "length of a pattern", "T", "authors' program: 20 s")
    window: Quantity = param(1 * second, "length of the averaging window", r"t_\mathrm{avg}", "authors' program: 2 s")


@dataclass(frozen=True)
class Inputs:
    """What the tables of a point are made from."""

    w_teacher: float = param(2.0, "both forward weights of the teacher", r"W^*", "authors' program")
    w_range: float = param(3.0, "initial weights are uniform between minus and plus this", r"w_0", "authors' program")
    n_train: int = param(15, "training patterns of an epoch; they come first", r"n_\mathrm{train}", "authors' program")
    n_align: int = param(5, "patterns of an epoch in which feedback is aligned", r"n_\mathrm{sal}", "authors' program")


OBJECTS = {
    "afferents": circuit.afferent,
    "hidden": circuit.hidden,
    "outputs": circuit.output,
    "interneurons": circuit.interneuron,
    "basal": circuit.basal,
    "forward": circuit.forward,
    "feedback": circuit.feedback,
}
FINAL = ["basal.w", "forward.w", "feedback.w"]


def network(p: Structure) -> Network:
    """Build all circuits; circuit k is element k of every group: SAL first, then FA, then BP."""
    models = {**OBJECTS, "schedule": circuit.schedule}
    defaultclock.dt = p.dt
    n = 3 * p.n_runs
    pattern = TimedArray(np.zeros((p.n_patterns + 1, n)), dt=p.pattern, name="pattern")
    goal = TimedArray(np.zeros((p.n_patterns + 1, n)), dt=p.pattern, name="goal")
    phase = TimedArray(np.zeros(p.n_patterns + 1), dt=p.pattern, name="phase")
    schedule = NeuronGroup(1, dt=p.window, name="schedule", **circuit.schedule.kwargs(phase=phase))
    afferents = NeuronGroup(n, name="afferents", **OBJECTS["afferents"].kwargs(pattern=pattern))
    hidden = NeuronGroup(n, name="hidden", **OBJECTS["hidden"].kwargs())
    outputs = NeuronGroup(n, name="outputs", **OBJECTS["outputs"].kwargs(goal=goal))
    interneurons = NeuronGroup(n, name="interneurons", **OBJECTS["interneurons"].kwargs())

    # Before the synapses are made, which would not know the variables otherwise.
    groups = [schedule, afferents, hidden, outputs, interneurons]
    link(groups, models)
    outputs.z_other = linked_var(interneurons, "z")
    outputs.z_other_sum = linked_var(interneurons, "z_sum")

    synapses = {
        "basal": Synapses(afferents, hidden, name="basal", delay={"learn": p.dt}, **OBJECTS["basal"].kwargs()),
        "forward": Synapses(hidden, outputs, name="forward", delay={"learn": p.dt}, **OBJECTS["forward"].kwargs()),
        "feedback": Synapses(outputs, hidden, name="feedback", **OBJECTS["feedback"].kwargs()),
    }
    delays = {"ends": p.t_psp, "leaves": p.window, "has_left": p.window + p.t_psp}
    memories = [
        Synapses(group, group, name=f"memory_{group.name}", delay=delays, **circuit.memory.kwargs())
        for group in (afferents, hidden, outputs, interneurons)
    ]
    for links in (*synapses.values(), *memories):
        links.connect(i=np.arange(n), j=np.arange(n))
    for links in memories:
        for order, pathway in enumerate((links.ends, links.begins, links.leaves, links.has_left)):
            pathway.order = order
    for order, pathway in enumerate(
        (synapses["basal"].learn, synapses["forward"].learn, synapses["feedback"].pre, synapses["feedback"].post)
    ):
        pathway.order = 5 + order

    link([schedule, synapses["basal"], synapses["forward"]], models)
    attach(groups, models, pattern=p.pattern)
    index = list(range(n))
    judged = StateMonitor(outputs, "u_sum", record=True, dt=p.pattern, when="start", order=1, name="judged")
    epoch = p.n_epoch * p.pattern
    weights = [
        StateMonitor(links, "w", record=index, dt=epoch, when="start", order=3 + k, name=f"{name}_weights")
        for k, (name, links) in enumerate(synapses.items())
    ]
    return Network(*groups, *synapses.values(), memories, judged, weights)
