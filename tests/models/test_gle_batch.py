"""Copies of a network that share weights equal, to rounding, a NumPy loop with matrices and Adam in every step."""

import numpy as np

from base.values import Values
from experiments.gle.mnist_1d.experiment import Structure, network
from experiments.gle.mnist_1d.inputs import inputs
from runner.planning import planned

EXPERIMENT = "gle/mnist_1d"
N_BATCHES = 3  # the last one is only looked at


def reference(p, given):
    """Return final weights and biases, and the summed cost of taught and of unseen samples."""
    dt, b, n_steps = p["network.dt"], p["network.n_copies"], p["network.n_steps"]
    sizes = [1] + [p["network.n_hidden"]] * 6 + [p["network.n_classes"]]
    layers = range(1, 8)
    w = [given[f"to_{k}.w"].reshape(sizes[k - 1], sizes[k]).copy() for k in layers]
    bias = [given[f"bias_{k}.w"].copy() for k in layers]
    tau_m, tau_r = ([given[f"layer_{k}.{name}"][: sizes[k]] for k in layers] for name in ("tau_m", "tau_r"))
    linear = [given[f"layer_{k}.linear"][0] for k in layers]
    u, v, r, slope, back, e = ([np.zeros((b, n)) for n in sizes[1:]] for _ in range(6))
    moments = [[np.zeros_like(a), np.zeros_like(a)] for a in [*w, *bias]]
    order, n_adam, cost, unseen = given["order.values"].reshape(-1, b).astype(int), 0, 0.0, 0.0
    for step in range(N_BATCHES * n_steps):
        presentation, within = divmod(step, n_steps)
        shown, taught = order[presentation], given["teach.values"][presentation]
        below = [given["samples.values"][shown * n_steps + within][:, None], *(a.copy() for a in r[:-1])]
        odds = np.exp(r[-1]) / np.exp(r[-1]).sum(axis=1, keepdims=True)
        goal = np.eye(sizes[-1])[given["labels.values"][shown].astype(int)]
        price = -(goal * np.log(odds)).sum()
        cost, unseen = cost + taught * price, unseen + (1 - taught) * price
        for k in range(7):
            e_in = slope[k] * (taught * (goal - odds) / b if k == 6 else back[k])
            rise = (e_in - v[k]) / tau_r[k]
            e[k] = v[k] + tau_m[k] * rise
            v[k] = v[k] + dt * rise
            pull = (below[k] @ w[k] + bias[k] - u[k]) / tau_m[k]
            ahead = u[k] + tau_r[k] * pull
            u[k] = u[k] + dt * pull
            r[k] = ahead if linear[k] else np.tanh(ahead)
            slope[k] = np.ones_like(ahead) if linear[k] else 1 - r[k] ** 2
        for k in range(6):
            back[k] = e[k + 1] @ w[k + 1].T
        if taught:
            n_adam += 1
            gradients = [*(below[k].T @ e[k] for k in range(7)), *(e[k].sum(axis=0) for k in range(7))]
            for a, g, moment in zip([*w, *bias], gradients, moments, strict=True):
                moment[0] += 0.1 * (g - moment[0])
                moment[1] += 0.001 * (g**2 - moment[1])
                mean, power = moment[0] / (1 - 0.9**n_adam), moment[1] / (1 - 0.999**n_adam)
                a += p["schedule.eta"] * mean / (np.sqrt(power) + 1e-8)
    return (
        {f"to_{k + 1}.w": w[k].ravel() for k in range(7)} | {f"bias_{k + 1}.w": bias[k] for k in range(7)},
        cost,
        unseen,
    )


def test_training_equals_the_reference(built, tmp_path):
    point = planned(EXPERIMENT, "smoke").points[0]
    p = {**point["values"], "run.seed": point["seed"]}
    given = inputs(Values(p), np.random.default_rng(point["seed"]))
    given["teach.values"][N_BATCHES - 1] = 0
    expected, cost, unseen = reference(p, given)
    values = {k: v for k, v in p.items() if k.split(".")[0] not in ("network", "inputs")}
    duration = (N_BATCHES * p["network.n_steps"] - 0.5) * p["network.dt"]
    program, results = built(EXPERIMENT), tmp_path / "run"
    results.mkdir()
    program.run({**values, **given, "run.duration": duration}, results)
    read = program.reader(results)
    for name, weights in expected.items():
        np.testing.assert_allclose(read(name), weights, atol=1e-9, err_msg=name)
    np.testing.assert_allclose(read("layer_7.cost").sum(), cost, rtol=1e-10)
    np.testing.assert_allclose(read("layer_7.cost_unseen").sum(), unseen, rtol=1e-10)


def test_what_stays_in_double_precision():
    net = network(Structure(n_hidden=3, n_copies=2, n_samples=4, n_taught=1, n_unseen=1, n_epochs=1, bits=32))
    groups = {one.name: one for one in net.objects}
    wide = {
        (name, variable)
        for name in ("schedule", "layer_1", "layer_7", "to_1")
        for variable in groups[name].equations.names
        if groups[name].variables[variable].dtype == np.float64
    }
    assert wide == {("schedule", "cost"), ("schedule", "cost_before"), ("schedule", "best")} | {
        ("layer_7", "cost"),
        ("layer_7", "cost_unseen"),
    }
