"""The GLE chain equals, step by step, a plain NumPy loop over its published discretisation."""

import numpy as np
import pytest
from brian2 import ms, prefs

from base.values import Values
from experiments.gle.lag_line import experiment, inputs
from experiments.gle.robustness.inputs import PARTS
from models.gle import chain, descent

prefs.codegen.target = "numpy"

DT = 0.01  # ms
REPLICAS, STEPS = 3, 420
T_SWITCH, T_LEARN = 0.5, 1.2  # ms: most of the run is spent learning
ALGORITHMS = {
    "GLE": {"prospective": 1, "bptt": 0, "window": 0.01, "eta": 1e-3},
    "instantaneous": {"prospective": 0, "bptt": 0, "window": 0.01, "eta": 1e-3},
    "BPTT, 1 ms": {"prospective": 1, "bptt": 1, "window": 1.0, "eta": 0.01},
    "BPTT, 0.4 ms": {"prospective": 1, "bptt": 1, "window": 0.4, "eta": 0.02},
}
START = np.array([0.490093, 0.896445, 0.307423, 0.12])  # the last time constant soon meets its lower bound


def drawn(seed):
    """Draw the inputs of the experiment for the sizes of this test."""
    config = {
        "network.n_replicas": REPLICAS,
        "network.n_wave": 400,
        "network.dt": DT * 1e-3,
        "inputs.w_1": START[0],
        "inputs.w_2": START[1],
        "inputs.tau_1": START[2] * 1e-3,
        "inputs.tau_2": START[3] * 1e-3,
        "inputs.t_high": 2e-3,
        "inputs.sigma": 0.05e-3,
        "inputs.max_roll": 2e-3,
        "teacher.lead": 1e-3,
        "teacher.tau_1": 1e-3,
        "teacher.tau_2": 2e-3,
    }
    return inputs.inputs(Values(config), np.random.default_rng(seed))


def simulate(algorithm, arrays, steps=STEPS, nudging=1.0):
    """Run the network of the experiment; return its values after every step, each of shape (steps, ...)."""
    net = experiment.network(experiment.Structure(n_replicas=REPLICAS, record=DT * ms, record_learned=DT * ms))
    chain.teacher.assign(net["teacher"])
    chain.student.assign(net["student"], prospective=algorithm["prospective"], gamma=nudging)
    descent.gradients.assign(net["gradients"], bptt=algorithm["bptt"])
    descent.learned.assign(
        net["learned"],
        eta=algorithm["eta"],
        window=algorithm["window"] * ms,
        t_switch=T_SWITCH * ms,
        t_learn=T_LEARN * ms,
    )
    net["teacher"].roll = arrays["teacher.roll"]
    net["teacher"].namespace["wave"].values[:] = arrays["wave.values"]
    net["learned"].initial = arrays["learned.initial"]
    net["learned"].value = arrays["learned.value"]
    net.run(steps * DT * ms)
    traces = net["traces"]
    names = ("x", "target", "output", "r_in_2", "e_1", "e_2")
    found = {k: np.asarray(getattr(traces, k))[0] for k in names}
    return {**found, "value": np.asarray(net["parameters"].value).T, "total": np.asarray(net["learned"].total)}


def looked_up(arrays, n_steps=STEPS):
    """Input of every replica from the stored period, by integer arithmetic."""
    steps = np.arange(n_steps)[:, None] - arrays["teacher.roll"][None, :] + 100
    cycle = (steps * 253) // 101250
    index = steps - (cycle * 101250) // 253
    return arrays["wave.values"][np.minimum(index, 399)]


