"""Phonemes are recognised frame by frame by LSTM cells that learn online."""

from dataclasses import dataclass

import numpy as np
from brian2 import EventMonitor, Network, Quantity, TimedArray, defaultclock, linked_var, ms

from dense import DenseSynapses, VectorGroup
from models.base import attach, link, param
from models.eprop import lstm_frames as frames

FINAL = ["gates.w_i", "gates.w_g", "gates.w_f", "gates.w_o", "output.w", "output.b"]


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program: sizes and lengths of tables."""

    n_in: int = param(39, "features of a frame", r"n_\mathrm{in}", "authors' code")
    n_rec: int = param(200, "cells", r"n_\mathrm{rec}", "authors' code, per direction")
    n_out: int = param(61, "phonemes", r"n_\mathrm{out}", "TIMIT")
    n_pattern: int = param(11700000, "entries of the table of features", r"n_p", "our design")
    n_target: int = param(300000, "entries of the table of labels", r"n_y", "our design")
    bits: int = param(64, "of a number that belongs to synapses", r"n_b", "our design", valid="one of 32, 64")
    dt: Quantity = param(1 * ms, "what one frame is simulated as", r"\Delta t", "our design")


@dataclass(frozen=True)
class Inputs:
    """The task, and how the network starts."""

    feedback: str = param(
        "symmetric",
        "symmetric, random, adaptive, or none (readout alone)",
        valid="one of symmetric, random, adaptive, none",
    )
    forget: float = param(
        0.001, "adaptive: share of output and feedback weights that is lost per update", r"\lambda", "authors' code"
    )
    data: str = param(
        "speech",
        "speech (TIMIT or what stands in for it), or chain (Markov chain of phonemes)",
        valid="one of speech, chain",
    )
    source: str = param("auto", "auto, real or standin: which speech")
    n_iterations: int = param(2250, "batches", r"n_\mathrm{it}", "authors' code: 30 epochs")
    n_train: int = param(800, "training sentences", r"n_\mathrm{train}", "our design; TIMIT has 3696")
    n_test: int = param(100, "test sentences", r"n_\mathrm{test}", "our design; TIMIT has 192")
    lag: int = param(2, "chain: frames by which labels come late", r"n_\mathrm{lag}", "our design")
    distance: float = param(2.0, "chain: mean distance of two phonemes, in standard deviations", "d", "our design")


OBJECTS = {
    "task": frames.task,
    "sender": frames.features,
    "cells": frames.cells,
    "readout": frames.readout,
    "gates": frames.gates,
    "output": frames.output,
    "total_loss": frames.total_loss,
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
        With the monitors ``batches`` (end of every batch), ``answers`` (to every frame, if asked for), and, in watched
        sequences, ``features``, ``states`` and ``outputs``. What ``answers`` and ``outputs`` hold belongs to the step
        before.
    """
    defaultclock.dt = p.dt
    tables = {
        "sender": {"pattern": TimedArray(np.zeros(p.n_pattern), dt=p.dt, name="pattern")},
        "readout": {"target": TimedArray(np.zeros(p.n_target), dt=p.dt, name="target")},
    }
    sizes = {"task": 1, "sender": p.n_in + p.n_rec + 1, "cells": p.n_rec, "readout": p.n_out}
    groups = {
        name: VectorGroup(n, name=name, **OBJECTS[name].kwargs(**tables.get(name, {}))) for name, n in sizes.items()
    }
    link(groups.values(), OBJECTS)
    cell = np.arange(sizes["sender"]) - p.n_in  # that a unit of the sender stands for, if it does
    groups["sender"].h = linked_var(groups["cells"], "h", index=np.where((cell >= 0) & (cell < p.n_rec), cell, 0))
    groups["cells"].from_readout = linked_var(groups["sender"], "from_readout", index=p.n_in + np.arange(p.n_rec))
    ends = {
        "gates": ("sender", "cells"),
        "output": ("sender", "readout"),
        "total_loss": ("readout", "task"),
        "pool": ("readout", "readout"),
    }
    synapses, precision = {}, {32: np.float32, 64: np.float64}[p.bits]
    for name, (source, goal) in ends.items():
        synapses[name] = one = DenseSynapses(
            groups[source], groups[goal], name=name, dtype=precision, **OBJECTS[name].kwargs()
        )
        one.connect()
        if "on_event" in OBJECTS[name].code:
            one.learn.when, one.learn.order = "groups", -8
    made = [*groups.values(), *synapses.values()]
    attach(made, OBJECTS)

    monitors = []
    for name, source, event, variables in (
        ("batches", "task", "judged", ["updates", "loss", "error"]),
        ("answers", "readout", "answer", ["label"]),
        ("features", "sender", "watched_step", ["x"]),
        ("states", "cells", "watched_step", ["c", "kept"]),
        ("outputs", "readout", "watched_step", ["p", "label"]),
    ):
        groups[source].set_event_schedule(event, when="groups", order=-9)
        monitors.append(EventMonitor(groups[source], event, variables, when="groups", order=-7, name=name))
    groups["sender"].set_event_schedule("learn", when="groups", order=-9)
    return Network(*made, *monitors)
