"""Adversarial images for layered networks whose weights are known.

The gradient is that of the rate model: a layer of the spiking network is a sigmoid rounded to the levels of a window,
and the gradient leaves the rounding out, so that it vanishes nowhere.
"""

from dataclasses import dataclass

import numpy as np
from pandas import DataFrame
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from base.values import Values
from experiments.gupta.common.protocol import layers_of


@dataclass(frozen=True)
class RateNetwork:
    """A layered network of rates.

    Parameters
    ----------
    layers : list of (ndarray of shape (n_pre, n_post), ndarray of shape (n_post,))
        Weights and biases, first hidden layer first.
    activation : str
        ``sigmoid`` or ``relu``; the output layer is read before its activation.
    beta : float
        Gain of the sigmoid.
    """

    layers: list[tuple[np.ndarray, np.ndarray]]
    activation: str
    beta: float = 1.0

    def voltages(self, x: np.ndarray) -> list[np.ndarray]:
        """Return the voltages of all layers.

        Parameters
        ----------
        x : ndarray, shape (rows, n_0)
            Inputs.

        Returns
        -------
        list of ndarray, shape (rows, n_post)
            Layer by layer.
        """
        found, a = [], x
        for w, b in self.layers:
            found.append(a @ w + b)
            a = self._rate(found[-1])
        return found

    def margin(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return by how much the right output exceeds the largest other one.

        Parameters
        ----------
        x : ndarray, shape (rows, n_0)
            Inputs.
        y : ndarray of int, shape (rows,)
            Classes.

        Returns
        -------
        ndarray, shape (rows,)
            Negative where the answer is wrong.
        """
        output = self.voltages(x)[-1]
        rows = np.arange(len(x))
        return output[rows, y] - output[rows, self._rival(output, y)]

    def gradient(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the gradient of the margin with respect to the inputs.

        Parameters
        ----------
        x : ndarray, shape (rows, n_0)
            Inputs.
        y : ndarray of int, shape (rows,)
            Classes.

        Returns
        -------
        ndarray, shape (rows, n_0)
            Chain rule through all layers.
        """
        voltages = self.voltages(x)
        rows = np.arange(len(x))
        back = np.zeros_like(voltages[-1])
        back[rows, y] += 1.0
        back[rows, self._rival(voltages[-1], y)] -= 1.0
        for (w, _), below in zip(self.layers[:0:-1], voltages[-2::-1], strict=True):
            back = (back @ w.T) * self._slope(below)
        return back @ self.layers[0][0].T

    def _rate(self, v: np.ndarray) -> np.ndarray:
        return 1.0 / (1.0 + np.exp(-self.beta * v)) if self.activation == "sigmoid" else np.maximum(v, 0.0)

    def _slope(self, v: np.ndarray) -> np.ndarray:
        if self.activation == "relu":
            return (v > 0).astype(float)
        a = self._rate(v)
        return self.beta * a * (1.0 - a)

    @staticmethod
    def _rival(output: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.where(np.arange(output.shape[1]) == y[:, None], -np.inf, output).argmax(axis=1)


def trained_network(p: Values, final: DataFrame) -> tuple[RateNetwork, np.ndarray, np.ndarray]:
    """Read the weights of a trained spiking network.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    final : DataFrame
        End values of one point.

    Returns
    -------
    network : RateNetwork
        The network without the rounding to levels.
    w, b : ndarray
        All weights, all biases, as the program takes them.
    """
    final = final.sort_values("index")
    w, b = (final.loc[final["variable"] == name, "value"].to_numpy() for name in ("synapses.w", "neurons.b"))
    return RateNetwork(layers_of(p, w, b), "sigmoid", p.neurons.beta), w, b


def of_classifier(model: MLPClassifier | LogisticRegression) -> RateNetwork:
    """Return a trained classifier of scikit-learn as a network with one output a class.

    Parameters
    ----------
    model : MLPClassifier or LogisticRegression
        With two classes its one logistic output is the difference of two.

    Returns
    -------
    RateNetwork
        The same decisions, and gradients of the same sign.
    """
    if isinstance(model, LogisticRegression):
        layers, activation = [(model.coef_.T, model.intercept_)], "relu"  # there is no hidden layer
    else:
        layers = list(zip(model.coefs_, model.intercepts_, strict=True))
        activation = {"relu": "relu", "logistic": "sigmoid"}[model.activation]
    w, b = layers[-1]
    if w.shape[1] == 1:
        layers[-1] = (np.hstack([-w, w]) / 2.0, np.hstack([-b, b]) / 2.0)
    return RateNetwork(layers, activation)


def fgsm(model: RateNetwork, x: np.ndarray, y: np.ndarray, epsilon: float) -> np.ndarray:
    """Move every input by `epsilon` against the margin, once (fast gradient sign method).

    Parameters
    ----------
    model : RateNetwork
        The network that is attacked.
    x : ndarray, shape (rows, n_0)
        Inputs in [0, 1].
    y : ndarray of int, shape (rows,)
        Classes.
    epsilon : float
        Size of the step.

    Returns
    -------
    ndarray, shape (rows, n_0)
        In [0, 1].
    """
    return np.clip(x - epsilon * np.sign(model.gradient(x, y)), 0.0, 1.0)


def pgd(model: RateNetwork, x: np.ndarray, y: np.ndarray, epsilon: float, n_steps: int = 10) -> np.ndarray:
    """Move every input against the margin in several steps of `epsilon` / 4, never further than `epsilon`.

    Parameters
    ----------
    model : RateNetwork
        The network that is attacked.
    x : ndarray, shape (rows, n_0)
        Inputs in [0, 1].
    y : ndarray of int, shape (rows,)
        Classes.
    epsilon : float
        Largest change of an input.
    n_steps : int
        Number of steps.

    Returns
    -------
    ndarray, shape (rows, n_0)
        In [0, 1] (projected gradient descent).
    """
    moved = x
    for _ in range(n_steps):
        moved = moved - epsilon / 4.0 * np.sign(model.gradient(moved, y))
        moved = np.clip(np.clip(moved, x - epsilon, x + epsilon), 0.0, 1.0)
    return moved


def pgd_restarts(
    model: RateNetwork,
    x: np.ndarray,
    y: np.ndarray,
    epsilon: float,
    rng: np.random.Generator,
    n_steps: int = 20,
    n_starts: int = 4,
) -> np.ndarray:
    """Do the same from several random starts in steps of `epsilon` / 8; of every image keep what misleads most.

    Parameters
    ----------
    model, x, y, epsilon
        As in `pgd`.
    rng : numpy.random.Generator
        Source of the starts.
    n_steps, n_starts : int
        Number of steps and of starts; the first start is the image itself.

    Returns
    -------
    ndarray, shape (rows, n_0)
        In [0, 1].
    """
    worst, margin = x, model.margin(x, y)
    for start in range(n_starts):
        moved = x if start == 0 else np.clip(x + epsilon * rng.uniform(-1, 1, x.shape), 0.0, 1.0)
        for _ in range(n_steps):
            moved = moved - epsilon / 8.0 * np.sign(model.gradient(moved, y))
            moved = np.clip(np.clip(moved, x - epsilon, x + epsilon), 0.0, 1.0)
        reached = model.margin(moved, y)
        better = reached < margin
        worst, margin = np.where(better[:, None], moved, worst), np.where(better, reached, margin)
    return worst


def random_signs(x: np.ndarray, epsilon: float, rng: np.random.Generator) -> np.ndarray:
    """Move every input by `epsilon` in a random direction.

    Parameters
    ----------
    x : ndarray, shape (rows, n_0)
        Inputs in [0, 1].
    epsilon : float
        Size of the step.
    rng : numpy.random.Generator
        Source of the signs.

    Returns
    -------
    ndarray, shape (rows, n_0)
        In [0, 1].
    """
    return np.clip(x + epsilon * rng.choice([-1.0, 1.0], size=x.shape), 0.0, 1.0)
