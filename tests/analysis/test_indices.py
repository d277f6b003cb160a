"""Sobol indices against the closed form of Ishigami-like functions, and where there are none."""

import numpy as np
import pytest
from scipy.stats import qmc

from analysis.indices import sobol_indices


@pytest.mark.parametrize("n", [64, 256])
def test_against_the_closed_form(n):
    x = qmc.Sobol(3, rng=np.random.default_rng(0)).random(n)
    a, b, c = (2 * x - 1).T
    y = 2 * a + b**2 + 3 * a * c  # variances: 4/3, 4/45, 9/9
    parts = np.array([4 / 3, 4 / 45, 1.0])
    whole = parts.sum()
    found = sobol_indices(x, y)
    assert found.explained > 0.999
    np.testing.assert_allclose(found.first, [parts[0] / whole, parts[1] / whole, 0], atol=0.01)
    np.testing.assert_allclose(found.total, [(parts[0] + 1) / whole, parts[1] / whole, 1 / whole], atol=0.01)
    assert (found.first_interval[0] <= found.first + 1e-9).all() and (
        found.total <= found.total_interval[1] + 1e-9
    ).all()


def test_noise_is_not_explained():
    rng = np.random.default_rng(1)
    found = sobol_indices(rng.random((100, 2)), rng.normal(size=100))
    assert found.explained < 0.2


def test_too_few_points_or_nothing_to_explain():
    assert sobol_indices(np.random.default_rng(0).random((4, 3)), [1.0, 2, 3, 4]) is None
    assert sobol_indices(np.random.default_rng(0).random((40, 2)), np.full(40, 0.3)) is None
