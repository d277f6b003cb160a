"""An LSTM learns, while it reads a text for the first and only time, which character comes next."""

from dataclasses import dataclass

from brian2 import EventMonitor, Network

from models.base import param
from models.eprop import sequences
from models.eprop.lstm_network import FINAL, build, objects
from models.eprop.lstm_network import Structure as Sizes

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure(Sizes):
    """Sizes: one input and one readout for each symbol."""

    n_in: int = param(28, "symbols", r"n_\mathrm{in}", "26 letters, blank, anything else")
    n_out: int = param(28, "symbols", r"n_\mathrm{out}", "26 letters, blank, anything else")
    n_table: int = param(400000, "characters of the text", r"n_t", "our design")


@dataclass(frozen=True)
class Inputs:
    """What learns, and from which text."""

    rule: str = param(
        "e-prop 3",
        "e-prop 3, synthetic gradient, traces, truncated, or readout: see lstm_protocol.py",
        valid="one of e-prop 3, synthetic gradient, traces, truncated, readout",
    )
    n_symbols: int = param(400000, "characters that are read", r"n_k", "our design")
    source: str = param("auto", "real: Penn Treebank, standin: King James Bible, auto: the first of them that is there")


TASK = (sequences.text_task, sequences.text_input, sequences.text_readout)
OBJECTS = {**objects(*TASK), "pool": sequences.pool}


def network(p: Structure) -> Network:
    """Return the network, with the mean loss of every few thousand characters."""
    models = {**objects(*TASK, p.n_block), "pool": sequences.pool}
    net = build(p, models, "symbols")
    net["task"].set_event_schedule("report", when="groups", order=-6)
    net.add(EventMonitor(net["task"], "report", ["bits", "done"], when="groups", order=-5, name="reports"))
    return net
