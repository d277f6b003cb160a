r"""Generalized latent equilibrium: representation neurons, their error neurons, and layers of them.

Reference: Ellenberger et al. (2026), ``ellenberger2024`` in references.bib. Time is counted in milliseconds: one time
unit of the paper is 1 ms. The voltage of a representation neuron is low-passed with :math:`\tau^\mathrm{m}`, and its
rate looks ahead by :math:`\tau^\mathrm{r}`; the error neuron beside it has the two time constants exchanged.

One group is one layer, one `Synapses` object all connections from a layer to the next. All layers are updated
synchronously: a step reads only what neighbours stored in the step before. Within a time step the objects run in this
order of the slot ``groups``:

====== ===========================================================================================
-3     ``<input>_step``: rates of the input
-2     ``s``: drive from rates of the step before, with current weights; normaliser of the outputs
-1     ``<layer>_errors``: errors and prospective voltages, from old voltages, rates and feedback
0      Euler step of every differential equation
1      ``feedback``: errors to the layer below, with the weights before they change
2      ``<synapses>_learn``: weights, from the errors of this step and the rates of the step before
3      ``<layer>_rates``: rates and slopes of the transfer function; 4 ``<output>_decision``
====== ===========================================================================================
"""

from dataclasses import dataclass

from brian2 import Hz, Quantity, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class ProbeParams:
    """When a response is measured."""

    t_settle: Quantity = param(100 * ms, "start of the measurement", r"t_0", "choice: transients have decayed")


@dataclass(frozen=True)
class SinesParams:
    """Frequencies."""

    omega_1: Quantity = param(490 * Hz, "first angular frequency", r"\omega_1", "authors' program: 0.49")
    omega_2: Quantity = param(1070 * Hz, "second angular frequency", r"\omega_2", "authors' program: 1.07")
    omega_3: Quantity = param(1980 * Hz, "third angular frequency", r"\omega_3", "authors' program: 1.98")


@dataclass(frozen=True)
class HiddenParams:
    """Errors of a hidden layer."""

    gamma: float = param(0.0, "nudging of the voltage by the error", r"\gamma", "authors' program, MNIST-1D: 0")
    prospective: int = param(1, "1: prospective errors, 0: instantaneous errors", r"\pi", "ablation")


@dataclass(frozen=True)
class OutputParams(HiddenParams):
    """Errors of the output."""

    beta: float = param(1.0, "strength of the output error", r"\beta", "authors' program, MNIST-1D")


@dataclass(frozen=True)
class ClassesParams(OutputParams):
    """When a class is decided on."""

    decide: int = param(0, "first time steps of a sample, in which no decision is made", r"n_d", "0: sum over all")


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


@dataclass(frozen=True)
class DenseParams(DescentParams, FeedbackParams):
    """Gradient descent, and the way of the errors."""


@dataclass(frozen=True)
class DenseAdamParams(AdamParams, FeedbackParams):
    """Adam, and the way of the errors."""


@dataclass(frozen=True)
class BiasParams:
    """Adam of the biases, and when a layer teaches its biases and the connections to it."""

    eta_b: float = param(1e-3, "learning rate of the biases", r"\eta_b", "authors' program, MNIST-1D")
    beta_1b: float = param(0.9, "memory of the mean gradient", r"\beta_1", "authors' program")
    beta_2b: float = param(0.999, "memory of the squared gradient", r"\beta_2", "authors' program")
    epsilon_b: float = param(1e-8, "regularisation of the step size", r"\epsilon", "authors' program")
    settle: int = param(0, "first time steps of a sample, in which nothing is taught", r"n_0", "0: always plastic")


@dataclass(frozen=True)
class HiddenAdamParams(BiasParams, HiddenParams):
    """A hidden layer whose biases learn with Adam."""


@dataclass(frozen=True)
class ClassesAdamParams(BiasParams, ClassesParams):
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
    "g": "g",
    "first": r"\hat{m}",
    "square": r"\hat{n}",
    "g_b": "g_b",
    "first_b": r"\hat{m}_b",
    "square_b": r"\hat{n}_b",
    "lesson": r"\ell",
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
    s : 1                                        # drive of both neurons
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
        Step(name="drive", code="s = sin(omega * t)", when="start", order=-1),
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
            when="start",
            order=1,
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

