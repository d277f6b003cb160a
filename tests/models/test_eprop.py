"""E-prop equals, to rounding, a plain NumPy program written from the equations of the paper."""

import numpy as np
import pytest

from base.values import Values
from experiments.eprop.evidence_accumulation import inputs as evidence
from experiments.eprop.sine_tutorial import inputs as sines
from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

SINES = [101.964356999041, 103.466731126205, 103.340607074771, 103.680244037686, 104.412775748752]
EVIDENCE = {
    1: [0.741152550006, 0.740388187700, 0.665785233177, 0.663644193322, 0.729428962844],
    2: [0.702163370672, 0.735555303152, 0.740354864111, 0.683882815282, 0.707841122268],
}


def reference(arrays, p):
    """E-prop 1 with explicit eligibility traces, one matrix per set of synapses.

    Returns
    -------
    losses : list
        One per trial, summed over readouts.
    weights : dict
        After the last trial.
    """
    n_in, n_rec, n_out = (p[f"network.{name}"] for name in ("n_in", "n_rec", "n_out"))
    n_steps, n_batch, dt = p["network.n_steps"], p["schedule.n_batch"], p["network.dt"]
    alpha, rho, kappa = (np.exp(-dt / p[f"recurrent.{name}"]) for name in ("tau_m", "tau_a", "tau_out"))
    gain = 1 - alpha * p["recurrent.normalised"]
    gain_out = 1 - kappa * p["recurrent.normalised_out"]
    v_th, gamma, n_ref = p["recurrent.v_th"], p["recurrent.gamma"], round(p["recurrent.t_ref"] / dt)
    beta = arrays["recurrent.beta"]
    w = {
        "in_rec.w": arrays["in_rec.w"].reshape(n_in, n_rec).copy(),
        "rec_rec.w": arrays["rec_rec.w"].reshape(n_rec, n_rec).copy(),
        "rec_out.w": arrays["rec_out.w"].reshape(n_rec, n_out).copy(),
        "feedback.b": arrays["feedback.b"].reshape(n_out, n_rec).T.copy(),
        "readout.bias": np.zeros(n_out),
    }
    n_rows = arrays["stimulus.n_rows"]
    spikes = arrays["pattern.values"][: n_rows * n_in].reshape(n_rows, n_in)
    assert set(np.unique(spikes)) <= {0, 1}
    classifies, share = "asked" in p, arrays.get("readout.share", p["readout.share"])
    total = {name: np.zeros_like(value) for name, value in w.items()}
    moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in w.items()}
    losses = []
    for trial in range(arrays["schedule.n_trials"]):
        v, a, z, u = np.zeros(n_rec), np.zeros(n_rec), np.zeros(n_rec), np.zeros(n_out)
        trace = {"in_rec.w": np.zeros(n_in), "rec_rec.w": np.zeros(n_rec)}
        z_out, count, last = np.zeros(n_rec), np.zeros(n_rec), np.full(n_rec, -np.inf)
        zero = {name: np.zeros_like(w[name]) for name in trace}
        vector, bar, added = (dict(zero) for _ in range(3))
        loss = 0.0
        for t in range(n_steps):
            step = trial * n_steps + t
            x = spikes[step % n_rows] * (t > 0)
            trace["in_rec.w"] = alpha * trace["in_rec.w"] + gain * x
            trace["rec_rec.w"] = alpha * trace["rec_rec.w"] + gain * z
            v = alpha * v + gain * (x @ w["in_rec.w"] + z @ w["rec_rec.w"]) - v_th * z
            a = rho * a + z
            free = t - last >= n_ref
            above = v - v_th - beta * a
            z = ((above > 0) & free).astype(float)
            last[z > 0] = t
            psi = free * gamma / v_th * np.clip(1 - np.abs(above) / v_th, 0, 1)
            count += z
            z_out = kappa * z_out + gain_out * z
            u = kappa * u + gain_out * (z @ w["rec_out.w"])
            y = u + w["readout.bias"]
            if classifies:
                label = int(arrays["target.values"][step // arrays["readout.n_bin"] % arrays["readout.n_rows"]])
                p_class = np.exp(y) / np.exp(y).sum()
                err = share * (p_class - np.eye(n_out)[label]) * (label >= 0)
                loss -= share * np.log(p_class[label]) * (label >= 0)
            else:
                row = step % arrays["readout.n_rows"]
                err = y - arrays["target.values"][row * n_out : (row + 1) * n_out]
                loss += 0.5 * np.sum(err**2)
            signal = w["feedback.b"] @ err
            for name, pre in trace.items():
                e = psi * (pre[:, None] - beta * vector[name])
                vector[name] = psi * pre[:, None] + (rho - beta * psi) * vector[name]
                bar[name] = kappa * bar[name] + gain_out * e
                added[name] = added[name] + e
                total[name] += bar[name] * signal
            total["rec_out.w"] += np.outer(z_out, err)
            total["readout.bias"] += p["readout.biased"] * err
        losses.append(loss)
        for name in trace:
            total[name] += p["recurrent.c_reg"] * (count / n_steps - p["recurrent.f_target"]) / n_steps * added[name]
        np.fill_diagonal(total["rec_rec.w"], 0)
        if (trial + 1) % n_batch:
            continue
        k = (trial + 1) // n_batch
        eta = p["schedule.eta"] * p["schedule.eta_factor"] ** ((k - 1) // p["schedule.eta_period"])
        total["feedback.b"] = arrays["feedback.adaptive"] * total["rec_out.w"]
        for name in w:
            slope = total[name] / n_batch
            mean, square = moments[name]
            mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
            moments[name] = mean, square
            if p["schedule.adam"]:
                slope = np.sqrt(1 - 0.999**k) / (1 - 0.9**k) * mean / (np.sqrt(square) + 1e-8)
            w[name] -= eta * slope
            total[name] = np.zeros_like(w[name])
        w["rec_out.w"] *= 1 - p["schedule.forget"]
        w["feedback.b"] *= 1 - p["schedule.forget"] * arrays["feedback.adaptive"]
    return losses, {**w, "feedback.b": w["feedback.b"].T}


def small(name, **overrides):
    """Return experiment, structure and point of a small network."""
    experiment = load(name)
    experiment.config["sweep"] = None
    experiment.config["scales"]["smoke"].pop("sweep", None)
    planned = plan(experiment, "smoke", overrides=overrides)
    point = planned.points[0]
    return experiment, planned.builds[point["build"]], point


def losses_of(tables):
    """Return the loss of every trial."""
    return tables["losses"].groupby("t_ms")["loss"].sum().to_numpy()[1:]


def assert_equal(tables, arrays, p):
    """Losses and learnt weights of the Brian2 network are those of the reference."""
    losses, weights = reference(arrays, p)
    np.testing.assert_allclose(losses_of(tables), losses, rtol=1e-11)
    final = tables["final"]
    for name in ("in_rec.w", "rec_rec.w", "rec_out.w", "feedback.b"):
        found = final.loc[final["variable"] == name, "value"].to_numpy()
        np.testing.assert_allclose(found, weights[name].ravel(), rtol=1e-10, atol=1e-13)
        assert not np.array_equal(found, arrays[name]) or name == "feedback.b"
    assert losses[-1] != losses[0]


SMALL_SINES = {
    "network.n_in": 8,
    "network.n_rec": 10,
    "network.n_steps": 60,
    "network.n_answer": 60,
    "run.duration": "361 ms",
    "inputs.p_spike": 0.2,
    "recurrent.v_th": 0.02,
    "schedule.eta": 2e-3,
}
ADAM = {"schedule.adam": 1.0, "schedule.eta": 0.01, "schedule.eta_factor": 0.5, "schedule.eta_period": 2}


@pytest.mark.parametrize(
    "more",
    [
        {"inputs.feedback": "random"},
        {"inputs.feedback": "symmetric"},
        {"inputs.feedback": "uniform", "schedule.n_batch": 2, "recurrent.normalised_out": 0.0, "readout.biased": 1.0},
        {"inputs.feedback": "symmetric", "recurrent.normalised": 0.0, "recurrent.v_th": 0.6, **ADAM},
        {
            "inputs.feedback": "adaptive",
            "schedule.n_batch": 3,
            "schedule.forget": 0.01,
            "recurrent.t_ref": "4 ms",
            **ADAM,
        },
    ],
    ids=["random", "symmetric", "uniform", "Adam", "adaptive"],
)
def test_pattern_generation_equals_the_reference(more):
    """Six trials of a small network with fast learning."""
    experiment, structure, point = small("eprop/sine_tutorial", **{**SMALL_SINES, **more})
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, structure))
    p = {**point["values"], "run.seed": 1}
    arrays = {**sines.arrays(Values(p)), "schedule.n_trials": 6}
    assert_equal(tables, arrays, p)


@pytest.mark.parametrize(("kind", "n_pause"), [("random", 3), ("symmetric", 7)])
def test_clock_driven_traces_equal_the_reference(kind, n_pause):
    """Learning signals that are on their way for three steps meet the eligibility traces that they belong to."""
    _, _, of_tutorial = small("eprop/sine_tutorial", **SMALL_SINES, **{"inputs.feedback": kind})
    sizes = {key: SMALL_SINES[key] for key in ("network.n_in", "network.n_rec", "network.n_steps", "inputs.p_spike")}
    rates = {f"{name}.eta": SMALL_SINES["schedule.eta"] for name in ("in_rec", "rec_rec", "rec_out", "feedback")}
    more = {"inputs.n_trials": 6, "recurrent.v_th": SMALL_SINES["recurrent.v_th"], "inputs.feedback": kind}
    more["network.n_pause"] = n_pause
    experiment, structure, point = small("eprop/clock_driven", **sizes, **rates, **more)
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, structure))
    p = {**of_tutorial["values"], "run.seed": 1}
    assert_equal(tables, {**sines.arrays(Values(p)), "schedule.n_trials": 6}, p)


