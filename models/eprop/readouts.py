"""Leaky readouts of spiking networks, with the loss of a regression or of a classification.

Reference: Bellec et al. (2019), ``bellec2019``. For the order of a step see `models.eprop.trials`; step t-1 is read and
compared in step t.
"""

from dataclasses import dataclass

from models.base import Model, Step, param
from models.eprop.trials import LINKS, SYMBOLS, TUTORIAL, descend


@dataclass(frozen=True)
class ReadoutParams:
    """How the table of targets is read."""

    n_bin: int = param(1, "steps that one row of the table lasts", r"n_b", "our design")
    n_rows: int = param(1000, "rows of the table, which is repeated", r"n_r", "our design")
    share: float = param(1.0, "weight of one step in the loss", r"c_E", TUTORIAL)
    biased: float = param(0.0, "1: the readout has a bias, which is learned", r"a_b", TUTORIAL)


readout = Model(
    name="regression",
    text="Leaky readout with its target, error and half the squared error as loss",
    source="bellec2019, eqs. of readout and regression loss",
    params=ReadoutParams,
    equations=f"""
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
    bias_grad : 1                                                        # gradient of the batch so far
    bias_grad_mean : 1                                                   # Adam: running mean of the gradient
    bias_grad_square : 1                                                 # Adam: running mean of its square
    {LINKS}
    """,
    code={"method": "exact", "events": {"watched_step": "watched > 0.5"}},
    steps=(
        Step(
            "read",
            """
            u += (1 - normalised_out * exp(-dt / tau_out)) * I
            I = 0
            y = u + bias
            """,
            when="groups",
            order=-8,
        ),
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
        Step(
            "learn",
            f"""
            slope = biased * bias_grad / n_batch
            {descend("bias", prefix="bias_")}
            bias_grad *= 1 - due
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
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
    bias_grad : 1                                                        # gradient of the batch so far
    bias_grad_mean : 1                                                   # Adam: running mean of the gradient
    bias_grad_square : 1                                                 # Adam: running mean of its square
    {LINKS}
    total : 1                                                            # sum of exp(y) over all readouts
    p : 1                                                                # probability of this class
    evidence : 1                                                         # probability, summed over the learning window
    asked : 1                                                            # class of the last step within the window
    """,
    code={"method": "exact", "events": {"watched_step": "watched > 0.5"}},
    steps=(
        Step(
            "read",
            """
            u += (1 - normalised_out * exp(-dt / tau_out)) * I
            I = 0
            y = u + bias
            """,
            when="groups",
            order=-8,
        ),
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
        Step(
            "learn",
            f"""
            slope = biased * bias_grad / n_batch
            {descend("bias", prefix="bias_")}
            bias_grad *= 1 - due
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
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
    ),
    links=("schedule", "recurrent"),
    symbols=SYMBOLS,
)

pool = Model(
    name="pool",
    text="Common denominator of the class probabilities",
    source="bellec2019, classification",
    equations="total_post = exp(y_pre) : 1 (summed)                      # sum of exp(y) over all readouts",
    summed={"total_post": ("groups", -7)},
    symbols=SYMBOLS,
)

MODELS = [readout, classifier, pool]
