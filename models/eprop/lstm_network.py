"""Copies of an LSTM, its readouts and the network that guesses its gradients: what all e-prop 3 experiments build."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from brian2 import Network, Quantity, TimedArray, defaultclock, linked_var, ms

from dense import DenseSynapses, VectorGroup
from models.base import Model, attach, link, param
from models.eprop import lstm_blocks, synthetic_gradients

FINAL = ["gates.w_i", "gates.w_g", "gates.w_f", "gates.w_o", "output.w", "guess_in.w", "guess_out.w"]
ENDS = {  # of synapses
    "gates": ("sender", "cells"),
    "output": ("sender", "readout"),
    "guess_in": ("sender", "rectifier"),
    "guess_out": ("rectifier", "guesser"),
    "pool": ("readout", "readout"),
}
GUESSING = ("rectifier", "guesser", "guess_in", "guess_out")  # on a clock of half a block


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program: sizes, lengths of blocks and of tables."""

    n_in: int = param(5, "inputs", r"n_\mathrm{in}", "our design")
    n_rec: int = param(32, "cells", r"n_\mathrm{rec}", "our design")
    n_out: int = param(4, "readouts", r"n_\mathrm{out}", "our design")
    n_guess: int = param(64, "rectifying units of the network that guesses gradients", r"n_s", "our design")
    n_block: int = param(4, "steps of a block", "T", "paper, e-prop 3", valid=">= 1")
    n_copies: int = param(32, "sequences of a batch", r"n_\mathrm{batch}", "our design", valid=">= 1")
    n_table: int = param(30000, "entries of the table of inputs", r"n_t", "our design")
    bits: int = param(64, "of a number that belongs to synapses", r"n_b", "our design", valid="one of 32, 64")
    dt: Quantity = param(1 * ms, "what one tick is simulated as", r"\Delta t", "our design")


def objects(task: Model, stimulus: Model, readout: Model, n_block: int = 4) -> dict[str, Model]:
    """Name the objects of the network.

    Parameters
    ----------
    task, stimulus, readout : Model
        From `models.eprop.sequences`.
    n_block : int
        Steps of a block.

    Returns
    -------
    dict
        Brian2 object name to model.
    """
    return {
        "task": task,
        "stimulus": stimulus,
        "sender": lstm_blocks.sender(n_block),
        "cells": lstm_blocks.cells(n_block),
        "readout": readout,
        "rectifier": synthetic_gradients.rectifier,
        "guesser": synthetic_gradients.guesser,
        "gates": lstm_blocks.gates,
        "output": lstm_blocks.output,
        "guess_in": synthetic_gradients.guess_in,
        "guess_out": synthetic_gradients.guess_out,
        "total_loss": lstm_blocks.total_loss,
    }


def build(p: Structure, models: Mapping[str, Model], table: str) -> Network:
    """Build all copies of the network, and the weights that they share.

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
    n_send = p.n_in + p.n_rec + 1
    clock = {name: (p.n_block if name in GUESSING else 1) * p.dt for name in models}
    sizes = {"stimulus": p.n_in, "sender": n_send, "cells": p.n_rec, "readout": p.n_out}
    sizes |= {"rectifier": p.n_guess, "guesser": p.n_rec}
    copies = {"task": 1} | {name: p.n_copies * size for name, size in sizes.items()}
    groups = {
        name: VectorGroup(
            n,
            name=name,
            dt=clock[name],
            **models[name].kwargs(**(inputs if name in ("stimulus", "readout") else {})),
        )
        for name, n in copies.items()
    }
    link(groups.values(), models)
    for name in ("stimulus", "readout"):
        groups[name].copy, groups[name].channel = np.divmod(np.arange(copies[name]), sizes[name])

    # Units of the sender, copy after copy: inputs, cells, and the bias unit.
    copy, unit = np.divmod(np.arange(copies["sender"]), n_send)
    sender, is_x, is_h = groups["sender"], unit < p.n_in, (unit >= p.n_in) & (unit < n_send - 1)
    sender.is_x, sender.is_h = is_x.astype(float), is_h.astype(float)
    sender.x = linked_var(groups["stimulus"], "x", index=np.where(is_x, copy * p.n_in + unit, 0))
    sender.h = linked_var(groups["cells"], "h", index=np.where(is_h, copy * p.n_rec + unit - p.n_in, 0))
    for variable in ("back", "from_readout"):
        setattr(groups["cells"], variable, linked_var(sender, variable, index=np.flatnonzero(is_h)))
    groups["cells"].guess = linked_var(groups["guesser"], "guess")
    groups["guesser"].total = linked_var(groups["cells"], "total")

    made, precision = [*groups.values()], {32: np.float32, 64: np.float64}[p.bits]
    for name, (source, target) in ENDS.items():
        if name in models:
            one = DenseSynapses(
                groups[source],
                groups[target],
                copies=p.n_copies,
                name=name,
                dt=clock[name],
                dtype=precision,
                **models[name].kwargs(),
            )
            one.connect()
            made.append(one)
    total_loss = DenseSynapses(groups["readout"], groups["task"], name="total_loss", **models["total_loss"].kwargs())
    total_loss.connect()
    made.append(total_loss)
    attach(made, models, block=2 * p.n_block * p.dt)
    return Network(*made)
