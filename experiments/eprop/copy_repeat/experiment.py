"""Vectors of bits are shown once, and repeated by an LSTM that learns online: how long may a sequence be."""

from dataclasses import dataclass

from brian2 import EventMonitor, Network

from models.base import param
from models.eprop import sequences
from models.eprop.lstm_network import FINAL, Structure, build, objects

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs:
    """What learns, and for how long."""

    rule: str = param(
        "e-prop 3",
        "e-prop 3, synthetic gradient, traces, or truncated: see inputs.py",
        valid="one of e-prop 3, synthetic gradient, traces, truncated, readout",
    )
    n_iterations: int = param(100000, "steps of the run, of every copy", r"n_\mathrm{it}", "our design")


TASK = (sequences.copy_task, sequences.copy_input, sequences.copy_readout)
OBJECTS = objects(*TASK)


def network(p: Structure) -> Network:
    """Return the network, with one record per batch, and all inputs and readouts of the last steps."""
    net = build(p, objects(*TASK, p.n_block), "bits_of")
    net["task"].set_event_schedule("judged", when="groups", order=-6)
    net["stimulus"].set_event_schedule("watched_step", when="groups", order=-6)
    net["readout"].set_event_schedule("watched_step", when="groups", order=-6)
    net.add(
        EventMonitor(
            net["task"],
            "judged",
            ["sequences", "level", "bits", "solved", "length_seen"],
            when="groups",
            order=-5,
            name="batches",
        ),
        EventMonitor(net["stimulus"], "watched_step", ["x"], when="groups", order=-5, name="shown"),
        EventMonitor(net["readout"], "watched_step", ["p", "goal", "within"], when="groups", order=-5, name="outputs"),
    )
    return net
