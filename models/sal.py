"""Spike-based alignment learning (SAL): stochastic spiking neurons and the synapse that copies its partner's weight.

Reference: Gierlich et al. (2025), ``gierlich2025``. Weights and biases are log-odds; time is counted in steps of the
simulation, and the refractory period of tau_ref = 10 ms gives it a unit.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the stochastic neuron."""

    tau_ref: Quantity = param(
        10 * ms, "time constant of the firing probability", r"\tau_\mathrm{ref}", "authors' program"
    )
    t_isi: Quantity = param(
        10.4 * ms, "shortest interspike interval: tau_ref and one step", r"t_\mathrm{isi}", "authors' program"
    )
    t_psp: Quantity = param(
        9.6 * ms, "length of the rectangular PSP: tau_ref less one step", r"t_\mathrm{psp}", "authors' program"
    )
    tau_plus: Quantity = param(
        10 * ms, "time constant of the causal side of the STDP window", r"\tau_+", "authors' program"
    )
    tau_minus: Quantity = param(10 * ms, "time constant of the anti-causal side", r"\tau_-", "authors' program")


@dataclass(frozen=True)
class SynapseParams:
    """Parameters of spike-based alignment learning."""

    eta: float = param(0.03, "learning rate", r"\eta", "authors' program")
    amplitude: float = param(1.0, "amplitude of the STDP window", "A", "authors' program")


SYMBOLS = {
    "u": "u",
    "b": "b",
    "input": "I",
    "psp": r"\kappa",
    "p_spike": "p",
    "x_plus": "x_+",
    "x_minus": "x_-",
    "w": "W",
    "pairs": r"\sum K",
    "plastic": r"m",
    "n_epoch": r"n",
}

neuron = Model(
    name="glm_neuron",
    text="Stochastic neuron with absolute refractoriness and rectangular PSPs (neural sampling); it has no leak",
    source="gierlich2025, methods: neuron model",
    params=NeuronParams,
    equations="""
    u = b + input : 1                                                        # membrane potential, log-odds
    p_spike = 1 / (1 + tau_ref / dt * exp(-u)) : 1                           # firing probability per step
    psp = int(timestep(t - lastspike, dt) <= timestep(t_psp, dt)) : 1        # PSP that others see, 1 or 0
    b : 1                                                                    # bias
    input : 1                                                                # sum of the PSPs
    dx_plus/dt = -x_plus / tau_plus : 1                                      # trace read by causal pairs
    dx_minus/dt = -x_minus / tau_minus : 1                                   # trace read by anti-causal pairs
    """,
    code={
        "threshold": "rand() < p_spike",
        # The reset runs after the synapses: simultaneous spikes do not see each other.
        "reset": "x_plus += 1; x_minus += 1",
        "refractory": "t_isi",
        "method": "exact",
    },
    symbols=SYMBOLS,
)

synapse = Model(
    name="sal_synapse",
    text="Anti-Hebbian STDP: a postsynaptic spike after a presynaptic one depresses, before it potentiates",
    source="gierlich2025, methods: SAL; all pairs of spikes",
    params=SynapseParams,
    equations="""
    w : 1                                                                    # weight
    pairs : 1                                                                # STDP window, summed over pairs of spikes
    plastic : 1                                                              # 1: learns, 0: fixed
    n_epoch : 1 (shared)                                                     # length of an epoch in units of tau_ref
    input_post = w * psp_pre : 1 (summed)                                    # PSPs
    """,
    code={
        "on_pre": "pairs += amplitude * x_minus_post",
        "on_post": "pairs -= amplitude * x_plus_pre",
    },
    steps=(
        Step(
            "learn",
            """
            w += plastic * eta * pairs / n_epoch
            pairs = 0
            """,
            when="end",
            order=1,
            every="epoch",
        ),
    ),
    symbols=SYMBOLS,
    deviations=("Spike pairs are counted through all epochs; the authors' program clears its state at every epoch.",),
)

MODELS = [neuron, synapse]
