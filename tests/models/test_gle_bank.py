"""A bank of lags and the network behind it equal, to rounding, a NumPy loop, whatever the interval of Adam."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from experiments.gle.lag_bank.inputs import N_CHANNELS, inputs
from runner.binary import Program
from runner.sweep import planned

EXPERIMENT = "gle/lag_bank"
ROOT = Path(__file__).resolve().parents[2]
SIZES = {"n_hidden": 7, "n_classes": 4, "n_copies": 3, "n_steps": 48, "n_samples": 5000}
BATCHES = {"n_taught": 3, "n_unseen": 1, "n_epochs": 3}
LAYERS = (1, 2, 3)


@pytest.fixture(params=[1, 12], ids=["every_step", "every_12_steps"], scope="module")
def case(request, tmp_path_factory):
    """Compile a small network; return program, configuration and inputs."""
    structure = {"network.dt": 2e-4, "network.interval": request.param}
    structure |= {f"network.{name}": value for name, value in (SIZES | BATCHES).items()}
    command = [sys.executable, "-m", "runner.build", EXPERIMENT, "--structure", json.dumps(structure)]
    made = tmp_path_factory.mktemp("builds")
    environment = {**os.environ, "LOCAL_CREDIT_CACHE": str(made.parent)}  # one precompiled header for both
    subprocess.run([*command, "--out", made], cwd=ROOT, env=environment, check=True)
    (folder,) = made.iterdir()
    p = {**planned(EXPERIMENT, "smoke").points[0]["values"], **structure, "inputs.epochs": 3, "run.seed": 5}
    return Program(folder), p, inputs(p, np.random.default_rng(5))


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
    for shown, taught in zip(order, teach, strict=True):
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
    program.run({**values, **given}, results)
    read = program.reader(results)
    for name, weights in expected.items():
        np.testing.assert_allclose(read(name), weights, rtol=0, atol=1e-10, err_msg=name)
        assert np.abs(weights - given[name]).max() > 0.01, f"{name}: nothing was learned"
    np.testing.assert_allclose(read("layer_3.cost").sum(), cost, rtol=1e-10)


def test_a_channel_delays_by_four_time_constants(case, tmp_path):
    """The last stage answers a step of the input as a gamma distribution of Euler steps does; it forgets at the end."""
    from scipy.stats import nbinom

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
