"""Spike-based alignment learning (SAL): stochastic spiking neurons and the synapse that copies its partner's weight.

Reference: Gierlich et al. (2025), ``gierlich2025``. Weights and biases are log-odds; time is counted in steps of the
simulation, and the refractory period of tau_ref = 10 ms gives it a unit.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param

PROGRAM = "authors' program"
# The order of slots that every device has (docs/devices.md): a spike of one time step is delivered in the next.
SCHEDULE = ["start", "synapses", "groups", "thresholds", "resets", "end"]


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the stochastic neuron."""

    tau_ref: Quantity = param(
        10 * ms, "time constant of the firing probability", r"\tau_\mathrm{ref}", PROGRAM, valid=">= network.dt"
    )
    t_isi: Quantity = param(
        10.4 * ms,
        "shortest interspike interval: tau_ref and one step",
        r"t_\mathrm{isi}",
        PROGRAM,
        valid=">= network.dt",
    )
    t_psp: Quantity = param(
        9.6 * ms,
        "length of the rectangular PSP: tau_ref less one step",
        r"t_\mathrm{psp}",
        PROGRAM,
        valid=">= network.dt",
    )
    tau_plus: Quantity = param(
        10 * ms, "time constant of the causal side of the STDP window", r"\tau_+", PROGRAM, valid=">= network.dt"
    )
    tau_minus: Quantity = param(
        10 * ms, "time constant of the anti-causal side", r"\tau_-", PROGRAM, valid=">= network.dt"
    )


@dataclass(frozen=True)
class LaggedParams:
    """Parameters of the stochastic neuron without traces."""

    tau_ref: Quantity = param(
        10 * ms, "time constant of the firing probability", r"\tau_\mathrm{ref}", PROGRAM, valid=">= network.dt"
    )
    t_isi: Quantity = param(10 * ms, "shortest interspike interval", r"t_\mathrm{isi}", PROGRAM, valid=">= network.dt")
    t_psp: Quantity = param(
        9.8 * ms,
        "length of the rectangular PSP: tau_ref less one step",
        r"t_\mathrm{psp}",
        PROGRAM,
        valid=">= network.dt",
    )


@dataclass(frozen=True)
class ShapedParams(LaggedParams):
    """Parameters of the stochastic neuron with PSPs of any shape."""

    t_isi: Quantity = param(10 * ms, "shortest interspike interval", r"t_\mathrm{isi}", PROGRAM, valid=">= network.dt")
    t_psp: Quantity = param(
        9 * ms, "length of a rectangular PSP: tau_ref less one step", r"t_\mathrm{psp}", PROGRAM, valid=">= network.dt"
    )


@dataclass(frozen=True)
class SynapseParams:
    """Parameters of spike-based alignment learning."""

    eta: float = param(0.03, "learning rate", r"\eta", PROGRAM, valid=">= 0")
    amplitude: float = param(1.0, "amplitude of the STDP window", "A", PROGRAM, valid="> 0")


@dataclass(frozen=True)
class NearestParams(SynapseParams):
    """Parameters of spike-based alignment learning from nearest neighbours."""

    tau_plus: Quantity = param(
        10 * ms, "time constant of the causal side of the STDP window", r"\tau_+", PROGRAM, valid=">= network.dt"
    )
    tau_minus: Quantity = param(
        10 * ms, "time constant of the anti-causal side", r"\tau_-", PROGRAM, valid=">= network.dt"
    )


@dataclass(frozen=True)
class CounterParams:
    """Parameters of the histogram."""

    t_begin: Quantity = param(
        100 * ms,
        "time from which spikes count",
        r"t_0",
        "choice: ten refractory periods",
        valid=">= 0, <= run.duration",
    )


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
    "interval": r"\Delta t",
    "n_near": r"n_\Delta",
    "n_spikes": r"n_\mathrm{sp}",
    "number": "n",
    "rise": "g",
    "fall": r"\kappa_\alpha",
    "tau_syn": r"\tau_\mathrm{syn}",
    "square": "q",
    "carry": "c",
    "pre_time": r"\hat t_\mathrm{pre}",
    "pre_older": r"\hat t'_\mathrm{pre}",
    "post_time": r"\hat t_\mathrm{post}",
    "pre_seen": r"\hat t_\mathrm{seen}",
}

