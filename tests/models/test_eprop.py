"""E-prop equals, to rounding, a plain NumPy program written from the equations of the paper."""

import numpy as np
import pytest

from experiments.eprop.sine_tutorial import inputs as drawing
from runner.experiment import load
from runner.numpy_device import run_numpy
from runner.sweep import plan

PUBLISHED = [101.964356999041, 103.466731126205, 103.340607074771, 103.680244037686, 104.412775748752]


def reference(arrays, p, n_trials, adaptive=0.0):
    """E-prop 1 with explicit eligibility traces, one matrix per set of synapses.

    Returns
    -------
    losses : list
        One per trial.
    weights : dict
        After the last trial.
    """
    n_in, n_rec, n_steps = p["network.n_in"], p["network.n_rec"], p["network.n_steps"]
    alpha, kappa = np.exp(-p["dt"] / p["tau_m"]), np.exp(-p["dt"] / p["tau_out"])
    w_in = arrays["in_rec.w"].reshape(n_in, n_rec).copy()
    w_rec = np.zeros((n_rec, n_rec))
    w_rec[~np.eye(n_rec, dtype=bool)] = arrays["rec_rec.w"]
    w_out, b = arrays["rec_out.w"].copy(), arrays["feedback.b"].copy()
    spikes_in = arrays["frozen.values"].reshape(n_steps, n_in)
    target = arrays["target.values"]
    losses = []
    for _ in range(n_trials):
        v, z, y = np.zeros(n_rec), np.zeros(n_rec), 0.0
        trace_in, trace_rec, z_out = np.zeros(n_in), np.zeros(n_rec), np.zeros(n_rec)
        bar = {"in": np.zeros_like(w_in), "rec": np.zeros_like(w_rec)}
        total = {name: np.zeros_like(value) for name, value in bar.items()}
        grad = {name: np.zeros_like(value) for name, value in bar.items()}
        grad_out, loss, count = np.zeros(n_rec), 0.0, np.zeros(n_rec)
        for t in range(n_steps):
            trace_in = alpha * trace_in + (1 - alpha) * spikes_in[t]
            trace_rec = alpha * trace_rec + (1 - alpha) * z
            v = alpha * v + (1 - alpha) * (spikes_in[t] @ w_in + z @ w_rec) - p["v_th"] * z
            z = (v > p["v_th"]).astype(float)
            psi = p["gamma"] / p["v_th"] * np.clip(1 - np.abs(v - p["v_th"]) / p["v_th"], 0, 1)
            count += z
            y = kappa * y + (1 - kappa) * (z @ w_out)
            z_out = kappa * z_out + (1 - kappa) * z
            err = y - target[t]
            loss += 0.5 * err**2
            grad_out += err * z_out
            for name, trace in (("in", trace_in), ("rec", trace_rec)):
                elig = np.outer(trace, psi)
                bar[name] = kappa * bar[name] + (1 - kappa) * elig
                total[name] += elig
                grad[name] += bar[name] * (b * err)
        losses.append(loss)
        regular = p["c_reg"] * (count / n_steps - p["f_target"]) / n_steps
        w_in -= p["eta"] * (grad["in"] + regular * total["in"])
        w_rec -= p["eta"] * (grad["rec"] + regular * total["rec"])
        np.fill_diagonal(w_rec, 0)
        w_out -= p["eta"] * grad_out
        b -= adaptive * p["eta"] * grad_out
    return losses, {"rec_out.w": w_out, "feedback.b": b}


CONSTANTS = {"dt": 1.0, "tau_m": 30.0, "tau_out": 30.0, "v_th": 0.03, "gamma": 0.3, "c_reg": 300.0, "f_target": 0.01}


def test_the_reference_gives_the_published_losses():
    """Random numbers, equations and conventions are those of the authors' tutorial."""
    p = {"network.n_in": 100, "network.n_rec": 100, "network.n_steps": 1000, "inputs.p_spike": 0.05}
    p |= {"inputs.symmetric": False, "inputs.scale": 1.0, "run.seed": 1}
    arrays = drawing.inputs(p, np.random.default_rng(1))
    losses, _ = reference(arrays, {**p, **CONSTANTS, "eta": 1e-4}, n_trials=3)
    np.testing.assert_allclose(losses, PUBLISHED[:3], rtol=1e-12)


@pytest.mark.parametrize("symmetric", [False, True])
def test_brian_equals_the_reference(symmetric):
    """Losses and learnt weights of a small network on the NumPy target, three trials, fast learning."""
    overrides = {"network.n_in": 8, "network.n_rec": 10, "network.n_steps": 60, "network.sample": "5 ms"}
    overrides |= {"run.duration": "181 ms", "inputs.p_spike": 0.2, "inputs.symmetric": symmetric}
    overrides |= {"feedback.adaptive": float(symmetric), "recurrent.v_th": 0.02}
    overrides |= {f"{name}.eta": 2e-3 for name in ("in_rec", "rec_rec", "rec_out", "feedback")}
    experiment = load("eprop/sine_tutorial")
    experiment.config["sweep"] = None
    planned = plan(experiment, "smoke", overrides=overrides)
    point = planned.points[0]
    tables = run_numpy(experiment, planned.builds[point["build"]], point)

    arrays = drawing.inputs({**point["values"], "run.seed": 1}, np.random.default_rng(1))
    constants = {**point["values"], **CONSTANTS, "v_th": 0.02, "eta": 2e-3}
    losses, weights = reference(arrays, constants, n_trials=3, adaptive=float(symmetric))
    np.testing.assert_allclose(tables["losses"]["loss"].to_numpy()[1:], losses, rtol=1e-11)
    final = tables["final"]
    for name, expected in weights.items():
        found = final.loc[final["variable"] == name, "value"].to_numpy()
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)
    assert tables["rates"]["rate"].max() > 0  # the comparison is about spiking neurons


def test_symmetric_feedback_stays_symmetric():
    """Adaptive feedback that starts as a copy of the output weights follows them."""
    p = {"network.n_in": 5, "network.n_rec": 6, "network.n_steps": 40, "inputs.p_spike": 0.3, "run.seed": 3}
    arrays = drawing.inputs({**p, "inputs.symmetric": True, "inputs.scale": 1.0}, np.random.default_rng(3))
    _, weights = reference(arrays, {**p, **CONSTANTS, "eta": 1e-2}, n_trials=2, adaptive=1.0)
    np.testing.assert_allclose(weights["rec_out.w"], weights["feedback.b"])


def test_target_is_periodic_and_normalised():
    """Whole periods per trial, first value 0, largest absolute value 1."""
    target = drawing.sum_of_sines(1000, np.array([1.0, 0.5, 0.7, 1.2]), np.array([0.1, 2.0, 4.0, 1.0]))
    assert target.shape == (1000,)
    assert target[0] == 0
    assert np.abs(target).max() == 1
    assert target[-1] == pytest.approx(0, abs=1e-12)
