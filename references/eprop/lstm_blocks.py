"""E-prop 3 for an LSTM in blocks of several steps, in NumPy: batches, and weights that change block by block.

The independent reference of the block form. Rows of all matrices are presynaptic; the gates read inputs, outputs of the
step before, and 1, in this order, and the readout and the network that guesses read outputs and 1.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from references.eprop.lstm_gradients import GATES, sigmoid

Weights = dict[
    str, np.ndarray
]  # i, g, f, o: (n_in + n + 1, n); out: (n + 1, n_out); guess_in: (n + 1, m); guess_out: (m, n)


@dataclass(frozen=True)
class Rule:
    """Which parts of e-prop 3 are used, and how fast weights change.

    Parameters
    ----------
    carry : bool
        Whether eligibility traces reach back beyond the block.
    synthetic : bool
        Whether the gradient of what follows the block is guessed.
    recurrent : bool
        Whether the gates learn.
    eta, eta_guess : float
        Learning rates of Adam, for gates and readout, and for the network that guesses.
    """

    carry: bool
    synthetic: bool
    recurrent: bool = True
    eta: float = 3e-3
    eta_guess: float = 1e-3


@dataclass
class Block:
    """What one block shows to a batch of sequences.

    Parameters
    ----------
    x : ndarray, shape (steps, batch, n_in)
        Inputs.
    compare : callable
        Readouts, shape (steps, batch, n_out), to the derivative of the loss by them.
    fresh : bool
        Whether a sequence begins with this block.
    ahead : ndarray, shape (batch, n_in), or None
        Input of the step after the block; None if the sequence ends with the block.
    """

    x: np.ndarray
    compare: Callable[[np.ndarray], np.ndarray]
    fresh: bool
    ahead: np.ndarray | None


def with_one(h: np.ndarray) -> np.ndarray:
    """Append the input that is always 1."""
    return np.concatenate([h, np.ones((*h.shape[:-1], 1))], axis=-1)


def advance(w: Weights, x: np.ndarray, h: np.ndarray, c: np.ndarray, fresh: bool) -> dict[str, np.ndarray]:
    """Run one step of a batch; see `references.eprop.lstm_gradients.forward` for the names of the result."""
    if fresh:
        h, c = np.zeros_like(h), np.zeros_like(c)
    s = with_one(np.concatenate([x, h], axis=-1))
    i, f, o = (sigmoid(s @ w[gate]) for gate in "ifo")
    g = np.tanh(s @ w["g"])
    row = {"s": s, "f": 0 * f if fresh else f}
    row |= {"to_i": g * i * (1 - i), "to_g": i * (1 - g**2), "to_f": c * f * (1 - f)}
    c = f * c + i * g
    row |= {"c": c, "h": o * np.tanh(c), "to_o": o * (1 - o) * np.tanh(c), "slope": o * (1 - np.tanh(c) ** 2)}
    return row


def backward(
    w: Weights, rows: list[dict[str, np.ndarray]], err: np.ndarray, beyond: Weights, traces: np.ndarray, carry: bool
) -> tuple[Weights, np.ndarray]:
    """Go back through a block, and let it enter the traces.

    Parameters
    ----------
    w : dict
        Weights.
    rows : list of dict
        What `advance` returns, step by step.
    err : ndarray, shape (steps, batch, n_out)
        Derivative of the loss by the readout.
    beyond : dict
        What the step after the block sends back: ``i``, ``g``, ``f``, derivatives by the drives of these gates, and
        ``c``, by the cell state of the last step within the cell; shape (batch, n). Empty if there is nothing.
    traces : ndarray, shape (3, batch, n_in + n + 1, n)
        Eligibility vectors of ``i``, ``g`` and ``f`` before the block; afterwards, those at its end.
    carry : bool
        Whether traces reach beyond the block.

    Returns
    -------
    grads : dict
        Of ``i``, ``g``, ``f`` and ``o``, summed over the batch.
    total : ndarray, shape (batch, n)
        Derivative of the loss by the cell state of the first step.
    """
    nothing = np.zeros_like(rows[0]["h"])
    recurrent = {gate: w[gate][-1 - nothing.shape[1] : -1] for gate in GATES}
    sent = dict.fromkeys(GATES, nothing) | {gate: value for gate, value in beyond.items() if gate != "c"}
    later, own, passed = beyond.get("c", nothing), nothing, np.ones_like(nothing)
    grads = {gate: np.zeros_like(w[gate]) for gate in GATES}
    enters = np.zeros_like(traces)
    for row, wrong in zip(reversed(rows), reversed(err), strict=True):
        signal = wrong @ w["out"][:-1].T + sum(sent[gate] @ recurrent[gate].T for gate in GATES)
        total = signal * row["slope"] + later
        own = signal * row["slope"] + own if carry else total  # what the traces do not hold already
        sent = {gate: total * row[f"to_{gate}"] for gate in "igf"} | {"o": signal * row["to_o"]}
        for gate in "igf":
            grads[gate] += row["s"].T @ (own * row[f"to_{gate}"])
        grads["o"] += row["s"].T @ sent["o"]
        if carry:
            enters += [row["s"][:, :, None] * (passed * row[f"to_{gate}"])[:, None, :] for gate in "igf"]
        later, own, passed = row["f"] * total, row["f"] * own, row["f"] * passed
    if carry:
        for trace, gate in zip(traces, "igf", strict=True):
            grads[gate] += (own[:, None, :] * trace).sum(axis=0)
        traces[:] = passed[:, None, :] * traces + enters
    return grads, total


def guess(w: Weights, h: np.ndarray) -> np.ndarray:
    """Guess the derivative of the loss by the cell state of the next step."""
    return np.maximum(with_one(h) @ w["guess_in"], 0) @ w["guess_out"]


def improve(w: Weights, h: np.ndarray, target: np.ndarray) -> Weights:
    """Return the gradient of half the squared error of a guess."""
    r, miss = np.maximum(with_one(h) @ w["guess_in"], 0), guess(w, h) - target
    return {"guess_out": r.T @ miss, "guess_in": with_one(h).T @ ((r > 0) * (miss @ w["guess_out"].T))}


class Adam:
    """Adam in the form of TensorFlow."""

    def __init__(self, w: Weights) -> None:
        self.w, self.steps = w, 0
        self.moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in w.items()}

    def step(self, grads: Weights, rule: Rule) -> None:
        """Change the weights in place."""
        self.steps += 1
        corrected = np.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        for name, grad in grads.items():
            mean, square = self.moments[name]
            mean += 0.1 * (grad - mean)
            square += 0.001 * (grad**2 - square)
            eta = rule.eta_guess if name.startswith("guess") else rule.eta
            self.w[name] -= eta * corrected * mean / (np.sqrt(square) + 1e-8)


def learn(w: Weights, blocks: Iterable[Block], rule: Rule) -> Iterator[None]:
    """Train block after block.

    Parameters
    ----------
    w : dict
        Weights, which change in place.
    blocks : iterable of Block
        All of the same batch.
    rule : Rule
        How to learn.

    Yields
    ------
    None
        When the weights have changed.
    """
    adam, n = Adam(w), w["i"].shape[1]
    h = c = traces = np.zeros(0)
    for block in blocks:
        n_batch = block.x.shape[1]
        if not h.size:
            h = c = np.zeros((n_batch, n))
            traces = np.zeros((3, n_batch, len(w["i"]), n))
        start, rows = h, []
        for k, x in enumerate(block.x):
            rows.append(advance(w, x, h, c, block.fresh and k == 0))
            h, c = rows[-1]["h"], rows[-1]["c"]
        read = with_one(np.array([row["h"] for row in rows]))
        err = block.compare(read @ w["out"])
        beyond = {}
        if block.ahead is not None and rule.synthetic:
            ahead, future = advance(w, block.ahead, h, c, fresh=False), guess(w, h)
            beyond = {gate: future * ahead[f"to_{gate}"] for gate in "igf"} | {"c": future * ahead["f"]}
        gates, total = backward(w, rows, err, beyond, traces, rule.carry)
        grads = {name: np.zeros_like(value) for name, value in w.items()}
        if rule.recurrent:
            grads |= gates
        grads["out"] = np.einsum("kbi,kbj->ij", read, err)
        targets = [] if block.fresh else [(start, total)]
        if block.ahead is None:
            targets.append((h, np.zeros_like(h)))
        for before, target in targets:
            for name, grad in improve(w, before, target).items():
                grads[name] += grad
        adam.step({name: grad / n_batch for name, grad in grads.items()}, rule)
        yield
