"""Wake-sleep learning of Boltzmann distributions by networks of stochastic spiking neurons, with and without SAL.

Reference: Gierlich et al. (2025), ``gierlich2025``. Many independent networks are blocks of the same groups, so that
one program runs all seeds, noise levels and conditions.

The neuron is that of the authors, simulated by events: its firing probability per step, 1 / (1 + n exp(-u)) with n
steps per refractory period, is the probability 1 - exp(-h) of an event within a step of hazard h = log(1 + exp(u) / n).
Instead of one random number per step, a neuron draws how much hazard it withstands, an exponentially distributed
number, once per spike. The spike trains have exactly the same distribution; the work grows with the number of spikes.
"""

from dataclasses import dataclass, replace

from brian2 import Quantity, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the neurons and of their biases."""

    tau_ref: Quantity = param(
        10 * ms,
        "time constant of the firing probability",
        r"\tau_\mathrm{ref}",
        "authors' program",
        valid=">= network.dt",
    )
    eta_b: float = param(
        0.01, "learning rate of the biases", r"\eta_b", "authors' program, synaptic noise", valid=">= 0"
    )
    b_max: float = param(2.0, "largest size of a bias", r"b_\mathrm{max}", "authors' program", valid="> 0")


@dataclass(frozen=True)
class SynapseParams:
    """Parameters of wake-sleep learning and of SAL."""

    eta_w: float = param(
        0.01, "learning rate of wake-sleep", r"\eta_W", "authors' program, synaptic noise", valid=">= 0"
    )
    eta_sal: float = param(0.01, "learning rate of SAL", r"\eta_S", "authors' program, synaptic noise", valid=">= 0")
    w_max: float = param(2.0, "largest size of a weight", r"W_\mathrm{max}", "authors' program", valid="> 0")


@dataclass(frozen=True)
class DecayParams(SynapseParams):
    """The same, and how fast weights decay."""

    decay: float = param(
        1.6e-4,
        "share of a weight that decays in a cycle",
        r"\lambda",
        "authors' program, version 3, synaptic noise",
        valid=">= 0, <= 1",
    )


@dataclass(frozen=True)
class ScheduleParams:
    """Order of training and validation, counted in cycles of wake-sleep learning."""

    n_every: int = param(
        200, "cycles from one validation to the next", r"n_\mathrm{every}", "authors' program", valid=">= 1"
    )
    n_long: int = param(
        200,
        "length of the cycle that validates, in ordinary cycles",
        r"n_\mathrm{long}",
        "authors' program",
        valid=">= 1",
    )


@dataclass(frozen=True)
class BinParams:
    """Parameters of the histogram."""

    n_unseen: float = param(0.5, "samples in a state that was never visited", r"n_0", "our design", valid="> 0")


schedule = Model(
    name="sampling_schedule",
    text="Clock of the cycles. The first cycle of every period is longer: its states are counted",
    source="gierlich2025, methods: sampling networks",
    params=ScheduleParams,
    equations="""
    block : integer (shared)       # number of the ordinary cycle, from the first validation of the period on
    length : 1 (shared)            # length of the learning cycle that has just ended, in ordinary cycles; 0: none has
    sampling : boolean (shared)    # states are counted
    evaluated : boolean (shared)   # a validation has just ended
    divergence : 1                 # Kullback-Leibler divergence of the counted states from the target
    """,
    code={"events": {"evaluated": "evaluated"}},
    steps=(
        Step(
            "advance",
            """
            block = timestep(t, dt) % (n_every - 1 + n_long)
            sampling = block < n_long
            evaluated = block == n_long
            length = (1 - int(sampling)) + (n_long - 1) * int(evaluated)
            length = length + int(block == 0) * int(timestep(t, dt) > 0)
            """,
            when="start",
            order=0,
        ),
    ),
    symbols={"divergence": r"D_\mathrm{KL}", "length": "n", "block": "k"},
)

neuron = Model(
    name="sampling_neuron",
    text="Stochastic neuron with absolute refractoriness that fires when its hazard exceeds an exponential number",
    source="gierlich2025, methods: neuron model; our design: spikes instead of steps draw random numbers",
    params=NeuronParams,
    equations="""
    dleft/dt = -ready * rate : 1   # hazard that the neuron still withstands
    rate : Hz                      # hazard per time
    ready : 1                      # 0 while the neuron is refractory
    b : 1                          # bias
    input : 1                      # sum of the PSPs
    fired : second                 # time of the last spike
    spikes : 1                     # number of spikes in the cycle
    goal : 1 (constant)            # probability that the neuron is active, in the target
    bit : integer (constant)       # its place in the code of the state
    cycle : second (constant)      # length of an ordinary cycle
    length : 1 (linked)
    """,
    code={
        "threshold": "left < 0",
        "reset": """
        left = -log(1 - rand())
        ready = 0
        fired = t
        spikes += 1
        """,
        "method": "euler",
    },
    steps=(
        Step(
            "learn",
            """
            due = int(length > 0)
            activity = spikes * tau_ref / (cycle * (length + 1 - due))
            b += due * (clip(b + eta_b * (goal - activity), -b_max, b_max) - b)
            spikes *= 1 - due
            rate = log(1 + dt / tau_ref * exp(b + input)) / dt
            """,
            when="start",
            order=1,
            every="cycle",
        ),
    ),
    links=("schedule",),
    symbols={
        "left": r"\epsilon",
        "rate": r"\lambda",
        "b": "b",
        "input": "I",
        "ready": "1 - z",
        "goal": r"\langle z \rangle^*",
    },
)

synapse = Model(
    name="sampling_synapse",
    text="Rectangular PSP; wake-sleep learning towards given correlations, and SAL; triangular STDP windows",
    source="gierlich2025, methods: sampling networks",
    params=SynapseParams,
    equations="""
    w : 1                          # weight
    w_on : 1                       # weight of the PSP that lasts
    causal : 1                     # triangle, summed over pairs of spikes in which the postsynaptic one is later
    anti : 1                       # ... in which it is earlier
    wanted : 1 (constant)            # probability that both neurons are active, in the target
    sal : 1 (constant)             # 1: with SAL, 0: without
    a_hebb : 1 (constant)          # amplitude of the Hebbian window
    a_sal : 1 (constant)           # amplitude of the window of SAL
    """,
    code={
        "on_pre": {
            "on": """
            w_on = w
            input_post += w_on
            rate_post = log(1 + dt / tau_ref_post * exp(b_post + input_post)) / dt
            anti += clip(1 - (t - fired_post) / tau_ref_post, 0, 1)
            """,
            "off": """
            input_post -= w_on
            rate_post = log(1 + dt / tau_ref_post * exp(b_post + input_post)) / dt
            """,
        },
        "on_post": "causal += clip(1 - (t - fired_pre) / tau_ref_post, 0, 1)",
    },
    steps=(
        Step(
            "learn",
            """
            due = int(length_post > 0)
            per_time = tau_ref_post / (cycle_post * (length_post + 1 - due))
            hebb = eta_w * (wanted - a_hebb * (causal + anti) * per_time)
            align = sal * eta_sal * a_sal * (anti - causal) * per_time
            w += due * (clip(w + hebb + align, -w_max, w_max) - w)
            causal *= 1 - due
            anti *= 1 - due
            """,
            when="start",
            order=1,
            every="cycle",
        ),
    ),
    symbols={
        "w": "W",
        "causal": r"c_+",
        "anti": r"c_-",
        "wanted": r"\langle z z' \rangle^*",
        "a_hebb": "a",
        "a_sal": "a'",
    },
)

decaying_synapse = replace(
    synapse,
    name="sampling_decaying_synapse",
    text="The same; what is wanted has the amplitude of the synapse's own window, too, and weights may decay as "
    "proposed by Kolen and Pollack",
    source="gierlich2025, version 3, methods: sampling networks",
    params=DecayParams,
    equations=f"""
    {synapse.equations}
    decays : 1 (constant)          # 1: the weight decays, 0: it does not
    """,
    steps=(
        Step(
            "learn",
            """
            due = int(length_post > 0)
            per_time = tau_ref_post / (cycle_post * (length_post + 1 - due))
            hebb = eta_w * a_hebb * (wanted - (causal + anti) * per_time)
            align = sal * eta_sal * a_sal * (anti - causal) * per_time
            w += due * (clip((1 - decays * decay) * (w + hebb) + align, -w_max, w_max) - w)
            causal *= 1 - due
            anti *= 1 - due
            """,
            when="start",
            order=1,
            every="cycle",
        ),
    ),
)

state = Model(
    name="sampling_state",
    text="State of one network as a binary number; it is sampled twice per refractory period",
    source="gierlich2025, methods: sampling networks",
    equations="""
    code : integer                 # sum of the bits of the active neurons
    sampling : boolean (linked)
    """,
    code={"threshold": "sampling"},
    links=("schedule",),
)

activity = Model(
    name="sampling_activity",
    text="A spike makes its neuron active, and refractory, for a while",
    source="gierlich2025, methods: neuron model",
    code={"on_pre": {"begins": "code_post += bit_pre", "ends": "code_post -= bit_pre; ready_pre = 1"}},
)

histogram = Model(
    name="sampling_histogram",
    text="How often one network was in one state during a validation",
    source="gierlich2025, methods: sampling networks",
    params=BinParams,
    equations="""
    pattern : integer (constant)   # the state
    p_target : 1 (constant)        # its probability in the target
    count : 1                      # how often it was seen
    n_samples : 1 (shared)         # samples of a validation
    evaluated : boolean (linked)
    term = p_target * log(p_target * n_samples / (count + n_unseen * int(count == 0))) : 1   # share in the divergence
    """,
    steps=(Step("clear", "count *= 1 - int(evaluated)", when="end", order=0),),
    links=("schedule",),
    symbols={"p_target": "p^*", "count": "n"},
)

counting = Model(
    name="sampling_counting",
    text="Every sample counts in one bin",
    source="gierlich2025, methods: sampling networks",
    code={"on_pre": "count_post += int(code_pre == pattern_post)"},
)

summation = Model(
    name="sampling_summation",
    text="The divergence is a sum over the states",
    source="gierlich2025, methods: sampling networks",
    equations="divergence_post = term_pre : 1 (summed)",
)

MODELS = [schedule, neuron, synapse, decaying_synapse, state, activity, histogram, counting, summation]
