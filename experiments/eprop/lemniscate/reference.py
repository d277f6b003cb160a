"""The first trials of a NumPy program of the same rule: no online traces, gradients backwards in time."""

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.lemniscate.inputs import arrays, lemniscate
from references.eprop.spiking_gradients import Cells, backward, forward

SHARED = ("run.seed",)  # that of the first seed serves
N_FIRST = 5  # trials that are compared
DECAY = (0.9, 0.999)  # of the moments of Adam


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Learn in a few trials.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Not used: `arrays` makes its own.

    Returns
    -------
    dict of DataFrame
        first_losses : iteration, loss.
    """
    n_in, n_rec, n_out, n_steps = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_steps
    drawn = arrays(p)
    cells = Cells.of(p, drawn["recurrent.beta"])
    shapes = {"in": (n_in, n_rec), "rec": (n_rec, n_rec), "out": (n_rec, n_out)}
    names = {"in": "in_rec.w", "rec": "rec_rec.w", "out": "rec_out.w"}
    w = {key: drawn[names[key]].reshape(shape) for key, shape in shapes.items()}
    back = drawn["feedback.b"].reshape(n_out, n_rec).T
    x, target = drawn["pattern.values"].reshape(n_steps, n_in), lemniscate(n_steps)
    moments = {key: (0.0, 0.0) for key in w}
    losses = []
    for k in range(1, min(N_FIRST, p.inputs.n_iterations) + 1):
        trial = forward(cells, {**w, "bias": 0.0}, x)
        err = trial["y"] - target
        losses.append(0.5 * float((err**2).sum()))
        gradient = backward(cells, w, trial, err, back)
        for key, both in moments.items():
            powers = (gradient[key], gradient[key] ** 2)
            m, s = (d * old + (1 - d) * new for d, old, new in zip(DECAY, both, powers, strict=True))
            moments[key] = m, s
            factor = p.schedule.eta * np.sqrt(1 - DECAY[1] ** k) / (1 - DECAY[0] ** k)
            w[key] = w[key] - factor * m / (np.sqrt(s) + p.schedule.epsilon)
    return {"first_losses": DataFrame({"iteration": range(1, len(losses) + 1), "loss": losses})}
