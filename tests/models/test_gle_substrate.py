"""Networks on a substrate that is not exact equal, to rounding, a NumPy loop with the same factors."""

import numpy as np
import pytest

from base.values import Values
from experiments.gle.network_robustness.inputs import KINDS, N_CHANNELS, N_LAYERS, inputs
from runner.planning import planned

EXPERIMENT = "gle/network_robustness"
N_BATCHES = 3  # the last one is only looked at
LAYERS = range(1, N_LAYERS + 1)


def drawn(design, kind="spread", strength=0.3):
    """Return the values and the arrays of a point; the last batch is not taught."""
    point = planned(EXPERIMENT, "smoke").points[0]
    changed = {"inputs.design": design, "inputs.perturbed": kind, "inputs.strength": strength}
    p = {**point["values"], "run.seed": point["seed"], **changed}
    given = inputs(Values(p), np.random.default_rng(point["seed"]))
    given["teach.values"][N_BATCHES - 1] = 0
    return p, given


def reference(p, given):
    """Return final weights and biases, and the summed cost of taught and of unseen samples."""
    dt, b, n_steps = p["network.dt"], p["network.n_copies"], p["network.n_steps"]
    sizes = [N_CHANNELS] + [p["network.n_hidden"]] * (N_LAYERS - 1) + [p["network.n_classes"]]
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    w = [given[f"to_{k}.w"].reshape(pairs[k - 1]).copy() for k in LAYERS]
    down = [
        (given[f"to_{k}.f_back"].reshape(pairs[k - 1]), given[f"to_{k}.w_back"].reshape(pairs[k - 1]))
        for k in LAYERS[1:]
    ]
    bias = [given[f"bias_{k}.w"].copy() for k in LAYERS]
    tau = {
        name: [given[f"layer_{k}.{name}"][: sizes[k]] for k in LAYERS] for name in ("tau_m", "tau_r", "tau_e", "tau_v")
    }
    linear = [given[f"layer_{k}.linear"][0] for k in LAYERS]
    lag, ahead = given["bank.tau_m"][:N_CHANNELS], given["bank.tau_r"][:N_CHANNELS]
    u, v, r, slope, back, e = ([np.zeros((b, n)) for n in sizes[1:]] for _ in range(6))
    moments = [[np.zeros_like(a), np.zeros_like(a)] for a in [*w, *bias]]
    order, n_adam, costs = given["order.values"].reshape(-1, b).astype(int), 0, [0.0, 0.0]
    for step in range(N_BATCHES * n_steps):
        presentation, within = divmod(step, n_steps)
        shown, taught = order[presentation], given["teach.values"][presentation]
        if within == 0:
            deep, lagged = np.zeros((4, b, N_CHANNELS)), np.zeros((4, b, N_CHANNELS))
        below = [lagged[3], *(a.copy() for a in r[:-1])]
        x = given["samples.values"][shown * n_steps + within][:, None]
        drive = np.stack([np.broadcast_to(x, lagged[0].shape), *lagged[:3]])
        lagged = deep + ahead * (drive - deep) / lag
        deep = deep + dt * (drive - deep) / lag
        odds = np.exp(r[-1]) / np.exp(r[-1]).sum(axis=1, keepdims=True)
        goal = np.eye(sizes[-1])[given["labels.values"][shown].astype(int)]
        costs[int(1 - taught)] -= (goal * np.log(odds)).sum()
        for k in range(N_LAYERS):
            e_in = slope[k] * (taught * (goal - odds) / b if k == N_LAYERS - 1 else back[k])
            rise = (e_in - v[k]) / tau["tau_v"][k]
            e[k] = v[k] + tau["tau_e"][k] * rise
            v[k] = v[k] + dt * rise
            pull = (below[k] @ w[k] + bias[k] - u[k]) / tau["tau_m"][k]
            u_hat = u[k] + tau["tau_r"][k] * pull
            u[k] = u[k] + dt * pull
            r[k] = u_hat if linear[k] else np.tanh(u_hat)
            slope[k] = np.ones_like(u_hat) if linear[k] else 1 - r[k] ** 2
        for k, (share, fixed) in enumerate(down):
            back[k] = e[k + 1] @ (share * w[k + 1] + fixed).T
        if taught:
            n_adam += 1
            gradients = [*(below[k].T @ e[k] for k in range(N_LAYERS)), *(a.sum(axis=0) for a in e)]
            for a, g, moment in zip([*w, *bias], gradients, moments, strict=True):
                moment[0] += 0.1 * (g - moment[0])
                moment[1] += 0.001 * (g**2 - moment[1])
                mean, power = moment[0] / (1 - 0.9**n_adam), moment[1] / (1 - 0.999**n_adam)
                a += p["schedule.eta"] * mean / (np.sqrt(power) + 1e-8)
    return {f"to_{k}.w": w[k - 1].ravel() for k in LAYERS} | {f"bias_{k}.w": bias[k - 1] for k in LAYERS}, costs


@pytest.mark.parametrize("design", ["populations", "bank"])
def test_training_equals_the_reference(built, tmp_path, design):
    p, given = drawn(design)
    rng = np.random.default_rng(5)
    for k in LAYERS[1:]:  # the feedback is random as well
        given[f"to_{k}.w_back"] = 0.1 * rng.normal(size=given[f"to_{k}.w"].size)
    expected, costs = reference(p, given)
    values = {k: v for k, v in p.items() if k.split(".")[0] not in ("network", "inputs")}
    duration = (N_BATCHES * p["network.n_steps"] - 0.5) * p["network.dt"]
    program, results = built(EXPERIMENT), tmp_path / "run"
    results.mkdir()
    program.run({**values, **given, "run.duration": duration}, results)
    read = program.reader(results)
    for name, weights in expected.items():
        np.testing.assert_allclose(read(name), weights, atol=1e-9, err_msg=name)
    found = [read(f"layer_{N_LAYERS}.cost{part}").sum() for part in ("", "_unseen")]
    np.testing.assert_allclose(found, costs, rtol=1e-10)


def test_only_what_is_asked_for_is_not_exact():
    """Without a perturbation, and with those of other kinds, error neurons mirror their neurons."""
    for kind in KINDS[:-1]:
        _, given = drawn("populations", kind, 0.5)
        ahead = 0.5 if kind == "look-ahead" else 1.0
        for k in LAYERS:
            np.testing.assert_array_equal(given[f"layer_{k}.tau_e"], ahead * given[f"layer_{k}.tau_m"])
            np.testing.assert_array_equal(given[f"layer_{k}.tau_v"], given[f"layer_{k}.tau_r"])
            assert given[f"layer_{k}.sigma"] == (0.5 if kind == "noise" else 0)
        random = any(given[f"to_{k}.w_back"].any() for k in LAYERS[1:])
        assert random == (kind == "feedback")


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        (("columns",), "inputs.design must be populations or bank, not 'columns'"),
        (("bank", "age"), "inputs.perturbed must be nothing, look-ahead, feedback, noise or spread, not 'age'"),
        (("bank", "feedback", 1.5), "inputs.strength is 1.5, but the random share of the feedback is between 0 and 1"),
    ],
)
def test_what_does_not_exist_is_refused(changed, text):
    with pytest.raises(ValueError, match=text):
        drawn(*changed)
