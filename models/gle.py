r"""Generalized latent equilibrium: representation neurons, their error neurons, and layers of them.

Reference: Ellenberger et al. (2026), ``ellenberger2024`` in references.bib. Time is counted in milliseconds: one time
unit of the paper is 1 ms. The voltage of a representation neuron is low-passed with :math:`\tau^\mathrm{m}`, and its
rate looks ahead by :math:`\tau^\mathrm{r}`; the error neuron beside it has the two time constants exchanged.

One group is one layer, one `Synapses` object all connections from a layer to the next. All layers are updated
synchronously: a step reads only what neighbours stored in the step before. Within a time step the objects run in this
order of the slot ``groups``; `arrange` sets the order of the summed variables:

====== ===========================================================================================
-3     ``<input>_step``: rates of the input
-2     ``s``: drive from rates of the step before, with current weights; normaliser of the outputs
-1     ``<layer>_errors``: errors and prospective voltages, from old voltages, rates and feedback
0      Euler step of every differential equation
1      ``feedback``: errors to the layer below, with the weights before they change
2      ``<synapses>_learn``: weights, from the errors of this step and the rates of the step before
3      ``<layer>_rates``: rates and slopes of the transfer function
====== ===========================================================================================
"""

from dataclasses import dataclass
from typing import Any

from brian2 import Quantity, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class ProbeParams:
    """When a response is measured."""

    t_settle: Quantity = param(100 * ms, "start of the measurement", r"t_0", "choice: transients have decayed")


@dataclass(frozen=True)
class InputParams:
    """Which row of the table is shown when."""

    shown: int = param(1, "time steps that a row of the table lasts", r"n_x", "authors' program: 1")


@dataclass(frozen=True)
class HiddenParams:
    """Errors of a hidden layer."""

    gamma: float = param(0.0, "nudging of the voltage by the error", r"\gamma", "authors' program, MNIST-1D: 0")
    prospective: int = param(1, "1: prospective errors, 0: instantaneous errors", r"\pi", "ablation")


@dataclass(frozen=True)
class OutputParams(HiddenParams):
    """Errors of the output."""

    beta: float = param(1.0, "strength of the output error", r"\beta", "authors' program, MNIST-1D")
    shown: int = param(1, "time steps that a target lasts", r"n_y", "authors' program: 1")


@dataclass(frozen=True)
class NoParams:
    """No parameters."""


@dataclass(frozen=True)
class FeedbackParams:
    """Way of the errors."""

    free: float = param(
        0.0, "0: errors travel through the transposed weights, 1: through fixed ones", r"\phi", "choice"
    )


@dataclass(frozen=True)
class DescentParams:
    """Gradient descent with momentum in every time step."""

    eta: float = param(0.0, "learning rate per time step", r"\eta", "0: fixed weights")
    momentum: float = param(0.0, "momentum of the gradient", r"\mu", "authors' program, lag net: 0.9")
    t_learn: Quantity = param(0 * ms, "start of learning", r"t_0", "authors' program, lag net: 80")


@dataclass(frozen=True)
class AdamParams:
    """Adam on gradients that are collected over many time steps."""

    eta: float = param(1e-3, "learning rate of Adam", r"\eta", "authors' program, MNIST-1D")
    beta_1: float = param(0.9, "memory of the mean gradient", r"\beta_1", "authors' program")
    beta_2: float = param(0.999, "memory of the squared gradient", r"\beta_2", "authors' program")
    epsilon: float = param(1e-8, "regularisation of the step size", r"\epsilon", "authors' program")
    interval: Quantity = param(1 * ms, "time between two steps of Adam", r"T", "choice; the clock of the step")
    cycle: int = param(1, "time steps that a sample is shown", r"n_x", "choice")
    settle: int = param(0, "first time steps of a sample, which are not collected", r"n_0", "0: always plastic")


@dataclass(frozen=True)
class DenseParams(DescentParams, FeedbackParams):
    """Gradient descent, and the way of the errors."""


