"""Template of a model: neurons that fire at random, and a synapse with spike-timing-dependent plasticity (STDP).

Put yours into ``models/<family>/``, where other experiments find it; see CONTRIBUTING.md. The order is that of the
paper: the neuron, the synapse, its rule; each is one string with units.

Reference: Song, Miller and Abbott (2000), pair-based STDP in its additive form, with traces instead of pairs.
"""

from dataclasses import dataclass

from brian2 import Hz, Quantity, ms

from models.base import Model, param


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the neuron."""

    rate: Quantity = param(50 * Hz, "firing rate", r"\nu", "our design")


@dataclass(frozen=True)
class SynapseParams:
    """Parameters of the rule."""

    eta: float = param(1e-3, "learning rate", r"\eta", "our design")
    a_plus: float = param(1.0, "size of potentiation, presynaptic spike first", r"A_+", "our design")
    a_minus: float = param(0.5, "size of depression, postsynaptic spike first", r"A_-", "our design")
    tau_plus: Quantity = param(20 * ms, "time constant of the presynaptic trace", r"\tau_+", "Song et al.")
    tau_minus: Quantity = param(20 * ms, "time constant of the postsynaptic trace", r"\tau_-", "Song et al.")


neuron = Model(
    name="poisson_neuron",
    text="Neuron that fires at random with a fixed rate",
    source="textbook",
    params=NeuronParams,
    code={"threshold": "rand() < rate * dt"},
)

synapse = Model(
    name="stdp_synapse",
    text="Pair-based spike-timing-dependent plasticity, additive, with one trace for either side",
    source="Song et al. (2000)",
    params=SynapseParams,
    equations="""
    w : 1                                                    # weight
    dx/dt = -x / tau_plus : 1 (event-driven)                 # presynaptic trace
    dy/dt = -y / tau_minus : 1 (event-driven)                # postsynaptic trace
    """,
    code={
        "on_pre": """
        x += 1
        w -= eta * a_minus * y
        """,
        "on_post": """
        y += 1
        w += eta * a_plus * x
        """,
    },
    symbols={"w": "w", "x": "x", "y": "y"},
)

MODELS = [neuron, synapse]