# Row of the table in this step: the sample of this presentation, and how much of it has been shown.
SAMPLE = "int(order(t))"

stimulus = Model(
    name="stimulus",
    text="Input: `order` says which sample is shown when, for `shown` steps; a sample is `rows` rows of a table.",
    source="authors' program, inputs",
    equations="r : 1                                        # rate",
    steps=(
        Step(
            name="step",
            code=f"""
            row = {SAMPLE} * rows + timestep(t, dt) % shown * rows // shown
            r = samples(row * dt, i)
            """,
            when="groups",
            order=-3,
        ),
    ),
    symbols=SYMBOLS,
)

sines = Model(
    name="sines",
    text="Input neuron, the sum of three sines.",
    source="ellenberger2024, Fig. 6",
    params=SinesParams,
    equations="r : 1                                        # rate",
    steps=(
        Step(
            name="step",
            code="r = sin(omega_1 * t) + sin(omega_2 * t) + sin(omega_3 * t)",
            when="groups",
            order=-3,
        ),
    ),
    symbols=SYMBOLS,
)


def collected(tail: str = "") -> str:
    """Return the equations of Adam; `tail` is the end of all names, which neurons and synapses may not share."""
    return f"""
    g{tail} : 1                                  # gradient since the last step of Adam; points towards the target
    first{tail} : 1                              # running mean of the gradient
    square{tail} : 1                             # running mean of its square
    count{tail} : 1                              # steps of Adam so far
"""


def adam(name: str, gradient: str, tail: str = "") -> tuple[Step, Step]:
    """Return the steps that collect a gradient, and that let a variable follow it with Adam.

    Parameters
    ----------
    name : str
        The variable that learns.
    gradient : str
        What is collected in every time step; points towards the target.
    tail : str
        End of all names.

    Returns
    -------
    tuple of Step
        ``learn`` in every time step; ``adam`` on the clock ``interval``, before anything else happens in its time step,
        if something was taught in the step before.
    """
    mean, power = f"first{tail} / (1 - beta_1{tail[1:]} ** n)", f"square{tail} / (1 - beta_2{tail[1:]} ** n)"
    descend = f"""
            due = int(timestep(t, dt) > 0) * int(teach(t - 0.5 * dt))
            count{tail} += due
            n = clip(count{tail}, 1, 1e9)
            first{tail} += due * (1 - beta_1{tail[1:]}) * (g{tail} - first{tail})
            square{tail} += due * (1 - beta_2{tail[1:]}) * (g{tail} ** 2 - square{tail})
            {name} += due * eta{tail} * {mean} / (sqrt({power}) + epsilon{tail})
            g{tail} = 0
            """
    return (
        Step(name="learn", code=f"g{tail} += {gradient}", when="groups", order=2),
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
DECISION = Step(name="decision", code="total += int(timestep(t, dt) % shown >= decide) * r", when="groups", order=4)


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


LESSON = """
    lesson : 1                                   # error while something is taught, else 0
"""
TEACHES = Step(
    name="teaches",
    code="lesson = int(teach(t)) * int(timestep(t, dt) % shown >= settle) * error",
    when="groups",
    order=1,
)
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
    equations=NEURON + FEEDBACK + LESSON + collected("_b"),
    code={"method": "euler"},
    steps=(HIDDEN, TEACHES, *adam("b", "lesson", "_b"), RATES),
    symbols=SYMBOLS,
)

output = Model(
    name="output",
    text="The last layer, for a mean squared error.",
    source=DYNAMICS,
    params=OutputParams,
    equations=NEURON + "target : 1                                   # the rate of the step before is compared with it",
    code={"method": "euler"},
    steps=(errors("e_in = slope * beta * (target - r)"), RATES),
    symbols=SYMBOLS,
)