@dataclass(frozen=True)
class DenseAdamParams(AdamParams, FeedbackParams):
    """Adam, and the way of the errors."""


@dataclass(frozen=True)
class HiddenAdamParams(AdamParams, HiddenParams):
    """A hidden layer whose biases learn with Adam."""


@dataclass(frozen=True)
class OutputAdamParams(AdamParams, OutputParams):
    """An output whose biases learn with Adam."""


SYMBOLS = {
    "tau_m": r"\tau^\mathrm{m}",
    "tau_r": r"\tau^\mathrm{r}",
    "linear": r"\lambda",
    "b": "b",
    "s": r"\sum_j W_{ij} r_j",
    "u": "u",
    "v": "v",
    "udot": r"\dot{u}",
    "vdot": r"\dot{v}",
    "u_hat": r"\hat{u}",
    "r": "r",
    "slope": r"\varphi'",
    "e_in": r"e^\mathrm{in}",
    "error": "e",
    "feedback": r"\sum_k W_{ki} e_k",
    "target": r"r^\ast",
    "normaliser": r"\sum_k \exp r_k",
    "w": "W",
    "w_back": "B",
    "s_post": r"\sum_j W_{ij} r_j",
    "feedback_pre": r"\sum_k W_{ki} e_k",
    "normaliser_post": r"\sum_k \exp r_k",
    "m": "m",
    "g": r"\sum_t e_i r_j",
    "first": r"\hat{m}",
    "second_moment": r"\hat{n}",
}

