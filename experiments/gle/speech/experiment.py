"""A network of populations with different time constants hears keywords, and tells them apart."""

from dataclasses import dataclass

import numpy as np
from brian2 import EventMonitor, Network, NeuronGroup, Quantity, TimedArray, linked_var, ms

from experiments.gle.speech.inputs import N_LAYERS, POPULATIONS
from models.base import param
from models.gle import copies
from models.gle import speech as gle_speech


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
    interval: int = param(
        1, "time steps between two steps of Adam; divides those of a keyword", "n", "authors' program"
    )
    bits: int = param(64, "of a number: 32 or 64", "", "authors' program: 32")
    dt: Quantity = param(0.05 * ms, "time step; 1 ms is a frame", r"\Delta t", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """What `inputs` draws from."""

    corpus: str = param(
        "speech",
        "speech, or order: keywords that differ in nothing else",
        "",
        "our design",
        valid="one of speech, order",
    )
    source: str = param("auto", "of speech: auto, real or standin (docs/datasets.md)", "", "our design")
    per_class: int = param(640, "keywords of a class that are made, unseen ones included", "", "our design")
    noise: float = param(0.1, "noise of the corpus order, in heights of a syllable", r"\sigma", "our design")
    lags: str = param(
        "mixed",
        "mixed, or none: all populations are instantaneous",
        "",
        "Fig. 9a; our control",
        valid="one of mixed, none",
    )
    tau: Quantity = param(2.4 * ms, "longest time constant", r"\tau", "authors' program")
    tau_r: Quantity = param(0.1 * ms, "look-ahead of slow neurons, at least a time step", r"\tau^\mathrm{r}", "Fig. 9a")
    epochs: int = param(420, "epochs", "", "authors' program")


OUTPUT = f"layer_{N_LAYERS}"
PROBES = {"probe_in": "bands", "probe_hidden": "rates", "probe_out": "logits"}  # and their recordings
OBJECTS = {**copies.objects(N_LAYERS), "input": gle_speech.stimulus, **dict.fromkeys(PROBES, gle_speech.probe)}
FINAL = copies.learned(N_LAYERS)


def network(p: Structure) -> Network:
    """Build all copies of the network, and the weights that they share.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        That of `models.gle.copies.build`; and of the first copy, in the last presentation, the monitors ``bands``
        (input), ``rates`` (last hidden layer) and ``logits`` (output) in every step.

    Raises
    ------
    ValueError
        Numbers have other than 32 or 64 bits.
    """
    precision = {32: np.float32, 64: np.float64}
    if p.bits not in precision:
        raise ValueError(f"network.bits is {p.bits}, but must be 32 or 64")
    samples = TimedArray(np.zeros(p.n_samples * p.n_frames * p.n_bands), dt=p.dt, name="samples")
    sizes = {"n_bands": p.n_bands, "n_frames": p.n_frames, "shown": p.n_steps}
    widths = [len(POPULATIONS) * p.n_population] * (N_LAYERS - 1) + [p.n_classes]
    together = copies.build(
        p,
        OBJECTS,
        widths,
        interval=p.interval,
        n_inputs=p.n_bands,
        shows={"samples": samples, **sizes},
        dtype=precision[p.bits],
    )
    groups = {one.name: one for one in together.objects}
    for (name, recording), watched in zip(PROBES.items(), ("input", f"layer_{N_LAYERS - 1}", OUTPUT), strict=True):
        seen = groups[watched]
        probe = NeuronGroup(len(seen) // p.n_copies, dt=p.dt, name=name, **OBJECTS[name].kwargs())
        probe.r = linked_var(seen, "r", index=np.arange(len(probe)))
        together.add(probe, EventMonitor(probe, "watched", ["r"], name=recording))
    return together
