"""Gradients of an LSTM by backpropagation through time, exact or cut, and its eligibility traces, in NumPy.

The independent reference for e-prop with an LSTM. Rows of all matrices are presynaptic; the gates read inputs, outputs
of the step before, and 1, in this order.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

GATES = "igfo"
Weights = Mapping[str, np.ndarray]  # i, g, f, o: (n_in + n + 1, n); out: (n + 1, n_out)


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Return the logistic function."""
    return 1 / (1 + np.exp(-z))


def forward(w: Weights, x: np.ndarray) -> dict[str, np.ndarray]:
    """Run one sequence from rest.

    Parameters
    ----------
    w : Mapping
        ``i``, ``g``, ``f``, ``o``, shape (n_in + n + 1, n), and ``out``, shape (n + 1, n_out).
    x : ndarray, shape (steps, n_in)
        Inputs.

    Returns
    -------
    dict
        One row a step: ``s`` (what gates read), the gates, ``c``, ``before`` (cell state before), ``h``, ``y``
        (readout), and the local derivatives ``to_i``, ``to_g``, ``to_f`` (of c by the drives), ``to_o`` (of h by the
        drive of the output gate) and ``slope`` (of h by c).
    """
    n = w["i"].shape[1]
    c, h = np.zeros(n), np.zeros(n)
    rows = []
    for step in x:
        s = np.concatenate([step, h, [1.0]])
        i, f, o = (sigmoid(s @ w[gate]) for gate in "ifo")
        g, before = np.tanh(s @ w["g"]), c
        c = f * c + i * g
        h = o * np.tanh(c)
        row = {"s": s, "i": i, "g": g, "f": f, "o": o, "c": c, "before": before, "h": h}
        row |= {"to_i": g * i * (1 - i), "to_g": i * (1 - g**2), "to_f": before * f * (1 - f)}
        row |= {"to_o": o * (1 - o) * np.tanh(c), "slope": o * (1 - np.tanh(c) ** 2)}
        row["y"] = np.append(h, 1.0) @ w["out"]
        rows.append(row)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def backward(w: Weights, run: Mapping[str, np.ndarray], err: np.ndarray, cut: bool = False) -> dict[str, np.ndarray]:
    """Return the gradient of a loss by backpropagation through time.

    Parameters
    ----------
    w : Mapping
        As in `forward`.
    run : Mapping
        What `forward` returns.
    err : ndarray, shape (steps, n_out)
        Derivative of the loss by the readout.
    cut : bool
        Whether nothing is sent through recurrent weights: what e-prop without synthetic gradients computes.

    Returns
    -------
    dict
        ``i``, ``g``, ``f``, ``o``, ``out``; and ``dh``, ``dc``, total derivatives by outputs and cell states.
    """
    n_steps, n = run["h"].shape
    n_in = run["s"].shape[1] - n - 1
    recurrent = {gate: w[gate][n_in:-1] for gate in GATES}
    dh, dc, later = np.zeros((n_steps, n)), np.zeros((n_steps, n)), np.zeros(n)
    dz = {gate: np.zeros((n_steps, n)) for gate in GATES}
    for t in reversed(range(n_steps)):
        dh[t] = w["out"][:-1] @ err[t]
        if t + 1 < n_steps and not cut:
            dh[t] += sum(recurrent[gate] @ dz[gate][t + 1] for gate in GATES)
        dc[t] = dh[t] * run["slope"][t] + later
        later = dc[t] * run["f"][t]
        for gate in GATES:
            dz[gate][t] = (dh[t] if gate == "o" else dc[t]) * run[f"to_{gate}"][t]
    grads = {gate: run["s"].T @ dz[gate] for gate in GATES}
    read = np.column_stack([run["h"], np.ones(n_steps)])
    return {**grads, "out": read.T @ err, "dh": dh, "dc": dc}


def traces(run: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """Yield the eligibility traces of every step, forward in time.

    Parameters
    ----------
    run : Mapping
        What `forward` returns.

    Yields
    ------
    dict
        ``i``, ``g``, ``f``, ``o``, shape (n_in + n + 1, n): derivative of h by a weight within the cell.
    """
    vector: dict[str, Any] = {gate: 0.0 for gate in "igf"}
    for t, s in enumerate(run["s"]):
        for gate in vector:
            vector[gate] = run["f"][t] * vector[gate] + np.outer(s, run[f"to_{gate}"][t])
        yield {gate: run["slope"][t] * e for gate, e in vector.items()} | {"o": np.outer(s, run["to_o"][t])}
