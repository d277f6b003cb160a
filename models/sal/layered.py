"""Layers of stochastic spiking neurons whose feedback weights copy the forward weights by SAL.

Reference: Gierlich et al. (2025), ``gierlich2025``. PSPs are switched on and off by events, and pairs of spikes are
counted with traces of the neurons, so that the work is proportional to the number of spikes.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the neuron and of its trace."""

    tau_ref: Quantity = param(
        1 * ms,
        "time constant of the firing probability",
        r"\tau_\mathrm{ref}",
        "authors' program",
        valid=">= network.dt",
    )
    tau_pair: Quantity = param(1 * ms, "time constant of the STDP window", r"\tau_\pm", "authors' program", valid="> 0")


@dataclass(frozen=True)
class FeedbackParams:
    """Parameters of spike-based alignment learning."""

    eta: float = param(0.05, "learning rate", r"\eta", "authors' program", valid=">= 0")
    n_replicas: float = param(
        8.0, "parallel copies of the network whose changes are averaged", "r", "authors' program", valid=">= 1"
    )
    n_kernel: float = param(
        20.0, "steps of the STDP window, which divide every change", "n", "authors' program", valid="> 0"
    )


SYMBOLS = {"u": "u", "b": "b", "input": "I", "p_spike": "p", "x": "x", "w": "B", "w_on": "B'", "pairs": r"\sum K"}

neuron = Model(
    name="layer_neuron",
    text="Stochastic neuron with absolute refractoriness",
    source="gierlich2025, methods: neuron model",
    params=NeuronParams,
    equations="""
    u = b + input : 1                                    # membrane potential, log-odds
    p_spike = 1 / (1 + tau_ref / dt * exp(-u)) : 1       # firing probability per step
    b : 1 (constant)                                     # bias
    input : 1                                            # sum of the PSPs
    resting : boolean                                    # just after a spike
    dx/dt = -x / tau_pair : 1                            # trace of the spikes within the STDP window
    """,
    code={
        "threshold": "not resting and rand() < p_spike",
        # The reset runs after the synapses: simultaneous spikes do not see each other.
        "reset": "resting = True; x += 1",
        "method": "exact",
    },
    symbols=SYMBOLS,
)

memory = Model(
    name="layer_memory",
    text="Refractoriness ends, and a spike leaves the STDP window",
    source="gierlich2025, methods: neuron model and SAL",
    equations="left_over : 1 (shared, constant)                     # trace of a spike when it leaves the window",
    code={"on_pre": {"recovers": "resting_post = False", "leaves": "x_post -= left_over"}},
)

forward = Model(
    name="layer_forward",
    text="Fixed forward synapse with rectangular PSP",
    source="gierlich2025, methods: SALNet",
    equations="w : 1                                                # weight",
    code={"on_pre": {"on": "input_post += w", "off": "input_post -= w"}},
    symbols={"w": "W"},
)

feedback = Model(
    name="layer_feedback",
    text="Feedback synapse with rectangular PSP, aligned by anti-Hebbian STDP",
    source="gierlich2025, methods: SALNet; all pairs of spikes less than 20 steps apart",
    params=FeedbackParams,
    equations="""
    w : 1                                                # weight
    w_on : 1                                             # weight of the PSP that lasts
    pairs : 1                                            # STDP window, summed over pairs of spikes
    """,
    code={
        "on_pre": {"on": "w_on = w; input_post += w; pairs += x_post", "off": "input_post -= w_on"},
        "on_post": "pairs -= x_pre",
    },
    steps=(Step("learn", "w += eta / n_replicas * pairs / n_kernel; pairs = 0", when="start", order=1, every="cycle"),),
    symbols=SYMBOLS,
)

MODELS = [neuron, memory, forward, feedback]
