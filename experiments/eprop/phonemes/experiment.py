"""Phonemes are recognised frame by frame by a network of LIF and adaptive LIF neurons that learns online."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import EventMonitor, Network, NeuronGroup, StateMonitor, TimedArray, defaultclock

from dense import DenseSynapses
from models.base import attach, link, param
from models.eprop import frames, spiking
from models.eprop.network import FINAL as WEIGHTS
from models.eprop.network import Structure as Sizes
from models.eprop.network import objects

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]

FINAL = [*WEIGHTS, "readout.bias"]


@dataclass(frozen=True)
class Structure(Sizes):
    """Sizes of the network and of the tables of features and labels."""

    n_in: int = param(39, "features of a frame", r"n_\mathrm{in}", "authors' code")
    n_rec: int = param(400, "recurrent neurons", r"n_\mathrm{rec}", "authors' code")
    n_out: int = param(61, "phonemes", r"n_\mathrm{out}", "TIMIT")
    n_steps: int = param(500, "steps of one trial: a sentence is cut into pieces that long", "T", "our design")
    n_frame: int = param(5, "steps of one frame", r"n_\mathrm{frame}", "authors' code")


@dataclass(frozen=True)
class Inputs:
    """The task, and how the network starts."""

    feedback: str = param("symmetric", "symmetric, random, adaptive, or none (readout alone)")
    regularised: bool = param(False, "without feedback: the rate is regularised nevertheless")
    data: str = param("speech", "speech (TIMIT or what stands in for it), or chain (Markov chain of phonemes)")
    source: str = param("auto", "auto, real or standin: which speech")
    n_iterations: int = param(1600, "batches", r"n_\mathrm{it}", "authors' code: 80 epochs")
    n_train: int = param(800, "training sentences", r"n_\mathrm{train}", "our design; TIMIT has 3696")
    n_test: int = param(100, "test sentences", r"n_\mathrm{test}", "our design; TIMIT has 192")
    n_adaptive: int = param(100, "neurons with an adaptive threshold", r"n_\mathrm{ALIF}", "authors' code")
    beta: float = param(1.8, "strength of the adaptation, normalised", r"\hat\beta", "authors' code")
    scale: float = param(0.1, "input weights start with this over the root of their number", r"\sigma_w", "our design")
    lag: int = param(2, "chain: frames by which labels come late", r"n_\mathrm{lag}", "our design")
    distance: float = param(2.0, "chain: mean distance of two phonemes, in standard deviations", "d", "our design")


OBJECTS = {
    **objects(frames.classifier, spiking.adaptive_synapse),
    "stimulus": frames.features,
    "in_rec": frames.feature_synapse,
    "pool": frames.pool,
}


def network(p: Structure) -> Network:
    """Build the network, all-to-all.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        With the monitors ``losses`` and ``activity`` (end of every trial), ``answers`` (of every frame, if asked for),
        and, in watched trials, ``features``, ``recurrent_spikes`` and ``outputs``. What ``answers`` and ``outputs``
        hold at t belongs to the step before.
    """
    defaultclock.dt = p.dt
    trial = p.n_steps * p.dt
    pattern = TimedArray(np.zeros(p.n_pattern), dt=p.dt, name="pattern")
    target = TimedArray(np.zeros(p.n_target), dt=p.dt, name="target")

    def group(name: str, n: int, **more: Any) -> NeuronGroup:
        tables = {"stimulus": {"pattern": pattern}, "readout": {"target": target}}.get(name, {})
        return NeuronGroup(n, name=name, **more, **OBJECTS[name].kwargs(**tables))

    schedule = group("schedule", 1, dt=trial)
    stimulus = group("stimulus", p.n_in)
    recurrent = group("recurrent", p.n_rec)
    readout = group("readout", p.n_out, order=-9)
    link([schedule, stimulus, recurrent, readout], OBJECTS)

    def all_to_all(name: str, source: NeuronGroup, goal: NeuronGroup) -> DenseSynapses:
        synapses = DenseSynapses(source, goal, name=name, **OBJECTS[name].kwargs())
        synapses.connect()
        return synapses

    net = [
        schedule,
        stimulus,
        recurrent,
        readout,
        all_to_all("in_rec", stimulus, recurrent),
        all_to_all("rec_rec", recurrent, recurrent),
        all_to_all("rec_out", recurrent, readout),
        all_to_all("feedback", readout, recurrent),
        all_to_all("mean_rate", recurrent, schedule),
        all_to_all("pool", readout, readout),
    ]
    attach(net, OBJECTS, trial=trial, answer=trial)

    # Just before the trial is reset: loss, right answers and rate of the trial that ended.
    at_end = {"dt": trial, "when": "after_resets", "order": 6}
    # The readout of the step before is recorded before the end of a trial resets it.
    for event in ("watched_step", "answer"):
        readout.set_event_schedule(event, when="after_groups", order=5)
    of_readout = {"when": "after_groups", "order": 6}
    net += [
        StateMonitor(readout, ["loss", "hits"], record=True, name="losses", **at_end),
        StateMonitor(schedule, "activity", record=True, name="activity", **at_end),
        EventMonitor(readout, "answer", ["goal"], name="answers", **of_readout),
        EventMonitor(readout, "watched_step", ["p", "goal"], name="outputs", **of_readout),
        EventMonitor(stimulus, "watched_step", ["x"], name="features"),
        EventMonitor(recurrent, "watched_spike", name="recurrent_spikes"),
    ]
    network = Network(*net)
    network.schedule = spiking.SCHEDULE
    return network
