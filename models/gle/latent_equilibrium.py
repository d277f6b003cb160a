r"""Generalized latent equilibrium: representation neurons, their error neurons, and layers of them.

Reference: Ellenberger et al. (2026), ``ellenberger2024`` in references.bib. Time is counted in milliseconds: one time
unit of the paper is 1 ms. The voltage of a representation neuron is low-passed with :math:`\tau^\mathrm{m}`, and its
rate looks ahead by :math:`\tau^\mathrm{r}`; the error neuron beside it has the two time constants exchanged.

One group is one layer, one `Synapses` object all connections from a layer to the next. All layers are updated
synchronously: a step reads only what neighbours stored in the step before. Within a time step the objects run in this
order of the slot ``groups``:

====== ===========================================================================================
-3     ``<input>_step``: rates of the input (`models.gle.stimuli`)
-2     ``s``: drive from rates of the step before, with current weights; normaliser of the outputs
-1     ``<layer>_errors``: errors and prospective voltages, from old voltages, rates and feedback
0      Euler step of every differential equation
1      ``feedback``: errors to the layer below, with the weights before they change
2      ``<synapses>_learn``: weights, from the errors of this step and the rates of the step before
3      ``<layer>_rates``: rates and slopes of the transfer function; 4 ``<output>_decision``
====== ===========================================================================================
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param

DYNAMICS = "ellenberger2024, network dynamics"
PLASTICITY = "ellenberger2024, plasticity: error of the upper neuron times rate of the lower one"
DRIVEN, RETURNED = {"s_post": ("groups", -2)}, {"feedback_pre": ("groups", 1)}  # when they are computed
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
    "taught_error": r"\ell",
}


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
class DenseParams(DescentParams, FeedbackParams):
    """Gradient descent, and the way of the errors."""


# Errors and prospective voltages come from voltages, rates and feedback of the step before; rates come last.
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

hidden = Model(
    name="hidden",
    text="A hidden layer: representation neurons, each with its error neuron.",
    source=DYNAMICS,
    params=HiddenParams,
    equations="""
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
    feedback : 1                                 # errors of the layer above
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="errors",
            code="""
            e_in = slope * feedback
            vdot = (e_in - v) / tau_r
            error = prospective * (v + tau_m * vdot) + (1 - prospective) * e_in
            udot = (s + b + gamma * error - u) / tau_m
            u_hat = u + tau_r * udot
            """,
            when="groups",
            order=-1,
        ),
        RATES,
    ),
    symbols=SYMBOLS,
)

output = Model(
    name="output",
    text="The last layer, for a mean squared error.",
    source=DYNAMICS,
    params=OutputParams,
    equations="""
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
    target : 1                                   # the rate of the step before is compared with it
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="errors",
            code="""
            e_in = slope * beta * (target - r)
            vdot = (e_in - v) / tau_r
            error = prospective * (v + tau_m * vdot) + (1 - prospective) * e_in
            udot = (s + b + gamma * error - u) / tau_m
            u_hat = u + tau_r * udot
            """,
            when="groups",
            order=-1,
        ),
        RATES,
    ),
    symbols=SYMBOLS,
)

target = Model(
    name="target",
    text="The rate that an output neuron is compared with, one to one.",
    source=DYNAMICS,
    equations="target_post = r_pre : 1 (summed)",
    summed={"target_post": ("groups", -2)},
    symbols=SYMBOLS,
)

input_projection = Model(
    name="input_projection",
    text="All connections from the input to the first layer; nothing travels back.",
    source=PLASTICITY,
    params=DescentParams,
    equations="""
    w : 1                                        # weight
    s_post = w * r_pre : 1 (summed)              # drive of the layer above
    m : 1                                        # momentum of the gradient
    """,
    steps=(
        Step(
            name="learn",
            code="""
            m = momentum * m + int(timestep(t, dt) >= timestep(t_learn, dt)) * error_post * r_pre
            w += eta * m
            """,
            when="groups",
            order=2,
        ),
    ),
    summed=DRIVEN,
    symbols=SYMBOLS,
)

dense = Model(
    name="dense",
    text="All connections from a layer to the next, with the errors that travel back through them.",
    source=PLASTICITY,
    params=DenseParams,
    equations="""
    w : 1                                        # weight
    s_post = w * r_pre : 1 (summed)              # drive of the layer above
    w_back : 1 (constant)                        # feedback weight, if it is not the transposed weight
    feedback_pre = (w + free * (w_back - w)) * error_post : 1 (summed)   # errors for the layer below
    m : 1                                        # momentum of the gradient
    """,
    steps=input_projection.steps,
    summed=DRIVEN | RETURNED,
    symbols=SYMBOLS,
)

MODELS = [hidden, output, target, input_projection, dense]
