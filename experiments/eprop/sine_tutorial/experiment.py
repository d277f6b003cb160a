"""A recurrent spiking network learns to draw one second of a sum of sines, online (e-prop 1)."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, TimedArray, defaultclock, ms

from models import eprop
from models.base import param


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_in: int = param(100, "input neurons", r"n_\mathrm{in}", "authors' tutorial")
    n_rec: int = param(100, "recurrent neurons", r"n_\mathrm{rec}", "authors' tutorial")
    n_steps: int = param(1000, "steps of one trial", "T", "authors' tutorial")
    dt: Quantity = param(1 * ms, "time step", r"\Delta t", "authors' tutorial")
    sample: Quantity = param(5 * ms, "sampling interval of the recorded readout")


@dataclass(frozen=True)
class Inputs:
    """What the arrays of a point are made from."""

    p_spike: float = param(0.05, "spike probability of an input neuron per step", "p", "authors' tutorial")
    symmetric: bool = param(False, "feedback weights start as a copy of the output weights")
    scale: float = param(1.0, "factor of the feedback weights; 0 leaves only readout and rate regularisation to learn")


OBJECTS = {
    "stimulus": eprop.inputs,
    "recurrent": eprop.neuron,
    "readout": eprop.readout,
    "in_rec": eprop.synapse,
    "rec_rec": eprop.synapse,
    "rec_out": eprop.output_synapse,
    "feedback": eprop.feedback,
}
FINAL = ["rec_out.w", "feedback.b"]


def network(p: Structure) -> Network:
    """Return 100 inputs, 100 recurrent neurons without autapses, one readout and its feedback."""
    defaultclock.dt = p.dt
    trial = p.n_steps * p.dt
    frozen = TimedArray(np.zeros((p.n_steps, p.n_in)), dt=p.dt, name="frozen")
    target = TimedArray(np.zeros((p.n_steps, 1)), dt=p.dt, name="target")

    stimulus = NeuronGroup(p.n_in, name="stimulus", **eprop.inputs.kwargs(frozen=frozen))
    recurrent = NeuronGroup(p.n_rec, name="recurrent", **eprop.neuron.kwargs())
    readout = NeuronGroup(1, name="readout", order=-5, **eprop.readout.kwargs(target=target))

    in_rec = Synapses(stimulus, recurrent, name="in_rec", **eprop.synapse.kwargs())
    rec_rec = Synapses(recurrent, recurrent, name="rec_rec", **eprop.synapse.kwargs())
    rec_out = Synapses(recurrent, readout, name="rec_out", **eprop.output_synapse.kwargs())
    feedback = Synapses(readout, recurrent, name="feedback", **eprop.feedback.kwargs())
    in_rec.connect()
    pre, post = np.nonzero(~np.eye(p.n_rec, dtype=bool))
    rec_rec.connect(i=pre, j=post)
    rec_out.connect()
    feedback.connect()

    objects = [stimulus, recurrent, readout, in_rec, rec_rec, rec_out, feedback]
    for obj in objects:
        OBJECTS[obj.name].add_steps(obj, trial=trial)

    # Just before the trial is reset: loss and rates of the trial that ended, learnt weights of the next one.
    at_end = {"dt": trial, "when": "after_resets", "order": 6}
    losses = StateMonitor(readout, "loss", record=True, name="losses", **at_end)
    rates = StateMonitor(recurrent, "rate", record=True, name="rates", **at_end)
    drawn = StateMonitor(readout, ["y", "goal"], record=True, dt=p.sample, when="groups", order=-3, name="drawn")
    net = Network(*objects, losses, rates, drawn)
    net.schedule = eprop.SCHEDULE
    return net
