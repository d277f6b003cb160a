"""Effective weight: published values."""

import pytest

from references.sal.effective_weight import effective_weight


@pytest.mark.parametrize(
    ("w_ie", "w_ei", "b_i", "shift"),
    [(4, -1, -2, -1.0), (3.9479, -1.0426, -2.2544, -0.8973), (4.2320, -1.0985, -2.1838, -1.0613)],
)
def test_published_shifts(w_ie, w_ei, b_i, shift):
    """Fig. 10, without noise and with it: the inhibitory path shifts the weight by a constant."""
    for w_ee in (0.0, 1.5):
        assert effective_weight(w_ee, w_ie, w_ei, b_i, 0) == pytest.approx(w_ee + shift, abs=1e-4)
