"""The layered spiking network of all experiments: every presentation of a run in one compiled program."""

from dataclasses import dataclass

import numpy as np
from brian2 import EventMonitor, Network, NeuronGroup, Quantity, Synapses, TimedArray, defaultclock, ms

from models.base import attach, link, param
from models.gupta import rule


@dataclass(frozen=True)
class Structure:
    """Sizes of the layers and of the tables of samples and presentations."""

    n_0: int = param(8, "input neurons", r"n_0", "our design, IRIS")
    n_1: int = param(20, "neurons of hidden layer 1", r"n_1", "our design, IRIS")
    n_2: int = param(20, "neurons of hidden layer 2", r"n_2", "our design, IRIS")
    n_3: int = param(2, "output neurons, one a class; every layer has as many assemblies", r"n_3", "our design")
    n_rows: int = param(100, "samples that one run can show", r"n_\mathrm{rows}", "our design, IRIS")
    n_presentations: int = param(5070, "presentations that one run can hold", r"n_\mathrm{shown}", "our design, IRIS")
    dt: Quantity = param(0.5 * ms, "time step", r"\mathrm{d}t", "our design")


OBJECTS = {
    "schedule": rule.schedule,
    "neurons": rule.neuron,
    "synapses": rule.synapse,
    "teacher": rule.teacher,
    "association": rule.association,
    "interneurons": rule.interneuron,
    "recruitment": rule.recruitment,
    "inhibition": rule.inhibition,
}
FINAL = ["synapses.w", "neurons.b"]


def network(p: Structure) -> Network:
    """Build the layered network, its teacher and its interneurons.

    Neurons are numbered layer by layer; neuron j of a layer belongs to assembly j mod n_3. Interneuron
    n_3 (l - 1) + c serves assembly c of layer l.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        Everything, with the monitors ``readout`` (voltage and earliness of the output neurons at the end of every
        presentation) and ``spikes``, ``teacher_spikes``, ``interneuron_spikes`` (watched presentations only).
    """
    defaultclock.dt = p.dt
    sizes = [p.n_0, p.n_1, p.n_2, p.n_3]
    layer = np.repeat(np.arange(len(sizes)), sizes)
    assembly = np.concatenate([np.arange(size) % p.n_3 for size in sizes])

    names = ("order", "labels", "training", "watched")
    tables = {name: TimedArray(np.zeros(p.n_presentations), dt=p.dt, name=name) for name in names}
    pattern = TimedArray(np.zeros((p.n_rows, p.n_0)), dt=p.dt, name="pattern")

    schedule = NeuronGroup(1, **OBJECTS["schedule"].kwargs(**tables), name="schedule")
    neurons = NeuronGroup(layer.size, **OBJECTS["neurons"].kwargs(pattern=pattern), name="neurons")
    teacher = NeuronGroup(p.n_3, **OBJECTS["teacher"].kwargs(), name="teacher")
    interneurons = NeuronGroup(p.n_3 * (len(sizes) - 1), **OBJECTS["interneurons"].kwargs(), name="interneurons")
    link([schedule, neurons, teacher, interneurons], OBJECTS)
    # The stimulus is loaded in slot "start" of the very time step in which the input neurons may fire.
    neurons.set_event_schedule("onset", when="before_start", order=1)
    neurons.set_event_schedule("stimulus", when="before_start", order=2)
    attach([schedule, neurons, interneurons], OBJECTS)

    pre, post = np.nonzero(layer[:, None] + 1 == layer[None, :])
    members = np.flatnonzero(layer > 0)
    own = p.n_3 * (layer[members] - 1) + assembly[members]
    synapses = Synapses(neurons, neurons, **OBJECTS["synapses"].kwargs(), name="synapses")
    association = Synapses(teacher, neurons, **OBJECTS["association"].kwargs(), name="association")
    recruitment = Synapses(neurons, interneurons, **OBJECTS["recruitment"].kwargs(), name="recruitment")
    inhibition = Synapses(interneurons, neurons, **OBJECTS["inhibition"].kwargs(), name="inhibition")
    synapses.connect(i=pre, j=post)
    association.connect(i=assembly[members], j=members)
    recruitment.connect(i=members, j=own)
    inhibition.connect(i=own, j=members)
    # No two pathways write what another reads in the same time step; the order only has to be the same everywhere.
    pathways = (association.pre, synapses.volley, recruitment.pre, inhibition.pre, synapses.plasticity)
    for order, pathway in enumerate(pathways):
        pathway.order = order

    watched = [
        EventMonitor(group, "watched_spike", when="after_thresholds", order=1, name=name)
        for name, group in (("spikes", neurons), ("teacher_spikes", teacher), ("interneuron_spikes", interneurons))
    ]
    recorded = ["V", "a", "row", "label", "learning"]
    readout = EventMonitor(neurons, "readout", recorded, when="after_thresholds", order=1, name="readout")
    return Network(
        schedule, neurons, teacher, interneurons, synapses, association, recruitment, inhibition, readout, watched
    )
