"""A network with one of everything that the runner has to handle; it means nothing."""

import sys
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, SpikeMonitor, StateMonitor, Synapses, TimedArray, defaultclock, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n: int = param(4, "cells")
    n_decays: int = param(500, "decaying traces")
    dt: Quantity = param(1 * ms, "time step")
    trial: Quantity = param(350 * ms, "period of the slow clock, no binary fraction of a second")


@dataclass(frozen=True)
class CellParams:
    """Parameters of the cells."""

    tau: Quantity = param(20 * ms, "time constant")
    sigma: float = param(1.0, "noise")
    theta: float = param(0.5, "threshold")
    noisy: bool = param(True, "whether there is noise")
    factor: int = param(1, "a whole number")


@dataclass(frozen=True)
class DecayParams:
    """Parameters of the traces."""

    tau: Quantity = param(500 * ms, "time constant")


cell = Model(
    name="toy_cell",
    text="Noisy integrator",
    source="none",
    params=CellParams,
    equations="""
    dv/dt = (factor * drive(t) - v) / tau + int(noisy) * sigma * xi * tau ** -0.5 : 1
    received : 1
    """,
    code={"threshold": "v > theta", "reset": "v = 0", "method": "euler"},
)
link = Model(
    name="toy_link",
    text="Counts spikes",
    source="none",
    equations="""
    w : 1
    """,
    code={"on_pre": "received_post += w"},
)
decay = Model(
    name="toy_decay",
    text="Trace",
    source="none",
    params=DecayParams,
    equations="""
    dx/dt = -x / tau : 1
    """,
    code={"method": "exact"},
)
counter = Model(
    name="toy_counter",
    text="Counts time steps",
    source="none",
    equations="""
    k : integer
    before_trial : integer
    at_trial : integer
    """,
    steps=(
        Step("count", "k += 1", when="start", order=0),
        Step("hold_before", "before_trial = k", when="start", order=-1, every="trial"),
        Step("hold", "at_trial = k", when="start", order=1, every="trial"),
    ),
)

OBJECTS = {"cells": cell, "links": link, "decays": decay, "counter": counter}
FINAL = ["cells.received", "links.w", "decays.x"]


def network(p: Structure) -> Network:
    """Return cells in a ring, traces that only decay, and a counter read on a slow clock."""
    defaultclock.dt = p.dt
    drive = TimedArray(np.zeros(10), dt=100 * ms, name="drive")
    cells = NeuronGroup(p.n, name="cells", **cell.kwargs(drive=drive))
    links = Synapses(cells, cells, name="links", **link.kwargs())
    links.connect(i=np.arange(p.n), j=(np.arange(p.n) + 1) % p.n)
    decays = NeuronGroup(p.n_decays, name="decays", **decay.kwargs())
    count = NeuronGroup(1, name="counter", **counter.kwargs())
    counter.add_steps(count, trial=p.trial)
    spikes = SpikeMonitor(cells, name="spikes", when="after_thresholds", order=1)
    fast = StateMonitor(cells, "v", record=True, dt=10 * ms, when="end", order=0, name="fast")
    slow = StateMonitor(
        count, ["k", "before_trial", "at_trial"], record=True, dt=p.trial, when="end", order=1, name="slow"
    )
    return Network(cells, links, decays, count, spikes, fast, slow)


def toy():
    """Return the toy as an experiment, without a configuration."""
    from runner.experiment import Experiment

    sections = {"network": Structure, **{name: model.params for name, model in OBJECTS.items()}}
    defaults = {"run.duration": 1000 * ms}
    defaults |= {f"{name}.{f.name}": f.metadata["default"] for name, p in sections.items() for f in fields(p)}
    config = {
        "scales": {"smoke": {}, "quick": {"seeds": 2}, "paper": {"seeds": 5}},
        "cost": {"point": {"smoke": "1 s"}},
    }
    return Experiment("toy/toy", Path(__file__).parent, sys.modules[__name__], config, defaults)


if __name__ == "__main__":
    from runner.build import build

    experiment = toy()
    build(experiment, {k: v for k, v in experiment.defaults.items() if k.startswith("network.")}, Path(sys.argv[1]))
