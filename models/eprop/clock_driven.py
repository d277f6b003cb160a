"""E-prop 1 with clock-driven eligibility traces: learning as differential equations, in code that every device can run.

Reference: Bellec et al. (2019), ``bellec2019``. The LIF neurons and the gradients are those of `models.eprop.spiking`;
only the order of events differs. Every device has the order `SCHEDULE`, where a spike is
delivered in the next time step, synapses see neurons as the step before left them, and resets run before anybody else
could see the voltage that crossed the threshold. Hence:

- a threshold only notes that there was a spike; the step ``begin`` of the next time step does what a reset would do;
- the learning signal of time step s reaches the synapses in time step s + 3: spikes, readout and feedback take a step
  each. Neurons hand their pseudo-derivative and their traces on a step later than they could, and meet it in time;
- every trial ends with a pause of at least `PAUSE` steps without spikes, in which what is under way arrives.

Tables (TimedArrays) have one row for each step of a trial.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param

# The order of slots that every device has (docs/devices.md).
SCHEDULE = ["start", "synapses", "groups", "thresholds", "resets", "end"]
PAUSE = 3  # steps from a spike to the last synapse that learns from it
FIRST = -2  # order of the synapses within slot 'groups': before learning signals and neurons change
TUTORIAL = "authors' tutorial"


@dataclass(frozen=True)
class InputParams:
    """Parameters of the input neurons."""

    n_steps: int = param(1000, "steps of one trial", "T", TUTORIAL)
    n_trial: int = param(1003, "the same, with the pause behind it", r"T_\mathrm{all}", "our design")
    tau_m: Quantity = param(30 * ms, "time constant of the presynaptic trace", r"\tau_m", TUTORIAL)


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the recurrent neurons."""

    n_steps: int = param(1000, "steps of one trial", "T", TUTORIAL)
    n_trial: int = param(1003, "the same, with the pause behind it", r"T_\mathrm{all}", "our design")
    tau_m: Quantity = param(30 * ms, "membrane time constant", r"\tau_m", TUTORIAL)
    tau_out: Quantity = param(30 * ms, "time constant of the readout filter", r"\tau_\mathrm{out}", TUTORIAL)
    v_th: float = param(0.03, "firing threshold", r"v_\mathrm{th}", TUTORIAL)
    gamma: float = param(0.3, "height of the pseudo-derivative", r"\gamma", TUTORIAL)
    c_reg: float = param(300.0, "strength of the firing-rate regularisation", r"c_\mathrm{reg}", TUTORIAL)
    f_target: float = param(0.01, "target rate, spikes per step", r"f^*", "authors' tutorial, 10 Hz")


@dataclass(frozen=True)
class ReadoutParams:
    """Parameters of the readout."""

    n_steps: int = param(1000, "steps of one trial", "T", TUTORIAL)
    n_trial: int = param(1003, "the same, with the pause behind it", r"T_\mathrm{all}", "our design")
    tau_out: Quantity = param(30 * ms, "time constant of the readout filter", r"\tau_\mathrm{out}", TUTORIAL)


@dataclass(frozen=True)
class SynapseParams:
    """Parameters of synapses onto recurrent neurons."""

    tau_e: Quantity = param(30 * ms, "time constant of the trace's filter: the readout's", r"\tau_e", TUTORIAL)
    eta: float = param(1e-4, "learning rate", r"\eta", TUTORIAL)


@dataclass(frozen=True)
class OutputParams:
    """Parameters of synapses onto the readout."""

    eta: float = param(1e-4, "learning rate", r"\eta", TUTORIAL)


@dataclass(frozen=True)
class FeedbackParams:
    """Parameters of the feedback weights."""

    adaptive: float = param(0.0, "1: feedback changes as the output weights do, 0: never", r"a", "our design")
    eta: float = param(1e-4, "learning rate", r"\eta", TUTORIAL)


