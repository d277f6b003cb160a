"""What every rule needs, as its equations say; a test counts the numbers of a synapse in them."""

from typing import NamedTuple


class Needs(NamedTuple):
    """Needs of a rule.

    Parameters
    ----------
    numbers : str
        Numbers that a plastic synapse onto a hidden neuron keeps: of the rule, weights included, and of the optimiser.
    crosses : str
        What is sent from neuron to neuron, forwards and back.
    feedback : str
        Weights through which errors return.
    phases : str
        Phases in which neurons or synapses do different things.
    label : str
        Where the label must be known.
    """

    numbers: str
    crosses: str
    feedback: str
    phases: str
    label: str


PROPERTIES = {
    "backpropagation": Needs("1 + 1", "rate; error", "the forward ones", "2", "output"),
    "feedback alignment": Needs("2 + 1", "rate; error", "random", "2", "output"),
    "Kolen-Pollack": Needs("2 + 2", "rate; error", "learned", "2", "output"),
    "SAL": Needs("4 + 1", "spike, rate; spike, error", "learned", "3", "output"),
    "GLE": Needs("2 + 3", "rate; error", "the forward ones", "1", "output"),
    "GLE, settled": Needs("2 + 3", "rate; error", "the forward ones", "2", "output"),
    "GLE, instantaneous errors": Needs("2 + 3", "rate; error", "the forward ones", "1", "output"),
    "Gupta": Needs("1 + 0", "spike; nothing", "none", "1", "every layer"),
    "e-prop": Needs("4 + 2", "spike; error of the output", "those to the output", "1", "output"),
    "e-prop, random feedback": Needs("4 + 2", "spike; error of the output", "random", "1", "output"),
    "e-prop, ALIF": Needs("5 + 2", "spike; error of the output", "those to the output", "1", "output"),
    "linear readout": Needs("1 + 0", "rate; nothing", "none", "1", "output"),
    "readout only": Needs("2 + 2", "spike; nothing", "none", "1", "output"),
    "BPTT": Needs("1 + 2", "spike; error, back in time", "the forward ones", "2", "output"),
    "BPTT, rates": Needs("1 + 2", "rate; error, back in time", "the forward ones", "2", "output"),
    "truncated BPTT": Needs("1 + 2", "spike; error, back in time", "the forward ones", "2", "output"),
}
