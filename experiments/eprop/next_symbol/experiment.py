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
    trust: float = param(1.0, "share of a guess of a gradient that is passed on", r"\gamma", "paper: all of it")
    n_symbols: int = param(400000, "characters that are read", r"n_k", "our design")
    source: str = param("auto", "real: Penn Treebank, standin: King James Bible, auto: the first of them that is there")


OBJECTS = {
    **objects(sequences.text_task, sequences.text_sender, sequences.text_readout),
    "pool": sequences.pool,
}


def network(p: Structure) -> Network:
    """Return the network, with the mean loss of every few thousand characters."""
    net = build(p, OBJECTS, "symbols")
    net["task"].set_event_schedule("report", when="groups", order=-9)
    net.add(EventMonitor(net["task"], "report", ["bits", "number"], when="groups", order=-7, name="reports"))
    return net
