"""Classifiers whose copies share weights: input, bank of lags if there is one, layers, and what is recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from brian2 import Equations, Network, NeuronGroup, StateMonitor, Synapses, TimedArray, linked_var
from brian2.equations.equations import FLOAT

from dense import DenseSynapses, VectorGroup
from models.base import Model, attach, link
from models.gle import batch

SUMS = {"cost", "cost_unseen", "cost_before", "best"}  # over a whole run: a single step is small beside them


def objects(
    n_layers: int,
    schedule: Model = batch.schedule,
    layers: Sequence[Model] = (batch.hidden, batch.classes),
    synapses: Sequence[Model] = (batch.input_projection, batch.dense, batch.biases),
    bank: Model | None = None,
) -> dict[str, Model]:
    """Name the objects of the network.

    Parameters
    ----------
    n_layers : int
        Hidden layers and the output.
    schedule : Model
        Of steps of Adam and learning rate.
    layers : sequence of Model
        Hidden layers, and the output.
    synapses : sequence of Model
        Connections to the first layer, to all others, and biases.
    bank : Model, optional
        Channels between input and first layer.

    Returns
    -------
    dict
        Brian2 object name to model.
    """
    (hidden, classes), (input_projection, dense, biases) = layers, synapses
    above = range(2, n_layers + 1)
    return {
        "schedule": schedule,
        "total_cost": batch.total_cost,
        "bias_unit": batch.bias_unit,
        "input": batch.stimulus,
        **({"bank": bank} if bank else {}),
        **{f"layer_{k}": hidden for k in range(1, n_layers)},
        f"layer_{n_layers}": classes,
        "to_1": input_projection,
        **{f"to_{k}": dense for k in above},
        **{f"bias_{k}": biases for k in range(1, n_layers + 1)},
        "softmax": batch.softmax,
    }


def learned(n_layers: int) -> list[str]:
    """Return the names of weights and biases, layer by layer."""
    return [f"{kind}_{k}.w" for kind in ("to", "bias") for k in range(1, n_layers + 1)]


def build(
    p: Any,
    models: Mapping[str, Model],
    sizes: Sequence[int],
    *,
    interval: int = 1,
    n_channels: int = 0,
    n_inputs: int = 1,
    shows: Mapping[str, Any] | None = None,
    dtype: type = np.float64,
) -> Network:
    """Build all copies of the network, and the weights that they share.

    Parameters
    ----------
    p : object
        Structure with ``n_copies``, ``n_steps`` (of a sample), ``n_samples``, ``n_taught``, ``n_unseen``, ``n_epochs``
        and ``dt``.
    models : Mapping
        What `objects` returns.
    sizes : sequence of int
        Neurons of every layer, the output included.
    interval : int
        Time steps between two steps of Adam.
    n_channels : int
        Of the bank.
    n_inputs : int
        Input neurons of a copy.
    shows : Mapping, optional
        What the input looks up beside ``order``; default a table ``samples`` of one number for every time step, and
        ``shown``.
    dtype : type
        Of neurons and synapses; but sums over a whole run are in double precision (`SUMS`).

    Returns
    -------
    Network
        Groups ``schedule``, ``bias_unit``, ``input``, ``bank`` if there is one, ``layer_1`` and so on; synapses
        ``to_1``, ``bias_1`` and so on, ``softmax``, ``total_cost``; monitors ``answers`` and ``costs`` (output neurons
        of all copies) and ``rate`` (learning rate), once per epoch; sums since the start.

    Raises
    ------
    ValueError
        The interval of Adam does not divide the steps of a sample.
    """
    if p.n_steps % interval:
        raise ValueError(f"network.interval: {interval} steps do not divide the {p.n_steps} of network.n_steps")
    n_batches, b = (p.n_taught + p.n_unseen) * p.n_epochs, p.n_copies
    shown, epoch = p.n_steps * p.dt, (p.n_taught + p.n_unseen) * p.n_steps * p.dt
    order = TimedArray(np.zeros((n_batches, b)), dt=shown, name="order")
    teach = TimedArray(np.zeros(n_batches), dt=shown, name="teach")
    if shows is None:
        samples = TimedArray(np.zeros(p.n_samples * p.n_steps), dt=p.dt, name="samples")
        shows = {"samples": samples, "shown": p.n_steps}
    labels = TimedArray(np.zeros(p.n_samples), dt=p.dt, name="labels")
    tables = {
        "schedule": {"teach": teach},
        "input": {"order": order, **shows},
        f"layer_{len(sizes)}": {"order": order, "teach": teach, "labels": labels, "shown": p.n_steps},
    }

    def group(name: str, n: int) -> NeuronGroup:
        keywords = models[name].kwargs(**tables.get(name, {}))
        numbers = [v for v, equation in Equations(keywords["model"]).items() if equation.var_type == FLOAT]
        types = {v: np.float64 if v in SUMS else dtype for v in numbers}
        return VectorGroup(n, dt=p.dt, name=name, dtype=types, **keywords)

    def shared(name: str, source: NeuronGroup, target: NeuronGroup) -> DenseSynapses:
        keywords = models[name].kwargs()
        synapses = DenseSynapses(source, target, copies=b, dt=p.dt, name=name, dtype=dtype, **keywords)
        synapses.connect()
        return synapses

    schedule, bias_unit, stimulus = group("schedule", 1), group("bias_unit", b), group("input", b * n_inputs)
    below = [stimulus]
    if n_channels:
        below.append(group("bank", b * n_channels))
        below[1].x = linked_var(stimulus, "r", index=np.repeat(np.arange(b), n_channels))
    layers = [group(f"layer_{k}", b * size) for k, size in enumerate(sizes, start=1)]
    link([schedule, *layers], models)
    for layer in layers:
        layer.eta_seen = linked_var(schedule, "eta_now", index=np.zeros(len(layer), dtype=int))
    pairs = list(enumerate(zip([below[-1], *layers[:-1]], layers, strict=True), start=1))
    links = [shared(f"to_{k}", source, target) for k, (source, target) in pairs]
    links.append(shared("softmax", layers[-1], layers[-1]))
    biases = [shared(f"bias_{k}", bias_unit, target) for k, (_, target) in pairs]
    total_cost = Synapses(layers[-1], schedule, dt=p.dt, name="total_cost", **models["total_cost"].kwargs())
    total_cost.connect()
    parts = [schedule, total_cost, bias_unit, *below, *layers, *links, *biases]
    attach(parts, models, epoch=epoch, presentation=shown, interval=interval * p.dt)
    # The decision on a sample is counted in the first step of the next one.
    answers = StateMonitor(
        layers[-1], ["hits", "hits_unseen"], record=True, dt=epoch, when="end", order=0, name="answers"
    )
    costs = StateMonitor(
        layers[-1], ["cost", "cost_unseen"], record=True, dt=epoch, when="start", order=-2, name="costs"
    )
    rate = StateMonitor(schedule, "eta_now", record=True, dt=epoch, when="start", order=3, name="rate")
    return Network(*parts, answers, costs, rate)
