"""A bank of lags and the network behind it equal, to rounding, a NumPy loop with Adam at the end of intervals."""

import numpy as np
import pytest
from scipy.stats import nbinom

from base.values import Values
from experiments.gle.lag_bank.inputs import N_CHANNELS, inputs
from runner.planning import planned

EXPERIMENT = "gle/lag_bank"
N_BATCHES = 12  # every fourth is only looked at
LAYERS = (1, 2, 3)


@pytest.fixture
def case(built):
    """Return the program of scale smoke, the values and the arrays of a point."""
    point = planned(EXPERIMENT, "smoke").points[0]
    p = {**point["values"], "run.seed": point["seed"]}
    given = inputs(Values(p), np.random.default_rng(point["seed"]))
    given["teach.values"][[*range(3, N_BATCHES, 4), N_BATCHES]] = 0
    return built(EXPERIMENT), p, given


def reference(p, given):
    """Return final weights and biases, and the summed cost of taught samples."""
    dt, b, n_steps, interval = (p[f"network.{k}"] for k in ("dt", "n_copies", "n_steps", "interval"))
    sizes = [N_CHANNELS, p["network.n_hidden"], p["network.n_hidden"], p["network.n_classes"]]
    w = [given[f"to_{k}.w"].reshape(sizes[k - 1], sizes[k]).copy() for k in LAYERS]
    bias = [given[f"bias_{k}.w"].copy() for k in LAYERS]
    tau, ahead = (given[f"bank.{name}"][:N_CHANNELS] for name in ("tau_m", "tau_r"))
    r, slope, back = ([np.zeros((b, n)) for n in sizes[1:]] for _ in range(3))
    learned = [*w, *bias]
    g, mean, square = ([np.zeros_like(a) for a in learned] for _ in range(3))
    order, teach = given["order.values"].reshape(-1, b).astype(int), given["teach.values"]
    n_adam, cost = 0, 0.0
    for shown, taught in zip(order[:N_BATCHES], teach[:N_BATCHES], strict=True):
        u, lagged = np.zeros((4, b, N_CHANNELS)), np.zeros((4, b, N_CHANNELS))
        for step in range(n_steps):
            below = [lagged[3], *(a.copy() for a in r[:-1])]
            x = given["samples.values"][shown * n_steps + step][:, None]
            drive = np.stack([np.broadcast_to(x, lagged[0].shape), *lagged[:3]])
            lagged = u + ahead * (drive - u) / tau
            u = u + dt * (drive - u) / tau
            odds = np.exp(r[2]) / np.exp(r[2]).sum(axis=1, keepdims=True)
            goal = np.eye(sizes[-1])[given["labels.values"][shown].astype(int)]
            cost -= taught * (goal * np.log(odds)).sum()
            e = [slope[0] * back[0], slope[1] * back[1], slope[2] * taught * (goal - odds) / b]
            drives = [below[k] @ w[k] + bias[k] for k in range(3)]
            back = [e[k + 1] @ w[k + 1].T for k in (0, 1)]
            r = [np.tanh(drives[0]), np.tanh(drives[1]), drives[2]]
            slope = [1 - r[0] ** 2, 1 - r[1] ** 2, np.ones_like(r[2])]
            for total, part in zip(g, [below[k].T @ e[k] for k in range(3)] + [a.sum(axis=0) for a in e], strict=True):
                total += part
            if (step + 1) % interval:
                continue
            n_adam += int(taught)
            for a, total, m, s in zip(learned, g, mean, square, strict=True):
                if taught:
                    m += 0.1 * (total - m)
                    s += 0.001 * (total**2 - s)
                    a += p["schedule.eta"] * m / (1 - 0.9**n_adam) / (np.sqrt(s / (1 - 0.999**n_adam)) + 1e-8)
                total[:] = 0
    final = {f"to_{k}.w": w[k - 1].ravel() for k in LAYERS} | {f"bias_{k}.w": bias[k - 1] for k in LAYERS}
    return final, cost


def test_training_equals_the_reference(case, tmp_path):
    program, p, given = case
    expected, cost = reference(p, given)
    values = {k: v for k, v in p.items() if k.split(".")[0] not in ("network", "inputs")}
    results = tmp_path / "run"
    results.mkdir()
    # Half a step more than the batches: Adam takes its step at the beginning of the next one.
    duration = (N_BATCHES * p["network.n_steps"] + 0.5) * p["network.dt"]
    program.run({**values, **given, "run.duration": duration}, results)
    read = program.reader(results)
    for name, weights in expected.items():
        np.testing.assert_allclose(read(name), weights, rtol=0, atol=1e-10, err_msg=name)
        assert np.abs(weights - given[name]).max() > 0.01, f"{name}: nothing was learned"
    np.testing.assert_allclose(read("layer_3.cost").sum(), cost, rtol=1e-10)


def test_a_channel_delays_by_four_time_constants(case, tmp_path):
    """The last stage answers a step of the input as a gamma distribution of Euler steps does; it forgets at the end."""
    program, p, given = case
    given = {**given, "samples.values": np.ones_like(given["samples.values"])}
    values = {k: v for k, v in p.items() if k.split(".")[0] not in ("network", "inputs")}
    n, dt = p["network.n_steps"], p["network.dt"]
    results = tmp_path / "run"
    results.mkdir()
    # Into the third presentation by 20 steps.
    program.run({**values, **given, "run.duration": (2 * n + 19.5) * dt}, results)
    share = dt / given["bank.tau_m"]
    np.testing.assert_allclose(program.reader(results)("bank.r"), nbinom.cdf(20 - 4, 4, share), atol=1e-12)
