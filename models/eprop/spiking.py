"""E-prop 1: LIF and adaptive LIF networks with a leaky readout, in discrete time without approximation.

Reference: Bellec et al. (2019), ``bellec2019``, and programs of its authors. One time step is one step of the paper.
Everything below belongs to the schedule ``SCHEDULE``: spikes found at the end of step t-1 are delivered at the start of
step t. A synapse therefore completes step t-1 during step t, from values that the neurons froze at the end of step t-1.

Trials of equal length follow each other within one run. ``schedule`` ticks once per trial and says whether weights
change then, and by how much; the other groups link its variables. A batch is a number of successive trials after which
the weights change once. The first step of a trial has no input spikes, because they would have to be delivered before
the trial began; one step behind the last trial completes it.

Tables (TimedArrays) are read at ``number * dt``, so that an entry takes one time step of the table, whatever it lasts
in the simulation.
"""

from dataclasses import dataclass
from textwrap import dedent

from brian2 import Quantity, ms

from models.base import Model, Step, param

SCHEDULE = ["start", "synapses", "groups", "resets", "thresholds", "end"]
TUTORIAL = "authors' tutorial"


@dataclass(frozen=True)
class ScheduleParams:
    """Trials, batches, and how a gradient becomes a change of weights."""

    n_steps: int = param(1000, "steps of one trial", "T", TUTORIAL)
    n_batch: int = param(1, "trials of one batch", r"n_\mathrm{batch}", TUTORIAL)
    watch: int = param(1, "trials at the beginning and at the end that are recorded in detail", r"n_w", "our design")
    n_trials: int = param(1, "trials of the run", r"n_\mathrm{trials}", TUTORIAL)
    eta: float = param(1e-4, "learning rate", r"\eta", TUTORIAL)
    eta_factor: float = param(1.0, "factor of the learning rate after every period", r"q_\eta", "no decay")
    eta_period: int = param(100, "updates of such a period", r"n_\eta", "our design")
    adam: float = param(0.0, "1: Adam, 0: gradient descent", "A", TUTORIAL)
    beta_m: float = param(0.9, "Adam: decay of the mean of the gradient", r"\beta_1", "TensorFlow")
    beta_s: float = param(0.999, "Adam: decay of the mean of its square", r"\beta_2", "TensorFlow")
    epsilon: float = param(1e-8, "Adam: smallest denominator", r"\epsilon", "TensorFlow")
    forget: float = param(
        0.0, "share of output and feedback weights that is lost per update", r"\lambda", "authors' code, adaptive"
    )


