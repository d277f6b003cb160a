"""Single neurons and the chain of `gle/lag_line`, whose rates and errors travel as spikes of populations."""

from dataclasses import dataclass

from brian2 import Network, NeuronGroup, StateMonitor, Synapses

from experiments.gle.lag_line import experiment as lag_line
from experiments.gle.spikes.inputs import TRACED, cells, receivers
from models.base import param
from models.gle import spikes as gle_spikes

Structure = lag_line.Structure
OBJECTS = {
    **lag_line.OBJECTS,
    "student": gle_spikes.student,
    "cells": gle_spikes.cells,
    "to_receivers": gle_spikes.to_receiver,
    "receivers": gle_spikes.receiver,
}
SUMS = [f"{name}_{part}" for name in ("r", "e") for part in ("sum", "square", "sine", "cosine")]
FINAL = [*lag_line.FINAL, *(f"receivers.{name}" for name in SUMS)]


@dataclass(frozen=True)
class Inputs(lag_line.Inputs):
    """What the chain sends as spikes, and of how many neurons."""

    spikes: str = param(
        "none", "none, rates, errors or both", "", "our design", valid="one of none, rates, errors, both"
    )
    size: int = param(1000, "neurons of a population", "P", "our design")


def network(p: Structure) -> Network:
    """Build the chain, and beside it neurons that hear populations of different sizes.

    Parameters
    ----------
    p : Structure
        Sizes and time steps.

    Returns
    -------
    Network
        That of `gle/lag_line` with the spiking student; groups ``receivers`` and ``cells``, synapses ``to_receivers``,
        monitor ``responses`` of two receivers.
    """
    chain, neurons = lag_line.network(p, OBJECTS), cells()
    heard = NeuronGroup(len(receivers()), dt=p.dt, name="receivers", **OBJECTS["receivers"].kwargs())
    sending = NeuronGroup(len(neurons), dt=p.dt, name="cells", **OBJECTS["cells"].kwargs())
    links = Synapses(sending, heard, dt=p.dt, name="to_receivers", **OBJECTS["to_receivers"].kwargs())
    links.connect(i=range(len(neurons)), j=neurons["receiver"])
    OBJECTS["receivers"].add_steps(heard)
    responses = StateMonitor(
        heard, "r", record=list(range(len(TRACED))), dt=p.record, when="start", order=0, name="responses"
    )
    return Network(*chain.objects, heard, sending, links, responses)
