"""A stack of layers from the models of `models.gle.latent_equilibrium`, as Brian2 objects with names."""

from collections.abc import Sequence

import numpy as np
from brian2 import NeuronGroup, Quantity, Synapses, TimedArray

from models.base import Model, attach
from models.gle import intervals, latent_equilibrium, stimuli


def parts(n_layers: int, top: Model = intervals.classes_adam) -> dict[str, Model]:
    """Name the objects of a stack and their models.

    Parameters
    ----------
    n_layers : int
        Layers above the input.
    top : Model
        Model of the last layer; decides whether the connections learn with Adam.

    Returns
    -------
    dict
        ``input``, ``layer_1``, ``layer_2``, ..., ``to_1``, ``to_2``, ...; ``to_1`` leads from the input to ``layer_1``.
    """
    slow = top is intervals.classes_adam
    hidden, first, further = (
        (intervals.hidden_adam, intervals.input_projection_adam, intervals.dense_adam)
        if slow
        else (latent_equilibrium.hidden, latent_equilibrium.input_projection, latent_equilibrium.dense)
    )
    names = {"input": stimuli.stimulus}
    names |= {f"layer_{k}": hidden for k in range(1, n_layers)} | {f"layer_{n_layers}": top}
    return names | {f"to_{k}": first if k == 1 else further for k in range(1, n_layers + 1)}


def stack(
    sizes: Sequence[int],
    dt: Quantity,
    top: Model = intervals.classes_adam,
    *,
    samples: int,
    presentations: int,
    shown: int,
    rows: int = 1,
    interval: Quantity | None = None,
) -> dict[str, NeuronGroup | Synapses]:
    """Build layers that are connected all to all, one `Synapses` object for each pair.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of the input, of the first layer, ..., of the last one.
    dt : Quantity, second
        Time step.
    top : Model
        Model of the last layer.
    samples, presentations : int
        Samples in the table of the input, and how many of them are shown in a run.
    shown : int
        Time steps of a presentation.
    rows : int
        Rows of a sample in the table, one after the other; 1 if it stands still.
    interval : Quantity or None, second
        Time between two steps of Adam, a multiple of the time that a sample is shown.

    Returns
    -------
    dict
        The objects of `parts`, and ``competition`` if the output chooses classes. Their arrays are timed arrays:
        ``samples.values``, shape (samples * rows, inputs), ``order.values`` and ``teach.values``, shape
        (presentations,), ``labels.values``, shape (samples,).
    """
    order, teach = (TimedArray(np.zeros(presentations), dt=shown * dt, name=name) for name in ("order", "teach"))
    labels = TimedArray(np.zeros(samples), dt=dt, name="labels")
    table = TimedArray(np.zeros((samples * rows, sizes[0])), dt=dt, name="samples")
    chooses = top is intervals.classes_adam
    told = {"teach": teach, "shown": shown}
    clock = {} if interval is None else {"interval": interval}
    models = {**parts(len(sizes) - 1, top), "competition": intervals.competition}

    made: dict[str, NeuronGroup | Synapses] = {}
    presented = {"samples": table, "order": order, "shown": shown, "rows": rows}
    made["input"] = NeuronGroup(sizes[0], dt=dt, name="input", **stimuli.stimulus.kwargs(**presented))
    for k, size in enumerate(sizes[1:], start=1):
        given = told | ({"order": order, "labels": labels} if chooses and k == len(sizes) - 1 else {})
        made[f"layer_{k}"] = NeuronGroup(size, dt=dt, name=f"layer_{k}", **models[f"layer_{k}"].kwargs(**given))
        below = made[f"layer_{k - 1}" if k > 1 else "input"]
        links = Synapses(below, made[f"layer_{k}"], dt=dt, name=f"to_{k}", **models[f"to_{k}"].kwargs(teach=teach))
        links.connect()
        made[f"to_{k}"] = links
    if chooses:
        last = made[f"layer_{len(sizes) - 1}"]
        made["competition"] = Synapses(last, last, dt=dt, name="competition", **intervals.competition.kwargs())
        made["competition"].connect()
    attach((made[name] for name in models if name in made), models, **clock)
    return made
