"""Which swept parameter decides a number, and by how much: Sobol indices from any points that fill their space.

A polynomial in the parameters (Legendre, orthonormal, up to products of two of them) is fitted to the numbers; the
variance of its terms, shared out among the parameters, gives the indices in closed form (Sudret, Reliability
Engineering & System Safety 93, 2008). ``explained`` says how much of the variance the polynomial gets right for points
that it has not seen: where it is small, indices mean nothing.

SALib 1.6.0 was tried in its place: of what it offers for any points, both of its HDMR refuse fewer than 300 (the design
that is shipped has 32), and ``delta`` has no total indices and takes 4 to 33 s per number (three keys).
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.polynomial.legendre import legval
from numpy.typing import ArrayLike

DEGREE = 3
RESAMPLED = 200
PER_TERM = 2  # points that a term of the polynomial needs at least


class Indices(NamedTuple):
    """Sobol indices of some parameters.

    Parameters
    ----------
    first : ndarray, shape (k,)
        Share of the variance that a parameter makes alone.
    total : ndarray, shape (k,)
        Share that it has a part in.
    first_interval, total_interval : ndarray, shape (2, k)
        95 % intervals, by resampling points.
    explained : float
        Share of the variance that is predicted, leaving out one point at a time.
    """

    first: np.ndarray
    total: np.ndarray
    first_interval: np.ndarray
    total_interval: np.ndarray
    explained: float


def _terms(keys: int, points: int) -> list[tuple[int, ...]]:
    """Return the degrees of every term, for as high a degree as the number of points can bear."""
    for degree in range(DEGREE, 0, -1):
        found = [tuple(0 for _ in range(keys))]
        for d in range(1, degree + 1):
            found += [tuple(d if j == k else 0 for j in range(keys)) for k in range(keys)]
        for a, b in combinations(range(keys), 2):
            pairs = [(p, q) for p in range(1, degree) for q in range(1, degree) if p + q <= degree]
            found += [tuple(p if j == a else q if j == b else 0 for j in range(keys)) for p, q in pairs]
        if PER_TERM * len(found) <= points or degree == 1:
            return found
    return []


def _shares(coefficients: np.ndarray, terms: list[tuple[int, ...]]) -> np.ndarray:
    """Return first and total indices, shape (2, k)."""
    part = coefficients[1:] ** 2
    used = np.array(terms[1:]) > 0
    whole = part.sum() or 1.0
    alone = used & (used.sum(axis=1) == 1)[:, None]
    return np.array([part @ alone, part @ used]) / whole


def sobol_indices(places: ArrayLike, values: ArrayLike, seed: int = 0) -> Indices | None:
    """Return the Sobol indices of a number.

    Parameters
    ----------
    places : array_like, shape (n, k)
        The points, every parameter scaled to 0 to 1 (its logarithm, where its range is one of ratios).
    values : array_like, shape (n,)
        The number.
    seed : int
        Of the resampling.

    Returns
    -------
    Indices or None
        None for fewer points than the simplest polynomial needs, or a number that does not vary.
    """
    x, y = np.asarray(places, float), np.asarray(values, float)
    n, keys = x.shape
    terms = _terms(keys, n)
    if n < PER_TERM * len(terms) or not np.ptp(y) > 1e-12 * np.abs(y).max(initial=0):
        return None
    y = (y - y.mean()) / y.std()
    one = {d: np.sqrt(2 * d + 1) * legval(2 * x - 1, [0] * d + [1]) for d in {d for term in terms for d in term}}
    basis = np.stack([np.prod([one[d][:, j] for j, d in enumerate(term)], axis=0) for term in terms], axis=1)
    coefficients = np.linalg.lstsq(basis, y, rcond=None)[0]
    leverage = np.einsum("ij,ji->i", basis, np.linalg.pinv(basis))
    left_out = (y - basis @ coefficients) / np.maximum(1 - leverage, 1e-9)
    rng = np.random.default_rng(seed)
    again = []
    for _ in range(RESAMPLED):
        some = rng.integers(n, size=n)
        again.append(_shares(np.linalg.lstsq(basis[some], y[some], rcond=None)[0], terms))
    low, high = np.quantile(again, [0.025, 0.975], axis=0)
    first, total = _shares(coefficients, terms)
    first_interval, total_interval = (np.array([low[k], high[k]]) for k in range(2))
    return Indices(first, total, first_interval, total_interval, float(max(0.0, 1 - np.mean(left_out**2))))
