"""A network of populations with different time constants hears keywords, and tells them apart."""

from dataclasses import dataclass

import numpy as np
from brian2 import EventMonitor, Network, NeuronGroup, Quantity, StateMonitor, Synapses, TimedArray, linked_var, ms

from dense import DenseSynapses, VectorGroup
from experiments.gle.speech.inputs import N_LAYERS, POPULATIONS
from models import gle, gle_batch, gle_speech
from models.base import param


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_bands: int = param(32, "bands of the input", r"N_b", "authors' program")
    n_population: int = param(150, "neurons of each of the five populations of a hidden layer", "H/5", "Fig. 9a")
    n_classes: int = param(12, "classes", "K", "data")
    n_copies: int = param(256, "copies of the network, each with its own keyword", "B", "authors' program")
    n_frames: int = param(41, "frames of a keyword", r"N_f", "authors' program: 1 s, 25 ms each")
    n_steps: int = param(820, "time steps of a keyword", "T", "authors' program: 20 a frame")
    n_samples: int = param(41_500, "keywords in the table", "S", "data: 36923, and those of validation")
    n_taught: int = param(144, "batches of an epoch that are taught", "", "data: 36923 keywords")
    n_unseen: int = param(17, "batches of an epoch that are only looked at", "", "data: validation")
    n_epochs: int = param(420, "epochs in the table", "", "authors' program")
    bits: int = param(64, "of a number that belongs to synapses: 32 or 64", "", "authors' program: 32")
    dt: Quantity = param(0.05 * ms, "time step; 1 ms is a frame", r"\Delta t", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """What `inputs` draws from."""

    corpus: str = param("speech", "speech, or order: keywords that differ in nothing else", "", "our design")
    source: str = param("auto", "of speech: auto, real or standin (docs/datasets.md)", "", "our design")
    per_class: int = param(640, "keywords of a class that are made, unseen ones included", "", "our design")
    noise: float = param(0.1, "noise of the corpus order, in heights of a syllable", r"\sigma", "our design")
    lags: str = param("mixed", "mixed, or none: all populations are instantaneous", "", "Fig. 9a; our control")
    tau: Quantity = param(2.4 * ms, "longest time constant", r"\tau", "authors' program")
    tau_r: Quantity = param(0.1 * ms, "look-ahead of slow neurons, at least a time step", r"\tau^\mathrm{r}", "Fig. 9a")
    epochs: int = param(420, "epochs", "", "authors' program")


OUTPUT = f"layer_{N_LAYERS}"
PROBES = {"probe_in": "bands", "probe_hidden": "rates", "probe_out": "logits"}  # and their recordings
OBJECTS = {
    "schedule": gle_batch.schedule,
    "account": gle_batch.account,
    "unit": gle_batch.unit,
    "input": gle_speech.stimulus,
    **{f"layer_{k}": gle_batch.hidden for k in range(1, N_LAYERS)},
    OUTPUT: gle_batch.classes,
    "to_1": gle_batch.lowest,
    **{f"to_{k}": gle_batch.dense for k in range(2, N_LAYERS + 1)},
    **{f"bias_{k}": gle_batch.biases for k in range(1, N_LAYERS + 1)},
    "competition": gle_batch.competition,
    **dict.fromkeys(PROBES, gle_speech.probe),
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
        per epoch, sums since the start; and of the first copy, in the last presentation, ``bands`` (input), ``rates``
        (last hidden layer) and ``logits`` (output) in every step.

    Raises
    ------
    ValueError
        Numbers of synapses have other than 32 or 64 bits.
    """
    n_batches, b = (p.n_taught + p.n_unseen) * p.n_epochs, p.n_copies
    precision = {32: np.float32, 64: np.float64}
    if p.bits not in precision:
        raise ValueError(f"network.bits is {p.bits}, but must be 32 or 64")
    shown, epoch = p.n_steps * p.dt, (p.n_taught + p.n_unseen) * p.n_steps * p.dt
    order = TimedArray(np.zeros((n_batches, b)), dt=shown, name="order")
    teach = TimedArray(np.zeros(n_batches), dt=shown, name="teach")
    samples = TimedArray(np.zeros(p.n_samples * p.n_frames * p.n_bands), dt=p.dt, name="samples")
    labels = TimedArray(np.zeros(p.n_samples), dt=p.dt, name="labels")
    sizes = {"n_bands": p.n_bands, "n_frames": p.n_frames, "shown": p.n_steps}
    tables = {
        "schedule": {"teach": teach},
        "input": {"order": order, "samples": samples, **sizes},
        OUTPUT: {"order": order, "teach": teach, "labels": labels, "shown": p.n_steps},
    }

    def group(name: str, n: int) -> NeuronGroup:
        return VectorGroup(n, dt=p.dt, name=name, **OBJECTS[name].kwargs(**tables.get(name, {})))

    schedule, unit, stimulus = group("schedule", 1), group("unit", b), group("input", b * p.n_bands)
    widths = [len(POPULATIONS) * p.n_population] * (N_LAYERS - 1) + [p.n_classes]
    layers = [group(f"layer_{k}", b * size) for k, size in enumerate(widths, start=1)]
    for layer in layers:
        for variable in ("n_adam", "due"):
            setattr(layer, variable, linked_var(schedule, variable))
        layer.eta_seen = linked_var(schedule, "eta_now", index=np.zeros(len(layer), dtype=int))

    def shared(name: str, source: NeuronGroup, target: NeuronGroup) -> DenseSynapses:
        keywords = OBJECTS[name].kwargs()
        synapses = DenseSynapses(source, target, copies=b, dt=p.dt, name=name, dtype=precision[p.bits], **keywords)
        synapses.connect()
        return synapses

    pairs = list(enumerate(zip([stimulus, *layers[:-1]], layers, strict=True), start=1))
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
    probes = []
    for name, watched in zip(PROBES, (stimulus, *layers[-2:]), strict=True):
        probe = NeuronGroup(len(watched) // b, dt=p.dt, name=name, **OBJECTS[name].kwargs())
        probe.r = linked_var(watched, "r", index=np.arange(len(probe)))
        probes.append(probe)
    objects = [schedule, account, unit, stimulus, *layers, *links, *biases, *probes]
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
    traces = [
        EventMonitor(probe, "watched", ["r"], name=name) for probe, name in zip(probes, PROBES.values(), strict=True)
    ]
    return Network(*objects, answers, costs, rate, *traces)