probe = Model(
    name="probe",
    text="A representation neuron and its error neuron, each driven by the same sine; responses are demodulated.",
    source="ellenberger2024, single neurons (Figs. 2 and 3)",
    params=ProbeParams,
    equations="""
    tau_m : second (constant)                    # membrane time constant: low-pass of u, look-ahead of e
    tau_r : second (constant)                    # look-ahead of the rate, low-pass of v
    omega : hertz (constant)                     # angular frequency of the drive
    s = sin(omega * t) : 1                       # drive of both neurons
    udot = (s - u) / tau_m : hertz
    vdot = (s - v) / tau_r : hertz
    du/dt = udot : 1                             # voltage of the representation neuron
    dv/dt = vdot : 1                             # voltage of the error neuron
    r = u + tau_r * udot : 1                     # rate: prospective voltage, linear neuron
    error = v + tau_m * vdot : 1                 # prospective error
    r_sine : 1                                   # sums over time steps of rate or error times the sine or cosine
    r_cosine : 1
    e_sine : 1
    e_cosine : 1
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="demodulate",
            code="""
            measured = int(timestep(t, dt) >= timestep(t_settle, dt))
            cosine = measured * cos(omega * t)
            sine = measured * s
            r_sine += r * sine
            r_cosine += r * cosine
            e_sine += error * sine
            e_cosine += error * cosine
            """,
            when="groups",
            order=-1,
        ),
    ),
    symbols={
        **SYMBOLS,
        "omega": r"\omega",
        "s": "s",
        "r_sine": r"\Sigma\, r \sin\omega t",
        "r_cosine": r"\Sigma\, r \cos\omega t",
        "e_sine": r"\Sigma\, e \sin\omega t",
        "e_cosine": r"\Sigma\, e \cos\omega t",
    },
)

stimulus = Model(
    name="stimulus",
    text="Input neurons, whose rates are looked up in a table: one row a presentation, one column a neuron.",
    source="authors' program, inputs",
    params=InputParams,
    equations="r : 1                                        # rate",
    steps=(
        Step(
            name="step",
            code="r = table(timestep(t, dt) // shown * dt, i)",
            when="groups",
            order=-3,
        ),
    ),
    symbols=SYMBOLS,
)

ADAM_STATE = """
    g : 1                                        # gradient since the last step of Adam
    first : 1                                    # running mean of the gradient
    second_moment : 1                            # running mean of its square
"""


def adam(name: str, gradient: str) -> tuple[Step, Step]:
    """Return the steps that collect a gradient, and that let a variable follow it with Adam.

    Parameters
    ----------
    name : str
        The variable that learns.
    gradient : str
        What is collected in every time step; points towards the target.

    Returns
    -------
    tuple of Step
        ``learn`` in every time step, ``adam`` on the clock ``interval``, before anything else happens in its time step.
    """
    collect = f"g += int(timestep(t, dt) % cycle >= settle) * {gradient}"
    descend = f"""
            count = clip(floor(t / interval + 0.5), 1, 1000000000)
            due = int(t > 0.5 * interval)
            first = first + due * (1 - beta_1) * (g - first)
            second_moment = second_moment + due * (1 - beta_2) * (g ** 2 - second_moment)
            root = sqrt(second_moment / (1 - beta_2 ** count))
            {name} += due * eta * first / (1 - beta_1 ** count) / (root + epsilon)
            g = 0
            """
    return (
        Step(name="learn", code=collect, when="groups", order=2),
        Step(name="adam", code=descend, when="start", order=0, every="interval"),
    )


DYNAMICS = "ellenberger2024, network dynamics"

NEURON = """
    tau_m : second (constant)                    # low-pass of the voltage, look-ahead of the error
    tau_r : second (constant)                    # look-ahead of the rate, low-pass of the error
    linear : 1 (constant)                        # 1: linear transfer function, 0: tanh
    b : 1                                        # bias
    s : 1                                        # drive from the layer below
    du/dt = udot : 1                             # voltage of the representation neuron
    dv/dt = vdot : 1                             # voltage of the error neuron
    udot : hertz                                 # slopes, from rates and errors of the step before
    vdot : hertz
    u_hat : 1                                    # prospective voltage
    r : 1                                        # rate and slope of the transfer function
    slope : 1
    e_in : 1                                     # instantaneous error
    error : 1                                    # what teaches and travels down
"""

ERRORS = """
            vdot = (e_in - v) / tau_r
            error = prospective * (v + tau_m * vdot) + (1 - prospective) * e_in
            udot = (s + b + gamma * error - u) / tau_m
            u_hat = u + tau_r * udot
"""

RATES = Step(
    name="rates",
    code="""
            r = linear * u_hat + (1 - linear) * tanh(u_hat)
            slope = linear + (1 - linear) * (1 - r ** 2)
            """,
    when="groups",
    order=3,
)


def errors(arriving: str) -> Step:
    """Return the step from the instantaneous error to errors and prospective voltages.

    Parameters
    ----------
    arriving : str
        Statements, the last of which sets ``e_in``.

    Returns
    -------
    Step
        Uses voltages, rates and feedback of the step before.
    """
    return Step(name="errors", code=arriving + ERRORS, when="groups", order=-1)


FEEDBACK = "feedback : 1                                 # errors of the layer above\n"
HIDDEN = errors("e_in = slope * feedback")

hidden = Model(
    name="hidden",
    text="A hidden layer: representation neurons, each with its error neuron.",
    source=DYNAMICS,
    params=HiddenParams,
    equations=NEURON + FEEDBACK,
    code={"method": "euler"},
    steps=(HIDDEN, RATES),
    symbols=SYMBOLS,
)

hidden_adam = Model(
    name="hidden_adam",
    text="A hidden layer whose biases learn.",
    source=DYNAMICS,
    params=HiddenAdamParams,
    equations=NEURON + FEEDBACK + ADAM_STATE,
    code={"method": "euler"},
    steps=(HIDDEN, *adam("b", "error"), RATES),
    symbols=SYMBOLS,
)

output = Model(
    name="output",
    text="The last layer, for a mean squared error.",
    source=DYNAMICS,
    params=OutputParams,
    equations=NEURON + "target : 1                                   # the rate of the step before is compared with it",
    code={"method": "euler"},
    steps=(
        errors("""
            target = targets(timestep(t, dt) // shown * dt, i)
            e_in = slope * beta * (target - r)"""),
        RATES,
    ),
    symbols=SYMBOLS,
)

CLASSES = """
    target : 1                                   # 1 for the class of the sample, else 0
    normaliser : 1                               # sum of exp(r) over the classes
"""
SOFTMAX = errors("""
            target = int(abs(labels(timestep(t, dt) // shown * dt) - i) < 0.5)
            e_in = slope * beta * (target - exp(r) / normaliser)""")

classes = Model(
    name="classes",
    text="The last layer, for a cross-entropy: one neuron for each class, whose rate is the logarithm of its odds.",
    source=DYNAMICS,
    params=OutputParams,
    equations=NEURON + CLASSES,
    code={"method": "euler"},
    steps=(SOFTMAX, RATES),
    symbols=SYMBOLS,
)

classes_adam = Model(
    name="classes_adam",
    text="The last layer, for a cross-entropy, whose biases learn.",
    source=DYNAMICS,
    params=OutputAdamParams,
    equations=NEURON + CLASSES + ADAM_STATE,
    code={"method": "euler"},
    steps=(SOFTMAX, *adam("b", "error"), RATES),
    symbols=SYMBOLS,
)

competition = Model(
    name="competition",
    text="The sum over classes that makes a softmax of their rates.",
    source="authors' program, MNIST-1D",
    params=NoParams,
    equations="normaliser_post = exp(r_pre) : 1 (summed)",
    symbols=SYMBOLS,
)

DRIVE = """
    w : 1                                        # weight
    s_post = w * r_pre : 1 (summed)              # drive of the layer above
"""
BACK = """
    w_back : 1 (constant)                        # feedback weight, if it is not the transposed weight
    feedback_pre = (w + free * (w_back - w)) * error_post : 1 (summed)   # errors for the layer below
"""

MOMENTUM = Step(
    name="learn",
    code="""
            m = momentum * m + int(timestep(t, dt) >= timestep(t_learn, dt)) * error_post * r_pre
            w += eta * m
            """,
    when="groups",
    order=2,
)
PLAIN_STATE = """
    m : 1                                        # momentum of the gradient
"""
PLASTICITY = "ellenberger2024, plasticity: error of the upper neuron times rate of the lower one"

lowest = Model(
    name="lowest",
    text="All connections from the input to the first layer; nothing travels back.",
    source=PLASTICITY,
    params=DescentParams,
    equations=DRIVE + PLAIN_STATE,
    steps=(MOMENTUM,),
    symbols=SYMBOLS,
)

dense = Model(
    name="dense",
    text="All connections from a layer to the next, with the errors that travel back through them.",
    source=PLASTICITY,
    params=DenseParams,
    equations=DRIVE + BACK + PLAIN_STATE,
    steps=(MOMENTUM,),
    symbols=SYMBOLS,
)

lowest_adam = Model(
    name="lowest_adam",
    text="All connections from the input to the first layer; gradients are collected, then Adam takes a step.",
    source=PLASTICITY,
    params=AdamParams,
    equations=DRIVE + ADAM_STATE,
    steps=adam("w", "error_post * r_pre"),
    symbols=SYMBOLS,
)

dense_adam = Model(
    name="dense_adam",
    text="All connections from a layer to the next; gradients are collected, then Adam takes a step.",
    source=PLASTICITY,
    params=DenseAdamParams,
    equations=DRIVE + BACK + ADAM_STATE,
    steps=adam("w", "error_post * r_pre"),
    symbols=SYMBOLS,
)

ORDERS = {"s_post": -2, "normaliser_post": -2, "feedback_pre": 1}


def arrange(*synapses: Any) -> None:
    """Put the summed variables at their place within the time step.

    Parameters
    ----------
    *synapses : Synapses
        Made from a model of this file.
    """
    for group in synapses:
        for name, updater in group.summed_updaters.items():
            updater.order = ORDERS[name]


MODELS = [
    probe,
    stimulus,
    hidden,
    hidden_adam,
    output,
    classes,
    classes_adam,
    competition,
    lowest,
    dense,
    lowest_adam,
    dense_adam,
]