aim = Model(
    name="aim",
    text="The rate that an output neuron is compared with, one to one.",
    source=DYNAMICS,
    equations="target_post = r_pre : 1 (summed)",
    summed={"target_post": ("groups", -2)},
    symbols=SYMBOLS,
)

CLASSES = """
    target : 1                                   # 1 for the class of the sample, else 0
    normaliser : 1                               # sum of exp(r) over the classes
    total : 1                                    # sum of the rate since the sample appeared
    above : 1                                    # classes with a larger sum
    hits : 1                                     # samples of this class that were recognised while taught
    hits_unseen : 1                              # and while only looked at
    cost : 1                                     # sum of the cross-entropy while taught
"""
# In its first step a presentation still sees the decision on the sample before: hits are counted there.
SOFTMAX = errors(f"""
            appears = int(timestep(t, dt) % shown == 0)
            hit = appears * target * int(above < 0.5)
            was_taught = teach(t - 0.5 * dt)
            hits += hit * was_taught
            hits_unseen += hit * (1 - was_taught)
            total = (1 - appears) * total
            taught = teach(t)
            target = int(abs(labels({SAMPLE} * dt) - i) < 0.5)
            cost += taught * target * (log(normaliser) - r)
            e_in = slope * beta * taught * (target - exp(r) / normaliser)""")

classes = Model(
    name="classes",
    text="The last layer, for a cross-entropy: one neuron for each class, whose rate is the logarithm of its odds.",
    source=DYNAMICS,
    params=ClassesParams,
    equations=NEURON + CLASSES,
    code={"method": "euler"},
    steps=(SOFTMAX, RATES, DECISION),
    symbols=SYMBOLS,
)

classes_adam = Model(
    name="classes_adam",
    text="The last layer, for a cross-entropy, whose biases learn.",
    source=DYNAMICS,
    params=ClassesAdamParams,
    equations=NEURON + CLASSES + LESSON + collected("_b"),
    code={"method": "euler"},
    steps=(SOFTMAX, TEACHES, *adam("b", "lesson", "_b"), RATES, DECISION),
    symbols=SYMBOLS,
)

competition = Model(
    name="competition",
    text="Sums over classes: what makes a softmax of their rates, and which of them has won.",
    source="authors' program, MNIST-1D",
    equations="""
    normaliser_post = exp(r_pre) : 1 (summed)
    above_post = int(total_pre > total_post) : 1 (summed)
    """,
    summed={"normaliser_post": ("groups", -2), "above_post": ("groups", -2)},
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

DRIVEN, RETURNED = {"s_post": ("groups", -2)}, {"feedback_pre": ("groups", 1)}  # when they are computed

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
    summed=DRIVEN,
    symbols=SYMBOLS,
)

dense = Model(
    name="dense",
    text="All connections from a layer to the next, with the errors that travel back through them.",
    source=PLASTICITY,
    params=DenseParams,
    equations=DRIVE + BACK + PLAIN_STATE,
    steps=(MOMENTUM,),
    summed=DRIVEN | RETURNED,
    symbols=SYMBOLS,
)

lowest_adam = Model(
    name="lowest_adam",
    text="All connections from the input to the first layer; gradients are collected, then Adam takes a step.",
    source=PLASTICITY,
    params=AdamParams,
    equations=DRIVE + collected(),
    steps=adam("w", "lesson_post * r_pre"),
    summed=DRIVEN,
    symbols=SYMBOLS,
)

dense_adam = Model(
    name="dense_adam",
    text="All connections from a layer to the next; gradients are collected, then Adam takes a step.",
    source=PLASTICITY,
    params=DenseAdamParams,
    equations=DRIVE + BACK + collected(),
    steps=adam("w", "lesson_post * r_pre"),
    summed=DRIVEN | RETURNED,
    symbols=SYMBOLS,
)

MODELS = [
    probe,
    stimulus,
    sines,
    hidden,
    hidden_adam,
    output,
    aim,
    classes,
    classes_adam,
    competition,
    lowest,
    dense,
    lowest_adam,
    dense_adam,
]