@dataclass(frozen=True)
class InputParams:
    """How a table of spike probabilities is read."""

    n_channels: int = param(100, "columns of the table", r"n_c", "our design")
    n_bin: int = param(1, "steps that one row of the table lasts", r"n_b", "our design")
    n_rows: int = param(1000, "rows of the table, which is repeated", r"n_r", "our design")


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the recurrent neurons."""

    tau_m: Quantity = param(30 * ms, "membrane time constant", r"\tau_m", TUTORIAL)
    tau_a: Quantity = param(2000 * ms, "time constant of the adaptation", r"\tau_a", "authors' code")
    tau_out: Quantity = param(30 * ms, "time constant of the readout filter", r"\tau_\mathrm{out}", TUTORIAL)
    normalised: float = param(1.0, "1: a spike of weight w moves v by w (1 - alpha), 0: by w", r"g_m", TUTORIAL)
    normalised_out: float = param(1.0, "the same for readout and filtered traces", r"g_\mathrm{out}", TUTORIAL)
    v_th: float = param(0.03, "firing threshold", r"v_\mathrm{th}", TUTORIAL)
    t_ref: Quantity = param(0 * ms, "a neuron may fire again this long after a spike", r"t_\mathrm{ref}", TUTORIAL)
    gamma: float = param(0.3, "height of the pseudo-derivative", r"\gamma", TUTORIAL)
    c_reg: float = param(300.0, "strength of the firing-rate regularisation", r"c_\mathrm{reg}", TUTORIAL)
    f_target: float = param(0.01, "target rate, spikes per step", r"f^*", "authors' tutorial, 10 Hz")


@dataclass(frozen=True)
class ReadoutParams:
    """How the table of targets is read."""

    n_bin: int = param(1, "steps that one row of the table lasts", r"n_b", "our design")
    n_rows: int = param(1000, "rows of the table, which is repeated", r"n_r", "our design")
    share: float = param(1.0, "weight of one step in the loss", r"c_E", TUTORIAL)
    biased: float = param(0.0, "1: the readout has a bias, which is learned", r"a_b", TUTORIAL)


@dataclass(frozen=True)
class NoParams:
    """Nothing of its own."""


@dataclass(frozen=True)
class FeedbackParams:
    """Parameters of the feedback weights."""

    adaptive: float = param(0.0, "1: feedback changes as the output weights do, 0: never", r"a", "our design")


SYMBOLS = {
    "v": "v",
    "a": "a",
    "I": "I",
    "z_bar": r"\bar{z}",
    "z_out": r"\bar{z}^\mathrm{out}",
    "trace": r"\bar{z}^{t-1}",
    "psi": r"\psi",
    "learning_signal": "L",
    "rate_error": "R",
    "beta": r"\beta",
    "y": "y",
    "bias": "b",
    "p": r"\pi",
    "err": r"\delta",
    "w": "w",
    "b": "B",
    "e": "e",
    "elig_a": r"\epsilon^a",
    "elig_bar": r"\bar{e}",
    "elig_sum": r"\sum_t e",
    "grad": "G",
    "slope": r"\bar{G}",
    "grad_mean": "m",
    "grad_square": "s",
    "k": "k",
}

# What the groups know of the schedule, all shared.
LINKED = ("n_steps", "n_batch", "due", "beta_m", "beta_s", "epsilon", "step_sgd", "step_adam", "forget", "watched")
LINKS = "\n    ".join(f"{name} : {'integer' if name in ('n_steps', 'n_batch') else '1'} (linked)" for name in LINKED)


def _moments(prefix: str = "") -> str:
    """Return the variables that `_update` needs; synapses may not use the names of their neurons' variables."""
    return f"""
    {prefix}grad : 1                                                     # gradient of the batch so far
    {prefix}grad_mean : 1                                                # Adam: running mean of the gradient
    {prefix}grad_square : 1                                              # Adam: running mean of its square
    """


def _update(variable: str, learns: str, of: str = "", prefix: str = "") -> str:
    """Return the code that applies the gradient of a batch: gradient descent or Adam in the form of TensorFlow.

    Parameters
    ----------
    variable : str
        The weight.
    learns : str
        Factor of its gradient.
    of : str
        Suffix of the neuron that knows the schedule: ``_pre`` or ``_post`` in synapses.
    prefix : str
        Of the names in `_moments`.
    """
    grad, mean, square = (f"{prefix}{name}" for name in ("grad", "grad_mean", "grad_square"))
    return dedent(f"""
        slope = {learns} * {grad} / n_batch{of}
        {mean} += due{of} * (1 - beta_m{of}) * (slope - {mean})
        {square} += due{of} * (1 - beta_s{of}) * (slope**2 - {square})
        {variable} -= step_sgd{of} * slope + step_adam{of} * {mean} / (sqrt({square}) + epsilon{of})
        {grad} *= 1 - due{of}
        """)


schedule = Model(
    name="schedule",
    text="Trials and batches: one tick per trial tells all others whether weights change, and by how much",
    source="bellec2019; Adam in the form of TensorFlow",
    params=ScheduleParams,
    equations="""
    trial = timestep(t, dt) : integer (shared)                           # trials that are over
    update : integer (shared)                                            # updates so far, this one included
    due : 1 (shared)                                                     # 1 if weights change now
    eta_now : 1 (shared)                                                 # learning rate of this update
    step_sgd : 1 (shared)                                                # factor of the gradient
    step_adam : 1 (shared)                                               # factor of the normalised gradient
    watched : 1 (shared)                                                 # whether the trial is recorded in detail
    activity : 1                                                         # mean rate of the trial that ended
    """,
    steps=(
        Step(
            "advance",
            """
            update = trial // n_batch
            due = int(trial > 0) * int(trial % n_batch == 0)
            eta_now = due * eta * eta_factor ** ((update - 1) // eta_period)
            step_sgd = (1 - adam) * eta_now
            step_adam = adam * eta_now * sqrt(1 - beta_s ** update) / (1 - beta_m ** clip(update, 1, inf))
            watched = int(trial < watch or trial >= n_trials - watch)
            """,
            when="after_resets",
            order=1,
        ),
    ),
    symbols=SYMBOLS,
)

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

