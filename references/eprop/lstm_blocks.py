"""E-prop 3 for an LSTM in blocks of several steps, in NumPy: a batch of sequences, weights that change after every block.

The independent reference for the block form. Rows of all matrices are presynaptic; the gates read inputs, outputs of the
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


def learn(w: Weights, blocks: Iterable[Block], rule: Rule) -> Iterator[Weights]:
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
    dict
        Gradient of every block, mean over the batch, after the weights have changed.
    """
    adam = Adam(w)
    h = c = traces = np.zeros(0)
    for block in blocks:
        n_batch, n = block.x.shape[1], w["i"].shape[1]
        if not h.size:
            h, c = np.zeros((n_batch, n)), np.zeros((n_batch, n))
            traces = np.zeros((3, n_batch, len(w["i"]), n))
        start = with_one(h)
        rows = []
        for k, x in enumerate(block.x):
            rows.append(advance(w, x, h, c, block.fresh and k == 0))
            h, c = rows[-1]["h"], rows[-1]["c"]
        run = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        read = with_one(run["h"])
        err = block.compare(read @ w["out"])

        grads = {name: np.zeros_like(value) for name, value in w.items()}

        def improve(read: np.ndarray, target: np.ndarray, grads: Weights = grads) -> None:
            """Add the gradient of half the squared error of a guess."""
            r = np.maximum(read @ w["guess_in"], 0)
            miss = r @ w["guess_out"] - target
            grads["guess_out"] += r.T @ miss
            grads["guess_in"] += read.T @ ((r > 0) * (miss @ w["guess_out"].T))

        # What the step after the block sends back: the guess of dE/dc there, through its gates and its forget gate.
        sent = dict.fromkeys(GATES, np.zeros((n_batch, n)))
        later, own = np.zeros((n_batch, n)), np.zeros((n_batch, n))
        if block.ahead is None:
            improve(with_one(h), np.zeros((n_batch, n)))
        elif rule.synthetic:
            guess = np.maximum(with_one(h) @ w["guess_in"], 0) @ w["guess_out"]
            ahead = advance(w, block.ahead, h, c, fresh=False)
            sent = {**sent, **{gate: guess * ahead[f"to_{gate}"] for gate in "igf"}}
            later = ahead["f"] * guess
        n_in = block.x.shape[2]
        for k in reversed(range(len(rows))):
            row = rows[k]
            signal = err[k] @ w["out"][:-1].T + sum(sent[gate] @ w[gate][n_in:-1].T for gate in GATES)
            total = signal * row["slope"] + later  # dE/dc
            own = signal * row["slope"] + own if rule.carry else total  # what the traces do not hold already
            sent = {gate: total * row[f"to_{gate}"] for gate in "igf"} | {"o": signal * row["to_o"]}
            for gate in "igf":
                grads[gate] += row["s"].T @ (own * row[f"to_{gate}"])
            grads["o"] += row["s"].T @ sent["o"]
            later, own = row["f"] * total, row["f"] * own
        if rule.carry:
            passed = np.ones((n_batch, n))
            kept = [passed]  # share of every step that is left at the end of the block
            for row in reversed(rows):
                kept.insert(0, kept[0] * row["f"])
            s = run["s"].transpose(1, 2, 0)
            for trace, gate in zip(traces, "igf", strict=True):
                grads[gate] += (own[:, None, :] * trace).sum(axis=0)
                trace *= kept[0][:, None, :]
                trace += s @ (np.array(kept[1:]) * run[f"to_{gate}"]).transpose(1, 0, 2)
        grads["out"] += read.reshape(-1, read.shape[-1]).T @ err.reshape(-1, err.shape[-1])
        if not block.fresh:
            improve(start, total)
        for gate in GATES:
            grads[gate] *= rule.recurrent
        grads = {name: grad / n_batch for name, grad in grads.items()}
        adam.step(grads, rule)
        yield grads