def reference_input(roll, n_steps):
    """Square wave with rounded edges, smoothed by a normalised Gaussian; the period is exactly 101250 / 253 steps."""
    half = 60
    edges = np.array([(k * 101250) // 253 for k in range(-4, n_steps // 400 + 4)])
    fine = np.arange(-half - 400, n_steps + half)
    nearest = edges[np.searchsorted(edges, fine, side="right") - 1]
    square = np.where(fine - nearest < 200, 1.0, -1.0)
    # the integral of the Gaussian over each step, which is what smoothing a held value means
    grid = np.linspace(-half - 0.5, half + 0.5, (2 * half + 1) * 200 + 1)
    density = np.exp(-(((grid[1:] + grid[:-1]) / 2) ** 2) / (2 * 5.0**2)).reshape(-1, 200).sum(axis=1)
    smooth = np.convolve(square, density / density.sum(), mode="same")
    return np.stack([smooth[half + 400 - b : half + 400 - b + n_steps] for b in roll], axis=1)


def reference(algorithm, x, gamma=1.0, shift=0.0):
    """Forward Euler, Jacobi order, layers as a list; sensitivities for BPTT; one Adam step per window.

    `shift` is added to the parameters when learning starts, for finite differences.
    """
    n_steps, n = x.shape
    tau_r, beta, true = 0.1, 0.01, np.array([1.0, 2.0, 1.0, 2.0])
    p = np.concatenate([START[:2], true[2:]])
    zeros = np.zeros((2, n))
    u, v, r, slope, back = (zeros.copy() for _ in range(5))
    teacher_u, teacher_r = zeros.copy(), zeros.copy()
    du, dr = np.zeros((2, 4, n)), np.zeros((2, 4, n))
    mean, square, total, adam = np.zeros(4), np.zeros(4), np.zeros(4), 0
    window, fresh = round(algorithm["window"] / DT), True
    log = {k: [] for k in ("x", "target", "output", "r_in_2", "e_1", "e_2", "value", "loss")}
    for step in range(n_steps):
        if step == round(T_SWITCH / DT):
            p = START.copy()
        learning = step - round(T_LEARN / DT)
        p = p + shift if learning == 0 else p
        w, tau = p[:2], p[2:]
        if fresh:
            du, dr = np.zeros((2, 4, n)), np.zeros((2, 4, n))
        target, output, below = teacher_r[1].copy(), r[1].copy(), [x[step], r[0].copy()]

        slopes = []
        for layer, read in enumerate([x[step], teacher_r[0].copy()]):
            slopes.append((true[layer] * read - teacher_u[layer]) / true[2 + layer])
            teacher_r[layer] = np.logaddexp(0, teacher_u[layer] + tau_r * slopes[layer])
        teacher_u = teacher_u + DT * np.array(slopes)

        e_in = [back[0] * slope[0], beta * (target - output) * slope[1]]
        new_dr, new_du = np.zeros_like(dr), np.zeros_like(du)
        e, u_dot = np.zeros((2, n)), np.zeros((2, n))
        for layer in range(2):
            v_dot = (e_in[layer] - v[layer]) / tau_r
            e[layer] = v[layer] + tau[layer] * v_dot if algorithm["prospective"] else e_in[layer]
            v[layer] = v[layer] + DT * v_dot
            u_dot[layer] = (w[layer] * below[layer] + gamma * e[layer] - u[layer]) / tau[layer]
            ahead = u[layer] + tau_r * u_dot[layer]
            u[layer] = u[layer] + DT * u_dot[layer]
            r[layer], slope[layer] = np.logaddexp(0, ahead), 1 / (1 + np.exp(-ahead))
            for k in range(4):  # derivative of the line `u_dot[layer] = ...` with respect to p[k]
                inner = (k == layer) * below[layer] - (k == 2 + layer) * u_dot[layer] - du[layer, k]
                inner = inner + (w[1] * dr[0, k] if layer == 1 else 0)
                du_dot = inner / tau[layer]
                new_dr[layer, k] = slope[layer] * (du[layer, k] + tau_r * du_dot)
                new_du[layer, k] = du[layer, k] + DT * du_dot
        if algorithm["bptt"]:
            gradient = np.mean(-2 * (target - output) * dr[1], axis=1)
        else:
            parts = [-e[0] * below[0], -e[1] * below[1], e[0] * u_dot[0], e[1] * u_dot[1]]
            gradient = np.mean(parts, axis=1)
        du, dr = new_du, new_dr
        back[0] = w[1] * e[1]

        fresh = learning < 0
        if learning >= 0:
            total = total + gradient
            # Windows end with multiples of their length; none of several steps ends with the very first one.
            if step % window == 0 and (learning > 0 or window == 1):
                fresh = True
                adam += 1
                mean = 0.9 * mean + 0.1 * total
                square = 0.999 * square + 0.001 * total**2
                scale = np.sqrt(square / (1 - 0.999**adam)) + 1e-8
                p = p - algorithm["eta"] * mean / (1 - 0.9**adam) / scale
                total = np.zeros(4)
            p = np.concatenate([p[:2], np.maximum(p[2:], 10 * DT)])
        values = (
            x[step][0],
            target[0],
            output[0],
            below[1][0],
            e[0][0],
            e[1][0],
            p.copy(),
            np.mean((target - output) ** 2),
        )
        for name, value in zip(log, values, strict=True):
            log[name].append(value)
    return {k: np.array(v) for k, v in log.items()}


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_step_equals_the_reference(name):
    """Rates, errors and learned parameters agree to rounding, and something is learned."""
    arrays = drawn(seed=3)
    found = simulate(ALGORITHMS[name], arrays)
    expected = reference(ALGORITHMS[name], looked_up(arrays))
    assert np.ptp(expected["value"][round(T_LEARN / DT) :], axis=0).min() > 1e-3, "nothing was learned"
    del expected["loss"]
    for variable, values in expected.items():
        np.testing.assert_allclose(found[variable], values, rtol=0, atol=1e-10, err_msg=variable)


def test_stored_period_equals_the_smoothed_square_wave():
    """Looking up one period is the same as smoothing the whole square wave with its rounded edges."""
    arrays = drawn(seed=3)
    n_steps = 20 * 400
    np.testing.assert_allclose(
        looked_up(arrays, n_steps), reference_input(arrays["teacher.roll"], n_steps), rtol=0, atol=1e-6
    )


def test_windowed_gradient_equals_finite_differences():
    """The sensitivities sum up to the derivative of the loss over the window, here without nudging."""
    # The first window ends with step 200, the first multiple of 1 ms after the start of learning.
    arrays, algorithm, steps = drawn(seed=5), ALGORITHMS["BPTT, 1 ms"], 200
    found = simulate(algorithm, arrays, steps=steps, nudging=0.0)["total"]
    x, h = looked_up(arrays)[:steps], 1e-5

    def loss(shift):
        return reference(algorithm, x, gamma=0.0, shift=shift)["loss"][round(T_LEARN / DT) :].sum()

    slopes = [(loss(h * unit) - loss(-h * unit)) / (2 * h) for unit in np.eye(4)]
    np.testing.assert_allclose(found, slopes, rtol=1e-6, atol=1e-8)


def test_local_and_windowed_gradients_differ():
    """The switch between algorithms reaches the parameters."""
    arrays = drawn(seed=1)
    ends = [simulate(a, arrays)["value"][-1] for a in ALGORITHMS.values()]
    assert min(np.abs(a - b).max() for k, a in enumerate(ends) for b in ends[:k]) > 1e-4


def test_the_inputs_know_all_parts_of_the_chain():
    assert PARTS == chain.PARTS


@pytest.mark.parametrize(("dt", "n_period"), [(0.013, 50), (0.01, 400), (0.007, 30), (0.1, 3)])
def test_a_period_of_whole_steps_never_slips(dt, n_period):
    """Whatever the time step: quotients of times that should be whole are never a rounding error below."""
    sizes = {"n_replicas": 1, "n_wave": n_period, "dt": dt * ms, "record": dt * ms, "record_learned": dt * ms}
    net = experiment.network(experiment.Structure(**sizes))
    chain.teacher.assign(net["teacher"], period=n_period * dt * ms, lead=0 * ms)
    chain.student.assign(net["student"])
    descent.gradients.assign(net["gradients"])
    descent.learned.assign(net["learned"], window=dt * ms)
    wave = np.arange(n_period, dtype=float)
    net["teacher"].namespace["wave"].values[:] = wave
    net.run(12.5 * n_period * dt * ms)
    x = np.asarray(net["traces"].x)[0].ravel()
    np.testing.assert_array_equal(x, np.resize(wave, x.size))
