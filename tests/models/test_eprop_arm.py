"""E-prop 2 and its arm equal, to rounding, the PyTorch record and a plain NumPy loop."""

import numpy as np
import pytest

from experiments.eprop.arm import inputs as arm
from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point

STEPS = 500


def run(monkeypatch, overrides, changed):
    """Run one point on the NumPy target, with some of its inputs changed.

    Returns
    -------
    tables : dict
        Its recordings.
    arrays : dict
        What it was given.
    p : dict
        Its values.
    """
    experiment = load("eprop/arm")
    experiment.config["sweep"] = None
    experiment.config["scales"]["smoke"].pop("sweep", None)
    planned = plan(experiment, "smoke", overrides=overrides)
    point = planned.points[0]
    given = {}
    original = arm.arrays

    def arrays(p, rng):
        given.update(original(p, rng))
        given.update(changed(given))
        return dict(given)

    monkeypatch.setattr(arm, "arrays", arrays)
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, planned.builds[point["build"]]))
    return tables, given, point["values"]


def by_step(table, column, n_steps, n):
    """Return a watched variable, shape (trials, n_steps, n); what is recorded belongs to the step before."""
    found = table.pivot_table(index="t_ms", columns="i", values=column)
    steps = found.index.to_numpy().round().astype(int) - 1
    values = found.to_numpy()[steps >= 0]
    return values[: len(values) // n_steps * n_steps].reshape(-1, n_steps, n)


def test_it_equals_the_record_of_the_pytorch_program(monkeypatch):
    """With the same spikes of the code: velocities of the trials before and after learning, two movements."""
    stored = arm.trained("quick")
    n_code = stored["about"]["settings"]["n_code"]
    n_check, n_shown = len(stored["check.after"]), 2
    spikes = np.unpackbits(stored["check.spikes"])[: n_check * STEPS * 2 * n_code].astype(float)
    spikes = spikes.reshape(n_check, -1)[:n_shown].ravel()
    overrides = {"inputs.n_movements": n_shown, "network.n_given": spikes.size, "code.given": True}
    tables, _, _ = run(monkeypatch, overrides, lambda _: {"given_spikes.values": spikes})
    found = by_step(tables["velocities"], "y", STEPS, 2)
    for number in range(n_shown):
        before, training, after = found[3 * number : 3 * number + 3]
        np.testing.assert_allclose(before, stored["check.before"], rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(before, training)
        np.testing.assert_allclose(after, stored["check.after"][number], rtol=1e-9, atol=1e-9)
        assert np.abs(after - before).max() > 1


class Lif:
    """LIF neurons, one step at a time, with subtractive reset and refractory spikes only."""

    def __init__(self, n, p, name):
        self.alpha = np.exp(-p["network.dt"] / p[f"{name}.tau_m"])
        self.v_th, self.gamma = p[f"{name}.v_th"], p[f"{name}.gamma"]
        self.n_ref = round(p[f"{name}.t_ref"] / p["network.dt"])
        self.v, self.z, self.bar, self.waits = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)

    def step(self, drive):
        """Take the input of one step; return the pseudo-derivative and the trace of earlier spikes."""
        self.bar = self.alpha * self.bar + self.z
        self.v = self.alpha * self.v + drive - self.v_th * self.z
        free = self.waits <= 0
        self.z = ((self.v > self.v_th) & free).astype(float)
        self.waits = np.where(self.z > 0, self.n_ref - 1, self.waits - 1)
        return free * self.gamma * np.maximum(0, 1 - np.abs(self.v - self.v_th) / self.v_th), self.bar


def reference(arrays, p):
    """Learn every movement with a loop over steps; the update of every trial as a sum of outer products.

    Returns
    -------
    velocity : ndarray, shape (trials, n_steps, 2)
    place : ndarray, shape (trials, n_steps, 2)
        Of the end point.
    """
    n_in, n, n_module, n_steps = (p[f"network.{name}"] for name in ("n_in", "n_rec", "n_module", "n_steps"))
    n_code, n_groups = 2 * p["network.n_code"], p["inputs.n_groups"]
    shapes = {"in_rec": (n_in, n), "rec_rec": (n, n), "rec_out": (n, 2), "code_module": (n_code, n_module)}
    shapes |= {"in_module": (n_in, n_module), "rec_module": (n, n_module), "module_module": (n_module, n_module)}
    start = {name: arrays[f"{name}.w"].reshape(shape) for name, shape in shapes.items()}
    project = arrays["projection.w"].reshape(n_module, n)
    spikes = arrays["pattern.values"][: n_steps * n_groups].reshape(n_steps, n_groups)[:, arrays["clock.channel"]]
    code = arrays["given_spikes.values"].reshape(-1, n_steps, n_code)
    turning = arrays["turning.values"][: len(code) * n_steps * 2].reshape(-1, n_steps, 2)
    alpha, kappa = (np.exp(-p["network.dt"] / p[name]) for name in ("clock.tau_m", "joint.tau_out"))
    velocity, place = [], []
    for shown, goal in zip(code, turning, strict=True):
        w = {name: value.copy() for name, value in start.items()}
        back = arrays["feedback.b"].reshape(2, n).copy()
        n_exposures = p["inputs.n_exposures"]
        for trial in range(n_exposures + 2):
            net, module = Lif(n, p, "recurrent"), Lif(n_module, p, "module")
            bar_in, y, angles = np.zeros(n_in), np.zeros(2), np.array([0, np.pi / 2])
            change = {"in_rec": np.zeros((n_in, n)), "rec_rec": np.zeros((n, n))}
            elig = {name: np.zeros_like(value) for name, value in change.items()}
            out, bar_out = np.zeros((n, 2)), np.zeros(n)
            for t in range(n_steps):
                x, seen = spikes[t] * (t > 0), shown[t] * (t > 0)
                drive = seen @ w["code_module"] + x @ w["in_module"] + net.z @ w["rec_module"]
                _, filtered = module.step(drive + module.z @ w["module_module"])
                bar_in = alpha * bar_in + x
                psi, bar = net.step(x @ w["in_rec"] + net.z @ w["rec_rec"])
                y = kappa * y + net.z @ w["rec_out"]
                bar_out = kappa * bar_out + net.z
                out -= arrays["protocol.eta_out"] * np.outer(bar_out, y - goal[t])
                angles = angles + y * p["network.dt"]
                both = angles.sum()
                velocity.append(y)
                place.append([0.5 * (f(angles[0]) + f(both)) for f in (np.cos, np.sin)])
                signal = filtered @ project if arrays["protocol.by_module"] else (y - goal[t]) @ back
                decay = 0 if arrays["protocol.by_module"] else kappa
                for name, pre in (("in_rec", bar_in), ("rec_rec", bar)):
                    elig[name] = decay * elig[name] + np.outer(pre, psi)
                    change[name] -= arrays["protocol.eta"] * signal * elig[name]
            np.fill_diagonal(change["rec_rec"], 0)
            if 0 < trial <= n_exposures:
                for name, value in change.items():
                    w[name] += value
                w["rec_out"] += out
                back += arrays["feedback.symmetric"] * out.T
    return tuple(np.array(values).reshape(-1, n_steps, 2) for values in (velocity, place))


@pytest.mark.parametrize(
    "rule, feedback, n_exposures", [("eprop_2", "random", 1), ("eprop_1", "random", 2), ("eprop_1", "symmetric", 2)]
)
def test_it_equals_a_plain_loop(monkeypatch, rule, feedback, n_exposures):
    """Velocities and end points of two movements, errors of all trials; the weights go back in between."""
    n_steps, n_movements = 150, 2
    rng = np.random.default_rng(5)
    spikes = (rng.random((n_movements, n_steps, 200)) < 0.05).astype(float)
    overrides = {
        "inputs.rule": rule,
        "inputs.feedback": feedback,
        "inputs.n_exposures": n_exposures,
        "inputs.n_movements": n_movements,
        "inputs.eta_feedback": 1e-4,
        "inputs.eta_readout": 1e-4,
        "network.n_steps": n_steps,
        "network.n_given": spikes.size,
        "code.given": True,
    }
    tables, arrays, p = run(monkeypatch, overrides, lambda _: {"given_spikes.values": spikes.ravel()})
    velocity, place = reference(arrays, p)
    trials = n_exposures + 2
    detailed = np.isin(np.arange(len(velocity)) % trials, [0, 1, trials - 1])  # further training trials are not
    found = by_step(tables["velocities"], "y", n_steps, 2)
    np.testing.assert_allclose(found, velocity[detailed], rtol=1e-9, atol=1e-9)
    hand = np.concatenate([by_step(tables["hand"], name, n_steps, 1) for name in ("x_1", "x_2")], axis=2)
    np.testing.assert_allclose(hand, place[detailed], rtol=1e-9, atol=1e-9)
    assert np.abs(found[2] - found[0]).max() > 0.1
    np.testing.assert_array_equal(found[3], found[0])

    values = {"turning": velocity, "path": place}
    goals = {name: arrays[f"{name}.values"][: n_movements * n_steps * 2].reshape(-1, 1, n_steps, 2) for name in values}
    missed = {name: (values[name].reshape(n_movements, trials, n_steps, 2) - goals[name]) ** 2 for name in values}
    misses = tables["misses"]["miss"].to_numpy()[1:]
    np.testing.assert_allclose(misses, missed["path"].sum(axis=-1).mean(axis=-1).ravel(), rtol=1e-9)
    losses = tables["errors"].pivot_table(index="t_ms", columns="index", values="loss").to_numpy()[1:]
    np.testing.assert_allclose(losses, missed["turning"].mean(axis=2).reshape(-1, 2), rtol=1e-9)


def test_the_code_fires_where_the_target_is(monkeypatch):
    """Only in the training trial, with the expected number of spikes, at the place of the target."""
    tables, arrays, p = run(monkeypatch, {"inputs.n_movements": 1}, lambda _: {})
    spikes = tables["code_spikes"]
    steps = spikes["t_ms"].to_numpy().round().astype(int) + 1 - STEPS
    assert 0 < steps.min() and steps.max() < STEPS
    path = arrays["path.values"][: 2 * STEPS].reshape(STEPS, 2)
    for coordinate in range(2):
        chosen = (spikes["i"] // 100 == coordinate).to_numpy()
        away = arrays["code.preferred"][spikes["i"][chosen]] - path[steps[chosen], coordinate]
        assert abs(away.mean()) < 0.03 and 0.15 < away.std() < 0.25
        expected = 200 * np.exp(-0.5 * (np.linspace(-1.4, 1.4, 100) / 0.2) ** 2).sum() * STEPS / 1000
        assert abs(chosen.sum() / expected - 1) < 0.1