_READOUT = f"""
    du/dt = -u / tau_out : 1                                             # filtered spikes
    I : 1                                                                # input of this step
    y : 1                                                                # readout
    bias : 1                                                             # bias
    err : 1                                                              # error
    loss : 1                                                             # loss of a trial, summed over its steps
    goal : 1                                                             # target of this step
    k = timestep(t, dt) - 1 : integer (shared)                           # step that is completed
    tau_out : second (linked)
    normalised_out : 1 (linked)
    {_moments("bias_")}
    {LINKS}
    """
_READ = """
            u += (1 - normalised_out * exp(-dt / tau_out)) * I
            I = 0
            y = u + bias
            """
_READOUT_STEPS = (
    Step("learn", _update("bias", "biased", prefix="bias_"), when="after_resets", order=4, every="trial"),
    Step(
        "restart",
        """
            u = 0
            y = 0
            loss = 0
            """,
        when="after_resets",
        order=9,
        every="trial",
    ),
)
_READOUT_CODE = {"method": "exact", "events": {"watched_step": "watched > 0.5"}}

readout = Model(
    name="regression",
    text="Leaky readout with its target, error and half the squared error as loss",
    source="bellec2019, eqs. of readout and regression loss",
    params=ReadoutParams,
    equations=_READOUT,
    code=_READOUT_CODE,
    steps=(
        Step("read", _READ, when="groups", order=-8),
        Step(
            "compare",
            """
            row = (clip(k, 0, inf) // n_bin) % n_rows
            goal = target((row * N + i) * dt + dt / 4)
            err = int(k >= 0) * share * (y - goal)
            loss += 0.5 * err * (y - goal)
            bias_grad += err
            """,
            when="groups",
            order=-6,
        ),
        *_READOUT_STEPS,
    ),
    links=("schedule", "recurrent"),
    symbols=SYMBOLS,
)

classifier = Model(
    name="softmax",
    text="Leaky readout of class probabilities; the table holds the class of a step, or a negative number outside the "
    "learning window",
    source="bellec2019, eqs. of readout and classification loss",
    params=ReadoutParams,
    equations=f"""
    {_READOUT}
    total : 1                                                            # sum of exp(y) over all readouts
    p : 1                                                                # probability of this class
    evidence : 1                                                         # probability, summed over the learning window
    asked : 1                                                            # class of the last step within the window
    """,
    code=_READOUT_CODE,
    steps=(
        Step("read", _READ, when="groups", order=-8),
        Step(
            "compare",
            """
            row = (clip(k, 0, inf) // n_bin) % n_rows
            goal = target(row * dt + dt / 4)
            p = exp(y) / total
            within = int(k >= 0) * int(goal > -0.5)
            correct = int(abs(goal - i) < 0.5)
            err = within * share * (p - correct)
            loss -= within * share * correct * log(p)
            evidence += within * p
            asked = within * goal + (1 - within) * asked
            bias_grad += err
            """,
            when="groups",
            order=-6,
        ),
        Step(
            "forget",
            """
            evidence = 0
            asked = -1
            """,
            when="after_resets",
            order=9,
            every="answer",
        ),
        *_READOUT_STEPS,
    ),
    links=("schedule", "recurrent"),
    symbols=SYMBOLS,
)

pool = Model(
    name="pool",
    text="Common denominator of the class probabilities",
    source="bellec2019, classification",
    params=NoParams,
    equations="total_post = exp(y_pre) : 1 (summed)                      # sum of exp(y) over all readouts",
    summed={"total_post": ("groups", -7)},
    symbols=SYMBOLS,
)

