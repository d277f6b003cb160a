"""How the chain of `models.gle.chain` learns: gradients of its replicas, their mean, and the parameters that follow it.

Reference: Ellenberger et al. (2024), ``ellenberger2024``; for the order of a time step see `models.gle.chain`.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param
from models.gle.chain import SYMBOLS


@dataclass(frozen=True)
class GradientsParams:
    """Choice of the gradient."""

    bptt: int = param(
        0, "0: local gradient of the errors, 1: truncated backpropagation through time", r"\chi", "Fig. 5c"
    )


@dataclass(frozen=True)
class LearnedParams:
    """Schedule and optimiser."""

    eta: float = param(1e-4, "learning rate of Adam", r"\eta", "authors' code: 1e-6 / beta")
    beta_1: float = param(0.9, "memory of the mean gradient", r"\beta_1", "authors' code")
    beta_2: float = param(0.999, "memory of the squared gradient", r"\beta_2", "authors' code")
    epsilon: float = param(1e-8, "regularisation of the step size", r"\epsilon", "authors' code")
    window: Quantity = param(0.01 * ms, "time between two optimiser steps", r"T_\mathrm{w}", "Fig. 5c, authors' code")
    t_switch: Quantity = param(25 * ms, "end of the borrowed initial values", r"t_\mathrm{s}", "Fig. 5b, authors' code")
    t_learn: Quantity = param(50 * ms, "start of learning", r"t_0", "authors' code")
    tau_min: Quantity = param(0.1 * ms, "shortest membrane time constant", r"\tau_\mathrm{min}", "authors' code: 10 dt")


gradients = Model(
    name="gradients",
    text="Gradient of one replica with respect to one parameter; element 4 b + p is replica b, parameter p.",
    source="ellenberger2024, plasticity; truncated BPTT as forward sensitivities",
    params=GradientsParams,
    equations="""
    is_w_1 = int(i % 4 == 0) : 1                 # which of the four parameters
    is_w_2 = int(i % 4 == 1) : 1
    is_tau_1 = int(i % 4 == 2) : 1
    is_tau_2 = int(i % 4 == 3) : 1
    x : 1 (linked)                               # state of the replica
    target : 1 (linked)
    output : 1 (linked)
    r_in_2 : 1 (linked)
    e_1 : 1 (linked)
    e_2 : 1 (linked)
    udot_1 : hertz (linked)
    udot_2 : hertz (linked)
    slope_1 : 1 (linked)
    slope_2 : 1 (linked)
    tau_r : second (linked)
    w_2 : 1 (linked)
    theta_1 : 1 (linked)
    theta_2 : 1 (linked)
    fresh : 1 (linked)                           # 1 in the first step of a window
    tau_1 = theta_1 * ms : second
    tau_2 = theta_2 * ms : second
    ds_1/dt = sdot_1 : 1                         # sensitivity of the voltages to the parameter
    ds_2/dt = sdot_2 : 1
    sdot_1 : hertz
    sdot_2 : hertz
    q_1 : 1                                      # sensitivity of the rates
    q_2 : 1
    g : 1                                        # gradient in this step
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="step",
            code="""
            s_1 = (1 - fresh) * s_1
            s_2 = (1 - fresh) * s_2
            q_1 = (1 - fresh) * q_1
            q_2 = (1 - fresh) * q_2
            g_w = -(is_w_1 * e_1 * x + is_w_2 * e_2 * r_in_2)
            g_tau = (is_tau_1 * e_1 * udot_1 + is_tau_2 * e_2 * udot_2) * ms
            g = (1 - bptt) * (g_w + g_tau) - bptt * 2 * (target - output) * q_2
            sdot_1 = (is_w_1 * x - is_tau_1 * udot_1 * ms - s_1) / tau_1
            sdot_2 = (is_w_2 * r_in_2 + w_2 * q_1 - is_tau_2 * udot_2 * ms - s_2) / tau_2
            q_1 = slope_1 * (s_1 + tau_r * sdot_1)
            q_2 = slope_2 * (s_2 + tau_r * sdot_2)
            """,
            when="groups",
            order=-1,
        ),
    ),
    symbols={
        **SYMBOLS,
        "target": "r_2^\\ast",
        "output": r"r_2(t-\Delta t)",
        "theta_1": r"\tau_1/\mathrm{ms}",
        "theta_2": r"\tau_2/\mathrm{ms}",
        "tau_r": r"\tau^\mathrm{r}",
        "is_w_1": r"[p=w_1]",
        "is_w_2": r"[p=w_2]",
        "is_tau_1": r"[p=\tau_1]",
        "is_tau_2": r"[p=\tau_2]",
        "fresh": r"\nu",
        "s_1": r"\partial_p u_1",
        "s_2": r"\partial_p u_2",
        "sdot_1": r"\partial_p \dot{u}_1",
        "sdot_2": r"\partial_p \dot{u}_2",
        "q_1": r"\partial_p r_1",
        "q_2": r"\partial_p r_2",
        "g": "g_p",
    },
    deviations=(
        "Truncated backpropagation through time is computed forwards: sensitivities that are set to zero at the start "
        "of a window give the same gradient as automatic differentiation over that window.",
        "The sensitivities leave out that the nudging depends on the parameters; it changes a gradient by at most "
        "a few per cent.",
    ),
)

