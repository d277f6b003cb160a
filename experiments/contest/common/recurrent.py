"""E-prop on the tasks of the contest: one network of spiking neurons, its keys, its weights, and what is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import Network, StateMonitor, second

from base.values import Values
from experiments.eprop.common.protocol import feedback, glorot, weights
from models.base import param
from models.eprop import frames, readouts, spiking, trials
from models.eprop.network import FINAL as WEIGHTS
from models.eprop.network import Structure as Sizes
from models.eprop.network import objects, wired

__all__ = ["FINAL", "LAYERS", "OBJECTS", "Recurrent", "Structure", "initial", "matrices", "network", "rule"]

OBJECTS = {
    **objects(readouts.classifier, spiking.adaptive_synapse),
    "stimulus": frames.features,
    "in_rec": frames.feature_synapse,
}
FINAL = [*WEIGHTS, "readout.bias"]
LAYERS = {"in": "in_rec", "rec": "rec_rec", "out": "rec_out"}  # layers 1, 2, 3: name in `references`, and of synapses


@dataclass(frozen=True)
class Structure(Sizes):
    """Sizes of the network and of the tables of samples and classes."""

    probed: bool = param(True, "weights are recorded as a round begins, to compare updates with gradients", "", "")


@dataclass(frozen=True)
class Recurrent:
    """The rule, and how the network starts."""

    feedback: str = param(
        "symmetric",
        "symmetric (the output weights), random, or none: only the readout learns",
        valid="one of symmetric, random, none",
    )
    n_adaptive: int = param(0, "neurons with an adaptive threshold", r"n_\mathrm{ALIF}", "our design", valid=">= 0")
    beta: float = param(1.7, "strength of the adaptation, normalised", r"\hat\beta", "authors' code")
    scale: float = param(
        0.5, "input weights start with this over the root of their number", r"\sigma_w", "our design", valid="> 0"
    )


def network(p: Structure) -> Network:
    """Build the network of all e-prop 1 experiments, with currents in place of input spikes.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        The objects of `models.eprop.network.wired`; monitors ``answers`` (probabilities, summed over the time of the
        answer, and the class, at the end of every sample) and, once, as a round begins, ``weights_1`` to ``weights_3``
        of inputs, recurrent neurons and readout, and ``biases``.
    """
    sample = p.n_steps * p.dt
    net = wired(p, OBJECTS, answer=sample)
    # Just before the end of a sample resets them.
    at_end = {"dt": sample, "when": "after_resets", "order": 6}
    monitors = [StateMonitor(net["readout"], ["evidence", "asked"], record=True, name="answers", **at_end)]
    # Longer than any round; Brian2 takes a round that is shorter than 1e-4 of it for none at all.
    once = {"dt": 500 * second, "when": "start", "order": -9}
    if p.probed:
        for layer, name in enumerate(LAYERS.values(), start=1):
            every = range(len(net[name].source) * len(net[name].target))
            monitors.append(StateMonitor(net[name], "w", record=every, name=f"weights_{layer}", **once))
        monitors.append(StateMonitor(net["readout"], "bias", record=True, name="biases", **once))
    found = Network(*net.values(), *monitors)
    found.schedule = trials.SCHEDULE
    return found


def rule(p: Values) -> str:
    """Return the name of a point's rule in `experiments.contest.common.joint.LOOKS`."""
    return {
        "none": "readout only",
        "random": "e-prop, random feedback",
        "symmetric": "e-prop, ALIF" if p.inputs.n_adaptive else "e-prop",
    }[p.inputs.feedback]


def initial(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw weights; the rule changes nothing but the feedback.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Weights, masks, feedback and biases, in the order of the synapses. Random feedback has the distribution of
        output weights.
    """
    n_in, n_rec, n_out = p.network.n_in, p.network.n_rec, p.network.n_out
    w_in = rng.standard_normal((n_in, n_rec)) * p.inputs.scale / np.sqrt(n_in)
    w_rec = rng.standard_normal((n_rec, n_rec)) / np.sqrt(n_rec)
    w_out, b = (rng.uniform(-1, 1, (n_rec, n_out)) * glorot(n_rec, n_out) for _ in range(2))
    return {**weights(w_in, w_rec, w_out), **feedback(p.inputs.feedback, w_out, b), "readout.bias": np.zeros(n_out)}


def matrices(p: Values, at: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return weights as `references.eprop.spiking_gradients` takes them.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    at : Mapping
        ``in_rec.w``, ``rec_rec.w``, ``rec_out.w`` and ``readout.bias``, row by row.

    Returns
    -------
    dict
        ``in``, ``rec``, ``out`` (rows presynaptic) and ``bias``.
    """
    n_rec = int(p.network.n_rec)
    rows = {"in": int(p.network.n_in), "rec": n_rec, "out": n_rec}
    found = {key: at[f"{name}.w"].reshape(rows[key], -1) for key, name in LAYERS.items()}
    return {**found, "bias": at["readout.bias"]}