_TRACES = f"""
    w : 1                                                                # weight
    mask : 1 (constant)                                                  # 1 if the weight learns, 0 if not
    elig_bar : 1                                                         # eligibility trace, filtered as the readout
    elig_sum : 1                                                         # eligibility trace, summed over a trial
    {_moments()}
    """
_GRADIENT = dedent("""
    elig_bar = exp(-dt / tau_out_post) * elig_bar + (1 - normalised_out_post * exp(-dt / tau_out_post)) * e
    elig_sum += e
    grad += learning_signal_post * elig_bar
    """)
_LEARN = "grad += rate_error_post * elig_sum" + _update("w", "mask", "_post") + "elig_sum = 0\nelig_bar = 0\n"

synapse = Model(
    name="eprop_synapse",
    text="Plastic synapse onto LIF neurons: eligibility trace times learning signal, applied once per batch",
    source="bellec2019, e-prop 1",
    params=NoParams,
    equations=_TRACES,
    code={"on_pre": "I_post += w"},
    steps=(
        Step(
            "eligibility",
            "e = psi_post * trace_pre" + _GRADIENT,
            when="after_groups",
            order=1,
        ),
        Step("learn", _LEARN, when="after_resets", order=4, every="trial"),
    ),
    symbols=SYMBOLS,
)

# The trace of the adaptation is the eligibility trace itself, delayed by a step and filtered with the time constant of
# the adaptation: from eps_a <- psi z_bar + (rho - beta psi) eps_a and e = psi (z_bar - beta eps_a).
adaptive_synapse = Model(
    name="eprop_adaptive_synapse",
    text="Plastic synapse onto neurons that may have an adaptive threshold",
    source="bellec2019, e-prop 1 with ALIF neurons",
    params=NoParams,
    equations=f"""
    {_TRACES}
    elig_a : 1                                                           # eligibility vector of the adaptation
    """,
    code={"on_pre": "I_post += w"},
    steps=(
        Step(
            "eligibility",
            "e = psi_post * (trace_pre - beta_post * elig_a)\nelig_a = exp(-dt / tau_a_post) * elig_a + e" + _GRADIENT,
            when="after_groups",
            order=1,
        ),
        Step("learn", _LEARN + "elig_a = 0", when="after_resets", order=4, every="trial"),
    ),
    symbols=SYMBOLS,
)

output_synapse = Model(
    name="output_synapse",
    text="Plastic synapse onto the readout",
    source="bellec2019, e-prop 1",
    params=NoParams,
    equations=f"""
    w : 1                                                                # weight
    {_moments()}
    """,
    code={"on_pre": "I_post += w"},
    steps=(
        Step("gradient", "grad += err_post * z_out_pre", when="after_resets", order=0),
        Step(
            "learn",
            _update("w", "1", "_pre") + "w *= 1 - due_pre * forget_pre",
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
    source="bellec2019, e-prop 1: random, symmetric and uniform feedback; adaptive as in bellec2020",
    params=FeedbackParams,
    equations=f"""
    b : 1                                                                # feedback weight
    learning_signal_post = b * err_pre : 1 (summed)                      # learning signal
    {_moments()}
    """,
    steps=(
        Step("gradient", "grad += err_pre * z_out_post", when="after_resets", order=0),
        Step(
            "learn",
            _update("b", "adaptive", "_post") + "b *= 1 - due_post * adaptive * forget_post",
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

mean_rate = Model(
    name="mean_rate",
    text="Mean rate of the recurrent neurons, once per trial",
    source="our design",
    params=NoParams,
    equations="activity_post = rate_pre / N_pre : 1 (summed)                 # mean rate of the trial that ended",
    summed={"activity_post": ("after_resets", 3)},
    symbols=SYMBOLS,
)

MODELS = [
    schedule,
    inputs,
    neuron,
    readout,
    classifier,
    pool,
    synapse,
    adaptive_synapse,
    output_synapse,
    feedback,
    mean_rate,
]
