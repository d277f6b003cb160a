"""What the inputs of all e-prop experiments have in common: weights, feedback, trials, and what no run may do."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values

FEEDBACK = ("symmetric", "random", "uniform", "adaptive", "none")
LARGEST = 1e3  # weights that grow beyond this never come back


def feedback(kind: str, w_out: np.ndarray, b: np.ndarray) -> dict[str, Any]:
    """Return the feedback weights and whether they follow the output weights.

    Parameters
    ----------
    kind : str
        ``symmetric`` (a copy of the output weights, always), ``random`` (fixed), ``uniform`` (the same fixed weight
        everywhere: the root mean square of the random ones), ``adaptive`` (starts random, changes as the output weights
        do) or ``none``.
    w_out : ndarray, shape (n_rec, n_out)
        Initial output weights.
    b : ndarray, shape (n_rec, n_out)
        Random feedback weights.

    Returns
    -------
    dict
        ``feedback.b``, ordered as the synapses from readout to recurrent neurons are, and ``feedback.adaptive``.

    Raises
    ------
    ValueError
        Unknown kind.
    """
    if kind not in FEEDBACK:
        raise ValueError(f"inputs.feedback '{kind}' is none of: {', '.join(FEEDBACK)}")
    same = np.full_like(b, np.sqrt(np.mean(b**2)))
    weights = {"symmetric": w_out, "uniform": same, "none": np.zeros_like(b)}.get(kind, b)
    return {"feedback.b": weights.T.ravel(), "feedback.adaptive": float(kind in ("symmetric", "adaptive"))}


def weights(w_in: np.ndarray, w_rec: np.ndarray, w_out: np.ndarray) -> dict[str, np.ndarray]:
    """Return the weights of the network, rows presynaptic; no neuron is connected to itself.

    Parameters
    ----------
    w_in, w_rec, w_out : ndarray
        Shapes (n_in, n_rec), (n_rec, n_rec) and (n_rec, n_out).

    Returns
    -------
    dict
        Weights and masks in the order of the synapses.
    """
    others = 1.0 - np.eye(len(w_rec))
    return {
        "in_rec.w": w_in.ravel(),
        "in_rec.mask": np.ones(w_in.size),
        "rec_rec.w": (w_rec * others).ravel(),
        "rec_rec.mask": others.ravel(),
        "rec_out.w": w_out.ravel(),
    }


def adaptive(p: Values) -> np.ndarray:
    """Return the strength of adaptation of every neuron: the last ``inputs.n_adaptive`` are adaptive.

    The authors give it for an adaptation and a voltage that are both normalised, here neither is.
    """
    n_rec, n_adaptive = p.network.n_rec, p.inputs.n_adaptive
    if not 0 <= n_adaptive <= n_rec:
        raise ValueError(f"inputs.n_adaptive is {n_adaptive}, but there are {n_rec} recurrent neurons")
    lost = [-np.expm1(-p.network.dt / tau) for tau in (p.recurrent.tau_a, p.recurrent.tau_m)]
    return np.where(np.arange(n_rec) >= n_rec - n_adaptive, p.inputs.beta * lost[0] / lost[1], 0.0)


def shown(n_rec: int, n_shown: int = 4) -> np.ndarray:
    """Mark a few neurons, evenly spread, whose variables are recorded in the watched trials."""
    marks = np.zeros(n_rec)
    marks[np.linspace(0, n_rec - 1, min(n_rec, n_shown)).round().astype(int)] = 1
    return marks


def table(name: str, values: np.ndarray, length: int) -> dict[str, np.ndarray]:
    """Return a table, row by row, that is filled up with zeros.

    Parameters
    ----------
    name : str
        Name of the table.
    values : ndarray
        Its rows.
    length : int
        Entries of the table in the compiled program.

    Raises
    ------
    ValueError
        The table of the program is too short.
    """
    if values.size > length:
        raise ValueError(f"network.n_{name} is {length}, but {values.size} are needed")
    return {f"{name}.values": np.pad(values.astype(float).ravel(), (0, length - values.size))}


def trials(p: Values, n_trials: int) -> dict[str, Any]:
    """Return how many trials there are, and how long that takes.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    n_trials : int
        Trials of the run.

    Returns
    -------
    dict
        ``schedule.n_steps``, ``schedule.n_trials`` and ``run.duration``.

    Raises
    ------
    ValueError
        The last batch would be incomplete.
    """
    batch = p.schedule.n_batch
    if batch < 1 or n_trials % batch:
        raise ValueError(f"schedule.n_batch {batch} does not divide the {n_trials} trials; change one of them")
    n_steps = p.network.n_steps
    # One step more completes the last trial.
    return {
        "schedule.n_steps": n_steps,
        "schedule.n_trials": n_trials,
        "run.duration": (n_trials * n_steps + 1) * p.network.dt,
    }


def check(recorded: Mapping[str, DataFrame]) -> None:
    """Refuse a run that does not mean anything.

    Parameters
    ----------
    recorded : Mapping
        Recordings of one run.

    Raises
    ------
    ValueError
        No recurrent neuron fired in a whole trial, or weights grow without bounds.
    """
    largest = recorded["final"].groupby("variable")["value"].agg(lambda values: values.abs().max())
    if largest.max() > LARGEST:
        raise ValueError(f"the weights diverge: {largest.idxmax()} reaches {largest.max():.3g}; lower schedule.eta")
    ended = recorded["activity"].iloc[1:]  # the first row is before the first trial
    silent = np.flatnonzero(ended["activity"] <= 0)
    if silent.size:
        raise ValueError(
            f"the network is silent: no recurrent neuron fires in trial {silent[0] + 1}; "
            "raise the input weights or lower recurrent.v_th"
        )


def glorot(n_pre: int, n_post: int) -> float:
    """Return the largest weight of the uniform distribution of Glorot and Bengio."""
    return float(np.sqrt(6 / (n_pre + n_post)))
