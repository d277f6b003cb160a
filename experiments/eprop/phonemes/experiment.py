"""Phonemes are recognised frame by frame by a network of LIF and adaptive LIF neurons that learns online."""

from dataclasses import dataclass

import numpy as np
from brian2 import EventMonitor, Network, StateMonitor

from models.base import param
from models.eprop import frames, spiking, trials
from models.eprop.network import FINAL as WEIGHTS
from models.eprop.network import Structure as Sizes
from models.eprop.network import objects, wired

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
    bits: int = param(64, "of a number, but for those of the readouts", r"n_b", "our design", valid="one of 32, 64")


@dataclass(frozen=True)
class Inputs:
    """The task, and how the network starts."""

    feedback: str = param(
        "symmetric",
        "symmetric, random, adaptive, or none (readout alone)",
        valid="one of symmetric, random, adaptive, none",
    )
    regularised: bool = param(False, "without feedback: the rate is regularised nevertheless")
    data: str = param(
        "speech",
        "speech (TIMIT or what stands in for it), or chain (Markov chain of phonemes)",
        valid="one of speech, chain",
    )
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
    """Build the network of all e-prop 1 experiments, with currents in place of input spikes.

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
    trial = p.n_steps * p.dt
    net = wired(p, OBJECTS, answer=trial, products=p.n_steps, dtype={32: np.float32, 64: np.float64}[p.bits])
    # Just before the trial is reset: loss, right answers and rate of the trial that ended.
    at_end = {"dt": trial, "when": "after_resets", "order": 6}
    # The readout of the step before is recorded before the end of a trial resets it.
    for event in ("watched_step", "answer"):
        net["readout"].set_event_schedule(event, when="after_groups", order=5)
    of_readout = {"when": "after_groups", "order": 6}
    network = Network(
        *net.values(),
        StateMonitor(net["readout"], ["loss", "hits"], record=True, name="losses", **at_end),
        StateMonitor(net["schedule"], "activity", record=True, name="activity", **at_end),
        EventMonitor(net["readout"], "answer", ["goal"], name="answers", **of_readout),
        EventMonitor(net["readout"], "watched_step", ["p", "goal"], name="outputs", **of_readout),
        EventMonitor(net["stimulus"], "watched_step", ["x"], name="features"),
        EventMonitor(net["recurrent"], "watched_spike", name="recurrent_spikes"),
    )
    network.schedule = trials.SCHEDULE
    return network
