"""The adjoint filter is the transpose of the causal one, and the exact response that of a plain Euler loop."""

import numpy as np
import pytest

from experiments.gle.lag_net.adjoint_method import descend
from references.gle.adjoint import adjoint, costate, demodulate, response

DT = 0.01


def euler(signal, tau_m, tau_r):
    """Rate of a neuron, step by step."""
    u, rates = 0.0, []
    for s in signal:
        slope = (s - u) / tau_m
        rates.append(u + tau_r * slope)
        u += DT * slope
    return np.array(rates)


def test_adjoint_is_the_transpose():
    rng = np.random.default_rng(1)
    for tau_m, tau_r in ((1.0, 0.1), (1.0, 1.0), (0.3, 2.0)):
        x, y = rng.normal(size=(2, 400))
        np.testing.assert_allclose(euler(x, tau_m, tau_r) @ y, x @ adjoint(y, tau_m, tau_r, DT), rtol=1e-12)


def test_response_is_that_of_an_euler_loop():
    times = np.arange(8000) * DT
    for omega in (0.5, 5.0):
        rates = euler(np.sin(omega * times), 1.0, 0.1)[4000:]
        late = times[4000:]
        sums = rates @ np.sin(omega * late), rates @ np.cos(omega * late)
        found = demodulate(*np.array(sums)[:, None], np.array([omega]), late)
        np.testing.assert_allclose(found[0], response(omega, 1.0, 0.1, DT), rtol=1e-10)


def test_the_authors_adjoint_is_the_exact_one_up_to_the_time_step():
    times = np.arange(3000) * DT
    smooth = np.sin(times) + np.cos(2.3 * times)
    for tau_r in (0.1, 1.0):
        end = np.array([tau_r * smooth[-1]])
        found = costate(smooth[:, None], end, 1.0, np.array([tau_r]), DT)[:, 0]
        exact = adjoint(smooth, 1.0, tau_r, DT)
        assert np.abs(found - exact).max() < 3 * DT
        assert np.abs(found - exact).max() > 1e-6, "it is another discretisation"


def test_the_student_of_the_adjoint_method_descends_its_loss():
    """From the weights of the experiment, towards the teacher."""
    steps = np.arange(20000) * DT
    x = sum(np.sin(omega * steps) for omega in (0.49, 1.07, 1.98))
    found = descend(x, np.array([0.660504, -0.747778]), DT)
    loss = (found["target"] - found["output"]) ** 2
    assert found["w"][8000] == pytest.approx([0.660504, -0.747778])
    assert loss[-3000:].mean() < 0.3 * loss[4000:7000].mean()
