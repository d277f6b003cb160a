"""Backpropagation through time agrees with forward differentiation and with the factorisation of e-prop."""

from dataclasses import replace

import numpy as np
import pytest

from references.eprop.spiking_gradients import Cells, backward, forward, traces, train

N_IN, N_REC, N_OUT, T = 3, 8, 2, 200
LIF = Cells(
    alpha=np.exp(-1 / 20),
    rho=np.exp(-1 / 500),
    kappa=np.exp(-1 / 20),
    gain=1.0,
    gain_out=1 - np.exp(-1 / 20),
    v_th=0.62,
    gamma=0.3,
    n_ref=3,
    c_reg=0.0,
    f_target=0.01,
    beta=np.zeros(N_REC),
)
NETWORKS = {
    "LIF": LIF,
    "ALIF": replace(LIF, beta=np.full(N_REC, 0.07)),
    "mixed": replace(LIF, beta=np.repeat([0.0, 0.07], N_REC // 2)),
}
NETWORKS |= {f"{name}, rates": replace(cells, c_reg=300.0, gain=0.4) for name, cells in NETWORKS.items()}


@pytest.fixture(params=NETWORKS)
def case(request):
    """Return constants, weights, one trial and the error of its readout."""
    rng = np.random.default_rng(4)
    cells = NETWORKS[request.param]
    w = {
        "in": np.abs(rng.standard_normal((N_IN, N_REC))) / cells.gain,
        "rec": rng.standard_normal((N_REC, N_REC)) / cells.gain / np.sqrt(N_REC) * (1 - np.eye(N_REC)),
        "out": rng.standard_normal((N_REC, N_OUT)),
        "bias": rng.standard_normal(N_OUT),
    }
    trial = forward(cells, w, (rng.random((T, N_IN)) < 0.2).astype(float))
    assert trial["z"].sum(axis=0).min() > 0
    return cells, w, trial, trial["y"] - rng.standard_normal((T, N_OUT))


def test_eligibility_traces_times_total_derivatives_are_the_gradient(case):
    """The factorisation on which all of e-prop rests."""
    cells, w, trial, err = case
    exact = backward(cells, w, trial, err)
    steps = list(traces(cells, trial))
    for name in ("in", "rec"):
        factors = sum(dz * e[name] for dz, e in zip(exact["dz"], steps, strict=True))
        factors = factors * (1 - np.eye(N_REC)) if name == "rec" else factors
        np.testing.assert_allclose(factors, exact[name], rtol=1e-10, atol=1e-13 * np.abs(exact[name]).max())


def test_filtered_traces_times_learning_signals_are_the_cut_gradient(case):
    """E-prop 1, forward in time, equals backpropagation without recurrent transmission."""
    cells, w, trial, err = case
    feedback = np.random.default_rng(5).standard_normal(w["out"].shape)
    cut = backward(cells, w, trial, err, feedback)
    bar = {"in": 0.0, "rec": 0.0}
    found = {"in": 0.0, "rec": 0.0}
    rate_error = cells.c_reg * (trial["z"].mean(axis=0) - cells.f_target) / T
    for e, step in zip(traces(cells, trial), err, strict=True):
        for name in found:
            bar[name] = cells.kappa * bar[name] + cells.gain_out * e[name]
            found[name] = found[name] + (feedback @ step) * bar[name] + rate_error * e[name]
    found["rec"] = found["rec"] * (1 - np.eye(N_REC))
    for name, value in found.items():
        np.testing.assert_allclose(value, cut[name], rtol=1e-10, atol=1e-13 * np.abs(cut[name]).max())


def test_trials_side_by_side_are_the_trials_one_by_one(case):
    """Further axes in front of the neurons: weights of two trials, an input that both share."""
    cells, w, trial, err = case
    both = {name: np.stack([value, 1.1 * value]) for name, value in w.items()}
    together = forward(cells, both, trial["x"][:, None])
    errors = np.stack([err, 2 * err], axis=1)
    found = backward(cells, both, together, errors)
    for k, last in enumerate((1.0, 2.0)):
        one = {name: value[k] for name, value in both.items()}
        alone = forward(cells, one, trial["x"])
        for name in ("z", "psi", "y"):
            np.testing.assert_allclose(together[name][:, k], alone[name], rtol=1e-12, atol=1e-14)
        expected = backward(cells, one, alone, last * err)
        for name in ("in", "rec", "dz"):
            mine = found[name][:, k] if name == "dz" else found[name][k]
            np.testing.assert_allclose(mine, expected[name], rtol=1e-10, atol=1e-12 * np.abs(expected[name]).max())
        for side_by_side, single in zip(traces(cells, together), traces(cells, alone), strict=True):
            for name in ("in", "rec"):
                np.testing.assert_allclose(
                    np.broadcast_to(side_by_side[name], (2, *single[name].shape))[k], single[name], rtol=1e-12
                )


@pytest.mark.parametrize(("name", "pre", "post"), [("in", 1, 2), ("rec", 0, 5), ("rec", 6, 3), ("out", 4, 1)])
def test_backward_equals_forward_differentiation(case, name, pre, post):
    """The derivative with respect to one weight, carried along through voltages, thresholds, spikes and readouts."""
    cells, w, trial, err = case
    tilt = {key: np.zeros_like(value) for key, value in w.items()}
    tilt[name][pre, post] = 1
    dv, da, dz, du = np.zeros(N_REC), np.zeros(N_REC), np.zeros(N_REC), np.zeros(N_OUT)
    z, slope = np.zeros(N_REC), 0.0
    rate_error = cells.c_reg * (trial["z"].mean(axis=0) - cells.f_target) / T
    for t in range(T):
        arrives = trial["x"][t] @ tilt["in"] + z @ tilt["rec"] + dz @ w["rec"]
        dv = cells.alpha * dv + cells.gain * arrives - cells.v_th * dz
        da = cells.rho * da + dz
        dz, z = trial["psi"][t] * (dv - cells.beta * da), trial["z"][t]
        du = cells.kappa * du + cells.gain_out * (dz @ w["out"] + z @ tilt["out"])
        slope += err[t] @ du + rate_error @ dz
    assert slope == pytest.approx(backward(cells, w, trial, err)[name][pre, post], rel=1e-10)


def test_training_lowers_the_loss_and_leaves_the_weights_as_they_were(case):
    """Two seeds side by side."""
    cells, w, trial, err = case
    both = {name: np.stack([value, value]) for name, value in w.items()}
    x, target = (np.stack([values, values], axis=1) for values in (trial["x"], trial["y"] - err))
    losses = np.array([loss for loss, _ in train(cells, both, x, target, iter([0.01] * 20))])
    np.testing.assert_allclose(losses[0], 0.5 * (err**2).sum())
    np.testing.assert_array_equal(losses[:, 0], losses[:, 1])
    assert losses[-1, 0] < losses[0, 0]
    np.testing.assert_array_equal(both["out"][0], w["out"])
