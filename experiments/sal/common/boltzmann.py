"""Boltzmann distributions, and students that learn them: drawn with the seeds of the authors and in their order."""

import numpy as np

TRUNCATION = 1.5  # amplitudes lie within so many standard deviations


def states(n: int) -> np.ndarray:
    """Return all binary states of `n` neurons, shape (2**n, n); neuron k is bit k of the number of the row."""
    return (np.arange(2**n)[:, None] >> np.arange(n)) & 1


def probabilities(w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the Boltzmann distribution of weights and biases.

    Parameters
    ----------
    w : ndarray, shape (n, n)
        Symmetric, without a diagonal.
    b : ndarray, shape (n,)
        Biases.

    Returns
    -------
    ndarray, shape (2**n,)
        Probabilities, in the order of `states`.
    """
    z = states(len(b))
    weight = np.exp(0.5 * np.einsum("si,ij,sj->s", z, w, z) + z @ b)
    return weight / weight.sum()


def target(seed: int, n: int) -> np.ndarray:
    """Draw a target: weights and biases are uniform in (-1, 1).

    Parameters
    ----------
    seed : int
        Seed of the distribution.
    n : int
        Neurons.

    Returns
    -------
    ndarray, shape (2**n,)
        Probabilities, in the order of `states`.
    """
    rng = np.random.default_rng(seed)
    w, b = 2 * rng.beta(1, 1, (n, n)) - 1, 2 * rng.beta(1, 1, n) - 1
    upper = np.triu(w, 1)
    return probabilities(upper + upper.T, b)


def truncated(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw standard normal numbers; those beyond `TRUNCATION` are drawn again, until there is none.

    Parameters
    ----------
    n : int
        Rows and columns.
    rng : Generator
        Source of random numbers.

    Returns
    -------
    ndarray, shape (n, n)
        Numbers.
    """
    drawn = rng.normal(size=(n, n))
    while (outside := np.abs(drawn) > TRUNCATION).any():
        drawn[outside] = rng.normal(size=outside.sum())
    return drawn


def amplitudes(sigma: float, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the amplitudes of an STDP window: normal around 1, truncated, never negative.

    The authors draw two matrices, for synapses above and below the diagonal. The second one is also taken for the
    first diagonal above; this decides which synapse has which amplitude.

    Parameters
    ----------
    sigma : float
        Standard deviation before truncation.
    n : int
        Neurons.
    rng : Generator
        Source of random numbers.

    Returns
    -------
    ndarray, shape (n, n)
        One for every synapse, first index postsynaptic.
    """
    above, below = truncated(n, rng), truncated(n, rng)
    return np.maximum(1 + sigma * np.where(np.tri(n, k=1, dtype=bool), below, above), 0)


def student(seed: int, sigma_init: float, sigma_rule: float, n: int) -> dict[str, np.ndarray]:
    """Draw the initial values of a network.

    Parameters
    ----------
    seed : int
        Seed of the initial values.
    sigma_init, sigma_rule : float
        Noise of the initial weights and of the STDP amplitudes.
    n : int
        Neurons.

    Returns
    -------
    dict
        ``w``, ``a_hebb``, ``a_sal``, shape (n, n), first index postsynaptic; ``b``, shape (n,).
    """
    rng = np.random.default_rng(seed)
    symmetric = np.triu(rng.normal(0, 0.2, (n, n)), 1)
    w = symmetric + symmetric.T + rng.normal(0, sigma_init, (n, n))
    b = rng.normal(0, 0.2, n)
    return {"w": w, "b": b, "a_hebb": amplitudes(sigma_rule, n, rng), "a_sal": amplitudes(sigma_rule, n, rng)}
