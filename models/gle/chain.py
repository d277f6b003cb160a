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
-1     ``gradients_step``: gradient of every replica, sensitivities of the rates (`models.gle.descent`)
0      Euler step of every differential equation
1      ``average``: mean of the gradient over the replicas
2      ``learned_adam``: optimiser
====== ============================================================================
"""

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
            cycle = floor(k * dt / period + 1e-6)
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

# What the student and its variants have in common.
STUDENT = """
    x : 1 (linked)                               # input
    target : 1 (linked)                          # output of the teacher
    w_1 : 1 (linked)                             # learned weights
    w_2 : 1 (linked)
    theta_1 : 1 (linked)                         # learned time constants in ms
    theta_2 : 1 (linked)
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


student = Model(
    name="student",
    text="Lagged chain with an error neuron for every neuron; errors are low-passed, then made prospective.",
    source="ellenberger2024, network dynamics and Fig. 5",
    params=StudentParams,
    equations=f"""{STUDENT}
    tau_1 = theta_1 * ms : second
    tau_2 = theta_2 * ms : second
    feedback : 1                                 # error sent from neuron 2 to neuron 1
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="step",
            code="""
            output = r_2
            r_in_2 = r_1
            e_in_1 = slope_1 * feedback
            e_in_2 = slope_2 * beta * (target - output)
            vdot_1 = (e_in_1 - v_1) / tau_r
            vdot_2 = (e_in_2 - v_2) / tau_r
            e_1 = prospective * (v_1 + theta_1 * ms * vdot_1) + (1 - prospective) * e_in_1
            e_2 = prospective * (v_2 + theta_2 * ms * vdot_2) + (1 - prospective) * e_in_2
            feedback = w_2 * e_2
            udot_1 = (w_1 * x + gamma * e_1 - u_1) / tau_1
            udot_2 = (w_2 * r_in_2 + gamma * e_2 - u_2) / tau_2
            u_hat_1 = u_1 + tau_r * udot_1
            u_hat_2 = u_2 + tau_r * udot_2
            r_1 = log(1 + exp(u_hat_1))
            r_2 = log(1 + exp(u_hat_2))
            slope_1 = 1 / (1 + exp(-u_hat_1))
            slope_2 = 1 / (1 + exp(-u_hat_2))
            """,
            when="groups",
            order=-2,
        ),
    ),
    symbols=STUDENT_SYMBOLS,
)

PARTS = ("tau_1", "tau_2", "w_1", "w_2", "r_1", "r_2", "e_1", "e_2", "v_1", "v_2")

perturbed = Model(
    name="perturbed",
    text="The student on a substrate that is not what it should be; factors of 1 and no noise give the student.",
    source="our design: robustness",
    params=PerturbedParams,
    equations=f"""{STUDENT}
    tau_1 = theta_1 * ms * f_tau_1 : second
    tau_2 = theta_2 * ms * f_tau_2 : second
    feedback : 1                                 # error sent from neuron 2 to neuron 1
    f_tau_1 : 1 (shared, constant)               # factor of the membrane time constants
    f_tau_2 : 1 (shared, constant)
    f_w_1 : 1 (shared, constant)                 # factor of the forward weights
    f_w_2 : 1 (shared, constant)
    f_r_1 : 1 (shared, constant)                 # factor of the look-aheads of the rates
    f_r_2 : 1 (shared, constant)
    f_e_1 : 1 (shared, constant)                 # factor of the look-aheads of the errors
    f_e_2 : 1 (shared, constant)
    f_v_1 : 1 (shared, constant)                 # factor of the lags of the errors
    f_v_2 : 1 (shared, constant)
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="step",
            code="""
            output = r_2
            r_in_2 = r_1
            e_in_1 = slope_1 * feedback
            e_in_2 = slope_2 * beta * (target - output)
            vdot_1 = (e_in_1 - v_1) / (tau_r * f_v_1)
            vdot_2 = (e_in_2 - v_2) / (tau_r * f_v_2)
            e_1 = prospective * (v_1 + theta_1 * ms * f_e_1 * vdot_1) + (1 - prospective) * e_in_1
            e_2 = prospective * (v_2 + theta_2 * ms * f_e_2 * vdot_2) + (1 - prospective) * e_in_2
            feedback = (w_2 + free * (w_back - w_2)) * e_2
            udot_1 = (w_1 * f_w_1 * x + gamma * e_1 - u_1) / tau_1
            udot_2 = (w_2 * f_w_2 * r_in_2 + gamma * e_2 - u_2) / tau_2
            u_hat_1 = u_1 + tau_r * f_r_1 * udot_1
            u_hat_2 = u_2 + tau_r * f_r_2 * udot_2
            r_1 = log(1 + exp(u_hat_1)) + sigma * randn()
            r_2 = log(1 + exp(u_hat_2)) + sigma * randn()
            slope_1 = 1 / (1 + exp(-u_hat_1))
            slope_2 = 1 / (1 + exp(-u_hat_2))
            """,
            when="groups",
            order=-2,
        ),
    ),
    symbols=STUDENT_SYMBOLS,
)

MODELS = [teacher, student, perturbed]
