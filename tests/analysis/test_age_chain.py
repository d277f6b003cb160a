"""The Markov chain of ages: published values, symmetries, and a simulation of the same two neurons."""

import numpy as np
import pytest

from analysis.age_chain import sal_drift, spike_time_differences


def test_published_distribution():
    """Fig. 2c, excitatory asymmetric case: the bins next to the step differ from the authors' program by up to 3e-6."""
    right, left = spike_time_differences(0.8, 0.4, -0.5, -0.5, tau=50, t_max=102)
    at = np.array([1, 25, 49, 50, 51, 75, 100]) - 1
    np.testing.assert_allclose(
        right[at], [0.009157, 0.008149, 0.007331, 0.003306, 0.003227, 0.001808, 0.000989], atol=2.5e-6
    )
    np.testing.assert_allclose(
        left[at], [0.006441, 0.007017, 0.007726, 0.005172, 0.005048, 0.002828, 0.001548], atol=3.5e-6
    )
    assert right[:49].sum() == pytest.approx(0.40090, abs=1e-4)
    assert left[:49].sum() == pytest.approx(0.34497, abs=1e-4)


@pytest.mark.parametrize(("w_21", "w_12", "drift"), [(0.8, 0.4, -0.028886), (-0.8, -0.4, 0.025385)])
def test_published_drift(w_21, w_12, drift):
    """Section 2c: mean SAL value per pair of spikes."""
    assert sal_drift(w_21, w_12, -0.5, -0.5, tau=50, t_max=102) == pytest.approx(drift, abs=2e-6)


def test_published_phase_plane():
    """Fig. 2e: drift of W_21 at eight points, to one part in a thousand."""
    w_21, w_12 = np.array([(1.5, 0.5), (1, 0), (0, -1), (-1, -2), (2, -2), (-0.5, -1.5), (0.25, -0.25), (2, 1)]).T
    expected = [-0.06292, -0.06725, -0.06417, -0.04479, -0.23153, -0.05589, -0.03427, -0.05606]
    np.testing.assert_allclose(sal_drift(w_21, w_12), expected, rtol=1e-3)


def test_no_drift_between_equal_weights():
    """With rectangular PSPs the fixed line is the diagonal, whatever the biases."""
    weights = np.linspace(-2, 2, 5)
    np.testing.assert_allclose(sal_drift(weights, weights), 0, atol=1e-14)
    np.testing.assert_allclose(sal_drift(weights, weights, b_1=-1.0, b_2=0.5), 0, atol=1e-13)


def test_exchanging_the_neurons_changes_the_sign():
    """The drift of the other weight is the negative."""
    assert sal_drift(1.5, 0.5, -0.5, -0.2) == pytest.approx(-sal_drift(0.5, 1.5, -0.2, -0.5), abs=1e-14)


def test_halves_have_equal_mass():
    """Each half is normalised to one half."""
    for half in spike_time_differences(1.0, -1.0, 0.0, 0.3, tau=10, t_max=25):
        assert half.sum() == pytest.approx(0.5)


def test_simulated_neurons_have_this_distribution():
    """A plain loop over steps, 500 pairs: mean interval of each half within four standard errors."""
    rng = np.random.default_rng(1)
    tau, t_max, n = 8, 17, 500
    w = {0: 1.5, 1: 0.5}  # weight onto neuron 0 (from 1) and onto neuron 1 (from 0)
    age = np.full((2, n), tau)
    start = np.zeros((2, n), bool)  # the pair is waiting for the other neuron, after a spike of this one
    found = {0: [], 1: []}  # intervals that end with a spike of neuron 0, 1
    for _ in range(6000):
        u = np.array([w[k] * (age[1 - k] < tau) for k in (0, 1)])
        spike = (rng.random((2, n)) < 1 / (1 + tau * np.exp(-u))) & (age >= tau)
        for k in (0, 1):
            ends = spike[k] & start[1 - k]
            found[k].append(age[1 - k][ends])
        for k in (0, 1):
            start[k] = np.where(spike[k], True, start[k] & ~spike[1 - k])
        age = np.where(spike, 1, age + 1)
    right, left = spike_time_differences(w[1], w[0], 0.0, 0.0, tau, t_max)
    steps = np.arange(1, t_max)
    for k, expected in ((1, right), (0, left)):
        seen = np.concatenate(found[k])
        seen = seen[seen < t_max]
        mean, error = seen.mean(), seen.std() / np.sqrt(seen.size)
        assert abs(mean - 2 * (expected * steps).sum()) < 4 * error
