"""An LSTM that classifies frames, trained by backpropagation through time, in NumPy.

The independent reference of phoneme recognition with e-prop and LSTM cells: the same cells, readout, weights and
batches, but the true gradient.
"""

from collections.abc import Iterator

import numpy as np

from references.eprop.framewise_bptt import DECAY, probabilities
from references.eprop.lstm_gradients import GATES, backward, forward


def answer(
    w: dict[str, np.ndarray], x: np.ndarray, y: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Run one sequence; the network answers to every frame.

    Parameters
    ----------
    w : dict
        ``i``, ``g``, ``f``, ``o`` and ``out``; see `references.eprop.lstm_gradients.forward`.
    x : ndarray, shape (n_frames, n_features)
        Features.
    y : ndarray of int, shape (n_frames,)
        Labels, -1 where there is none.

    Returns
    -------
    run : dict
        What `forward` returns.
    err : ndarray, shape (n_frames, n_out)
        Derivative of the cross-entropy with respect to the readout, mean over all frames.
    wrong : ndarray of float, shape (n_frames,)
        1 where the answer is wrong, NaN where there is no label.
    """
    run = forward(w, x)
    labelled = y >= 0
    correct = np.arange(run["y"].shape[1]) == y[:, None]
    err = labelled[:, None] * (probabilities(run["y"]) - correct) / len(y)
    return run, err, np.where(labelled, run["y"].argmax(axis=1) != y, np.nan)


def train(
    w: dict[str, np.ndarray],
    batches: Iterator[tuple[np.ndarray, np.ndarray]],
    eta: float,
    epsilon: float,
    decay: float,
    n_decay: int,
) -> Iterator[float]:
    """Learn from batches with the true gradient and Adam.

    Parameters
    ----------
    w : dict
        Weights, which are changed.
    batches : iterator of tuple
        Features, shape (n_batch, n_frames, n_features), and labels; see `answer`.
    eta, epsilon : float
        Learning rate and smallest denominator.
    decay : float
        Factor by which the learning rate falls after `n_decay` batches, and again after as many.
    n_decay : int
        Batches until it falls.

    Yields
    ------
    float
        Share of the frames of a batch that were classified wrongly, before it was learned from.
    """
    names = (*GATES, "out")
    moments = {name: (np.zeros_like(w[name]), np.zeros_like(w[name])) for name in names}
    for k, (x, y) in enumerate(batches):
        answers = [answer(w, *one) for one in zip(x, y, strict=True)]
        yield float(np.nanmean([wrong for _, _, wrong in answers]))
        gradients = [backward(w, run, err) for run, err, _ in answers]
        rate = eta * decay ** (k // n_decay) * np.sqrt(1 - DECAY[1] ** (k + 1)) / (1 - DECAY[0] ** (k + 1))
        for name in names:
            slope = np.mean([gradient[name] for gradient in gradients], axis=0)
            m, s = (
                d * old + (1 - d) * new for d, old, new in zip(DECAY, moments[name], (slope, slope**2), strict=True)
            )
            moments[name] = m, s
            w[name] = w[name] - rate * m / (np.sqrt(s) + epsilon)
