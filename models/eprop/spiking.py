"""E-prop 1: LIF and adaptive LIF neurons, and synapses that learn, in discrete time without approximation.

Reference: Bellec et al. (2019), ``bellec2019``, and programs of its authors. One time step is one step of the paper.
Everything belongs to the order of a step in `models.eprop.trials`: spikes found at the end of step t-1 are delivered at
the start of step t. A synapse therefore completes step t-1 during step t, from values that the neurons froze at the end
of step t-1. The first step of a trial has no input spikes, because they would have to be delivered before the trial
began.

Tables (TimedArrays) are read at ``number * dt``, so that an entry takes one time step of the table, whatever it lasts
in the simulation.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param
from models.eprop.trials import LINKS, SYMBOLS, TUTORIAL, descend


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the recurrent neurons."""

    tau_m: Quantity = param(30 * ms, "membrane time constant", r"\tau_m", TUTORIAL)
    tau_a: Quantity = param(2000 * ms, "time constant of the adaptation", r"\tau_a", "authors' code")
    tau_out: Quantity = param(30 * ms, "time constant of the readout filter", r"\tau_\mathrm{out}", TUTORIAL)
    normalised: float = param(1.0, "g_m: a spike of weight w moves v by w (1 - g_m alpha)", r"g_m", TUTORIAL)
    normalised_out: float = param(1.0, "the same for readout and filtered traces", r"g_\mathrm{out}", TUTORIAL)
    v_th: float = param(0.03, "firing threshold", r"v_\mathrm{th}", TUTORIAL)
    t_ref: Quantity = param(0 * ms, "a neuron may fire again this long after a spike", r"t_\mathrm{ref}", TUTORIAL)
    gamma: float = param(0.3, "height of the pseudo-derivative", r"\gamma", TUTORIAL)
    c_reg: float = param(300.0, "strength of the firing-rate regularisation", r"c_\mathrm{reg}", TUTORIAL)
    f_target: float = param(0.01, "target rate, spikes per step", r"f^*", "authors' tutorial, 10 Hz")


neuron = Model(
    name="alif",
    text="Leaky integrate-and-fire neuron with an adaptive threshold (beta > 0) or without (beta = 0)",
    source="bellec2019, eqs. of LIF and ALIF neurons",
    params=NeuronParams,
    equations=f"""
    dv/dt = -v / tau_m : 1                                               # membrane voltage
    da/dt = -a / tau_a : 1                                               # adaptation of the threshold
    dz_bar/dt = -z_bar / tau_m : 1                                       # presynaptic trace
    dz_out/dt = -z_out / tau_out : 1                                     # spikes through the readout filter
    I : 1                                                                # input of this step
    beta : 1 (constant)                                                  # strength of the adaptation
    above = v - v_th - beta * a : 1                                      # voltage above the threshold
    wait : 1                                                             # steps that remain refractory
    psi : 1                                                              # pseudo-derivative at the end of the step
    trace : 1                                                            # presynaptic trace at the end of the step
    learning_signal : 1                                                  # from the feedback weights
    n_spikes : 1                                                         # spikes of this trial
    rate : 1                                                             # spikes per step of the last trial
    rate_error : 1                                                       # gradient of the rate regularisation
    shown : 1 (constant)                                                 # 1 if its variables are recorded in detail
    {LINKS}
    """,
    code={
        "threshold": "above > 0 and wait < 0.5",
        "reset": """
        v -= v_th
        a += 1
        z_bar += 1 - normalised * exp(-dt / tau_m)
        z_out += 1 - normalised_out * exp(-dt / tau_out)
        wait = timestep(t_ref, dt) - 1
        n_spikes += 1
        """,
        "method": "exact",
        "events": {
            "watched_spike": "above > 0 and wait < 0.5 and watched > 0.5",
            "watched_step": "watched * shown > 0.5",
        },
    },
    steps=(
        Step(
            "integrate",
            """
            v += (1 - normalised * exp(-dt / tau_m)) * I
            I = 0
            """,
            when="after_groups",
            order=0,
        ),
        Step(
            "rates",
            """
            rate = n_spikes / n_steps
            rate_error = c_reg * (rate - f_target) / n_steps
            """,
            when="after_resets",
            order=2,
            every="trial",
        ),
        Step(
            "restart",
            """
            v = 0
            a = 0
            wait = 0
            z_bar = 0
            z_out = 0
            n_spikes = 0
            """,
            when="after_resets",
            order=9,
            every="trial",
        ),
        Step(
            "freeze",
            """
            psi = int(wait < 0.5) * gamma / v_th * clip(1 - abs(above) / v_th, 0, 1)
            wait -= 1
            trace = z_bar
            """,
            when="end",
            order=0,
        ),
    ),
    links=("schedule",),
    symbols=SYMBOLS,
)