SMALL_EVIDENCE = {
    "network.n_rec": 8,
    "network.n_steps": 300,
    "network.n_answer": 300,
    "network.n_pattern": 100000,
    "network.n_target": 1000,
    "inputs.n_cues": 2,
    "inputs.pause": "20 ms",
    "inputs.cue": "50 ms",
    "inputs.decision": "50 ms",
    "inputs.rate": "150 Hz",
    "inputs.published": True,
    "inputs.n_iterations": 3,
    "inputs.n_adaptive": 4,
    "inputs.beta": 20.0,
    "recurrent.v_th": 0.4,
    "recurrent.tau_a": "100 ms",
}


@pytest.mark.parametrize("kind", ["random", "symmetric"])
@pytest.mark.parametrize("n_batch", [1, 2])
def test_classification_equals_the_reference(kind, n_batch):
    """Softmax, learning window, refractory and adaptive neurons, Adam, batches."""
    more = {"inputs.feedback": kind, "schedule.n_batch": n_batch}
    experiment, structure, point = small("eprop/evidence_accumulation", **{**SMALL_EVIDENCE, **more})
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, structure))
    p = {**point["values"], "run.seed": 1, "asked": True}
    assert_equal(tables, evidence.arrays(Values(p), np.random.default_rng(1)), p)


