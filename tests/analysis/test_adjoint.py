"""The adjoint filter is the transpose of the causal one, and the exact response that of a plain Euler loop."""

import numpy as np

from analysis.adjoint import adjoint, demodulate, response

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