average = Model(
    name="average",
    text="Mean of the gradient over the replicas.",
    source="authors' code",
    equations="""
    gradient_post = g_pre / N_incoming : 1 (summed)   # mean over replicas
    """,
    summed={"gradient_post": ("groups", 1)},
    symbols={"gradient_post": r"\langle g_p \rangle"},
)

learned = Model(
    name="learned",
    text="The learned parameters w_1, w_2, tau_1 / ms, tau_2 / ms, shared by all replicas, and their Adam optimiser.",
    source="ellenberger2024, Fig. 5; optimiser of the authors' code",
    params=LearnedParams,
    equations="""
    is_tau = int(i >= 2) : 1                     # time constants have a lower bound
    initial : 1 (constant)                       # value from the switch on
    value : 1                                    # weight, or time constant in ms
    gradient : 1                                 # mean over replicas in this step
    total : 1                                    # sum over the window
    first : 1                                    # running mean of the gradient
    second_moment : 1                            # running mean of its square
    fresh : 1                                    # 1 if the next step begins a window
    """,
    steps=(
        Step(
            name="switch",
            code="""
            now = int(timestep(t, dt) == timestep(t_switch, dt))
            value = now * initial + (1 - now) * value
            """,
            when="groups",
            order=-4,
        ),
        # Algorithm 1 of Adam (`models.optimisers`), in the order of operations with which the published tables were
        # computed. A window of backpropagation ends with a step whose number is a multiple of its length, later than
        # the first one: the first window is longer or shorter than the others, as in the authors' program.
        Step(
            name="adam",
            code="""
            n = timestep(t, dt)
            n_learn = timestep(t_learn, dt)
            steps = timestep(window, dt)
            single = int(steps == 1)
            learns = int(n >= n_learn)
            due = int(n > n_learn - single) * int(n % steps == 0)
            count = clip(n // steps - n_learn // steps + single, 1, 1000000000)
            total = learns * (total + gradient)
            first = first + due * (1 - beta_1) * (total - first)
            second_moment = second_moment + due * (1 - beta_2) * (total ** 2 - second_moment)
            rise = first / (1 - beta_1 ** count) / (sqrt(second_moment / (1 - beta_2 ** count)) + epsilon)
            value = value - due * eta * rise
            value = value + learns * is_tau * int(value * ms < tau_min) * (tau_min / ms - value)
            total = (1 - due) * total
            fresh = int(due + (1 - learns) > 0)
            """,
            when="groups",
            order=2,
        ),
    ),
    symbols={
        "is_tau": r"[p=\tau]",
        "initial": r"p(t_\mathrm{s})",
        "value": "p",
        "gradient": r"\langle g_p \rangle",
        "total": "G_p",
        "first": "m_p",
        "second_moment": "n_p",
        "fresh": r"\nu",
    },
    deviations=(
        "The paper states plasticity as a gradient flow; the released program, like this model, takes one Adam step "
        "per time step.",
    ),
)

MODELS = [gradients, average, learned]
