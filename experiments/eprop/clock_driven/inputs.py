"""What `eprop/sine_tutorial` draws, for trials that end with a pause."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.eprop.sine_tutorial import inputs as tutorial
from models.eprop_clock_driven import PAUSE

KEPT = ("in_rec.w", "in_rec.mask", "rec_rec.w", "rec_rec.mask", "rec_out.w", "feedback.b", "feedback.adaptive")
TABLES = ("pattern.values", "target.values")


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, Any]:  # noqa: ARG001 - see `arrays` there
    """Return the arrays of one point.

    Parameters
    ----------
    p : Mapping
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: the numbers are those of the published program, drawn from ``run.seed``.

    Returns
    -------
    dict
        Weights, feedback, masks; the tables ``pattern`` and ``target``; the length of trials and of the run.
    """
    n_steps, n_trials = p["network.n_steps"], p["inputs.n_trials"]
    sizes = {"network.n_pattern": n_steps * p["network.n_in"], "network.n_target": n_steps}
    drawn = tutorial.arrays({**p, **sizes})
    return {
        **{key: drawn[key] for key in (*KEPT, *TABLES)},
        **{f"{group}.n_steps": n_steps for group in ("stimulus", "recurrent", "readout")},
        # The last trial is recorded in the step that follows it.
        "run.duration": (n_trials * (n_steps + PAUSE) + 1) * p["network.dt"],
    }
