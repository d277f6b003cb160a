"""A teacher and a student of two hidden layers, each with an instantaneous and a retrospective neuron."""

from dataclasses import dataclass

from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, ms

from models.base import attach, param
from models.gle import latent_equilibrium, stimuli


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    dt: Quantity = param(0.01 * ms, "time step", r"\Delta t", "authors' program")
    record: Quantity = param(0.1 * ms, "time between two recorded values", r"\Delta t_\mathrm{rec}", "choice")


@dataclass(frozen=True)
class Inputs:
    """Weights of the student before learning."""

    w_i: float = param(0.660504, "weight of the instantaneous neuron", r"w_i(0)", "authors' program, seed 5")
    w_r: float = param(-0.747778, "weight of the retrospective neuron", r"w_r(0)", "authors' program, seed 5")


OBJECTS = {
    "input": stimuli.sines,
    "layer_1": latent_equilibrium.hidden,
    "layer_2": latent_equilibrium.hidden,
    "layer_3": latent_equilibrium.output,
    "to_1": latent_equilibrium.input_projection,
    "to_2": latent_equilibrium.dense,
    "to_3": latent_equilibrium.dense,
}
FINAL = ["to_1.w"]


def network(p: Structure) -> Network:
    """Build teacher and student in the same groups; the output of the teacher is its own target, too.

    It thus has no errors and does not learn.

    Parameters
    ----------
    p : Structure
        Time steps.

    Returns
    -------
    Network
        Groups ``input``, ``layer_1`` to ``layer_3``, synapses ``to_1`` to ``to_3`` and ``target``, monitors
        ``stimulus``, ``errors`` (first hidden layer of the student), ``outputs`` (both), ``weights`` (student).
    """
    sizes = {"input": 1, "layer_1": 4, "layer_2": 4, "layer_3": 2}
    groups = {name: NeuronGroup(n, dt=p.dt, name=name, **OBJECTS[name].kwargs()) for name, n in sizes.items()}
    ends = [("input", "layer_1"), ("layer_1", "layer_2"), ("layer_2", "layer_3")]
    links = {
        f"to_{k}": Synapses(groups[below], groups[above], dt=p.dt, name=f"to_{k}", **OBJECTS[f"to_{k}"].kwargs())
        for k, (below, above) in enumerate(ends, start=1)
    }
    target = Synapses(
        groups["layer_3"], groups["layer_3"], dt=p.dt, name="target", **latent_equilibrium.target.kwargs()
    )
    links["to_1"].connect()
    links["to_2"].connect(i=[0, 1, 2, 3], j=[0, 1, 2, 3])
    links["to_3"].connect(i=[0, 1, 2, 3], j=[0, 0, 1, 1])
    target.connect(i=[0, 0], j=[0, 1])
    attach([*groups.values(), *links.values(), target], {**OBJECTS, "target": latent_equilibrium.target})
    when = {"dt": p.record, "when": "end", "order": 0}
    return Network(
        *groups.values(),
        *links.values(),
        target,
        StateMonitor(groups["input"], "r", record=True, name="stimulus", **when),
        StateMonitor(groups["layer_1"], "error", record=[2, 3], name="errors", **when),
        StateMonitor(groups["layer_3"], ["r", "error"], record=[0, 1], name="outputs", **when),
        StateMonitor(links["to_1"], "w", record=[2, 3], name="weights", **when),
    )