BOX = "int(timestep(t - lastspike, dt) <= timestep(t_psp, dt))"
SHAPE = Step("shape", f"psp = {BOX}", when="start", order=0)
LEARN = Step(
    "learn",
    """
    w += plastic * eta * pairs / n_epoch
    pairs *= 1 - plastic
    """,
    when="start",
    order=1,
    every="epoch",
)

neuron = Model(
    name="glm_neuron",
    text="Stochastic neuron with absolute refractoriness and rectangular PSPs (neural sampling); it has no leak",
    source="gierlich2025, methods: neuron model",
    params=NeuronParams,
    equations="""
    u = b + input : 1                                                        # membrane potential, log-odds
    p_spike = 1 / (1 + tau_ref / dt * exp(-u)) : 1                           # firing probability per step
    b : 1                                                                    # bias
    input : 1                                                                # sum of the PSPs
    psp : 1                                                                  # PSP that others see, 1 or 0
    dx_plus/dt = -x_plus / tau_plus : 1                                      # trace read by causal pairs
    dx_minus/dt = -x_minus / tau_minus : 1                                   # trace read by anti-causal pairs
    """,
    code={
        "threshold": "rand() < p_spike",
        "reset": "x_plus += 1; x_minus += 1",
        "refractory": "t_isi",
        "method": "exact",
    },
    steps=(SHAPE,),
    symbols=SYMBOLS,
)

lagged_neuron = Model(
    name="lagged_neuron",
    text="The same neuron, without traces: its synapses know when it fired last",
    source="gierlich2025, methods: neuron model; variant of the theory (Figs. 2c, 2e, 11, 12)",
    params=LaggedParams,
    equations="""
    u = b + input : 1                                                        # membrane potential, log-odds
    p_spike = 1 / (1 + tau_ref / dt * exp(-u)) : 1                           # firing probability per step
    b : 1                                                                    # bias
    input : 1                                                                # sum of the PSPs
    psp : 1                                                                  # PSP that others see, 1 or 0
    n_spikes : 1                                                             # spikes so far
    """,
    code={
        "threshold": "rand() < p_spike",
        "reset": "n_spikes += 1",
        "refractory": "t_isi",
    },
    steps=(SHAPE,),
    symbols=SYMBOLS,
)

shaped_neuron = Model(
    name="shaped_neuron",
    text="The same neuron with rectangular or alpha-shaped PSPs: two linear equations, driven by its own spikes",
    source="gierlich2025, Fig. 11",
    params=ShapedParams,
    equations="""
    u = b + input : 1                                                        # membrane potential, log-odds
    p_spike = 1 / (1 + tau_ref / dt * exp(-u)) : 1                           # firing probability per step
    b : 1                                                                    # bias
    input : 1                                                                # sum of the PSPs
    n_spikes : 1                                                             # spikes so far
    psp : 1                                                                  # PSP that others see in this time step
    drise/dt = -rise / tau_syn : 1                                           # alpha-shaped PSP: first stage
    dfall/dt = (rise - fall) / tau_syn : 1                                   # second stage, the PSP
    tau_syn : second (constant)                                              # time constant of the PSP
    square : 1                                                               # 1: rectangular PSP, 0: alpha-shaped
    carry : 1                                                                # 1: PSPs add up, 0: a spike begins anew
    """,
    code={
        "threshold": "rand() < p_spike",
        "reset": """
        n_spikes += 1
        rise = carry * rise + tau_ref / tau_syn
        fall = carry * fall
        """,
        "refractory": "t_isi",
        "method": "exact",
    },
    # The exact solution for the end of this time step, when others see it.
    steps=(
        Step(
            "shape",
            f"psp = square * {BOX} + (1 - square) * (fall + rise * dt / tau_syn) * exp(-dt / tau_syn)",
            when="start",
            order=0,
        ),
    ),
    symbols=SYMBOLS,
    deviations=("Alpha-shaped PSPs are an analytic chapter of the paper; its simulations are rectangular.",),
)

