"""A two-neuron chain finds the weights and time constants of a teacher of the same form."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, TimedArray, linked_var, ms

from models.base import Model, attach, param
from models.gle import chain as gle_chain
from models.gle import descent

N_LEARNED = 4  # w_1, w_2, tau_1, tau_2


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_replicas: int = param(
        10, "replicas of the chain, each with its own phase of the input", "B", "authors' code: 100"
    )
    n_wave: int = param(400, "length of the stored period of the input, in time steps", r"N_x", "authors' code")
    dt: Quantity = param(0.01 * ms, "time step", r"\Delta t", "authors' code")
    record: Quantity = param(0.1 * ms, "time between two recorded rates", r"\Delta t_\mathrm{rec}", "authors' code")
    record_learned: Quantity = param(1 * ms, "time between two recorded parameters", r"\Delta t_\mathrm{par}", "choice")


@dataclass(frozen=True)
class Inputs:
    """What `inputs` draws from."""

    w_1: float = param(0.490093, "initial weight of neuron 1", r"w_1(0)", "authors' code, seed 0")
    w_2: float = param(0.896445, "initial weight of neuron 2", r"w_2(0)", "authors' code, seed 0")
    tau_1: Quantity = param(0.307423 * ms, "initial time constant of neuron 1", r"\tau_1(0)", "authors' code, seed 0")
    tau_2: Quantity = param(0.634079 * ms, "initial time constant of neuron 2", r"\tau_2(0)", "authors' code, seed 0")
    t_high: Quantity = param(2 * ms, "time that the square wave is high", r"T_\mathrm{high}", "authors' code")
    sigma: Quantity = param(0.05 * ms, "s.d. of the smoothing of the input", r"\sigma_x", "authors' code")
    max_roll: Quantity = param(2 * ms, "upper end of the random delays", r"T_\mathrm{roll}", "authors' code")


OBJECTS = {
    "teacher": gle_chain.teacher,
    "student": gle_chain.student,
    "gradients": descent.gradients,
    "average": descent.average,
    "learned": descent.learned,
}
FINAL = ["learned.value"]


def network(p: Structure, objects: Mapping[str, Model] = OBJECTS) -> Network:
    """Build the chain of every replica and the group of parameters they share.

    Parameters
    ----------
    p : Structure
        Sizes and time steps.
    objects : Mapping
        Models of the groups.

    Returns
    -------
    Network
        Groups ``teacher`` and ``student`` (one element per replica), ``gradients`` (replica x parameter), ``learned``
        (parameters), synapses ``average``, timed array ``wave``, monitors ``traces`` (first replica), ``parameters``.
    """
    n = p.n_replicas
    wave = TimedArray(np.zeros(p.n_wave), dt=p.dt, name="wave")
    teacher = NeuronGroup(n, dt=p.dt, name="teacher", **objects["teacher"].kwargs(wave=wave))
    student = NeuronGroup(n, dt=p.dt, name="student", **objects["student"].kwargs())
    gradients = NeuronGroup(n * N_LEARNED, dt=p.dt, name="gradients", **objects["gradients"].kwargs())
    learned = NeuronGroup(N_LEARNED, dt=p.dt, name="learned", **objects["learned"].kwargs())

    for variable in ("x", "target"):
        setattr(student, variable, linked_var(teacher, variable))
    for element, variable in enumerate(("w_1", "w_2", "theta_1", "theta_2")):
        setattr(student, variable, linked_var(learned, "value", index=np.full(n, element)))
        if variable != "w_1":
            setattr(gradients, variable, linked_var(learned, "value", index=np.full(n * N_LEARNED, element)))
    replica, parameter = np.divmod(np.arange(n * N_LEARNED), N_LEARNED)
    for variable in ("x", "target"):
        setattr(gradients, variable, linked_var(teacher, variable, index=replica))
    for variable in ("output", "r_in_2", "e_1", "e_2", "udot_1", "udot_2", "slope_1", "slope_2"):
        setattr(gradients, variable, linked_var(student, variable, index=replica))
    gradients.tau_r = linked_var(student, "tau_r")
    gradients.fresh = linked_var(learned, "fresh", index=parameter)

    average = Synapses(gradients, learned, dt=p.dt, name="average", **objects["average"].kwargs())
    average.connect(i=np.arange(n * N_LEARNED), j=parameter)
    attach([teacher, student, gradients, learned, average], objects)

    traces = StateMonitor(
        student,
        ["x", "target", "output", "r_in_2", "e_1", "e_2"],
        record=[0],
        dt=p.record,
        when="end",
        order=0,
        name="traces",
    )
    parameters = StateMonitor(
        learned, "value", record=True, dt=p.record_learned, when="end", order=1, name="parameters"
    )
    return Network(teacher, student, gradients, learned, average, traces, parameters)
