"""A deep network of lagged and look-ahead neurons classifies sequences that it sees one number at a time."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, NeuronGroup, Quantity, StateMonitor, Synapses, TimedArray, linked_var, ms

from dense import DenseSynapses, VectorGroup
from models.base import param
from models.gle import batch, latent_equilibrium

N_LAYERS = 7  # six hidden ones and the output


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_hidden: int = param(53, "neurons of a hidden layer", "H", "authors' program, 15k parameters")
    n_classes: int = param(10, "classes", "K", "data")
    n_copies: int = param(100, "copies of the network, each with its own sample", "B", "authors' program")
    n_steps: int = param(360, "time steps of a sample", "T", "authors' program")
    n_samples: int = param(5000, "samples in the table", "S", "data: 4000 and 1000")
    n_taught: int = param(40, "batches of an epoch that are taught", "", "authors' program: 4000 samples")
    n_unseen: int = param(10, "batches of an epoch that are only looked at", "", "authors' program: 1000 samples")
    n_epochs: int = param(150, "epochs in the table", "", "authors' program")
    bits: int = param(64, "of a number that belongs to synapses: 32 or 64", "", "authors' program: 32")
    dt: Quantity = param(0.2 * ms, "time step", r"\Delta t", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """What `inputs` draws from."""

    n_slow: int = param(36, "neurons of a hidden layer that only look back", r"H_s", "authors' program, 15k")
    tau: Quantity = param(1.2 * ms, "longest time constant", r"\tau", "authors' program")
    epochs: int = param(150, "epochs", "", "authors' program")


OBJECTS = {
    "schedule": batch.schedule,
    "account": batch.account,
    "unit": batch.unit,
    "input": batch.stimulus,
    **{f"layer_{k}": batch.hidden for k in range(1, N_LAYERS)},
    f"layer_{N_LAYERS}": batch.classes,
    "to_1": batch.lowest,
    **{f"to_{k}": batch.dense for k in range(2, N_LAYERS + 1)},
    **{f"bias_{k}": batch.biases for k in range(1, N_LAYERS + 1)},
    "competition": batch.competition,
}
FINAL = [f"{kind}_{k}.w" for kind in ("to", "bias") for k in range(1, N_LAYERS + 1)]


def network(p: Structure) -> Network:
    """Build all copies of the network, and the weights that they share.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        With the monitors ``answers`` and ``costs`` (output neurons of all copies) and ``rate`` (learning rate), once
        per epoch; sums since the start.
    """
    n_batches, b = (p.n_taught + p.n_unseen) * p.n_epochs, p.n_copies
    precision = {32: np.float32, 64: np.float64}
    if p.bits not in precision:
        raise ValueError(f"network.bits is {p.bits}, but must be 32 or 64")
    shown, epoch = p.n_steps * p.dt, (p.n_taught + p.n_unseen) * p.n_steps * p.dt
    order = TimedArray(np.zeros((n_batches, b)), dt=shown, name="order")
    teach = TimedArray(np.zeros(n_batches), dt=shown, name="teach")
    samples = TimedArray(np.zeros(p.n_samples * p.n_steps), dt=p.dt, name="samples")
    labels = TimedArray(np.zeros(p.n_samples), dt=p.dt, name="labels")
    tables = {
        "schedule": {"teach": teach},
        "input": {"order": order, "samples": samples, "shown": p.n_steps},
        f"layer_{N_LAYERS}": {"order": order, "teach": teach, "labels": labels, "shown": p.n_steps},
    }

    def group(name: str, n: int) -> NeuronGroup:
        return VectorGroup(n, dt=p.dt, name=name, **OBJECTS[name].kwargs(**tables.get(name, {})))

    schedule, unit, stimulus = group("schedule", 1), group("unit", b), group("input", b)
    sizes = [p.n_hidden] * (N_LAYERS - 1) + [p.n_classes]
    layers = [group(f"layer_{k}", b * size) for k, size in enumerate(sizes, start=1)]
    for layer in layers:
        for variable in ("n_adam", "due"):
            setattr(layer, variable, linked_var(schedule, variable))
        layer.eta_seen = linked_var(schedule, "eta_now", index=np.zeros(len(layer), dtype=int))

    def shared(name: str, source: NeuronGroup, target: NeuronGroup) -> DenseSynapses:
        keywords = OBJECTS[name].kwargs()
        synapses = DenseSynapses(source, target, copies=b, dt=p.dt, name=name, dtype=precision[p.bits], **keywords)
        synapses.connect()
        return synapses

    below = [stimulus, *layers[:-1]]
    pairs = list(enumerate(zip(below, layers, strict=True), start=1))
    links = [shared(f"to_{k}", source, target) for k, (source, target) in pairs]
    links.append(shared("competition", layers[-1], layers[-1]))
    latent_equilibrium.arrange(*links)
    biases = [shared(f"bias_{k}", unit, target) for k, (_, target) in pairs]
    for bias in biases:
        bias.summed_updaters["b_post"].order = -2  # with the drive from the layer below
    account = Synapses(layers[-1], schedule, dt=p.dt, name="account", **OBJECTS["account"].kwargs())
    account.connect()
    # Once per epoch, just before the learning rate is looked at.
    account.summed_updaters["cost_post"].when = "start"
    account.summed_updaters["cost_post"].order = -1
    objects = [schedule, account, unit, stimulus, *layers, *links, *biases]
    for one in objects:
        OBJECTS[one.name].add_steps(one, epoch=epoch)
    # The decision on a sample is counted in the first step of the next one.
    answers = StateMonitor(
        layers[-1], ["hits", "hits_unseen"], record=True, dt=epoch, when="end", order=0, name="answers"
    )
    costs = StateMonitor(
        layers[-1], ["cost", "cost_unseen"], record=True, dt=epoch, when="start", order=-2, name="costs"
    )
    rate = StateMonitor(schedule, "eta_now", record=True, dt=epoch, when="start", order=3, name="rate")
    return Network(*objects, answers, costs, rate)
