"""What `eprop/sine_tutorial` draws, for trials that end with a pause."""

from collections.abc import Generator
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.protocol import check
from experiments.eprop.sine_tutorial import inputs as tutorial

KEPT = ("in_rec.w", "in_rec.mask", "rec_rec.w", "rec_rec.mask", "rec_out.w", "feedback.b", "feedback.adaptive")
GROUPS = ("stimulus", "recurrent", "readout")
TABLES = ("pattern.values", "target.values")


def inputs(p: Values, rng: np.random.Generator) -> Generator[dict[str, Any], dict[str, DataFrame], None]:
    """Train for some trials.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: the numbers are those of the published program, drawn from ``run.seed``.

    Yields
    ------
    dict
        Weights, feedback, masks; the tables ``pattern`` and ``target``; the length of trials and of the run.
    """
    n_steps = p.network.n_steps
    n_trial = n_steps + p.network.n_pause
    sizes = {"network.n_pattern": n_steps * p.network.n_in, "network.n_target": n_steps}
    drawn = tutorial.arrays(p.updated(sizes))
    recorded = yield {
        **{key: drawn[key] for key in (*KEPT, *TABLES)},
        **{f"{group}.n_steps": n_steps for group in GROUPS},
        **{f"{group}.n_trial": n_trial for group in GROUPS},
        # The last trial is recorded in the step that follows it.
        "run.duration": (p.inputs.n_trials * n_trial + 1) * p.network.dt,
    }
    activity = recorded["rates"].groupby("t_ms", as_index=False)["rate"].mean()
    check({**recorded, "activity": activity.rename(columns={"rate": "activity"})})
