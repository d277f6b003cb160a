r"""Generalized latent equilibrium in mini-batches: copies of all neurons share weights and biases, Adam in every step.

Reference: Ellenberger et al. (2026), ``ellenberger2024``, MNIST-1D. The neurons are those of
`models.gle.latent_equilibrium`; a group holds the copies of a layer one after the other. Weights, and biases as weights
of a bias unit, belong to synapses that all copies share. Order within the slot ``groups`` as there, and then: 2
gradients, summed over the copies; 4 ``<synapses>_adam``. The schedule and what it hands on run in the slot ``start``,
on the clock of epochs.
"""

from dataclasses import dataclass, replace

from models.base import Model, Step, param
from models.gle import latent_equilibrium
from models.gle.latent_equilibrium import (
    DECISION,
    DRIVEN,
    DYNAMICS,
    PLASTICITY,
    RATES,
    RETURNED,
    SYMBOLS,
    ClassesParams,
)
from models.optimisers import adam

LINKS = """
    eta_seen : 1 (linked)                        # learning rate, as the schedule has it
    eta_now : 1                                  # learning rate of this epoch
    n_adam : 1 (linked)                          # steps of Adam so far, with this one
    due : 1 (linked)                             # 1 if something is taught in this step, else 0
"""
# Synapses see neither a linked variable nor the schedule: the learning rate is handed on, once per epoch.
LISTEN = Step(name="listen", code="eta_now = eta_seen", when="start", order=1, every="epoch")


@dataclass(frozen=True)
class ScheduleParams:
    """Learning rate over epochs."""

    eta: float = param(1e-3, "initial learning rate of Adam", r"\eta", "authors' program: 5e-3 * 72 / 360")
    factor: float = param(0.5, "what the learning rate is multiplied with on a plateau", r"f", "authors' program")
    patience: float = param(2.0, "epochs without a better cost that are put up with", r"n_p", "authors' program")
    margin: float = param(1e-4, "part by which a cost must be better", r"\theta", "default of PyTorch")


@dataclass(frozen=True)
class AdamParams:
    """Adam in every time step."""

    beta_1: float = param(0.9, "memory of the mean gradient", r"\beta_1", "authors' program")
    beta_2: float = param(0.999, "memory of the squared gradient", r"\beta_2", "authors' program")
    epsilon: float = param(1e-8, "regularisation of the step size", r"\epsilon", "authors' program")


schedule = Model(
    name="schedule",
    text="Counts steps of Adam, and lowers the learning rate when the cost of unseen samples stays on a plateau.",
    source="authors' program: ReduceLROnPlateau, once per epoch",
    params=ScheduleParams,
    equations="""
    eta_now : 1                                  # learning rate of this epoch
    n_adam : 1 (shared)                          # steps of Adam so far, with this one
    due : 1 (shared)                             # 1 if something is taught in this step, else 0
    cost : 1                                     # cost of unseen samples, sum over everything so far
    cost_before : 1                              # the same, an epoch ago
    best : 1                                     # lowest cost of an epoch
    waited : 1                                   # epochs since then
    """,
    steps=(
        Step(
            name="count",
            code="""
            due = teach(t)
            n_adam += due
            """,
            when="groups",
            order=-4,
        ),
        Step(
            name="plateau",
            code="""
            epoch_cost = cost - cost_before
            first = int(t < dt)
            better = (1 - first) * int((best <= 0) or (epoch_cost < best * (1 - margin)))
            best = better * epoch_cost + (1 - better) * best
            waited = (1 - first) * (1 - better) * (waited + 1)
            cut = int(waited > patience)
            waited = (1 - cut) * waited
            eta_now = first * eta + (1 - first) * eta_now * (1 - cut * (1 - factor))
            cost_before = cost
            """,
            when="start",
            order=0,
            every="epoch",
        ),
    ),
    symbols={
        "eta_now": r"\eta_t",
        "n_adam": "n",
        "due": r"\ell",
        "cost": "C",
        "cost_before": "C'",
        "best": r"C_\mathrm{min}",
        "waited": r"n_w",
    },
)

total_cost = Model(
    name="total_cost",
    text="Adds up the cost of unseen samples.",
    source="our design",
    equations="cost_post = cost_unseen_pre : 1 (summed)",
    summed={"cost_post": ("start", -1)},  # once per epoch, just before the learning rate is looked at
    symbols={"cost_post": "C"},
)

bias_unit = Model(
    name="bias_unit",
    text="A unit for each copy that always has rate 1: its weights are biases.",
    source="our design",
    equations="r : 1                                        # rate",
    symbols=SYMBOLS,
)

# Of copy k, whose number follows from the index of the neuron.
stimulus = Model(
    name="stimulus",
    text="Input: `order` says which sample each copy is shown, and when; a sample is `shown` rows of a table.",
    source="authors' program, inputs",
    equations="r : 1                                        # rate",
    steps=(
        Step(
            name="step",
            code="""
            row = int(order(t, i)) * shown + timestep(t, dt) % shown
            r = samples(row * dt)
            """,
            when="groups",
            order=-3,
        ),
    ),
    symbols=SYMBOLS,
)

hidden = replace(
    latent_equilibrium.hidden,
    text="Copies of a hidden layer: representation neurons, each with its error neuron.",
    equations=latent_equilibrium.hidden.equations + LINKS,
    steps=(LISTEN, *latent_equilibrium.hidden.steps),
    links=("schedule",),
)

