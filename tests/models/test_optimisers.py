"""Both forms of Adam follow Kingma and Ba (2015), algorithm 1 and the end of section 2, step by step."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, defaultclock, ms, prefs

from models.optimisers import adam

prefs.codegen.target = "numpy"
ETA, BETA_1, BETA_2, EPSILON = 0.1, 0.9, 0.99, 1e-3
NAMES = {"beta_1": "0.9", "beta_2": "0.99", "epsilon": "1e-3"}


def followed(statements, n):
    """Return the variable after n steps, with gradients w - 1, w."""
    group = NeuronGroup(2, "w : 1\ng : 1\nm : 1\nv : 1\nk : 1", dt=1 * ms)
    group.w = 2
    group.run_regularly(f"k += 1\ng = w - i\n{statements}", dt=1 * ms)
    defaultclock.dt = 1 * ms
    Network(group).run(n * ms)
    return np.array(group.w)


@pytest.mark.parametrize("corrected_by", ["moments", "rate"])
def test_adam_is_the_published_one(corrected_by):
    """Three steps; epsilon is large enough to tell the two forms apart."""
    if corrected_by == "moments":
        statements = adam("w", "g", "m", "v", rate="0.1", steps="k", **NAMES)
    else:
        statements = adam("w", "g", "m", "v", rate="0.1 * sqrt(1 - 0.99 ** k) / (1 - 0.9 ** k)", **NAMES)
    w, m, v = np.full(2, 2.0), np.zeros(2), np.zeros(2)
    for k in (1, 2, 3):
        g = w - np.arange(2)
        m = BETA_1 * m + (1 - BETA_1) * g
        v = BETA_2 * v + (1 - BETA_2) * g**2
        if corrected_by == "moments":
            w = w - ETA * (m / (1 - BETA_1**k)) / (np.sqrt(v / (1 - BETA_2**k)) + EPSILON)
        else:
            w = w - ETA * np.sqrt(1 - BETA_2**k) / (1 - BETA_1**k) * m / (np.sqrt(v) + EPSILON)
    np.testing.assert_allclose(followed(statements, 3), w, rtol=1e-13)


def test_nothing_moves_when_no_step_is_due():
    """Weights and moments wait; gradient descent beside Adam has a rate of its own."""
    waiting = adam("w", "g", "m", "v", rate="0", due="0", **NAMES)
    descending = adam("w", "g", "m", "v", rate="0", plain="0.5", **NAMES)
    rising = adam("w", "g", "m", "v", rate="0", plain="0.5", up=True, **NAMES)
    assert list(followed(waiting, 2)) == [2, 2]
    assert list(followed(descending, 1)) == [1, 1.5]
    assert list(followed(rising, 1)) == [3, 2.5]