synapse = Model(
    name="eprop_synapse",
    text="Plastic synapse onto LIF neurons: eligibility trace times learning signal, applied once per batch",
    source="bellec2019, e-prop 1",
    equations="""
    w : 1                                                                # weight
    mask : 1 (constant)                                                  # 1 if the weight learns, 0 if not
    elig_bar : 1                                                         # eligibility trace, filtered as the readout
    elig_sum : 1                                                         # eligibility trace, summed over a trial
    grad : 1                                                             # gradient of the batch so far
    grad_mean : 1                                                        # Adam: running mean of the gradient
    grad_square : 1                                                      # Adam: running mean of its square
    """,
    code={"on_pre": "I_post += w"},
    steps=(
        Step(
            "eligibility",
            """
            e = psi_post * trace_pre
            elig_bar = exp(-dt / tau_out_post) * elig_bar + (1 - normalised_out_post * exp(-dt / tau_out_post)) * e
            elig_sum += e
            grad += learning_signal_post * elig_bar
            """,
            when="after_groups",
            order=1,
        ),
        Step(
            "learn",
            f"""
            grad += rate_error_post * elig_sum
            slope = mask * grad / n_batch_post
            {descend("w", of="_post")}
            grad *= 1 - due_post
            elig_sum = 0
            elig_bar = 0
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

# The trace of the adaptation is the eligibility trace itself, delayed by a step and filtered with the time constant of
# the adaptation: from eps_a <- psi z_bar + (rho - beta psi) eps_a and e = psi (z_bar - beta eps_a).
adaptive_synapse = Model(
    name="eprop_adaptive_synapse",
    text="Plastic synapse onto neurons that may have an adaptive threshold",
    source="bellec2019, e-prop 1 with ALIF neurons",
    equations="""
    w : 1                                                                # weight
    mask : 1 (constant)                                                  # 1 if the weight learns, 0 if not
    elig_bar : 1                                                         # eligibility trace, filtered as the readout
    elig_sum : 1                                                         # eligibility trace, summed over a trial
    grad : 1                                                             # gradient of the batch so far
    grad_mean : 1                                                        # Adam: running mean of the gradient
    grad_square : 1                                                      # Adam: running mean of its square
    elig_a : 1                                                           # eligibility vector of the adaptation
    """,
    code={"on_pre": "I_post += w"},
    steps=(
        Step(
            "eligibility",
            """
            e = psi_post * (trace_pre - beta_post * elig_a)
            elig_a = exp(-dt / tau_a_post) * elig_a + e
            elig_bar = exp(-dt / tau_out_post) * elig_bar + (1 - normalised_out_post * exp(-dt / tau_out_post)) * e
            elig_sum += e
            grad += learning_signal_post * elig_bar
            """,
            when="after_groups",
            order=1,
        ),
        Step(
            "learn",
            f"""
            grad += rate_error_post * elig_sum
            slope = mask * grad / n_batch_post
            {descend("w", of="_post")}
            grad *= 1 - due_post
            elig_sum = 0
            elig_bar = 0
            elig_a = 0
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

output_synapse = Model(
    name="output_synapse",
    text="Plastic synapse onto the readout",
    source="bellec2019, e-prop 1",
    equations="""
    w : 1                                                                # weight
    grad : 1                                                             # gradient of the batch so far
    grad_mean : 1                                                        # Adam: running mean of the gradient
    grad_square : 1                                                      # Adam: running mean of its square
    """,
    code={"on_pre": "I_post += w"},
    steps=(
        Step("gradient", "grad += err_post * z_out_pre", when="after_resets", order=0),
        Step(
            "learn",
            f"""
            slope = grad / n_batch_pre
            {descend("w", of="_pre")}
            grad *= 1 - due_pre
            w *= 1 - due_pre * forget_pre
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)


@dataclass(frozen=True)
class FeedbackParams:
    """Parameters of the feedback weights."""

    adaptive: float = param(0.0, "1: feedback changes as the output weights do, 0: never", r"a", "our design")


feedback = Model(
    name="feedback",
    text="Feedback weight that turns the error of the readout into the learning signal of a neuron",
    source="bellec2019, e-prop 1: random, symmetric and uniform feedback; adaptive as in bellec2020",
    params=FeedbackParams,
    equations="""
    b : 1                                                                # feedback weight
    learning_signal_post = b * err_pre : 1 (summed)                      # learning signal
    grad : 1                                                             # gradient of the batch so far
    grad_mean : 1                                                        # Adam: running mean of the gradient
    grad_square : 1                                                      # Adam: running mean of its square
    """,
    steps=(
        Step("gradient", "grad += err_pre * z_out_post", when="after_resets", order=0),
        Step(
            "learn",
            f"""
            slope = adaptive * grad / n_batch_post
            {descend("b", of="_post")}
            grad *= 1 - due_post
            b *= 1 - due_post * adaptive * forget_post
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)


@dataclass(frozen=True)
class InputParams:
    """How a table of spike probabilities is read."""

    n_channels: int = param(100, "columns of the table", r"n_c", "our design")
    n_bin: int = param(1, "steps that one row of the table lasts", r"n_b", "our design")
    n_rows: int = param(1000, "rows of the table, which is repeated", r"n_r", "our design")


# Rows are looked up one step ahead, because a spike of the threshold slot arrives in the next step.
inputs = Model(
    name="input",
    text="Input neurons that fire with the probability of a table, which may be 0 or 1: noise, or a given pattern",
    source="bellec2019, tasks",
    params=InputParams,
    equations=f"""
    dz_bar/dt = -z_bar / tau_m : 1                                       # presynaptic trace
    trace : 1                                                            # presynaptic trace at the end of the step
    fires : 1                                                            # 1 if there is a spike in this step
    channel : integer (constant)                                         # column of the table
    k = timestep(t, dt) + 1 : integer (shared)                           # step, one ahead
    tau_m : second (linked)
    normalised : 1 (linked)
    {LINKS}
    """,
    code={
        "threshold": "fires > 0.5",
        "reset": "z_bar += 1 - normalised * exp(-dt / tau_m)",
        "method": "exact",
        "events": {"watched_spike": "fires > 0.5 and watched > 0.5"},
    },
    steps=(
        Step(
            "fire",
            """
            row = (k // n_bin) % n_rows
            fires = int(rand() < pattern((row * n_channels + channel) * dt + dt / 4)) * int(k % n_steps > 0)
            """,
            when="before_thresholds",
            order=0,
        ),
        Step("freeze", "trace = z_bar", when="end", order=0),
        Step("restart", "z_bar = 0", when="after_resets", order=9, every="trial"),
    ),
    links=("schedule", "recurrent"),
    symbols=SYMBOLS,
)

mean_rate = Model(
    name="mean_rate",
    text="Mean rate of the recurrent neurons, once per trial",
    source="our design",
    equations="activity_post = rate_pre / N_pre : 1 (summed)                 # mean rate of the trial that ended",
    summed={"activity_post": ("after_resets", 3)},
    symbols=SYMBOLS,
)

MODELS = [neuron, synapse, adaptive_synapse, output_synapse, feedback, inputs, mean_rate]
