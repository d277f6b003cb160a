"""The recurrent network of all e-prop 1 experiments: every trial of a run in one compiled program."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    Quantity,
    StateMonitor,
    TimedArray,
    defaultclock,
    ms,
)

from dense import DenseSynapses, VectorGroup
from models.base import Model, attach, link, param
from models.eprop import readouts, spiking, trials


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program: sizes, lengths of tables and trials."""

    n_in: int = param(100, "input neurons", r"n_\mathrm{in}", "authors' tutorial")
    n_rec: int = param(100, "recurrent neurons", r"n_\mathrm{rec}", "authors' tutorial")
    n_out: int = param(1, "readouts", r"n_\mathrm{out}", "authors' tutorial")
    n_steps: int = param(1000, "steps of one trial", "T", "authors' tutorial")
    n_answer: int = param(1000, "steps between two answers that are recorded", r"T_\mathrm{answer}", "our design")
    n_pattern: int = param(100000, "entries of the table of spike probabilities", r"n_p", "our design")
    n_target: int = param(1000, "entries of the table of targets", r"n_y", "our design")
    dt: Quantity = param(1 * ms, "time step", r"\Delta t", "authors' tutorial")


FINAL = ["in_rec.w", "rec_rec.w", "rec_out.w", "feedback.b"]


def objects(readout: Model = readouts.readout, synapse: Model = spiking.synapse) -> dict[str, Model]:
    """Name the objects of the network.

    Parameters
    ----------
    readout : Model
        `readouts.readout` or `readouts.classifier`.
    synapse : Model
        `spiking.synapse`, or `spiking.adaptive_synapse` if there are adaptive neurons.

    Returns
    -------
    dict
        Brian2 object name to model.
    """
    return {
        "schedule": trials.schedule,
        "stimulus": spiking.inputs,
        "recurrent": spiking.neuron,
        "readout": readout,
        "in_rec": synapse,
        "rec_rec": synapse,
        "rec_out": spiking.output_synapse,
        "feedback": spiking.feedback,
        "mean_rate": spiking.mean_rate,
        **({"pool": readouts.pool} if readout is readouts.classifier else {}),
    }


def wired(
    p: Structure, models: dict[str, Model], answer: Quantity, dtype: type = np.float64, **keywords: Any
) -> dict[str, NeuronGroup | DenseSynapses]:
    """Build the objects of the network, all-to-all, without monitors.

    Connections of recurrent neurons to themselves exist, with weight 0 and mask 0.

    Parameters
    ----------
    p : Structure
        Sizes and time step.
    models : dict
        What `objects` returns.
    answer : Quantity, second
        Time between two answers.
    dtype : type
        Of neurons and synapses. What the readouts compute is in double precision: exponentials overflow early.
    **keywords
        Further arguments of all synapses.

    Returns
    -------
    dict
        Name to object, in the order of the network.
    """
    defaultclock.dt = p.dt
    pattern = TimedArray(np.zeros(p.n_pattern), dt=p.dt, name="pattern")
    target = TimedArray(np.zeros(p.n_target), dt=p.dt, name="target")

    def precision(name: str) -> type:
        return np.float64 if name in ("readout", "pool") else dtype

    def group(name: str, n: int, **more: Any) -> NeuronGroup:
        tables = {"stimulus": {"pattern": pattern}, "readout": {"target": target}}.get(name, {})
        kind = partial(VectorGroup, dtype=np.float32) if precision(name) == np.float32 else NeuronGroup
        return kind(n, name=name, **more, **models[name].kwargs(**tables))

    schedule = group("schedule", 1, dt=p.n_steps * p.dt)
    stimulus = group("stimulus", p.n_in)
    recurrent = group("recurrent", p.n_rec)
    readout = group("readout", p.n_out, order=-9)
    net = [schedule, stimulus, recurrent, readout]
    link(net, models)
    ends = {
        "in_rec": (stimulus, recurrent),
        "rec_rec": (recurrent, recurrent),
        "rec_out": (recurrent, readout),
        "feedback": (readout, recurrent),
        "mean_rate": (recurrent, schedule),
        **({"pool": (readout, readout)} if "pool" in models else {}),
    }
    for name, (source, goal) in ends.items():
        of = {"dtype": precision(name), **keywords, **models[name].kwargs()}
        net.append(DenseSynapses(source, goal, name=name, **of))
        net[-1].connect()
    attach(net, models, trial=p.n_steps * p.dt, answer=answer)
    return {one.name: one for one in net}


def build(p: Structure, models: dict[str, Model]) -> Network:
    """Build the network, and what is recorded.

    Parameters
    ----------
    p : Structure
        Sizes and time step.
    models : dict
        What `objects` returns.

    Returns
    -------
    Network
        The objects of `wired`, with the monitors ``losses`` and ``activity`` (end of every trial), ``answers``
        (classification), and, in watched trials, ``stimulus_spikes``, ``recurrent_spikes``, ``cells`` (shown neurons)
        and ``outputs``. What ``outputs`` holds at t, and the learning signals of ``cells``, belong to the step before.
    """
    trial, answer = p.n_steps * p.dt, p.n_answer * p.dt
    net = wired(p, models, answer)
    schedule, stimulus, recurrent, readout = list(net.values())[:4]
    classifies = "pool" in models
    # Just before the trial is reset: loss and rate of the trial that ended.
    at_end = {"dt": trial, "when": "after_resets", "order": 6}
    monitors = [
        StateMonitor(readout, "loss", record=True, name="losses", **at_end),
        StateMonitor(schedule, "activity", record=True, name="activity", **at_end),
    ]
    if classifies:
        at_end["dt"] = answer
        monitors.append(StateMonitor(readout, ["evidence", "asked"], record=True, name="answers", **at_end))
    # The readout of the step before is recorded before the end of a trial resets it.
    readout.set_event_schedule("watched_step", when="after_groups", order=5)
    of_readout = ["y", "goal", "p"] if classifies else ["y", "goal"]
    of_cell = ["v", "a", "learning_signal"]
    monitors += [
        EventMonitor(stimulus, "watched_spike", name="stimulus_spikes"),
        EventMonitor(recurrent, "watched_spike", name="recurrent_spikes"),
        EventMonitor(recurrent, "watched_step", of_cell, name="cells"),
        EventMonitor(readout, "watched_step", of_readout, when="after_groups", order=6, name="outputs"),
    ]
    network = Network(*net.values(), *monitors)
    network.schedule = trials.SCHEDULE
    return network
