"""A stack of layers from the models of `models.gle.latent_equilibrium`, as Brian2 objects with names."""

from collections.abc import Mapping, Sequence

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
    models: Mapping[str, Model],
    sizes: Sequence[int],
    dt: Quantity,
    *,
    samples: int,
    presentations: int,
    shown: int,
    rows: int = 1,
    interval: Quantity | None = None,
) -> dict[str, NeuronGroup | Synapses]:
    """Build layers that are connected all to all, one `Synapses` object for each pair; the last one chooses a class.

    Parameters
    ----------
    models : Mapping
        Model of each object, as `parts` names them.
    sizes : sequence of int
        Neurons of the input, of the first layer, ..., of the last one.
    dt : Quantity, second
        Time step.
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
        The objects of `parts`, and ``softmax``. Their arrays are timed arrays:
        ``samples.values``, shape (samples * rows, inputs), ``order.values`` and ``teach.values``, shape
        (presentations,), ``labels.values``, shape (samples,).
    """
    order, teach = (TimedArray(np.zeros(presentations), dt=shown * dt, name=name) for name in ("order", "teach"))
    labels = TimedArray(np.zeros(samples), dt=dt, name="labels")
    table = TimedArray(np.zeros((samples * rows, sizes[0])), dt=dt, name="samples")
    told = {"teach": teach, "shown": shown}
    clock = {} if interval is None else {"interval": interval}

    made: dict[str, NeuronGroup | Synapses] = {}
    presented = {"samples": table, "order": order, "shown": shown, "rows": rows}
    made["input"] = NeuronGroup(sizes[0], dt=dt, name="input", **models["input"].kwargs(**presented))
    for k, size in enumerate(sizes[1:], start=1):
        given = told | ({"order": order, "labels": labels} if k == len(sizes) - 1 else {})
        made[f"layer_{k}"] = NeuronGroup(size, dt=dt, name=f"layer_{k}", **models[f"layer_{k}"].kwargs(**given))
        below = made[f"layer_{k - 1}" if k > 1 else "input"]
        links = Synapses(below, made[f"layer_{k}"], dt=dt, name=f"to_{k}", **models[f"to_{k}"].kwargs(teach=teach))
        links.connect()
        made[f"to_{k}"] = links
    last = made[f"layer_{len(sizes) - 1}"]
    made["softmax"] = Synapses(last, last, dt=dt, name="softmax", **intervals.softmax.kwargs())
    made["softmax"].connect()
    attach((made[name] for name in [*models, "softmax"]), {**models, "softmax": intervals.softmax}, **clock)
    return made
