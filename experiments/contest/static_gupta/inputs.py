"""Rounds of Gupta's rule on the static task: learn, probe the update, look at other samples; at the end, damage."""

from collections.abc import Generator
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.measures import damaged
from experiments.contest.common.rounds import ended, rounds
from experiments.contest.common.tasks import dataset, task
from experiments.gupta.common.presentations import KEYS, answers
from experiments.gupta.common.protocol import anatomy, initial_weights, layers_of, shown, sizes

__all__ = ["dataset", "inputs", "judged", "shares", "task"]

PROBE = {"synapses.eta": 1e-9, "neurons.eta_b": 0.0}  # weights and spike times stay as they are


def judged(p: Values, readout: DataFrame) -> DataFrame:
    """Return which samples of a round were answered rightly; see `experiments.gupta.common.presentations.answers`."""
    keys = dict(zip(KEYS, (p.network.n_3, 1e3 * p.network.dt, p.schedule.n_steps), strict=True))
    return answers(readout.assign(point=0, seed=0), pd.DataFrame([{"point": 0, "seed": 0, **keys}]))


def shares(p: Values, seen: DataFrame) -> list[float]:
    """Return the shares of right answers to the samples for validation and to those of the test.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    seen : DataFrame
        ``row`` and ``correct``, from `judged`.
    """
    start = p.inputs.n_train + p.inputs.n_validation
    of_test = seen["row"] >= start
    return [float(seen.loc[part, "correct"].mean()) for part in (~of_test, of_test)]


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Learn, and look at what was learned.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws initial weights, then the order of samples, then damage.

    Yields
    ------
    dict
        Samples, their order and weights: one round for each entry of `rounds`. The look that follows a probe starts
        with the weights of the probe, and records them as it starts.
    """
    samples, always = task(p), anatomy(p)
    state = {"synapses.w": initial_weights(p, rng), "neurons.b": np.zeros(int(sizes(p).sum()))}
    unseen = np.arange(p.inputs.n_train, len(samples.y))

    def show(order: np.ndarray, learn: bool) -> dict[str, Any]:
        return always | shown(p, samples.x, samples.y, order, np.full(len(order), learn))

    probed, chosen, before, best = state, state, 0, -1.0
    for kind, what in rounds(p):
        if kind == "learn":
            order = [rng.permutation(p.inputs.n_train) for _ in range(int(what) - before)]
            state = probed = ended((yield state | show(np.concatenate(order), True)))
            before = int(what)
        elif kind == "probe":
            probed = ended((yield state | PROBE | show(np.arange(p.inputs.n_probe), True)))
        elif kind == "look":
            recorded = yield probed | show(unseen, False)
            validation, _ = shares(p, judged(p, recorded["readout"]))
            if validation > best:
                best, chosen = validation, state
        else:
            layers = [w for w, _ in layers_of(p, chosen["synapses.w"], chosen["neurons.b"])]
            broken = np.concatenate([w.ravel() for w in damaged(layers, str(what), rng)])
            yield chosen | {"synapses.w": broken} | show(unseen[p.inputs.n_validation :], False)
