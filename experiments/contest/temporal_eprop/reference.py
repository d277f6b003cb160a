"""The very same network of LIF neurons, trained by backpropagation through time, true or cut into pieces."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.contest.common.measures import angle, damaged, slowed
from experiments.contest.common.recurrent import LAYERS, initial, matrices, rule
from experiments.contest.common.recurrent_gradients import WEIGHTS, answers, gradient
from experiments.contest.common.recurrent_measured import currents, sizes
from experiments.contest.common.recurrent_rounds import Shown
from experiments.contest.common.rounds import rounds
from experiments.contest.temporal_eprop.inputs import shown
from references.eprop.framewise_bptt import DECAY
from references.eprop.spiking_gradients import Cells


def reference(p: Values, rng: np.random.Generator) -> dict[str, DataFrame]:
    """Train both references beside e-prop with LIF neurons; nothing beside other rules.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment, SI base units.
    rng : numpy.random.Generator
        Draws weights and the order of sequences, the same as for e-prop.

    Returns
    -------
    dict of DataFrame
        reference.course, reference.angles, reference.damage, reference.sizes : as
        `experiments.contest.common.rounds.measured` returns them, without seed.
    """
    if rule(p) != "e-prop":
        return {}
    samples, start = shown(p), matrices(p, initial(p, rng))
    rows: dict[str, list[dict[str, Any]]] = {"course": [], "angles": [], "damage": [], "sizes": []}
    for name, own, piece in (("BPTT", p.inputs.bptt, 0), ("truncated BPTT", p.inputs.truncated, p.inputs.piece)):
        eta, c_reg, v_th = own if own[0] else (p.schedule.eta, p.recurrent.c_reg, p.recurrent.v_th)
        cells = replace(Cells.of(p), c_reg=c_reg, v_th=v_th)
        of = {"rule": name, "data": p.inputs.data}
        again = np.random.Generator(type(rng.bit_generator)())
        again.bit_generator.state = rng.bit_generator.state
        for kind, row in course(p, samples, cells, start, eta, piece, again):
            rows[kind].append({**of, **row})
        rows["sizes"].append({**of, **sizes(p)})
    return {f"reference.{name}": DataFrame(some) for name, some in rows.items()}


def course(
    p: Values,
    samples: Shown,
    cells: Cells,
    start: dict[str, np.ndarray],
    eta: float,
    piece: int,
    rng: np.random.Generator,
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Learn in the rounds of e-prop.

    Parameters
    ----------
    p : Values
        Keys of the point.
    samples : Shown
        Sequences.
    cells : Cells
        Constants of the network.
    start : dict
        Initial weights.
    eta : float
        Learning rate of Adam.
    piece : int
        See `experiments.contest.common.recurrent_gradients.gradient`.
    rng : numpy.random.Generator
        Draws the order of sequences, then damage.

    Yields
    ------
    table : str
    row : dict
        Without rule and data.
    """
    task, y = samples.task, samples.task.y
    before, best, w, chosen = 0, -1.0, start, start

    def right(at: dict[str, np.ndarray], rows: slice, kind: str = "none") -> float:
        slow = replace(cells, alpha=float(np.exp(-p.network.dt / slowed(p.recurrent.tau_m, kind))))
        return float(answers(slow, at, currents(p, samples, rows), y[rows], samples.asked)[2].mean())

    for kind, what in rounds(p):
        if kind == "learn":
            order = np.concatenate([rng.permutation(task.n_train) for _ in range(int(what) - before)])
            w, before = learned(p, samples, cells, w, eta, piece, order), int(what)
        elif kind == "probe":
            rows, still = slice(0, p.inputs.n_probe), replace(cells, c_reg=0.0)
            trial, err, _ = answers(still, w, currents(p, samples, rows), y[rows], samples.asked)
            true, own = (gradient(still, w, trial, err, of) for of in (0, piece))
            for layer, name in enumerate(LAYERS, start=1):
                yield "angles", {"epoch": what, "layer": layer, "angle_deg": angle(-own[name], true[name])}
        elif kind == "look":
            shares = {"validation": right(w, task.validation), "test": right(w, task.test)}
            yield "course", {"epoch": what, **shares}
            if shares["validation"] > best:
                best, chosen = shares["validation"], w
        else:
            broken = dict(zip(LAYERS, damaged([chosen[name] for name in LAYERS], str(what), rng), strict=True))
            yield "damage", {"kind": what, "test": right(chosen | broken, task.test, str(what))}


def learned(
    p: Values,
    samples: Shown,
    cells: Cells,
    w: dict[str, np.ndarray],
    eta: float,
    piece: int,
    order: np.ndarray,
) -> dict[str, np.ndarray]:
    """Return the weights after a round of learning; Adam begins anew, as in the program.

    Parameters
    ----------
    p, samples, cells, eta, piece
        As in `course`.
    w : dict
        Weights before.
    order : ndarray of int
        Sequences, batch after batch.
    """
    moments = {name: (np.zeros_like(w[name]), np.zeros_like(w[name])) for name in WEIGHTS}
    for k, rows in enumerate(order.reshape(-1, p.schedule.n_batch), start=1):
        trial, err, _ = answers(cells, w, currents(p, samples, rows), samples.task.y[rows], samples.asked)
        slopes = gradient(cells, w, trial, err, piece)
        factor = eta * np.sqrt(1 - DECAY[1] ** k) / (1 - DECAY[0] ** k)
        for name, slope in slopes.items():
            first, square = (
                d * old + (1 - d) * new for d, old, new in zip(DECAY, moments[name], (slope, slope**2), strict=True)
            )
            moments[name] = first, square
            w = {**w, name: w[name] - factor * first / (np.sqrt(square) + p.schedule.epsilon)}
    return w
