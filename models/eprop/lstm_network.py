"""An LSTM with its readouts and the network that guesses its gradients: what all e-prop 3 experiments build."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, TimedArray, defaultclock, linked_var, ms

from dense import DenseSynapses
from models.base import Model, attach, link, param
from models.eprop import lstm, synthetic_gradients

FINAL = ["gates.w_i", "gates.w_g", "gates.w_f", "gates.w_o", "output.w", "guess_in.w", "guess_out.w_c", "guess_out.w_h"]


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program: sizes and lengths of tables."""

    n_in: int = param(5, "inputs", r"n_\mathrm{in}", "our design")
    n_rec: int = param(32, "cells", r"n_\mathrm{rec}", "our design")
    n_out: int = param(4, "readouts", r"n_\mathrm{out}", "our design")
    n_guess: int = param(64, "rectifying units of the network that guesses gradients", r"n_s", "our design")
    n_table: int = param(30000, "entries of the table of inputs", r"n_t", "our design")
    dt: Quantity = param(1 * ms, "what one step is simulated as", r"\Delta t", "our design")


def objects(task: Model, sender: Model, readout: Model) -> dict[str, Model]:
    """Name the objects of the network.

    Parameters
    ----------
    task, sender, readout : Model
        From `models.eprop.sequences`.

    Returns
    -------
    dict
        Brian2 object name to model.
    """
    return {
        "task": task,
        "sender": sender,
        "cells": lstm.cells,
        "readout": readout,
        "guess": synthetic_gradients.rectifier,
        "gates": synthetic_gradients.gates,
        "output": lstm.output,
        "guess_in": synthetic_gradients.guess_in,
        "guess_out": synthetic_gradients.guess_out,
        "account": lstm.account,
    }


def build(p: Structure, models: Mapping[str, Model], table: str) -> Network:
    """Build the network, all-to-all.

    Parameters
    ----------
    p : Structure
        Sizes and time step.
    models : Mapping
        What `objects` returns, and more models of synapses between readouts.
    table : str
        Name of the table of inputs.

    Returns
    -------
    Network
        Without monitors.
    """
    defaultclock.dt = p.dt
    inputs = {table: TimedArray(np.zeros(p.n_table), dt=p.dt, name=table)}
    groups = {
        name: NeuronGroup(
            n, name=name, **models[name].kwargs(**(inputs if name in ("sender", "readout", "task") else {}))
        )
        for name, n in (
            ("task", 1),
            ("sender", p.n_in + p.n_rec + 1),
            ("cells", p.n_rec),
            ("readout", p.n_out),
            ("guess", p.n_guess),
        )
    }
    link(groups.values(), models)
    for name, group in groups.items():
        if name in ("sender", "guess"):
            group.set_event_schedule("learn", when="groups", order=-9)
    cell = np.arange(p.n_in + p.n_rec + 1) - p.n_in  # that a unit of the sender stands for, if it does
    groups["sender"].h = linked_var(groups["cells"], "h", index=np.where((cell >= 0) & (cell < p.n_rec), cell, 0))
    for variable in ("back", "from_readout"):
        setattr(groups["cells"], variable, linked_var(groups["sender"], variable, index=p.n_in + np.arange(p.n_rec)))
    ends = {
        "gates": ("sender", "cells"),
        "output": ("sender", "readout"),
        "guess_in": ("sender", "guess"),
        "guess_out": ("guess", "cells"),
        "account": ("readout", "task"),
        "pool": ("readout", "readout"),
    }
    synapses = {}
    for name, model in models.items():
        if name in ends:
            source, target = (groups[end] for end in ends[name])
            synapses[name] = one = DenseSynapses(source, target, name=name, **model.kwargs())
            one.connect()
            if "on_event" in model.code:
                one.learn.when, one.learn.order = "groups", -8
    made = [*groups.values(), *synapses.values()]
    attach(made, models)
    return Network(*made)