synapse = Model(
    name="sal_synapse",
    text="Anti-Hebbian STDP: a postsynaptic spike after a presynaptic one depresses, before it potentiates",
    source="gierlich2025, methods: SAL; all pairs of spikes",
    params=SynapseParams,
    equations="""
    w : 1                                                                    # weight
    pairs : 1                                                                # STDP window, summed over pairs of spikes
    plastic : 1 (constant)                                                   # 1: learns, 0: fixed, pairs add up
    n_epoch : 1 (shared, constant)                                           # length of an epoch in units of tau_ref
    input_post = w * psp_pre : 1 (summed)                                    # PSPs
    """,
    # In SCHEDULE a spike arrives one step late, with the traces as its step left them: a partner that fired in the same
    # step has raised its trace already, and does not count.
    code={
        "on_pre": "pairs += amplitude * (x_minus_post - int(timestep(t - lastspike_post, dt) == 1))",
        "on_post": "pairs -= amplitude * (x_plus_pre - int(timestep(t - lastspike_pre, dt) == 1))",
    },
    steps=(LEARN,),
    symbols=SYMBOLS,
    deviations=("Spike pairs are counted through all epochs; the authors' program clears its state at every epoch.",),
)

nearest_synapse = Model(
    name="sal_nearest_synapse",
    text="The same rule from nearest neighbours: a pair counts if no spike of either neuron lies in between",
    source="gierlich2025, theory of SAL; Fig. 10",
    params=NearestParams,
    equations="""
    w : 1                                                                    # weight
    pairs : 1                                                                # STDP window, summed over pairs of spikes
    n_near : 1                                                               # pairs of spikes, both orders
    plastic : 1 (constant)                                                   # 1: learns, 0: fixed, pairs add up
    n_epoch : 1 (shared, constant)                                           # length of an epoch in units of tau_ref
    pre_time : second                                                        # last presynaptic spike
    pre_older : second                                                       # the presynaptic spike before it
    post_time : second                                                       # last postsynaptic spike
    input_post = w * psp_pre : 1 (summed)                                    # PSPs
    """,
    # Spikes of the same time step do not see each other: on_post, which runs after on_pre, then takes the older one.
    code={
        "on_pre": """
        pairs += int(post_time >= pre_time) * amplitude * exp((post_time - t) / tau_minus)
        n_near += int(post_time >= pre_time)
        pre_older = pre_time
        pre_time = t
        """,
        "on_post": """
        pre_seen = pre_time + int(pre_time == t) * (pre_older - pre_time)
        pairs -= int(pre_seen >= post_time) * amplitude * exp((pre_seen - t) / tau_plus)
        n_near += int(pre_seen >= post_time)
        post_time = t
        """,
    },
    steps=(LEARN,),
    symbols=SYMBOLS,
)

fixed_synapse = Model(
    name="fixed_synapse",
    text="A fixed weight",
    source="gierlich2025, theory of SAL",
    equations="""
    w : 1                                                                    # weight
    input_post = w * psp_pre : 1 (summed)                                    # PSPs
    """,
    symbols=SYMBOLS,
)

interval_counter = Model(
    name="interval_counter",
    text="Counts how often a postsynaptic spike is the nearest neighbour of a presynaptic one, at one interval",
    source="gierlich2025, theory of SAL",
    params=CounterParams,
    equations="""
    interval : integer (constant)                                            # interval that is counted, in steps
    number : 1                                                               # how often it occurred
    pre_time : second                                                        # last presynaptic spike
    pre_older : second                                                       # the presynaptic spike before it
    post_time : second                                                       # last postsynaptic spike
    """,
    # Spikes of the same time step do not see each other, as in `nearest_synapse`.
    code={
        "on_pre": """
        pre_older = pre_time
        pre_time = t
        """,
        "on_post": """
        pre_seen = pre_time + int(pre_time == t) * (pre_older - pre_time)
        number += int(pre_seen >= post_time and timestep(t - pre_seen, dt) == interval and t >= t_begin)
        post_time = t
        """,
    },
    symbols=SYMBOLS,
)

MODELS = [neuron, lagged_neuron, shaped_neuron, synapse, nearest_synapse, fixed_synapse, interval_counter]
