"""A fixed bank of lags makes the past visible to an instantaneous network, which classifies sequences."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, TimedArray, linked_var, ms

from dense import DenseSynapses, VectorGroup
from experiments.gle.lag_bank.inputs import N_CHANNELS
from models import gle, gle_bank, gle_batch
from models.base import param

N_LAYERS = 3  # two hidden ones and the output


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_hidden: int = param(60, "neurons of a hidden layer", "H", "authors' program")
    n_classes: int = param(10, "classes", "K", "data")
    n_copies: int = param(100, "copies of the network, each with its own sample", "B", "authors' program")
    n_steps: int = param(360, "time steps of a sample", "T", "authors' program")
    interval: int = param(1, "time steps between two steps of Adam; divides those of a sample", "n", "authors' program")
    n_samples: int = param(5000, "samples in the table", "S", "data: 4000 and 1000")
    n_taught: int = param(40, "batches of an epoch that are taught", "", "authors' program: 4000 samples")
    n_unseen: int = param(10, "batches of an epoch that are only looked at", "", "authors' program: 1000 samples")
    n_epochs: int = param(150, "epochs in the table", "", "authors' program")
    dt: Quantity = param(0.2 * ms, "time step", r"\Delta t", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """What `inputs` draws from."""

    bank: str = param("lags", "lags, or none: every stage only copies", "", "authors' program; control of our own")
    tau_max: Quantity = param(1.8 * ms, "longest time constant of the bank", r"\tau_{10}", "authors' program")
    tau: Quantity = param(2 * ms, "time constants of the network behind it", r"\tau", "authors' program")
    epochs: int = param(150, "epochs", "", "authors' program")


OBJECTS = {
    "schedule": gle_bank.schedule,
    "account": gle_batch.account,
    "unit": gle_batch.unit,
    "input": gle_batch.stimulus,
    "bank": gle_bank.channel,
    "layer_1": gle_batch.hidden,
    "layer_2": gle_batch.hidden,
    "layer_3": gle_batch.classes,
    "to_1": gle_bank.lowest,
    "to_2": gle_bank.dense,
    "to_3": gle_bank.dense,
    **{f"bias_{k}": gle_bank.biases for k in range(1, N_LAYERS + 1)},
    "competition": gle_batch.competition,
}
FINAL = [f"{kind}_{k}.w" for kind in ("to", "bias") for k in range(1, N_LAYERS + 1)]


def network(p: Structure) -> Network:
    """Build all copies of bank and network, and the weights that they share.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        With the monitors ``answers`` and ``costs`` (output neurons of all copies) and ``rate`` (learning rate), once
        per epoch; sums since the start.

    Raises
    ------
    ValueError
        The interval of Adam does not divide the steps of a sample.
    """
    if p.n_steps % p.interval:
        raise ValueError(f"network.interval: {p.interval} steps do not divide the {p.n_steps} of network.n_steps")
    n_batches, b = (p.n_taught + p.n_unseen) * p.n_epochs, p.n_copies
    shown, epoch = p.n_steps * p.dt, (p.n_taught + p.n_unseen) * p.n_steps * p.dt
    order = TimedArray(np.zeros((n_batches, b)), dt=shown, name="order")
    teach = TimedArray(np.zeros(n_batches), dt=shown, name="teach")
    samples = TimedArray(np.zeros(p.n_samples * p.n_steps), dt=p.dt, name="samples")
    labels = TimedArray(np.zeros(p.n_samples), dt=p.dt, name="labels")
    tables = {
        "schedule": {"teach": teach},
        "input": {"order": order, "samples": samples, "shown": p.n_steps},
        "layer_3": {"order": order, "teach": teach, "labels": labels, "shown": p.n_steps},
    }

    def group(name: str, n: int) -> NeuronGroup:
        return VectorGroup(n, dt=p.dt, name=name, **OBJECTS[name].kwargs(**tables.get(name, {})))

    schedule, unit, stimulus, bank = (
        group(name, n) for name, n in (("schedule", 1), ("unit", b), ("input", b), ("bank", b * N_CHANNELS))
    )
    bank.x = linked_var(stimulus, "r", index=np.repeat(np.arange(b), N_CHANNELS))
    sizes = [p.n_hidden, p.n_hidden, p.n_classes]
    layers = [group(f"layer_{k}", b * size) for k, size in enumerate(sizes, start=1)]
    for layer in layers:
        for variable in ("n_adam", "due"):
            setattr(layer, variable, linked_var(schedule, variable))
        layer.eta_seen = linked_var(schedule, "eta_now", index=np.zeros(len(layer), dtype=int))

    def shared(name: str, source: NeuronGroup, target: NeuronGroup) -> DenseSynapses:
        synapses = DenseSynapses(source, target, copies=b, dt=p.dt, name=name, **OBJECTS[name].kwargs())
        synapses.connect()
        return synapses

    pairs = list(enumerate(zip([bank, *layers[:-1]], layers, strict=True), start=1))
    links = [shared(f"to_{k}", source, target) for k, (source, target) in pairs]
    links.append(shared("competition", layers[-1], layers[-1]))
    gle.arrange(*links)
    biases = [shared(f"bias_{k}", unit, target) for k, (_, target) in pairs]
    for bias in biases:
        bias.summed_updaters["b_post"].order = -2  # with the drive from the layer below
    account = Synapses(layers[-1], schedule, dt=p.dt, name="account", **OBJECTS["account"].kwargs())
    account.connect()
    # Once per epoch, just before the learning rate is looked at.
    account.summed_updaters["cost_post"].when = "start"
    account.summed_updaters["cost_post"].order = -1
    objects = [schedule, account, unit, stimulus, bank, *layers, *links, *biases]
    for one in objects:
        OBJECTS[one.name].add_steps(one, epoch=epoch, presentation=shown, interval=p.interval * p.dt)
    # The decision on a sample is counted in the first step of the next one.
    answers = StateMonitor(
        layers[-1], ["hits", "hits_unseen"], record=True, dt=epoch, when="end", order=0, name="answers"
    )
    costs = StateMonitor(
        layers[-1], ["cost", "cost_unseen"], record=True, dt=epoch, when="start", order=-2, name="costs"
    )
    rate = StateMonitor(schedule, "eta_now", record=True, dt=epoch, when="start", order=3, name="rate")
    return Network(*objects, answers, costs, rate)
