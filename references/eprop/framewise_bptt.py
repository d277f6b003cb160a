"""A recurrent spiking network that classifies frames, trained by backpropagation through time, in NumPy.

The independent reference of phoneme recognition with e-prop: the same neurons, readout, weights and batches, but the
true gradient.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from references.eprop.spiking_gradients import Cells, backward, forward

DECAY = (0.9, 0.999)  # of the moments of Adam


def probabilities(y: np.ndarray) -> np.ndarray:
    """Return the softmax of readouts over their last axis."""
    raised = np.exp(y - y.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def steps(x: np.ndarray, n_frame: int) -> np.ndarray:
    """Return features as the network receives them: constant during a frame, nothing in the first step.

    Parameters
    ----------
    x : ndarray, shape (n_trials, n_frames, n_features)
        Features.
    n_frame : int
        Steps of a frame.

    Returns
    -------
    ndarray, shape (n_frames * n_frame, n_trials, n_features)
    """
    shown = np.repeat(x, n_frame, axis=1).swapaxes(0, 1)
    shown[0] = 0
    return shown


def answer(
    cells: Cells, w: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, n_frame: int
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Run a batch of trials; the network answers in the last step of each frame.

    Parameters
    ----------
    cells : Cells
        Constants.
    w : Mapping
        ``in``, ``rec``, ``out`` (rows presynaptic) and ``bias``.
    x : ndarray, shape (n_trials, n_frames, n_features)
        Features.
    y : ndarray of int, shape (n_trials, n_frames)
        Labels, -1 where there is none.
    n_frame : int
        Steps of a frame.

    Returns
    -------
    trial : dict
        What `forward` returns.
    err : ndarray, shape (steps, n_trials, n_out)
        Derivative of the cross-entropy with respect to the readout, mean over the frames of a trial.
    wrong : ndarray of float, shape (n_trials, n_frames)
        1 where the answer is wrong, NaN where there is no label.
    """
    trial = forward(cells, w, steps(x, n_frame))
    given = trial["y"][n_frame - 1 :: n_frame].swapaxes(0, 1)
    labelled = y >= 0
    correct = np.arange(given.shape[-1]) == y[..., None]
    err = np.zeros_like(trial["y"])
    slope = labelled[..., None] * (probabilities(given) - correct) / y.shape[1]
    err[n_frame - 1 :: n_frame] = slope.swapaxes(0, 1)
    wrong = np.where(labelled, given.argmax(axis=-1) != y, np.nan)
    return trial, err, wrong


def train(
    cells: Cells,
    w: dict[str, np.ndarray],
    batches: Iterator[tuple[np.ndarray, np.ndarray]],
    n_frame: int,
    eta: float,
    epsilon: float,
) -> Iterator[float]:
    """Learn from batches with the true gradient and Adam.

    Parameters
    ----------
    cells : Cells
        Constants.
    w : dict
        Weights, which are changed.
    batches : iterator of tuple
        Features and labels; see `answer`.
    n_frame : int
        Steps of a frame.
    eta, epsilon : float
        Learning rate and smallest denominator.

    Yields
    ------
    float
        Share of the frames of a batch that were classified wrongly, before it was learned from.
    """
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in w.items()}
    for k, (x, y) in enumerate(batches, start=1):
        trial, err, wrong = answer(cells, w, x, y, n_frame)
        yield float(np.nanmean(wrong))
        gradient = backward(cells, w, trial, err)
        factor = eta * np.sqrt(1 - DECAY[1] ** k) / (1 - DECAY[0] ** k)
        for name, both in moments.items():
            slope = gradient[name].mean(axis=0)
            m, s = (d * old + (1 - d) * new for d, old, new in zip(DECAY, both, (slope, slope**2), strict=True))
            moments[name] = m, s
            w[name] = w[name] - factor * m / (np.sqrt(s) + epsilon)


def linear_error(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, y_test: np.ndarray, n_classes: int) -> float:
    """Return the error of a linear classifier that sees one frame alone, fitted by least squares.

    Parameters
    ----------
    x, x_test : ndarray, shape (n_trials, n_frames, n_features)
        Features for training and test.
    y, y_test : ndarray of int, shape (n_trials, n_frames)
        Labels, -1 where there is none.
    n_classes : int
        Number of classes.

    Returns
    -------
    float
        Share of the test frames with a label that are classified wrongly.
    """

    def labelled(features: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = features[labels >= 0]
        return np.column_stack([rows, np.ones(len(rows))]), labels[labels >= 0]

    rows, classes = labelled(x, y)
    fitted = np.linalg.lstsq(rows, np.eye(n_classes)[classes], rcond=None)[0]
    rows, classes = labelled(x_test, y_test)
    return float(np.mean((rows @ fitted).argmax(axis=1) != classes))