SYMBOLS = {
    "v": "v",
    "u": "u",
    "I": "I",
    "y": "y",
    "goal": "y^*",
    "err": r"\delta",
    "loss": "E",
    "z": "z",
    "z_bar": r"\bar{z}",
    "z_out": r"\bar{z}^\mathrm{out}",
    "fires": "x",
    "trial_on": "a",
    "trace": r"\bar{z}_\mathrm{s}",
    "trace_next": r"\bar{z}_\mathrm{n}",
    "trace_out": r"\bar{z}^\mathrm{out}_\mathrm{s}",
    "trace_out_next": r"\bar{z}^\mathrm{out}_\mathrm{n}",
    "psi": r"\psi",
    "psi_next": r"\psi_\mathrm{n}",
    "n_spikes": "n",
    "learning_signal": "L",
    "rate_error": "R",
    "rate": "f",
    "w": "w",
    "b": "B",
    "elig_bar": r"\bar{e}",
    "elig_sum": r"\sum_t e",
    "grad": "G",
}

inputs = Model(
    name="clock_driven_input",
    text="Input neuron that fires where a table says so",
    source="bellec2019, tasks",
    params=InputParams,
    equations="""
    dz_bar/dt = -z_bar / tau_m : 1                                       # presynaptic trace
    z : 1                                                                # 1 after a spike in the step before
    fires : 1                                                            # 1 if there is a spike in this step
    trace : 1                                                            # presynaptic trace that synapses see
    trace_next : 1                                                       # what they will see in the next step
    """,
    code={"threshold": "fires > 0.5", "reset": "z = 1", "method": "exact"},
    steps=(
        # A spike of this step arrives in the next one; rows are read one step ahead.
        Step(
            "begin",
            """
            step = timestep(t, dt) % n_trial
            trace = trace_next
            trace_next = z_bar
            z_bar = int(step > 0) * (z_bar + (exp(dt / tau_m) - 1) * z)
            z = 0
            fires = int(step + 1 < n_steps) * pattern(clip(step + 1, 0, n_steps - 1) * dt, i)
            """,
            when="start",
            order=0,
        ),
    ),
    symbols=SYMBOLS,
)

neuron = Model(
    name="clock_driven_lif",
    text="Leaky integrate-and-fire neuron that tells synapses its pseudo-derivative",
    source="bellec2019, eqs. of LIF neurons",
    params=NeuronParams,
    equations="""
    dv/dt = (I - v) / tau_m : 1                                          # membrane voltage
    dz_bar/dt = -z_bar / tau_m : 1                                       # presynaptic trace
    dz_out/dt = -z_out / tau_out : 1                                     # spikes through the readout filter
    I : 1                                                                # input of this step
    z : 1                                                                # 1 after a spike in the step before
    trial_on : 1                                                         # 0 in the pause: no spikes
    psi : 1                                                              # pseudo-derivative that synapses see
    psi_next : 1                                                         # what they will see in the next step
    trace : 1                                                            # presynaptic trace that synapses see
    trace_next : 1                                                       # what they will see in the next step
    trace_out : 1                                                        # filtered spikes that synapses see
    trace_out_next : 1                                                   # what they will see in the next step
    learning_signal : 1                                                  # from the feedback weights
    n_spikes : 1                                                         # spikes of this trial
    rate : 1                                                             # spikes per step of the last trial
    rate_error : 1                                                       # gradient of the rate regularisation
    """,
    code={"threshold": "v > v_th and trial_on > 0.5", "reset": "z = 1", "method": "exact"},
    steps=(
        Step(
            "begin",
            f"""
            step = timestep(t, dt) % n_trial
            psi = psi_next
            psi_next = trial_on * gamma / v_th * clip(1 - abs(v - v_th) / v_th, 0, 1)
            trace = trace_next
            trace_next = z_bar
            trace_out = trace_out_next
            going = int(step > 0)
            z_out = going * (z_out + (1 - exp(-dt / tau_out)) * z)
            trace_out_next = z_out
            z_bar = going * (z_bar + (exp(dt / tau_m) - 1) * z)
            v = going * (v - v_th * exp(dt / tau_m) * z)
            n_spikes = going * (n_spikes + z)
            z = 0
            I = 0
            trial_on = int(step < n_steps)
            ended = int(step == n_steps + {PAUSE - 1})
            rate += ended * (n_spikes / n_steps - rate)
            rate_error = ended * c_reg * (rate - f_target) / n_steps
            """,
            when="start",
            order=0,
        ),
    ),
    symbols=SYMBOLS,
)

