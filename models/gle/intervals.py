"""Generalized latent equilibrium with Adam: gradients are collected over an interval, then weights and biases move.

Reference: Ellenberger et al. (2026), ``ellenberger2024``. Neurons and order of a time step are those of
`models.gle.latent_equilibrium`; the output chooses classes. Added to that order: slot ``groups``, 1
``<layer>_teaches``, 2 ``<object>_learn``; slot ``start``, on the clock ``interval``, ``<object>_adam``, before anything
else happens in its time step, if something was taught in the step before.
"""

from dataclasses import dataclass, replace

from models.base import Model, Step, param
from models.gle.latent_equilibrium import (
    DECISION,
    DRIVEN,
    DYNAMICS,
    PLASTICITY,
    RATES,
    RETURNED,
    SYMBOLS,
    ClassesParams,
    FeedbackParams,
    HiddenParams,
    hidden,
)
from models.optimisers import moments


@dataclass(frozen=True)
class AdamParams:
    """Adam on gradients that are collected over many time steps."""

    eta: float = param(1e-3, "learning rate of Adam", r"\eta", "authors' program, MNIST-1D")
    beta_1: float = param(0.9, "memory of the mean gradient", r"\beta_1", "authors' program")
    beta_2: float = param(0.999, "memory of the squared gradient", r"\beta_2", "authors' program")
    epsilon: float = param(1e-8, "regularisation of the step size", r"\epsilon", "authors' program")


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


TEACHES = Step(
    name="teaches",
    code="taught_error = int(teach(t)) * int(timestep(t, dt) % shown >= settle) * error",
    when="groups",
    order=1,
)
# Algorithm 1, in the order of operations with which the published tables were computed. All names of a neuron end on
# "_b", because its synapses may not share them.
BIASES = (
    Step(name="learn", code="g_b += taught_error", when="groups", order=2),
    Step(
        name="adam",
        code=f"""
            due = int(timestep(t, dt) > 0) * int(teach(t - 0.5 * dt))
            count_b += due
            n = clip(count_b, 1, 1e9)
            {moments("g_b", "first_b", "square_b", "beta_1b", "beta_2b", "due")}
            b += due * eta_b * first_b / (1 - beta_1b ** n) / (sqrt(square_b / (1 - beta_2b ** n)) + epsilon_b)
            g_b = 0
            """,
        when="start",
        order=0,
        every="interval",
    ),
)
WEIGHTS = (
    Step(name="learn", code="g += taught_error_post * r_pre", when="groups", order=2),
    Step(
        name="adam",
        code=f"""
            due = int(timestep(t, dt) > 0) * int(teach(t - 0.5 * dt))
            count += due
            n = clip(count, 1, 1e9)
            {moments("g", "first", "square", "beta_1", "beta_2", "due")}
            w += due * eta * first / (1 - beta_1 ** n) / (sqrt(square / (1 - beta_2 ** n)) + epsilon)
            g = 0
            """,
        when="start",
        order=0,
        every="interval",
    ),
)

hidden_adam = replace(
    hidden,
    name="hidden_adam",
    text="A hidden layer whose biases learn.",
    params=HiddenAdamParams,
    equations=f"""{hidden.equations}
    taught_error : 1                             # error while something is taught, else 0
    g_b : 1                                      # gradient since the last step of Adam; points towards the target
    first_b : 1                                  # running mean of the gradient
    square_b : 1                                 # running mean of its square
    count_b : 1                                  # steps of Adam so far
    """,
    steps=(*hidden.steps, TEACHES, *BIASES),
)

# In its first step a presentation still sees the decision on the sample before: hits are counted there.
classes_adam = Model(
    name="classes_adam",
    text="The last layer, for a cross-entropy, whose biases learn; a rate is the logarithm of the odds of its class.",
    source=DYNAMICS,
    params=ClassesAdamParams,
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
    target : 1                                   # 1 for the class of the sample, else 0
    normaliser : 1                               # sum of exp(r) over the classes
    total : 1                                    # sum of the rate since the sample appeared
    above : 1                                    # classes with a larger sum
    hits : 1                                     # samples of this class that were recognised while taught
    hits_unseen : 1                              # and while only looked at
    cost : 1                                     # sum of the cross-entropy while taught
    taught_error : 1                             # error while something is taught, else 0
    g_b : 1                                      # gradient since the last step of Adam; points towards the target
    first_b : 1                                  # running mean of the gradient
    square_b : 1                                 # running mean of its square
    count_b : 1                                  # steps of Adam so far
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="errors",
            code="""
            appears = int(timestep(t, dt) % shown == 0)
            hit = appears * target * int(above < 0.5)
            was_taught = teach(t - 0.5 * dt)
            hits += hit * was_taught
            hits_unseen += hit * (1 - was_taught)
            total = (1 - appears) * total
            taught = teach(t)
            target = int(abs(labels(int(order(t)) * dt) - i) < 0.5)
            cost += taught * target * (log(normaliser) - r)
            e_in = slope * beta * taught * (target - exp(r) / normaliser)
            vdot = (e_in - v) / tau_r
            error = prospective * (v + tau_m * vdot) + (1 - prospective) * e_in
            udot = (s + b + gamma * error - u) / tau_m
            u_hat = u + tau_r * udot
            """,
            when="groups",
            order=-1,
        ),
        TEACHES,
        *BIASES,
        RATES,
        DECISION,
    ),
    symbols=SYMBOLS,
)

softmax = Model(
    name="softmax",
    text="Sums over classes: what makes a softmax of their rates, and which of them has won.",
    source="authors' program, MNIST-1D",
    equations="""
    normaliser_post = exp(r_pre) : 1 (summed)
    above_post = int(total_pre > total_post) : 1 (summed)
    """,
    summed={"normaliser_post": ("groups", -2), "above_post": ("groups", -2)},
    symbols=SYMBOLS,
)

input_projection_adam = Model(
    name="input_projection_adam",
    text="All connections from the input to the first layer; gradients are collected, then Adam takes a step.",
    source=PLASTICITY,
    params=AdamParams,
    equations="""
    w : 1                                        # weight
    s_post = w * r_pre : 1 (summed)              # drive of the layer above
    g : 1                                        # gradient since the last step of Adam; points towards the target
    first : 1                                    # running mean of the gradient
    square : 1                                   # running mean of its square
    count : 1                                    # steps of Adam so far
    """,
    steps=WEIGHTS,
    summed=DRIVEN,
    symbols=SYMBOLS,
)

dense_adam = Model(
    name="dense_adam",
    text="All connections from a layer to the next; gradients are collected, then Adam takes a step.",
    source=PLASTICITY,
    params=DenseAdamParams,
    equations="""
    w : 1                                        # weight
    s_post = w * r_pre : 1 (summed)              # drive of the layer above
    w_back : 1 (constant)                        # feedback weight, if it is not the transposed weight
    feedback_pre = (w + free * (w_back - w)) * error_post : 1 (summed)   # errors for the layer below
    g : 1                                        # gradient since the last step of Adam; points towards the target
    first : 1                                    # running mean of the gradient
    square : 1                                   # running mean of its square
    count : 1                                    # steps of Adam so far
    """,
    steps=WEIGHTS,
    summed=DRIVEN | RETURNED,
    symbols=SYMBOLS,
)

MODELS = [hidden_adam, classes_adam, softmax, input_projection_adam, dense_adam]