# In its first step a presentation still sees the decision on the sample before: hits are counted there.
classes = Model(
    name="classes",
    text="Copies of the last layer, for a cross-entropy: rates are logarithms of the odds of the classes.",
    source=DYNAMICS,
    params=ClassesParams,
    equations=f"""
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
    {LINKS}
    n_copies : integer (shared, constant)        # copies, over which gradients are averaged
    target : 1                                   # 1 for the class of the sample, else 0
    odds : 1                                     # exp(r)
    normaliser : 1                               # sum of the odds
    total : 1                                    # sum of the rate since the sample appeared
    above : 1                                    # classes with a larger sum
    hits : 1                                     # samples of this class that were recognised while taught
    hits_unseen : 1                              # and while only looked at
    cost : 1                                     # sum of the cross-entropy while taught
    cost_unseen : 1                              # and while only looked at
    """,
    code={"method": "euler"},
    steps=(
        LISTEN,
        Step(
            name="errors",
            code="""
            n_units = N // n_copies
            fresh = int(timestep(t, dt) % shown == 0)
            hit = fresh * target * int(above < 0.5)
            was_taught = teach(t - 0.5 * dt)
            hits += hit * was_taught
            hits_unseen += hit * (1 - was_taught)
            total = (1 - fresh) * total
            taught = teach(t)
            target = int(abs(labels(int(order(t, i // n_units)) * dt) - i % n_units) < 0.5)
            cross_entropy = target * (log(normaliser) - r)
            cost += taught * cross_entropy
            cost_unseen += (1 - taught) * cross_entropy
            e_in = slope * beta * taught * (target - odds / normaliser) / n_copies
            vdot = (e_in - v) / tau_r
            error = prospective * (v + tau_m * vdot) + (1 - prospective) * e_in
            udot = (s + b + gamma * error - u) / tau_m
            u_hat = u + tau_r * udot
            """,
            when="groups",
            order=-1,
        ),
        RATES,
        DECISION,
        Step(name="odds", code="odds = exp(r)", when="groups", order=5),
    ),
    links=("schedule",),
    symbols={**SYMBOLS, "odds": r"\exp r"},
)

softmax = Model(
    name="softmax",
    text="Sums over classes: what makes a softmax of their rates, and which of them has won.",
    source="authors' program, MNIST-1D",
    equations="""
    normaliser_post = odds_pre : 1 (summed)
    above_post = int(total_pre > total_post) : 1 (summed)
    """,
    summed={"normaliser_post": ("groups", -2), "above_post": ("groups", -2)},
    symbols=SYMBOLS,
)

ADAM = adam(
    "w",
    "g",
    "first",
    "square",
    rate="due_post * eta",
    beta_1="beta_1",
    beta_2="beta_2",
    epsilon="epsilon",
    due="due_post",
    steps="(n_adam_post + 1 - due_post)",
    up=True,
)
# Copies share the synapses, so that their gradients are summed.
STEPS = (
    Step(name="listen", code="eta = eta_now_post", when="start", order=2, every="epoch"),
    Step(name="gradient", code="g += error_post * r_pre", when="groups", order=2),
    Step(
        name="adam",
        code=f"""
            {ADAM}
            g = 0
            """,
        when="groups",
        order=4,
    ),
)

biases = Model(
    name="biases",
    text="Biases of a layer: weights of the bias unit.",
    source=PLASTICITY,
    params=AdamParams,
    equations="""
    w : 1                                        # bias
    b_post = w * r_pre : 1 (summed)
    g : 1                                        # gradient of this step, mean over copies; points towards the target
    first : 1                                    # running mean of the gradient
    square : 1                                   # running mean of its square
    eta : 1                                      # learning rate of this epoch
    """,
    steps=STEPS,
    summed={"b_post": ("groups", -2)},
    symbols={**SYMBOLS, "b_post": "b"},
)

input_projection = Model(
    name="input_projection",
    text="All connections from the input to the first layer; nothing travels back.",
    source=PLASTICITY,
    params=AdamParams,
    equations="""
    w : 1                                        # weight
    s_post = w * r_pre : 1 (summed)
    g : 1                                        # gradient of this step, mean over copies; points towards the target
    first : 1                                    # running mean of the gradient
    square : 1                                   # running mean of its square
    eta : 1                                      # learning rate of this epoch
    """,
    steps=STEPS,
    summed=DRIVEN,
    symbols=SYMBOLS,
)

dense = Model(
    name="dense",
    text="All connections from a layer to the next, with the errors that travel back through them.",
    source=PLASTICITY,
    params=AdamParams,
    equations="""
    w : 1                                        # weight
    s_post = w * r_pre : 1 (summed)
    feedback_pre = w * error_post : 1 (summed)
    g : 1                                        # gradient of this step, mean over copies; points towards the target
    first : 1                                    # running mean of the gradient
    square : 1                                   # running mean of its square
    eta : 1                                      # learning rate of this epoch
    """,
    steps=STEPS,
    summed=DRIVEN | RETURNED,
    symbols=SYMBOLS,
)

MODELS = [schedule, total_cost, bias_unit, stimulus, hidden, classes, softmax, biases, input_projection, dense]
