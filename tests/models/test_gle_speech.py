"""Populations with time constants of their own equal, to rounding and in every step, a NumPy loop with matrices."""

import numpy as np
import pytest

from base.values import Values
from experiments.gle.speech.inputs import N_LAYERS, inputs
from runner.planning import planned
from runner.records import recordings

EXPERIMENT = "gle/speech"
N_BATCHES = 4
UNSEEN = 2  # this batch is only looked at
LAYERS = range(1, N_LAYERS + 1)


def heard(p, given):
    """Return the input, shape (steps, copies, bands): linear interpolation between the centres of frames."""
    b, n_steps, n_frames, n_bands = (p[f"network.{k}"] for k in ("n_copies", "n_steps", "n_frames", "n_bands"))
    keywords = given["samples.values"].reshape(-1, n_frames, n_bands)
    order = given["order.values"].reshape(-1, b).astype(int)[:N_BATCHES]
    at, centres = (np.arange(n_steps) + 0.5) / n_steps, (np.arange(n_frames) + 0.5) / n_frames
    x = [[[np.interp(at, centres, band) for band in keywords[k].T] for k in shown] for shown in order]
    return np.array(x).transpose(0, 3, 1, 2).reshape(-1, b, n_bands), order


def reference(p, given, prospective):
    """Return final weights and biases, rates of the first copy in every step, cost of taught and of unseen samples."""
    dt, b, n_steps = p["network.dt"], p["network.n_copies"], p["network.n_steps"]
    x, order = heard(p, given)
    width = [len(given[f"bias_{k}.w"]) for k in LAYERS]
    w = [given[f"to_{k}.w"].reshape(-1, n).copy() for k, n in zip(LAYERS, width, strict=True)]
    bias = [given[f"bias_{k}.w"].copy() for k in LAYERS]
    tau_m = [given[f"layer_{k}.tau_m"][:n] for k, n in zip(LAYERS, width, strict=True)]
    tau_r = [given[f"layer_{k}.tau_r"][:n] for k, n in zip(LAYERS, width, strict=True)]
    u, v, r, slope, back, e = ([np.zeros((b, n)) for n in width] for _ in range(6))
    moments = [[np.zeros_like(a), np.zeros_like(a)] for a in [*w, *bias]]
    n_adam, cost, hidden, logits = 0, {True: 0.0, False: 0.0}, [], []
    for step, frame in enumerate(x):
        taught = step // n_steps != UNSEEN
        goal = np.eye(width[-1])[given["labels.values"][order[step // n_steps]].astype(int)]
        below = [frame, *(a.copy() for a in r[:-1])]
        odds = np.exp(r[-1]) / np.exp(r[-1]).sum(axis=1, keepdims=True)
        cost[taught] -= np.log(odds[goal > 0]).sum()
        back[-1] = taught * (goal - odds) / b
        for k, layer in enumerate(LAYERS):
            e_in = slope[k] * back[k]
            pull = (e_in - v[k]) / tau_r[k]
            e[k] = v[k] + tau_m[k] * pull if prospective else e_in
            v[k] = v[k] + dt * pull
            rise = (below[k] @ w[k] + bias[k] - u[k]) / tau_m[k]
            ahead = u[k] + tau_r[k] * rise
            u[k] = u[k] + dt * rise
            linear = layer in (1, N_LAYERS)
            r[k] = ahead if linear else np.tanh(ahead)
            slope[k] = np.ones_like(ahead) if linear else 1 - r[k] ** 2
        for k in range(N_LAYERS - 1):
            back[k] = e[k + 1] @ w[k + 1].T
        hidden.append(r[-2][0])
        logits.append(r[-1][0])
        if not taught:
            continue
        n_adam += 1
        gradients = [*(low.T @ up for low, up in zip(below, e, strict=True)), *(up.sum(axis=0) for up in e)]
        for a, g, (mean, square) in zip([*w, *bias], gradients, moments, strict=True):
            mean += 0.1 * (g - mean)
            square += 0.001 * (g**2 - square)
            a += p["schedule.eta"] * mean / (1 - 0.9**n_adam) / (np.sqrt(square / (1 - 0.999**n_adam)) + 1e-8)
    final = {f"to_{k}.w": w[k - 1].ravel() for k in LAYERS} | {f"bias_{k}.w": bias[k - 1] for k in LAYERS}
    return final, {"bands": x[:, 0], "rates": np.array(hidden), "logits": np.array(logits)}, cost


@pytest.mark.parametrize("number", [0, 1, 2], ids=["prospective", "instantaneous", "no lags"])
def test_training_equals_the_reference(built, tmp_path, number):
    point = planned(EXPERIMENT, "smoke").points[number]
    p = {**point["values"], "run.seed": point["seed"]}
    given = inputs(Values(p), np.random.default_rng(point["seed"]))
    given["teach.values"][UNSEEN] = 0
    given |= {f"{probe}.watch": 0 for probe in ("probe_in", "probe_hidden", "probe_out")}
    given["run.duration"] = (N_BATCHES * p["network.n_steps"] - 0.5) * p["network.dt"]
    expected, traces, cost = reference(p, given, p.get("layer_1.prospective", 1))
    values = {k: v for k, v in p.items() if k.split(".")[0] not in ("network", "inputs")}
    program = built(EXPERIMENT)
    program.run({**values, **given}, tmp_path)
    read = program.reader(tmp_path)
    for name, weights in expected.items():
        np.testing.assert_allclose(read(name), weights, rtol=0, atol=1e-10, err_msg=name)
        assert np.abs(weights - given[name]).max() > 0.01, f"{name}: nothing was learned"
    tables = recordings(program.manifest, read, point)
    for name, trace in traces.items():
        found = tables[name].pivot_table(index="t_ms", columns="i", values="r").to_numpy()
        np.testing.assert_allclose(found, trace, rtol=0, atol=1e-10, err_msg=name)
    np.testing.assert_allclose(read(f"layer_{N_LAYERS}.cost").sum(), cost[True], rtol=1e-10)
    np.testing.assert_allclose(read(f"layer_{N_LAYERS}.cost_unseen").sum(), cost[False], rtol=1e-10)
