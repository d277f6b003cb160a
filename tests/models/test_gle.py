"""Layers of GLE neurons equal, step by step, a plain NumPy loop over the published discretisation."""

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, StateMonitor, Synapses, TimedArray, ms, prefs

from models.base import attach
from models.gle import latent_equilibrium, stimuli
from models.gle.layers import parts, stack

prefs.codegen.target = "numpy"

DT = 0.2  # ms
SIZES = (2, 5, 4, 3)
SHOWN, ROWS, SAMPLES = 6, 3, 4
ORDER = np.array([0, 3, 1, 2, 2, 0, 1, 3])
TEACH = np.array([1, 1, 1, 1, 0, 0, 1, 1])
STEPS = SHOWN * len(ORDER)
CASES = {
    "GLE": {"prospective": 1, "gamma": 0.0, "free": 0.0, "settle": 0},
    "nudged": {"prospective": 1, "gamma": 0.3, "free": 0.0, "settle": 2},
    "instantaneous": {"prospective": 0, "gamma": 0.0, "free": 0.0, "settle": 0},
    "fixed feedback": {"prospective": 1, "gamma": 0.0, "free": 1.0, "settle": 0},
}


def drawn(seed=1):
    """Random samples, labels, weights, biases, time constants and transfer functions."""
    rng = np.random.default_rng(seed)
    pairs = list(zip(SIZES[:-1], SIZES[1:], strict=True))
    return {
        "x": rng.normal(size=(SAMPLES * ROWS, SIZES[0])),
        "labels": rng.integers(0, SIZES[-1], SAMPLES),
        "w": [rng.normal(size=pair) / np.sqrt(pair[0]) for pair in pairs],
        "back": [rng.normal(size=pair) for pair in pairs],
        "b": [rng.normal(size=n) for n in SIZES[1:]],
        "tau_m": [rng.uniform(0.4, 2, n) for n in SIZES[1:]],
        "tau_r": [np.where(rng.random(n) < 0.5, DT, rng.uniform(0.3, 2, n)) for n in SIZES[1:]],
        "linear": [np.ones(SIZES[1]), np.zeros(SIZES[2]), np.ones(SIZES[3])],
    }


def simulate(given, case):
    """Run the stack with Adam after every second presentation; return values after every step."""
    objects = stack(
        parts(len(SIZES) - 1),
        SIZES,
        DT * ms,
        samples=SAMPLES,
        presentations=len(ORDER),
        shown=SHOWN,
        rows=ROWS,
        interval=2 * SHOWN * DT * ms,
    )
    top = len(SIZES) - 1
    tables = objects["input"].namespace | objects[f"layer_{top}"].namespace
    tables["samples"].values[:] = given["x"]
    tables["labels"].values[:] = given["labels"]
    tables["order"].values[:] = ORDER
    tables["teach"].values[:] = TEACH
    for name, model in parts(top).items():
        wanted = {"eta": 0.05, "eta_b": 0.05, "beta": 0.7, "decide": 2, **case}
        known = {field for field in model.params.__dataclass_fields__}
        model.assign(objects[name], **{key: value for key, value in wanted.items() if key in known})
    monitors = []
    for k in range(1, top + 1):
        layer, links = objects[f"layer_{k}"], objects[f"to_{k}"]
        layer.tau_m, layer.tau_r = given["tau_m"][k - 1] * ms, given["tau_r"][k - 1] * ms
        layer.linear, layer.b = given["linear"][k - 1], given["b"][k - 1]
        links.w = given["w"][k - 1].ravel()
        if k > 1:
            links.w_back = given["back"][k - 1].ravel()
        monitors.append(StateMonitor(layer, ["r", "error", "b"], record=True, dt=DT * ms, when="end"))
        monitors.append(StateMonitor(links, "w", record=True, dt=DT * ms, when="end"))
    Network(*objects.values(), *monitors).run(STEPS * DT * ms)
    found = {}
    for k in range(top):
        layer, links = monitors[2 * k : 2 * k + 2]
        found |= {f"r_{k}": layer.r.T, f"e_{k}": layer.error.T, f"b_{k}": layer.b.T, f"w_{k}": links.w.T}
    last = objects[f"layer_{top}"]
    return {**found, "hits": last.hits[:], "hits_unseen": last.hits_unseen[:], "cost": last.cost[:]}


