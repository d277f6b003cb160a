"""The Markov chain of ages: published values, symmetries, and a simulation of the same two neurons."""

import numpy as np
import pytest

from references.sal.age_chain import alpha, deviation, fixed_line, sal_drift, spike_time_differences

AT = np.array([1, 25, 49, 50, 51, 75, 100]) - 1
# Fig. 2c, authors' program: weights; then for both halves seven bins, mass of the bins 1 to 49, mean interval.
DISTRIBUTIONS = {
    "excitatory": (
        (0.8, 0.4),
        ((0.009157, 0.008149, 0.007331, 0.003306, 0.003227, 0.001808, 0.000989), 0.40090, 33.22),
        ((0.006441, 0.007017, 0.007726, 0.005172, 0.005048, 0.002828, 0.001548), 0.34497, 39.54),
    ),
    "excitatory, symmetric": (
        (0.6, 0.6),
        ((0.007638, 0.007638, 0.007638, 0.004194, 0.004094, 0.002294, 0.001255), 0.37427, 36.37),
        ((0.007638, 0.007638, 0.007638, 0.004194, 0.004094, 0.002294, 0.001255), 0.37427, 36.37),
    ),
    "inhibitory": (
        (-0.8, -0.4),
        ((0.004020, 0.004207, 0.004406, 0.009800, 0.009565, 0.005360, 0.002933), 0.20623, 51.72),
        ((0.005741, 0.005456, 0.005189, 0.007756, 0.007570, 0.004242, 0.002321), 0.26750, 45.80),
    ),
    "inhibitory, symmetric": (
        (-0.6, -0.6),
        ((0.004824, 0.004824, 0.004824, 0.008794, 0.008584, 0.004810, 0.002632), 0.23636, 48.84),
        ((0.004824, 0.004824, 0.004824, 0.008794, 0.008584, 0.004810, 0.002632), 0.23636, 48.84),
    ),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_published_distribution(name):
    """Fig. 2c: all six digits of the authors' program."""
    weights, *expected = DISTRIBUTIONS[name]
    halves = spike_time_differences(*weights, -0.5, -0.5, tau=50, t_max=102)
    for half, (bins, mass, interval) in zip(halves, expected, strict=True):
        np.testing.assert_allclose(half[AT], bins, atol=6e-7)
        assert half[:49].sum() == pytest.approx(mass, abs=6e-6)
        assert 2 * (half * np.arange(1, 102)).sum() == pytest.approx(interval, abs=6e-3)


@pytest.mark.parametrize(("w_21", "w_12", "drift"), [(0.8, 0.4, -0.028886), (-0.8, -0.4, 0.025385)])
def test_published_drift(w_21, w_12, drift):
    """Section 2c: mean SAL value per pair of spikes."""
    assert sal_drift(w_21, w_12, -0.5, -0.5, tau=50, t_max=102) == pytest.approx(drift, abs=6e-7)


def test_published_phase_plane():
    """Fig. 2e: drift of W_21 at eight points, all five digits, and its largest size."""
    w_21, w_12 = np.array([(1.5, 0.5), (1, 0), (0, -1), (-1, -2), (2, -2), (-0.5, -1.5), (0.25, -0.25), (2, 1)]).T
    expected = [-0.06292, -0.06725, -0.06417, -0.04479, -0.23153, -0.05589, -0.03427, -0.05606]
    np.testing.assert_allclose(sal_drift(w_21, w_12), expected, atol=6e-6)
    assert np.sqrt(2) * abs(sal_drift(2, -2)) == pytest.approx(0.3274, abs=6e-5)


def test_published_alpha_psps():
    """Fig. 11: SAL value at equal weights and unequal biases. The short PSP has a time constant of 0.33 tau there."""
    values = [sal_drift(1, 1, -0.25, 0.75, 30, 60, psp) for psp in (None, alpha(30, 60, 9.9), alpha(30, 60, 15))]
    np.testing.assert_allclose(values, [0, 0.0063, -0.0115], atol=6e-5)


@pytest.mark.parametrize(
    ("psp", "deviations", "point"),
    [
        (None, (0, 0), 0.742),
        (alpha(10, 20, 10 / 3), (0.050, 0.028), 0.773),
        (alpha(10, 20, 5.0), (0.465, 0.214), 0.473),
    ],
)
def test_published_fixed_lines(psp, deviations, point):
    """Fig. 11: deviation of the fixed line at biases (-1, 1) and (-0.5, 0.5), and W_21 where W_12 = 0.74."""
    weights = np.linspace(-1.5, 1.5, 10)
    w_21, w_12 = np.meshgrid(weights, weights, indexing="ij")
    lines = [fixed_line(sal_drift(w_21, w_12, b, -b, 10, 20, psp), weights) for b in (-1, -0.5)]
    np.testing.assert_allclose([deviation(*line) for line in lines], deviations, atol=6e-4)
    nearest = np.argmin(np.abs(lines[1][0] - 0.74))
    assert lines[1][1][nearest] == pytest.approx(point, abs=6e-4)


def test_published_proof_functions():
    """Fig. 12: delta at lags 1 and 40, its sign change, and the largest value of its integral."""
    for weight, first, last, change, largest in (
        (0.5, 9.9e-4, -8.3e-4, 27, 0.0114),
        (-0.5, 8.2e-4, -1.36e-3, 39, 0.0153),
    ):
        equal, moved = (spike_time_differences(weight + e, weight - e, 1, 0, tau=40, t_max=80) for e in (0, 0.05))
        delta = (moved[0] - equal[0]) - (moved[1] - equal[1])
        assert delta[0] == pytest.approx(first, abs=6e-6)
        assert delta[39] == pytest.approx(last, abs=6e-6)
        np.testing.assert_array_equal(np.flatnonzero(delta[:-1] * delta[1:] < 0) + 1, [change])
        assert np.cumsum(delta).max() == pytest.approx(largest, abs=6e-5)


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
    right, left = spike_time_differences(w[1], w[0], 0.0, 0.0, tau, t_max, restart=False)
    steps = np.arange(1, t_max)
    for k, expected in ((1, right), (0, left)):
        seen = np.concatenate(found[k])
        seen = seen[seen < t_max]
        mean, error = seen.mean(), seen.std() / np.sqrt(seen.size)
        assert abs(mean - 2 * (expected * steps).sum()) < 4 * error
