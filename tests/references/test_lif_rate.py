"""Rate of the integrate-and-fire neuron: Siegert's limit, a plain loop, and the calibration."""

from dataclasses import replace

import numpy as np
import pytest

from references.sal.lif_rate import Membrane, siegert

MEMBRANE = Membrane(tau_m=5e-3, t_ref=10e-3, dt=2e-4, sigma=4e-3, v_threshold=-50e-3, v_reset=-52e-3)


def test_small_steps_approach_siegert():
    """The error falls nearly with the square root of the time step."""
    exact = siegert(-50e-3, MEMBRANE)
    errors = [abs(replace(MEMBRANE, dt=dt).rate(-50e-3, n=1500) - exact) / exact for dt in (4e-4, 1e-4, 2.5e-5)]
    assert errors[2] < 0.03
    assert 1.5 < errors[0] / errors[1] < errors[1] / errors[2] < 2.1


@pytest.mark.parametrize("mean", [-53e-3, -48e-3])
def test_a_plain_loop_fires_at_this_rate(mean):
    """2000 neurons, 0.4 s: rate within 2 %."""
    rng = np.random.default_rng(2)
    m, n = MEMBRANE, 2000
    v, wait, spikes = np.full(n, m.v_reset), np.zeros(n, int), 0
    n_ref = round(m.t_ref / m.dt)
    for step in range(2500):
        free = wait == 0
        noise = m.sigma * np.sqrt(2 * m.dt / m.tau_m) * rng.standard_normal(n)
        v = np.where(free, v + (mean - v) * m.dt / m.tau_m + noise, v)
        fired = free & (v > m.v_threshold)
        v[fired] = m.v_reset
        # The voltage moves again in the step that is t_ref later.
        wait = np.where(fired, n_ref - 1, np.maximum(wait - 1, 0))
        spikes += fired.sum() * (step >= 500)
    assert spikes / n / (2000 * m.dt) == pytest.approx(m.rate(mean), rel=0.02)


@pytest.mark.parametrize(("tau_m", "most"), [(2e-3, 0.06), (20e-3, 0.15)])
def test_calibration_is_near_the_logistic_function(tau_m, most):
    """At log-odds of -2 to 2 the rate per 1 / t_ref is near the logistic function; a slow membrane is further off."""
    membrane = replace(MEMBRANE, tau_m=tau_m)
    offset, slope = membrane.calibrate()
    u = np.linspace(-2, 2, 9)
    rates = np.array([membrane.rate(offset + slope * one) for one in u]) * membrane.t_ref
    np.testing.assert_allclose(rates, 1 / (1 + np.exp(-u)), atol=most)
