"""Cortical microcircuits of stochastic spiking neurons: a neuron with an apical dendrite learns from feedback.

Reference: Gierlich et al. (2025), ``gierlich2025``. A chain of one input neuron, one hidden and one output pyramidal
neuron, and an interneuron beside the hidden one that repeats the output. The weight of the feedback is learned by
spike-based alignment (SAL), fixed (feedback alignment, FA) or a copy of the forward weight (backpropagation, BP): two
flags of every circuit, so that one program runs all three.

Averages of the learning rules are boxcar means of the past: a spike raises a count while its PSP lasts, and lowers it
again when the same PSP leaves the window. Weights change slowly, so the mean of a voltage is the weight times the mean
of the PSPs. Neurons see the state of the step before.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class SpikingParams:
    """Parameters of every neuron."""

    tau_ref: Quantity = param(
        10 * ms,
        "time constant of the firing probability",
        r"\tau_\mathrm{ref}",
        "authors' program",
        valid=">= network.dt",
    )
    t_isi: Quantity = param(
        10 * ms, "shortest interspike interval", r"t_\mathrm{isi}", "authors' program", valid=">= network.dt"
    )


@dataclass(frozen=True)
class HiddenParams(SpikingParams):
    """Parameters of the hidden pyramidal neuron."""

    b: float = param(-1.0, "bias", "b_1", "authors' program", valid="any")
    gain_apical: float = param(
        0.02, "gain of the apical dendrite", r"\lambda_\mathrm{api}", "authors' program", valid=">= 0"
    )
    tau_pair: Quantity = param(
        10 * ms, "time constant of the window of SAL", r"\tau_+", "authors' program", valid=">= network.dt"
    )


@dataclass(frozen=True)
class OutputParams(SpikingParams):
    """Parameters of the output pyramidal neuron."""

    b: float = param(-1.0, "bias", "b_2", "authors' program", valid="any")
    gain_nudge: float = param(0.6, "gain of the nudging", r"\lambda_\mathrm{nudge}", "authors' program", valid=">= 0")
    tau_pair: Quantity = param(
        10 * ms, "time constant of the window of SAL", r"\tau_-", "authors' program", valid=">= network.dt"
    )


@dataclass(frozen=True)
class InterneuronParams(SpikingParams):
    """Parameters of the interneuron."""

    b: float = param(-1.0, "bias", "b_2", "authors' program", valid="any")


@dataclass(frozen=True)
class BasalParams:
    """Learning rate of the forward weight onto the hidden neuron."""

    eta: float = param(0.2, "learning rate", r"\eta_1", "authors' program", valid=">= 0")


@dataclass(frozen=True)
class ForwardParams:
    """Learning rate of the forward weight onto the output neuron."""

    eta: float = param(0.003, "learning rate", r"\eta_2", "authors' program", valid=">= 0")


@dataclass(frozen=True)
class FeedbackParams:
    """Parameters of spike-based alignment learning."""

    eta: float = param(0.001, "learning rate", r"\eta_B", "authors' program", valid=">= 0")
    all_pairs: float = param(
        0.0, "1: all pairs of spikes count, 0: most recent partner spike", "a", "our design", valid="one of 0, 1"
    )


SYMBOLS = {
    "u": "u",
    "z": "z",
    "z_old": "z'",
    "z_sum": r"\sum z",
    "z_mean": r"\langle z \rangle",
    "p_spike": "p",
    "v_bas": r"v_\mathrm{bas}",
    "v_api": r"v_\mathrm{api}",
    "w": "W",
    "u_goal": r"u_\mathrm{tgt}",
    "x_last": "x",
    "x_all": r"x_\Sigma",
}

THRESHOLD = "t - fired > t_isi - 0.5 * dt and rand() < p_spike"
AVERAGE = Step("average", "z_sum += z - z_old", when="synapses", order=4)
SOURCE = "gierlich2025, methods: cortical microcircuits"

schedule = Model(
    name="microcircuit_schedule",
    text="What is done in the pattern that is shown",
    source=SOURCE,
    equations="""
    aligning : boolean (shared)    # pattern of alignment: feedback learns
    learning : boolean (shared)    # forward weights learn: training pattern, behind its first averaging window
    judging : boolean (shared)     # the output is averaged: behind the first averaging window
    n_windows : integer (shared, constant)   # length of a pattern in windows
    """,
    steps=(
        Step(
            "advance",
            """
            judging = timestep(t, dt) % n_windows > 0
            aligning = phase(t) == 1
            learning = judging and phase(t) == 0
            """,
            when="start",
            order=0,
        ),
    ),
)

afferent = Model(
    name="microcircuit_input",
    text="Input neuron: the value of the pattern is its voltage",
    source=SOURCE,
    params=SpikingParams,
    equations="""
    u : 1                          # value of the pattern
    p_spike = 1 / (1 + tau_ref / dt * exp(-u)) : 1   # firing probability per step
    z : 1                          # 1 while the PSP lasts
    z_old : 1                      # the same, one averaging window ago
    z_sum : 1                      # sum of z over the window, steps
    z_mean = z_sum * dt / window : 1
    fired : second                 # time of the last spike
    window : second (shared)       # length of the averaging window
    """,
    code={"threshold": THRESHOLD},
    steps=(AVERAGE, Step("show", "u = pattern(t, i)", when="start", order=1, every="pattern")),
    symbols=SYMBOLS,
)

hidden = Model(
    name="microcircuit_hidden",
    text="Hidden pyramidal neuron: the apical dendrite weakly drives the soma, strongly while feedback is aligned",
    source=SOURCE,
    params=HiddenParams,
    equations="""
    gain = gain_apical + (1 - gain_apical) * int(aligning) : 1
    u = b + v_bas + gain * v_api : 1   # somatic voltage
    v_bas : 1                      # basal voltage
    v_api : 1                      # apical voltage
    api_mean : 1                   # its mean
    aligning : boolean (linked)
    p_spike = 1 / (1 + tau_ref / dt * exp(-u)) : 1   # firing probability per step
    z : 1                          # 1 while the PSP lasts
    z_old : 1                      # the same, one averaging window ago
    z_sum : 1                      # sum of z over the window, steps
    z_mean = z_sum * dt / window : 1
    fired : second                 # time of the last spike
    window : second (shared)       # length of the averaging window
    dx_last/dt = -x_last / tau_pair : 1   # trace of the last spike
    dx_all/dt = -x_all / tau_pair : 1     # trace of all spikes
    """,
    code={"threshold": THRESHOLD, "reset": "x_last = 1; x_all += 1", "method": "exact"},
    steps=(AVERAGE,),
    links=("schedule",),
    symbols=SYMBOLS,
)

output = Model(
    name="microcircuit_output",
    text="Output pyramidal neuron, nudged towards the voltage of the teacher",
    source=SOURCE,
    params=OutputParams,
    equations="""
    u = b + v_bas + gain_nudge * (u_goal - bas_mean - b) : 1   # somatic voltage
    v_bas : 1                      # basal voltage
    bas_mean : 1                   # its mean
    u_goal : 1                     # mean voltage of the teacher for the pattern
    u_sum : 1                      # sum of the voltage over the steps of the pattern that are judged
    w_in : 1                       # weight of the forward synapse
    z_other : 1 (linked)           # interneuron
    z_other_sum : 1 (linked)
    judging : boolean (linked)
    p_spike = 1 / (1 + tau_ref / dt * exp(-u)) : 1   # firing probability per step
    z : 1                          # 1 while the PSP lasts
    z_old : 1                      # the same, one averaging window ago
    z_sum : 1                      # sum of z over the window, steps
    z_mean = z_sum * dt / window : 1
    fired : second                 # time of the last spike
    window : second (shared)       # length of the averaging window
    dx_last/dt = -x_last / tau_pair : 1   # trace of the last spike
    dx_all/dt = -x_all / tau_pair : 1     # trace of all spikes
    """,
    code={"threshold": THRESHOLD, "reset": "x_last = 1; x_all += 1", "method": "exact"},
    steps=(
        AVERAGE,
        Step("show", "u_goal = goal(t, i); u_sum = 0", when="start", order=2, every="pattern"),
        Step("judge", "u_sum += int(judging) * u", when="groups", order=10),
    ),
    links=("schedule",),
    symbols=SYMBOLS,
)

interneuron = Model(
    name="microcircuit_interneuron",
    text="Interneuron that repeats the output neuron; it is disconnected while feedback is aligned",
    source=SOURCE,
    params=InterneuronParams,
    equations="""
    u = b + v_bas * (1 - int(aligning)) : 1   # voltage
    v_bas : 1 (linked)             # that of the output neuron: the weights are the same
    aligning : boolean (linked)
    p_spike = 1 / (1 + tau_ref / dt * exp(-u)) : 1   # firing probability per step
    z : 1                          # 1 while the PSP lasts
    z_old : 1                      # the same, one averaging window ago
    z_sum : 1                      # sum of z over the window, steps
    z_mean = z_sum * dt / window : 1
    fired : second                 # time of the last spike
    window : second (shared)       # length of the averaging window
    """,
    code={"threshold": THRESHOLD},
    steps=(AVERAGE,),
    links=("schedule", "outputs"),
    symbols=SYMBOLS,
)

memory = Model(
    name="microcircuit_memory",
    text="A PSP begins and ends, and so does its image in the averaging window",
    source=SOURCE,
    code={
        "on_pre": {
            "begins": "z_post += 1; fired_post = t",
            "ends": "z_post -= 1",
            "leaves": "z_old_post += 1",
            "has_left": "z_old_post -= 1",
        }
    },
)

basal = Model(
    name="microcircuit_basal",
    text="Forward synapse onto the hidden neuron: somatic minus dendritic prediction",
    source=SOURCE,
    params=BasalParams,
    equations="""
    w : 1                          # weight
    v_bas_post = w * z_pre : 1 (summed)
    u_dendrite = b_post + w * z_mean_pre : 1
    u_soma = u_dendrite + gain_post * api_mean_post : 1
    learning : boolean (linked)
    """,
    code={
        "on_pre": {
            "learn": """
            w += int(learning) * eta * (1 / (1 + 10 * exp(-u_soma)) - 1 / (1 + 10 * exp(-u_dendrite)))
            """
        }
    },
    links=("schedule",),
    symbols=SYMBOLS,
)

forward = Model(
    name="microcircuit_forward",
    text="Forward synapse onto the output neuron: nudged minus free prediction",
    source=SOURCE,
    params=ForwardParams,
    equations="""
    w : 1                          # weight
    v_bas_post = w * z_pre : 1 (summed)
    bas_mean_post = w * z_mean_pre : 1 (summed)
    w_in_post = w : 1 (summed)
    u_free = b_post + w * z_mean_pre : 1
    u_nudged = u_free + gain_nudge_post * (u_goal_post - u_free) : 1
    learning : boolean (linked)
    """,
    code={
        "on_pre": {
            "learn": """
            w += int(learning) * eta * (1 / (1 + 10 * exp(-u_nudged)) - 1 / (1 + 10 * exp(-u_free)))
            """
        }
    },
    links=("schedule",),
    symbols=SYMBOLS,
)

feedback = Model(
    name="microcircuit_feedback",
    text="Feedback onto the apical dendrite, minus that of the interneuron; its weight learns by SAL, or not",
    source=SOURCE,
    params=FeedbackParams,
    equations="""
    w : 1                          # weight of its own
    sal : 1 (constant)             # 1: it is learned
    copies : 1 (constant)          # 1: the forward weight is used in its place
    w_used = w + copies * (w_in_pre - w) : 1
    v_api_post = w_used * (z_pre - z_other_pre * (1 - int(aligning_post))) : 1 (summed)
    api_mean_post = w_used * (z_sum_pre - z_other_sum_pre) * dt / window_pre : 1 (summed)
    """,
    code={
        # A simultaneous spike is worth nothing; as the most recent one it hides those before.
        "on_pre": """
        recent = x_last_post * int(fired_post < t)
        w += sal * int(aligning_post) * eta * (recent + all_pairs * (x_all_post - recent))
        """,
        "on_post": """
        recent = x_last_pre * int(fired_pre < t)
        w -= sal * int(aligning_post) * eta * (recent + all_pairs * (x_all_pre - recent))
        """,
    },
    symbols=SYMBOLS,
)

MODELS = [schedule, afferent, hidden, output, interneuron, memory, basal, forward, feedback]
