"""E-prop 1: LIF network, leaky readout and three-factor synapses, in discrete time without approximation.

Reference: Bellec et al. (2019), ``bellec2019``, and the tutorial code of its authors. Everything below belongs to the
schedule ``SCHEDULE``: spikes found at the end of step t-1 are delivered at the start of step t. A synapse therefore
completes step t-1 during step t, from values that the neurons froze at the end of step t-1.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param

SCHEDULE = ["start", "synapses", "groups", "resets", "thresholds", "end"]


@dataclass(frozen=True)
class InputParams:
    """Parameters of the input neurons."""

    tau_m: Quantity = param(30 * ms, "time constant of the presynaptic trace", r"\tau_m", "authors' tutorial")


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the recurrent neurons."""

    tau_m: Quantity = param(30 * ms, "membrane time constant", r"\tau_m", "authors' tutorial")
    tau_out: Quantity = param(30 * ms, "time constant of the readout filter", r"\tau_\mathrm{out}", "authors' tutorial")
    v_th: float = param(0.03, "firing threshold", r"v_\mathrm{th}", "authors' tutorial")
    gamma: float = param(0.3, "height of the pseudo-derivative", r"\gamma", "authors' tutorial")
    c_reg: float = param(300.0, "strength of the firing-rate regularisation", r"c_\mathrm{reg}", "authors' tutorial")
    f_target: float = param(0.01, "target rate, spikes per step", r"f^*", "authors' tutorial, 10 Hz")


@dataclass(frozen=True)
class ReadoutParams:
    """Parameters of the readout."""

    tau_out: Quantity = param(30 * ms, "readout time constant", r"\tau_\mathrm{out}", "authors' tutorial")


@dataclass(frozen=True)
class SynapseParams:
    """Parameters of plastic synapses onto recurrent neurons."""

    eta: float = param(1e-4, "learning rate", r"\eta", "authors' tutorial")


@dataclass(frozen=True)
class OutputSynapseParams:
    """Parameters of the synapses onto the readout."""

    eta: float = param(1e-4, "learning rate", r"\eta", "authors' tutorial")


@dataclass(frozen=True)
class FeedbackParams:
    """Parameters of the feedback weights."""

    eta: float = param(1e-4, "learning rate", r"\eta", "authors' tutorial")
    adaptive: float = param(0.0, "1: feedback follows the output weights, 0: it stays as it is", r"a", "our design")


SYMBOLS = {
    "v": "v",
    "I": "I",
    "z_bar": r"\bar{z}",
    "z_out": r"\bar{z}^\mathrm{out}",
    "trace": r"\bar{z}^{t-1}",
    "psi": r"\psi",
    "learning_signal": "L",
    "rate_error": "R",
    "y": "y",
    "err": r"\delta",
    "w": "w",
    "b": "B",
    "elig": "e",
    "elig_bar": r"\bar{e}",
    "elig_sum": r"\sum_t e",
    "grad": "G",
    "k": "k",
    "n_steps": "T",
}

# Rows of `frozen` are looked up one step ahead, because a spike of the threshold slot arrives in the next step.
inputs = Model(
    name="frozen_input",
    text="Input neurons that repeat a frozen spike pattern in every trial",
    source="bellec2019, tutorial of pattern generation",
    params=InputParams,
    equations="""
    dz_bar/dt = -z_bar / tau_m : 1                                       # presynaptic trace
    trace : 1                                                            # presynaptic trace at the end of the step
    n_steps : integer (shared, constant)                                 # steps of one trial
    k = (timestep(t, dt) + 1) % n_steps : integer (shared)               # step within the trial, one ahead
    """,
    code={
        "threshold": "frozen(k * dt + dt / 4, i) > 0.5",
        "reset": "z_bar += 1 - exp(-dt / tau_m)",
        "method": "exact",
    },
    steps=(
        Step("freeze", "trace = z_bar", when="end", order=0),
        Step("restart", "z_bar = 0", when="after_resets", order=9, every="trial"),
    ),
    symbols=SYMBOLS,
)

