"""A spiking network learns an arm movement in one trial, because an error module tells it how to change."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import (
    EventMonitor,
    Network,
    NeuronGroup,
    Quantity,
    StateMonitor,
    TimedArray,
    defaultclock,
    linked_var,
    ms,
)

from dense import DenseSynapses
from models.base import attach, link, param
from models.eprop import arm as eprop_arm
from models.eprop import one_shot, spiking, trials

__all__ = ["OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program: sizes, lengths of tables and trials."""

    n_in: int = param(10, "input neurons", r"n_\mathrm{in}", "authors' program")
    n_rec: int = param(400, "neurons of the network", r"n_\mathrm{rec}", "authors' program")
    n_module: int = param(300, "neurons of the error module", r"n_\mathrm{module}", "authors' program")
    n_code: int = param(100, "neurons that encode one coordinate", r"n_c", "authors' program")
    n_steps: int = param(500, "steps of one trial", "T", "authors' program")
    n_pattern: int = param(2500, "entries of the table of input spikes", r"n_p", "our design")
    n_path: int = param(20000, "entries of the tables of velocities and end points", r"n_y", "our design")
    n_given: int = param(1, "entries of the table of given spikes of the code", r"n_g", "our design, for tests")
    dt: Quantity = param(1 * ms, "time step", r"\Delta t", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """The movements, and which rule learns them."""

    rule: str = param(
        "eprop_2",
        "eprop_2 (error module) or eprop_1 (feedback of the error of the readout)",
        valid="one of eprop_2, eprop_1",
    )
    feedback: str = param("random", "random or symmetric; of e-prop 1", valid="one of random, symmetric")
    n_exposures: int = param(1, "training trials of every movement", r"n_e", "authors' program")
    n_movements: int = param(20, "unseen movements", r"n_m", "our design")
    eta_feedback: float = param(1e-5, "learning rate of e-prop 1", r"\eta_1", "our design")
    eta_readout: float = param(1e-5, "the same, of output weights", r"\eta_\mathrm{out}", "our design")
    parameters: str = param("paper", "file in meta_training that holds the parameters", "", "our design", valid="any")
    n_groups: int = param(5, "groups of inputs that are active one after the other", r"n_g", "authors' program")
    interval: Quantity = param(10 * ms, "between two spikes of an active group", r"t_g", "authors' program")
    span: float = param(1.4, "preferred places are spread from -span to span", r"\mu_\mathrm{max}", "authors' program")


OBJECTS = {
    "protocol": eprop_arm.protocol,
    "clock": eprop_arm.clock,
    "code": eprop_arm.code,
    "recurrent": one_shot.neuron,
    "module": one_shot.module_neuron,
    "joint": eprop_arm.joint,
    "arm": eprop_arm.arm,
    "in_rec": one_shot.plastic,
    "rec_rec": one_shot.plastic,
    "rec_out": one_shot.output,
    "code_module": one_shot.fixed,
    "in_module": one_shot.fixed,
    "rec_module": one_shot.fixed,
    "module_module": one_shot.fixed,
    "projection": one_shot.projection,
    "feedback": one_shot.feedback,
    "mean_rate": spiking.mean_rate,
    "module_rate": eprop_arm.module_rate,
}


def network(p: Structure) -> Network:
    """Build network, error module and arm, all-to-all.

    Connections of neurons to themselves exist, with weight 0 (and mask 0, where weights learn).

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        With the monitors ``errors`` (of the joints), ``misses`` (of the end point) and ``activity`` at the end of every
        trial, and, in watched trials, the spikes of the training trial and ``velocities`` and ``hand`` of all trials.
        What the last two hold at t belongs to the step before.
    """
    defaultclock.dt = p.dt
    trial = p.n_steps * p.dt
    lengths = {"pattern": p.n_pattern, "path": p.n_path, "turning": p.n_path, "given_spikes": p.n_given}
    tables = {name: TimedArray(np.zeros(length), dt=p.dt, name=name) for name, length in lengths.items()}
    used = {"clock": ["pattern"], "code": ["path", "given_spikes"], "joint": ["turning"], "arm": ["path"]}

    def group(name: str, n: int, **more: Any) -> NeuronGroup:
        looked_up = {table: tables[table] for table in used.get(name, [])}
        return NeuronGroup(n, name=name, **more, **OBJECTS[name].kwargs(**looked_up))

    protocol = group("protocol", 1, dt=trial)
    clock = group("clock", p.n_in)
    code = group("code", 2 * p.n_code)
    recurrent = group("recurrent", p.n_rec)
    module = group("module", p.n_module)
    joint = group("joint", 2, order=-9)
    arm = group("arm", 1, order=-7)
    link([protocol, clock, code, recurrent, module, joint, arm], OBJECTS)
    arm.omega_1 = linked_var(joint, "velocity", index=np.array([0]))
    arm.omega_2 = linked_var(joint, "velocity", index=np.array([1]))

    def all_to_all(name: str, source: NeuronGroup, goal: NeuronGroup) -> DenseSynapses:
        synapses = DenseSynapses(source, goal, name=name, **OBJECTS[name].kwargs())
        synapses.connect()
        return synapses

    net = [
        protocol,
        clock,
        code,
        recurrent,
        module,
        joint,
        arm,
        all_to_all("in_rec", clock, recurrent),
        all_to_all("rec_rec", recurrent, recurrent),
        all_to_all("rec_out", recurrent, joint),
        all_to_all("code_module", code, module),
        all_to_all("in_module", clock, module),
        all_to_all("rec_module", recurrent, module),
        all_to_all("module_module", module, module),
        all_to_all("projection", module, recurrent),
        all_to_all("feedback", joint, recurrent),
        all_to_all("mean_rate", recurrent, protocol),
        all_to_all("module_rate", module, protocol),
    ]
    attach(net, OBJECTS, trial=trial)

    # Just before the trial is reset: errors and rates of the trial that ended.
    at_end = {"dt": trial, "when": "after_resets", "order": 6}
    # Joints and arm of the step before are recorded before the end of a trial resets them.
    for one in (joint, arm):
        one.set_event_schedule("watched_step", when="after_groups", order=5)
    of_step = {"when": "after_groups", "order": 6}
    net += [
        StateMonitor(joint, "loss", record=True, name="errors", **at_end),
        StateMonitor(arm, "miss", record=True, name="misses", **at_end),
        StateMonitor(protocol, ["activity", "module_activity"], record=True, name="activity", **at_end),
        EventMonitor(joint, "watched_step", ["y", "goal"], name="velocities", **of_step),
        EventMonitor(arm, "watched_step", ["x_1", "x_2", "goal_1", "goal_2"], name="hand", **of_step),
        *(EventMonitor(one, "watched_spike", name=f"{one.name}_spikes") for one in (clock, code, recurrent, module)),
    ]
    network = Network(*net)
    network.schedule = trials.SCHEDULE
    return network