def reference(given, case):
    """Eight lines a step, layers in a list, Adam in matrices: shares nothing with the model."""
    n = len(SIZES) - 1
    w, b = [a.copy() for a in given["w"]], [a.copy() for a in given["b"]]
    u, v, r, slope, e = ([np.zeros(m) for m in SIZES[1:]] for _ in range(5))
    back = [np.zeros(m) for m in SIZES[1:]]
    params = [*w, *b]
    collected, first, second, count = [0 * p for p in params], [0 * p for p in params], [0 * p for p in params], 0
    log = {f"{x}_{k}": [] for k in range(n) for x in "rebw"}
    hits, unseen, cost = np.zeros(SIZES[-1]), np.zeros(SIZES[-1]), np.zeros(SIZES[-1])
    votes = np.zeros(SIZES[-1])
    for step in range(STEPS):
        k, within = divmod(step, SHOWN)
        if step and within == 0:
            label = given["labels"][ORDER[k - 1]]
            if votes.argmax() == label:
                (hits if TEACH[k - 1] else unseen)[label] += 1
            votes = np.zeros(SIZES[-1])
            if k % 2 == 0:
                if TEACH[k - 1]:
                    count += 1
                    for i, p in enumerate(params):
                        first[i] = 0.9 * first[i] + 0.1 * collected[i]
                        second[i] = 0.999 * second[i] + 0.001 * collected[i] ** 2
                        p += 0.05 * first[i] / (1 - 0.9**count) / (np.sqrt(second[i] / (1 - 0.999**count)) + 1e-8)
                collected = [0 * p for p in params]
        below = [given["x"][ORDER[k] * ROWS + within * ROWS // SHOWN], *[a.copy() for a in r[:-1]]]
        label = given["labels"][ORDER[k]]
        p = np.exp(r[-1]) / np.exp(r[-1]).sum()
        cost[label] -= TEACH[k] * np.log(p[label])
        arriving = [*back[:-1], 0.7 * TEACH[k] * (np.eye(SIZES[-1])[label] - p)]
        for layer in range(n):
            e_in, tau_m, tau_r = slope[layer] * arriving[layer], given["tau_m"][layer], given["tau_r"][layer]
            rise = (e_in - v[layer]) / tau_r
            e[layer] = v[layer] + tau_m * rise if case["prospective"] else e_in
            v[layer] = v[layer] + DT * rise
            pull = (below[layer] @ w[layer] + b[layer] + case["gamma"] * e[layer] - u[layer]) / tau_m
            ahead = u[layer] + tau_r * pull
            u[layer] = u[layer] + DT * pull
            r[layer] = ahead if given["linear"][layer][0] else np.tanh(ahead)
            slope[layer] = np.ones_like(ahead) if given["linear"][layer][0] else 1 / np.cosh(ahead) ** 2
        if TEACH[k] and within >= case["settle"]:
            for layer in range(n):
                collected[layer] += np.outer(below[layer], e[layer])
                collected[n + layer] += e[layer]
        for layer in range(n - 1):
            back[layer] = (given["back"] if case["free"] else w)[layer + 1] @ e[layer + 1]
        votes += r[-1] if within >= 2 else 0
        for layer in range(n):
            for name, value in zip("rebw", (r[layer], e[layer], b[layer], w[layer].ravel()), strict=True):
                log[f"{name}_{layer}"].append(value.copy())
    return {**{name: np.array(a) for name, a in log.items()}, "hits": hits, "hits_unseen": unseen, "cost": cost}


@pytest.mark.parametrize("name", CASES)
def test_every_step_equals_the_reference(name):
    """Rates, errors, weights and biases of all layers; recognised samples and cost."""
    given = drawn()
    found, expected = simulate(given, CASES[name]), reference(given, CASES[name])
    assert np.ptp(expected["w_0"], axis=0).min() > 1e-3, "something was learned"
    assert found.keys() == expected.keys()
    for variable, values in expected.items():
        np.testing.assert_allclose(found[variable], values, rtol=0, atol=1e-10, err_msg=variable)


def test_descent_with_momentum_equals_the_reference():
    """The rule without Adam, an output for a mean squared error, a target that is a rate."""
    rng = np.random.default_rng(2)
    series, goal = TimedArray(rng.normal(size=(60, 2)), dt=DT * ms), TimedArray(rng.normal(size=(60, 1)), dt=DT * ms)
    whole = {"order": TimedArray(np.zeros(1), dt=60 * DT * ms), "shown": 60, "rows": 60}
    start = [rng.normal(size=(2, 3)), rng.normal(size=(3, 1))]
    source = NeuronGroup(2, name="source", dt=DT * ms, **stimuli.stimulus.kwargs(samples=series, **whole))
    targets = NeuronGroup(1, name="targets", dt=DT * ms, **stimuli.stimulus.kwargs(samples=goal, **whole))
    layers = [
        NeuronGroup(3, name="middle", dt=DT * ms, **latent_equilibrium.hidden.kwargs()),
        NeuronGroup(1, name="last", dt=DT * ms, **latent_equilibrium.output.kwargs()),
    ]
    links = [
        Synapses(source, layers[0], name="up_1", dt=DT * ms, **latent_equilibrium.input_projection.kwargs()),
        Synapses(layers[0], layers[1], name="up_2", dt=DT * ms, **latent_equilibrium.dense.kwargs()),
        Synapses(targets, layers[1], name="targeting", dt=DT * ms, **latent_equilibrium.target.kwargs()),
    ]
    for group, w in zip(links, [*start, None], strict=True):
        group.connect()
        if w is not None:
            group.w = w.ravel()
    tau_m, tau_r = [np.array([0.5, 1.0, 1.5]), np.array([0.8])], [np.array([0.2, 1.0, 0.4]), np.array([0.8])]
    for group, m, ahead in zip(layers, tau_m, tau_r, strict=True):
        group.tau_m, group.tau_r = m * ms, ahead * ms
    layers[1].linear = 1
    for model, group, values in (
        (stimuli.stimulus, source, {}),
        (stimuli.stimulus, targets, {}),
        (latent_equilibrium.target, links[2], {}),
        (latent_equilibrium.hidden, layers[0], {"gamma": 0.1}),
        (latent_equilibrium.output, layers[1], {"beta": 0.5}),
        (latent_equilibrium.input_projection, links[0], {"eta": 0.01, "momentum": 0.9, "t_learn": 2 * ms}),
        (latent_equilibrium.dense, links[1], {"eta": 0.02, "momentum": 0.5}),
    ):
        model.assign(group, **values)
        attach([group], {group.name: model})
    monitors = [StateMonitor(layers[1], "r", record=True, dt=DT * ms, when="end")]
    monitors += [StateMonitor(group, "w", record=True, dt=DT * ms, when="end") for group in links[:2]]
    Network(source, targets, *layers, *links, *monitors).run(60 * DT * ms)

    w, m = [a.copy() for a in start], [0 * a for a in start]
    u, v, r, slope = ([np.zeros(3), np.zeros(1)] for _ in range(4))
    back, expected = np.zeros(3), []
    for step in range(60):
        below = [series.values[step], r[0].copy()]
        arriving = [back, 0.5 * (goal.values[step] - r[1])]
        e = []
        for k, gamma in enumerate((0.1, 0.0)):
            e_in = slope[k] * arriving[k]
            e.append(v[k] + tau_m[k] / tau_r[k] * (e_in - v[k]))
            v[k] = v[k] + DT / tau_r[k] * (e_in - v[k])
            pull = below[k] @ w[k] + gamma * e[k] - u[k]
            ahead, u[k] = u[k] + tau_r[k] / tau_m[k] * pull, u[k] + DT / tau_m[k] * pull
            r[k], slope[k] = (ahead, np.ones(1)) if k else (np.tanh(ahead), 1 - np.tanh(ahead) ** 2)
        back = w[1] @ e[1]
        for k, (eta, mu) in enumerate(((0.01, 0.9), (0.02, 0.5))):
            m[k] = mu * m[k] + (np.outer(below[k], e[k]) if k or step >= 10 else 0)
            w[k] = w[k] + eta * m[k]
        expected.append((r[1].copy(), w[0].ravel(), w[1].ravel()))
    for found, values in zip((monitors[0].r, monitors[1].w, monitors[2].w), zip(*expected, strict=True), strict=True):
        np.testing.assert_allclose(found.T, np.array(values), rtol=0, atol=1e-10)
