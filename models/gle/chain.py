r"""Generalized latent equilibrium: a chain of two lagged rate neurons that learns its weights and time constants.

Reference: Ellenberger et al. (2024), ``ellenberger2024`` in references.bib. Time is counted in milliseconds: one time
unit of the paper is 1 ms. Neuron 1 reads the input, neuron 2 is the output; what the paper calls :math:`w_0, w_1` and
:math:`\tau_0, \tau_1` are the weight and the membrane time constant of neurons 1 and 2.

All neurons are updated synchronously: a step reads only what its neighbours stored in the step before. One element of
a group is one replica of the whole chain. Within a time step the objects run in this order of the slot ``groups``:

====== ============================================================================
-4     ``learned_switch``: initial values replace the borrowed ones
-3     ``teacher_step``: input, rates of the teacher
-2     ``student_step``: errors, prospective voltages, rates of the student
-1     ``gradients_step``: gradient of every replica, sensitivities of the rates
0      Euler step of every differential equation
1      ``average``: mean of the gradient over the replicas
2      ``learned_adam``: optimiser
====== ============================================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class TeacherParams:
    """Input and target of the task."""

    w_1: float = param(1.0, "weight of neuron 1", r"w_1^\ast", "Fig. 5, authors' code")
    w_2: float = param(2.0, "weight of neuron 2", r"w_2^\ast", "Fig. 5, authors' code")
    tau_1: Quantity = param(1 * ms, "membrane time constant of neuron 1", r"\tau_1^\ast", "Fig. 5, authors' code")
    tau_2: Quantity = param(2 * ms, "membrane time constant of neuron 2", r"\tau_2^\ast", "Fig. 5, authors' code")
    tau_r: Quantity = param(0.1 * ms, "look-ahead of the rate", r"\tau^\mathrm{r}", "Fig. 5, authors' code")
    period: Quantity = param(
        4050 / 1012 * ms, "mean period of the input", r"T_x", "authors' code: 1012 periods in 405 000 steps"
    )
    lead: Quantity = param(1 * ms, "part of the stored period before its rising edge", r"T_\mathrm{low}", "choice")


@dataclass(frozen=True)
class StudentParams:
    """Chain of representation neurons, mirrored by error neurons."""

    tau_r: Quantity = param(0.1 * ms, "look-ahead of the rate, lag of the error", r"\tau^\mathrm{r}", "Fig. 5, code")
    beta: float = param(0.01, "strength of the output error", r"\beta", "Fig. 5, authors' code")
    gamma: float = param(1.0, "nudging of the voltage by the error", r"\gamma", "Fig. 5, authors' code")
    prospective: int = param(1, "1: prospective errors, 0: instantaneous errors", r"\pi", "Fig. 5b, c")


@dataclass(frozen=True)
class PerturbedParams(StudentParams):
    """Chain on an imperfect substrate."""

    sigma: float = param(0.0, "s.d. of the noise of the rates in every time step", r"\sigma", "choice")
    free: float = param(0.0, "0: errors travel through the forward weight, 1: through a fixed one", r"\phi", "choice")
    w_back: float = param(1.0, "fixed feedback weight", "B", "choice")


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


SYMBOLS = {
    "x": "r_0",
    "u_1": "u_1",
    "u_2": "u_2",
    "u_hat_1": r"\hat{u}_1",
    "u_hat_2": r"\hat{u}_2",
    "r_1": "r_1",
    "r_2": "r_2",
    "udot_1": r"\dot{u}_1",
    "udot_2": r"\dot{u}_2",
    "tau_1": r"\tau_1",
    "tau_2": r"\tau_2",
    "w_1": "w_1",
    "w_2": "w_2",
    "slope_1": r"\varphi'_1",
    "slope_2": r"\varphi'_2",
    "e_1": "e_1",
    "e_2": "e_2",
    "r_in_2": r"r_1(t-\Delta t)",
}

teacher = Model(
    name="teacher",
    text="Input of every replica, and the lagged chain whose output is the target.",
    source="ellenberger2024, Fig. 5 and Methods",
    params=TeacherParams,
    equations="""
    roll : integer (constant)                    # delay of the input of this replica, in time steps
    x : 1                                        # input
    target : 1                                   # output of the step before, which the student is compared with
    du_1/dt = udot_1 : 1                         # membrane voltages
    du_2/dt = udot_2 : 1
    udot_1 : hertz                               # their slopes, from the rates of the step before
    udot_2 : hertz
    r_1 : 1                                      # rates
    r_2 : 1
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="step",
            code="""
            k = timestep(t, dt) - roll + timestep(lead, dt)
            cycle = floor(k * dt / period)
            x = wave((k - floor(cycle * period / dt + 1e-6)) * dt)
            target = r_2
            udot_1 = (w_1 * x - u_1) / tau_1
            udot_2 = (w_2 * r_1 - u_2) / tau_2
            r_1 = log(1 + exp(u_1 + tau_r * udot_1))
            r_2 = log(1 + exp(u_2 + tau_r * udot_2))
            """,
            when="groups",
            order=-3,
        ),
    ),
    symbols={**SYMBOLS, "target": "r_2^\\ast", "roll": "k_x"},
    deviations=(
        "The smoothed square wave is one stored period that starts anew at every rounded edge; the authors store the "
        "whole input. Both have the same values as long as the edges are far apart compared with the smoothing.",
    ),
)

