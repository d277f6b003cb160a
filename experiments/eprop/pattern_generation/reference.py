"""The same networks trained by backpropagation through time, one per seed, side by side."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pandas import DataFrame

from base.values import Values
from experiments.eprop.pattern_generation.inputs import arrays
from references.eprop.spiking_gradients import Cells, train

SHARED = ("inputs.feedback", "run.seed")
N_BPTT = 300  # trials, at most


def rates(p: Values, n_trials: int) -> Iterator[float]:
    """Yield the learning rate of every trial."""
    for number in range(n_trials):
        yield p.schedule.eta * p.schedule.eta_factor ** (number // p.schedule.eta_period)


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train the references of all seeds.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: every seed has its own, which draws weights and targets as for the network.

    Returns
    -------
    dict of DataFrame
        bptt : of_seed, iteration, nmse, rate_Hz.
    """
    n_in, n_rec, n_out, n_steps = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_steps
    seeds = p.run.seeds
    drawn = [arrays(p, np.random.default_rng(seed)) for seed in seeds]
    shapes = {"in": (n_in, n_rec), "rec": (n_rec, n_rec), "out": (n_rec, n_out)}
    names = {"in": "in_rec.w", "rec": "rec_rec.w", "out": "rec_out.w"}
    w = {key: np.array([one[names[key]].reshape(shape) for one in drawn]) for key, shape in shapes.items()}
    w["bias"] = np.zeros((len(seeds), n_out))
    target = np.array([one["target.values"].reshape(n_steps, n_out) for one in drawn]).swapaxes(0, 1)
    spikes = drawn[0]["pattern.values"].reshape(n_steps, -1)[:, drawn[0]["stimulus.channel"]]
    x = np.repeat(spikes[:, None, :], len(seeds), axis=1)
    variation = ((target - target.mean(axis=0)) ** 2).sum(axis=(0, -1))
    trials = train(Cells.of(p), w, x, target, rates(p, min(N_BPTT, p.inputs.n_iterations)))
    found = [
        {"of_seed": seeds, "iteration": number, "nmse": 2 * loss / variation, "rate_Hz": rate / p.network.dt}
        for number, (loss, rate) in enumerate(trials, start=1)
    ]
    return {"bptt": pd.concat(map(DataFrame, found), ignore_index=True)}
