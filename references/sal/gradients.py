"""Layers of ReLU neurons with softmax output, trained by gradients that travel back through weights of their own."""

from collections.abc import Sequence

import numpy as np

# BP: transposed forward weights. FA: fixed random. SCFA: fixed random sizes, signs of the forward weights.
# KP: random at first, then the changes and the decay of the forward weights. SAL: what is set between two epochs.
METHODS = ("BP", "FA", "SCFA", "KP", "SAL")


def softmax(z: np.ndarray) -> np.ndarray:
    """Return the softmax of every row."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def compare(w: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Compare two arrays of paired weights.

    Parameters
    ----------
    w, b : ndarray, the same shape
        Forward weights, and feedback weights of the same pairs of neurons.

    Returns
    -------
    dict
        ``angle_deg``, ``correlation``, ``spread`` (standard deviation of the difference), ``signs`` (share of equal
        signs).
    """
    cosine = np.sum(w * b) / np.sqrt(np.sum(w**2) * np.sum(b**2))
    return {
        "angle_deg": float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))),
        "correlation": float(np.corrcoef(w.ravel(), b.ravel())[0, 1]),
        "spread": float((b - w).std()),
        "signs": float(np.mean(np.sign(w) == np.sign(b))),
    }


class Layers:
    """A network and its training by stochastic gradient descent with momentum.

    Parameters
    ----------
    sizes : sequence of int
        Neurons of all layers, from the input to the output.
    method : str
        Where feedback weights come from; one of `METHODS`.
    rng : numpy.random.Generator
        Draws forward weights, biases and feedback weights, layer by layer, uniform within 1 / sqrt(inputs of the
        layer); and the order of the images.
    rate, momentum : float
        Learning rate and momentum.
    decay : float
        Decay of the weights; KP alone has it.
    twice : bool
        The cross-entropy takes the softmax of its argument, which has already been through a softmax.

    Attributes
    ----------
    w, feedback : list of ndarray, shape (n_in, n_out)
        Forward and feedback weights of every layer; entry (j, i) of both belongs to the same pair of neurons. The first
        feedback weights lead to the input and have no effect.
    b : list of ndarray, shape (n_out,)
        Biases.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        method: str,
        rng: np.random.Generator,
        *,
        rate: float = 0.01,
        momentum: float = 0.9,
        decay: float = 0.0,
        twice: bool = False,
    ) -> None:
        if method not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}, not '{method}'")
        self.method, self.rng = method, rng
        self.rate, self.momentum, self.twice = rate, momentum, twice
        self.decay = decay if method == "KP" else 0.0
        self.w, self.b, self.feedback = [], [], []
        for n, m in zip(sizes[:-1], sizes[1:], strict=True):
            self.w.append(rng.uniform(-1, 1, (n, m)) / np.sqrt(n))
            self.b.append(rng.uniform(-1, 1, m) / np.sqrt(n))
            self.feedback.append(rng.uniform(-1, 1, (n, m)) / np.sqrt(n))
        self.change = [np.zeros_like(values) for values in (*self.w, *self.b, *self.feedback)]  # with its momentum

    def activities(self, x: np.ndarray) -> list[np.ndarray]:
        """Return the activities of all layers, from the input to the probabilities of the classes."""
        found = [x]
        for w, b in zip(self.w[:-1], self.b[:-1], strict=True):
            found.append(np.maximum(found[-1] @ w + b, 0))
        return [*found, softmax(found[-1] @ self.w[-1] + self.b[-1])]

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """Return the mean cross-entropy."""
        p = self.activities(x)[-1]
        return float(-np.mean(np.log((softmax(p) if self.twice else p)[np.arange(len(y)), y])))

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> float:
        """Return the share of images whose most probable class is the right one."""
        return float(np.mean(self.activities(x)[-1].argmax(axis=1) == y))

    def used(self) -> list[np.ndarray]:
        """Return the weights through which errors travel back now."""
        if self.method == "BP":
            return self.w
        if self.method == "SCFA":
            return [np.abs(b) * np.sign(w) for w, b in zip(self.w, self.feedback, strict=True)]
        return self.feedback

    def gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return what stands for the gradient of the mean loss: that of every weight, and that of every bias."""
        activities, used = self.activities(x), self.used()
        p, right = activities[-1], np.eye(len(self.b[-1]))[y]
        if self.twice:
            error = softmax(p) - right
            delta = p * (error - np.sum(p * error, axis=1, keepdims=True)) / len(y)
        else:
            delta = (p - right) / len(y)
        deltas = [delta]
        for layer in range(len(self.w) - 1, 0, -1):
            deltas.insert(0, (deltas[0] @ used[layer].T) * (activities[layer] > 0))
        weights = [before.T @ after for before, after in zip(activities[:-1], deltas, strict=True)]
        return weights, [delta.sum(axis=0) for delta in deltas]

    def learn(self, x: np.ndarray, y: np.ndarray) -> None:
        """Learn from one batch."""
        weights, biases = self.gradients(x, y)
        todo = list(zip([*self.w, *self.b], [*weights, *biases], strict=True))
        if self.method == "KP":
            todo += zip(self.feedback, weights, strict=True)
        for number, (values, gradient) in enumerate(todo):
            decay = self.decay if values.ndim == 2 else 0.0
            self.change[number] = self.momentum * self.change[number] + gradient + decay * values
            values -= self.rate * self.change[number]

    def epoch(self, x: np.ndarray, y: np.ndarray, batch: int) -> None:
        """Learn from all images once, in random order."""
        order = self.rng.permutation(len(y))
        for first in range(0, len(y), batch):
            rows = order[first : first + batch]
            self.learn(x[rows], y[rows])