def test_the_reference_gives_the_published_losses_of_pattern_generation():
    """Random numbers, equations and conventions are those of the authors' tutorial."""
    _, _, point = small("eprop/sine_tutorial", **{"inputs.feedback": "random"})
    p = {**point["values"], "run.seed": 1}
    losses, _ = reference({**sines.arrays(Values(p)), "schedule.n_trials": 3}, p)
    np.testing.assert_allclose(losses, SINES[:3], rtol=1e-12)


@pytest.mark.parametrize("n_batch", EVIDENCE)
def test_the_network_gives_the_published_losses_of_evidence_accumulation(n_batch):
    """The first two iterations, batches of one and of two trials, on the NumPy target."""
    n = 2
    more = {
        "inputs.published": True,
        "inputs.feedback": "random",
        "inputs.n_iterations": n,
        "schedule.n_batch": n_batch,
    }
    experiment, structure, point = small("eprop/evidence_accumulation", **more)
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, structure))
    losses = losses_of(tables).reshape(n, n_batch).mean(axis=1)
    np.testing.assert_allclose(losses, EVIDENCE[n_batch][:n], rtol=1e-10)


@pytest.mark.parametrize(
    ("name", "more", "message"),
    [
        ("eprop/sine_tutorial", {"schedule.n_batch": 4}, "schedule.n_batch 4 does not divide the 6 trials"),
        (
            "eprop/sine_tutorial",
            {"recurrent.v_th": 50.0},
            "the network is silent: no recurrent neuron fires",
        ),
        ("eprop/sine_tutorial", {"schedule.eta": 1e4, "recurrent.c_reg": 0.0}, "the weights diverge|not finite"),
        ("eprop/evidence_accumulation", {"inputs.n_adaptive": 9}, "inputs.n_adaptive is 9, but there are 8"),
        ("eprop/evidence_accumulation", {"inputs.n_cues": 9}, "network.n_steps is 300, too short for 9 cues"),
        ("eprop/evidence_accumulation", {"inputs.n_iterations": 50}, "network.n_pattern is 100000, but 600000 are"),
    ],
)
def test_what_cannot_be_run_is_one_line(name, more, message):
    """The message names the key."""
    from runner.binary import RunError

    values = SMALL_SINES if name == "eprop/sine_tutorial" else SMALL_EVIDENCE
    experiment, structure, point = small(name, **{**values, **more})
    with pytest.raises(RunError, match=message) as caught:
        run_point(experiment.name, point, NumpyProgram(experiment.module, structure))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"recurrent.v_th": 50.0}, "the network is silent: no recurrent neuron fires in trial 1"),
        ({"in_rec.eta": 1e6}, "the weights diverge"),
        ({"network.n_pause": 2}, "network.n_pause is 2, but signals are under way for 3 steps"),
    ],
)
def test_what_the_clock_driven_network_refuses_is_one_line(more, message):
    from base.errors import BuildError
    from runner.binary import RunError

    sizes = {key: SMALL_SINES[key] for key in ("network.n_in", "network.n_rec", "network.n_steps", "inputs.p_spike")}
    experiment, structure, point = small("eprop/clock_driven", **{**sizes, "inputs.n_trials": 3, **more})
    with pytest.raises((RunError, BuildError), match=message) as caught:
        run_point(experiment.name, point, NumpyProgram(experiment.module, structure))
    assert "\n" not in str(caught.value)


def test_target_is_periodic_and_normalised():
    """Whole periods per trial, first value 0, largest absolute value 1."""
    target = sines.sum_of_sines(1000, np.array([1.0, 0.5, 0.7, 1.2]), np.array([0.1, 2.0, 4.0, 1.0]))
    assert target.shape == (1000,)
    assert target[0] == 0
    assert np.abs(target).max() == 1
    assert target[-1] == pytest.approx(0, abs=1e-12)