STUDENT = """
    x : 1 (linked)                               # input
    target : 1 (linked)                          # output of the teacher
    w_1 : 1 (linked)                             # learned weights
    w_2 : 1 (linked)
    theta_1 : 1 (linked)                         # learned time constants in ms
    theta_2 : 1 (linked)
    tau_1 = theta_1 * ms : second
    tau_2 = theta_2 * ms : second
    du_1/dt = udot_1 : 1                         # voltages of the representation neurons
    du_2/dt = udot_2 : 1
    dv_1/dt = vdot_1 : 1                         # voltages of the error neurons
    dv_2/dt = vdot_2 : 1
    udot_1 : hertz                               # slopes, from rates and errors of the step before
    udot_2 : hertz
    vdot_1 : hertz
    vdot_2 : hertz
    u_hat_1 : 1                                  # prospective voltages
    u_hat_2 : 1
    r_1 : 1                                      # rates and the slopes of the transfer function
    r_2 : 1
    slope_1 : 1
    slope_2 : 1
    r_in_2 : 1                                   # rate that neuron 2 reads in this step
    output : 1                                   # output that is compared with the target in this step
    e_in_1 : 1                                   # instantaneous errors
    e_in_2 : 1
    e_1 : 1                                      # errors that teach and travel down
    e_2 : 1
    feedback : 1                                 # error sent from neuron 2 to neuron 1
    """
STUDENT_SYMBOLS = {
    **SYMBOLS,
    "target": "r_2^\\ast",
    "theta_1": r"\tau_1/\mathrm{ms}",
    "theta_2": r"\tau_2/\mathrm{ms}",
    "v_1": "v_1",
    "v_2": "v_2",
    "vdot_1": r"\dot{v}_1",
    "vdot_2": r"\dot{v}_2",
    "e_in_1": r"e^\mathrm{in}_1",
    "e_in_2": r"e^\mathrm{in}_2",
    "output": r"r_2(t-\Delta t)",
    "feedback": "w_2 e_2",
}


def chain(factors: Sequence[str] = (), back: str = "w_2", noise: str = "") -> Step:
    """Return the step of the student.

    Parameters
    ----------
    factors : sequence of str
        Parts of a substrate that is not what it should be: each multiplies a constant ``f_<part>``. Parts are w, r
        (look-ahead of the rate), e (look-ahead of the error) and v (lag of the error) with the number of the neuron.
    back : str
        Feedback weight.
    noise : str
        Added to the rates.

    Returns
    -------
    Step
        Errors, prospective voltages and rates of both neurons.
    """

    def f(part: str) -> str:
        return f" * f_{part}" if part in factors else ""

    code = f"""
            output = r_2
            r_in_2 = r_1
            e_in_1 = slope_1 * feedback
            e_in_2 = slope_2 * beta * (target - output)
            vdot_1 = (e_in_1 - v_1) / (tau_r{f("v_1")})
            vdot_2 = (e_in_2 - v_2) / (tau_r{f("v_2")})
            e_1 = prospective * (v_1 + theta_1 * ms{f("e_1")} * vdot_1) + (1 - prospective) * e_in_1
            e_2 = prospective * (v_2 + theta_2 * ms{f("e_2")} * vdot_2) + (1 - prospective) * e_in_2
            feedback = {back} * e_2
            udot_1 = (w_1{f("w_1")} * x + gamma * e_1 - u_1) / tau_1
            udot_2 = (w_2{f("w_2")} * r_in_2 + gamma * e_2 - u_2) / tau_2
            u_hat_1 = u_1 + tau_r{f("r_1")} * udot_1
            u_hat_2 = u_2 + tau_r{f("r_2")} * udot_2
            r_1 = log(1 + exp(u_hat_1)){noise}
            r_2 = log(1 + exp(u_hat_2)){noise}
            slope_1 = 1 / (1 + exp(-u_hat_1))
            slope_2 = 1 / (1 + exp(-u_hat_2))
            """
    return Step(name="step", code=code, when="groups", order=-2)


student = Model(
    name="student",
    text="Lagged chain with an error neuron for every neuron; errors are low-passed, then made prospective.",
    source="ellenberger2024, network dynamics and Fig. 5",
    params=StudentParams,
    equations=STUDENT,
    code={"method": "euler"},
    steps=(chain(),),
    symbols=STUDENT_SYMBOLS,
)

PARTS = ("tau_1", "tau_2", "w_1", "w_2", "r_1", "r_2", "e_1", "e_2", "v_1", "v_2")

perturbed = Model(
    name="perturbed",
    text="The student on a substrate that is not what it should be; factors of 1 and no noise give the student.",
    source="our design: robustness",
    params=PerturbedParams,
    equations=STUDENT.replace("= theta_1 * ms", "= theta_1 * ms * f_tau_1").replace(
        "= theta_2 * ms", "= theta_2 * ms * f_tau_2"
    )
    + "\n".join(f"    f_{part} : 1 (shared, constant)" for part in PARTS),
    code={"method": "euler"},
    steps=(chain(PARTS, "(w_2 + free * (w_back - w_2))", " + sigma * randn()"),),
    symbols=STUDENT_SYMBOLS,
)

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
        Step(
            name="adam",
            code="""
            done = timestep(t, dt) - timestep(t_learn, dt) + 1
            steps = timestep(window, dt)
            learns = int(done > 0)
            due = learns * int(done % steps == 0)
            count = clip(done // steps, 1, 1000000000)
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

MODELS = [teacher, student, perturbed, gradients, average, learned]