readout = Model(
    name="clock_driven_regression",
    text="Leaky readout with its target, error and half the squared error as loss",
    source="bellec2019, eqs. of readout and regression loss",
    params=ReadoutParams,
    equations="""
    du/dt = (I - u) / tau_out : 1                                        # filtered spikes
    I : 1                                                                # input of this step
    y : 1                                                                # readout, two steps ago
    goal : 1                                                             # target, two steps ago
    err : 1                                                              # error, two steps ago
    loss : 1                                                             # loss of a trial, summed over its steps
    """,
    code={"method": "exact"},
    steps=(
        Step(
            "begin",
            """
            step = timestep(t, dt) % n_trial
            u *= int(step > 0)
            y = u
            goal = target(clip(step - 2, 0, n_steps - 1) * dt, i)
            err = int(step >= 2) * int(step < n_steps + 2) * (y - goal)
            loss = int(step != 1) * loss + 0.5 * err**2
            I = 0
            """,
            when="start",
            order=0,
        ),
    ),
    symbols=SYMBOLS,
)

synapse = Model(
    name="eprop_clock_driven_synapse",
    text="Plastic synapse: eligibility trace times learning signal, applied at the end of a trial",
    source="bellec2019, e-prop 1",
    params=SynapseParams,
    equations="""
    w : 1                                                                            # weight
    mask : 1 (constant)                                                              # 1: learns
    delig_bar/dt = (psi_post * trace_pre - elig_bar) / tau_e : 1 (clock-driven)      # filtered eligibility trace
    delig_sum/dt = psi_post * trace_pre / dt : 1 (clock-driven)                      # eligibility trace, summed
    dgrad/dt = (learning_signal_post * elig_bar + rate_error_post * elig_sum) / dt : 1 (clock-driven)  # gradient
    """,
    code={"on_pre": "I_post += w", "method": "exponential_euler", "order": FIRST},
    steps=(
        Step(
            "learn",
            """
            w -= eta * mask * grad
            grad = 0
            elig_bar = 0
            elig_sum = 0
            """,
            when="start",
            order=1,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

output_synapse = Model(
    name="clock_driven_output_synapse",
    text="Plastic synapse onto the readout",
    source="bellec2019, e-prop 1",
    params=OutputParams,
    equations="""
    w : 1                                                                # weight
    dgrad/dt = err_post * trace_out_pre / dt : 1 (clock-driven)          # gradient
    """,
    code={"on_pre": "I_post += w", "method": "exponential_euler", "order": FIRST},
    steps=(
        Step(
            "learn",
            """
            w -= eta * grad
            grad = 0
            """,
            when="start",
            order=1,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

feedback = Model(
    name="clock_driven_feedback",
    text="Feedback weight that turns the error of the readout into the learning signal of a neuron",
    source="bellec2019, e-prop 1: random and symmetric feedback",
    params=FeedbackParams,
    equations="""
    b : 1                                                                # feedback weight
    learning_signal_post = b * err_pre : 1 (summed)                      # learning signal
    dgrad/dt = err_pre * trace_out_post / dt : 1 (clock-driven)          # gradient
    """,
    code={"method": "exponential_euler", "order": FIRST},
    steps=(
        Step(
            "learn",
            """
            b -= eta * adaptive * grad
            grad = 0
            """,
            when="start",
            order=1,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

MODELS = [inputs, neuron, readout, synapse, output_synapse, feedback]