neuron = Model(
    name="lif",
    text="Leaky integrate-and-fire neuron with reset by subtraction and a triangular pseudo-derivative",
    source="bellec2019, eqs. of the LIF model; normalised input (tutorial)",
    params=NeuronParams,
    equations="""
    dv/dt = (I - v) / tau_m : 1                                          # membrane voltage
    dz_bar/dt = -z_bar / tau_m : 1                                       # presynaptic trace
    dz_out/dt = -z_out / tau_out : 1                                     # spikes through the readout filter
    I : 1                                                                # input current of this step
    psi : 1                                                              # pseudo-derivative at the end of the step
    trace : 1                                                            # presynaptic trace at the end of the step
    learning_signal : 1                                                  # from the feedback weights
    n_spikes : 1                                                         # spikes of this trial
    rate : 1                                                             # spikes per step of the last trial
    rate_error : 1                                                       # gradient of the rate regularisation
    n_steps : integer (shared, constant)                                 # steps of one trial
    """,
    code={
        "threshold": "v > v_th",
        "reset": """
        v -= v_th
        z_bar += 1 - exp(-dt / tau_m)
        z_out += 1 - exp(-dt / tau_out)
        n_spikes += 1
        """,
        "method": "exact",
    },
    steps=(
        Step("collected", "I = 0", when="after_groups", order=0),
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
            psi = gamma / v_th * clip(1 - abs(v - v_th) / v_th, 0, 1)
            trace = z_bar
            """,
            when="end",
            order=0,
        ),
    ),
    symbols=SYMBOLS,
    deviations=("The input current is scaled by 1 - exp(-dt/tau_m), as in the tutorial code, not as in the paper.",),
)

readout = Model(
    name="readout",
    text="Leaky readout with its target, error and loss",
    source="bellec2019, eqs. of readout and regression loss",
    params=ReadoutParams,
    equations="""
    dy/dt = (I - y) / tau_out : 1                                        # readout
    I : 1                                                                # input current of this step
    err : 1                                                              # readout minus target
    loss : 1                                                             # half the squared error, summed over a trial
    goal : 1                                                             # target of this step
    n_steps : integer (shared, constant)                                 # steps of one trial
    k = (timestep(t, dt) + n_steps - 1) % n_steps : integer (shared)     # step within the trial that is completed
    """,
    code={"method": "exact"},
    steps=(
        Step(
            "compare",
            """
            I = 0
            goal = target(k * dt + dt / 4, i)
            err = y - goal
            loss += 0.5 * err**2
            """,
            when="groups",
            order=-4,
        ),
        Step(
            "restart",
            """
            y = 0
            loss = 0
            """,
            when="after_resets",
            order=9,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

synapse = Model(
    name="eprop_synapse",
    text="Plastic synapse onto an LIF neuron: eligibility trace times learning signal, applied once per trial",
    source="bellec2019, e-prop 1",
    params=SynapseParams,
    equations="""
    w : 1                                                                # weight
    elig : 1                                                             # eligibility trace
    elig_bar : 1                                                         # eligibility trace, filtered as the readout
    elig_sum : 1                                                         # eligibility trace, summed over a trial
    grad : 1                                                             # gradient of the trial
    """,
    code={"on_pre": "I_post += w"},
    steps=(
        Step(
            "eligibility",
            """
            elig = psi_post * trace_pre
            elig_bar += (1 - exp(-dt / tau_out_post)) * (elig - elig_bar)
            elig_sum += elig
            grad += learning_signal_post * elig_bar
            """,
            when="after_groups",
            order=1,
        ),
        Step(
            "learn",
            """
            w -= eta * int(t > dt / 2) * (grad + rate_error_post * elig_sum)
            grad = 0
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

output_synapse = Model(
    name="output_synapse",
    text="Plastic synapse onto the readout",
    source="bellec2019, e-prop 1",
    params=OutputSynapseParams,
    equations="""
    w : 1                                                                # weight
    grad : 1                                                             # gradient of the trial
    """,
    code={"on_pre": "I_post += w"},
    steps=(
        Step("gradient", "grad += err_post * z_out_pre", when="after_resets", order=0),
        Step(
            "learn",
            """
            w -= eta * int(t > dt / 2) * grad
            grad = 0
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

feedback = Model(
    name="feedback",
    text="Feedback weight that turns the error of the readout into the learning signal of a neuron",
    source="bellec2019, e-prop 1: random and symmetric feedback",
    params=FeedbackParams,
    equations="""
    b : 1                                                                # feedback weight
    grad : 1                                                             # gradient of the output weight
    learning_signal_post = b * err_pre : 1 (summed)                      # learning signal
    """,
    steps=(
        Step("gradient", "grad += err_pre * z_out_post", when="after_resets", order=0),
        Step(
            "learn",
            """
            b -= adaptive * eta * int(t > dt / 2) * grad
            grad = 0
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

MODELS = [inputs, neuron, readout, synapse, output_synapse, feedback]
