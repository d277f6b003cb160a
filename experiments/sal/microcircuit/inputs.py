"""Patterns, voltages of the teacher and initial weights of every circuit."""

import numpy as np

from base.values import Values

TRAINING = (-3, -2.5, -2, -0.8, 0.8, 2, 2.5, 3)
VALIDATION = (-2.7, -1.8, -0.5, 0.5, 1.8, 2.7)
ALGORITHMS = ("SAL", "FA", "BP")
SEEDS = {"SAL": (355445, 915344), "FA": (354535, 918344), "BP": (375635, 936544)}  # weights, order of the patterns


def teacher(x: float, w: float, b: float, n: int = 10) -> float:
    """Return the mean voltage of the teacher's output, from the stationary ages of both neurons before it.

    Parameters
    ----------
    x : float
        Voltage of the input neuron.
    w : float
        Both weights.
    b : float
        Both biases.
    n : int
        Steps of the refractory period; a PSP is seen at lags 1 to n, and a neuron may fire again at lag n.

    Returns
    -------
    float
        Exact mean, dimensionless.
    """
    ages = np.arange(1, n + 2)  # the last one: older than n
    step = np.zeros((ages.size, ages.size, ages.size, ages.size))

    def moves(k: int, u: float) -> list[tuple[int, float]]:
        p = (ages[k] >= n) / (1 + n * np.exp(-u))
        return [(0, p), (min(k + 1, ages.size - 1), 1 - p)]

    for first in range(ages.size):
        for second in range(ages.size):
            for to_first, p_first in moves(first, x):
                for to_second, p_second in moves(second, b + w * (ages[first] <= n)):
                    step[to_first, to_second, first, second] += p_first * p_second
    matrix = step.reshape(ages.size**2, -1) - np.eye(ages.size**2)
    matrix[0] = 1
    stationary = np.linalg.solve(matrix, np.eye(ages.size**2)[0]).reshape(ages.size, ages.size)
    return float(b + w * stationary[:, :n].sum())


def circuits(p: Values) -> list[tuple[str, int]]:
    """Return algorithm and number (from 1 on) of every circuit, in the order of the groups."""
    return [(name, run) for name in ALGORITHMS for run in range(1, int(p.network.n_runs) + 1)]


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of one point.

    Parameters
    ----------
    p : Values
        Resolved parameters, SI base units.
    rng : numpy.random.Generator
        Not used: weights and patterns have the seeds of the authors.

    Returns
    -------
    dict
        Tables have one row a pattern, one more that is never shown, and one column a circuit.
    """
    n_epoch, n_patterns, all_circuits = p.network.n_epoch, p.network.n_patterns, circuits(p)
    n_shown = p.inputs.n_train + p.inputs.n_align
    known = (*TRAINING, *VALIDATION)
    goals = np.array([teacher(x, p.inputs.w_teacher, p.outputs.b) for x in known])
    phases = np.repeat([0, 1, 2], [p.inputs.n_train, p.inputs.n_align, n_epoch - n_shown])
    phase = np.append(np.resize(phases, n_patterns), 2)
    shown = np.zeros((n_patterns + 1, len(all_circuits)), dtype=int)
    weights = np.zeros((3, len(all_circuits)))
    for k, (algorithm, run) in enumerate(all_circuits):
        seed_weights, seed_order = SEEDS[algorithm]
        weights[:, k] = np.random.default_rng(seed_weights + run).uniform(-1, 1, 3) * p.inputs.w_range
        shown[:, k] = len(TRAINING) + np.arange(n_patterns + 1) % n_epoch - n_shown
        shown[phase < 2, k] = np.random.default_rng(seed_order + run).integers(len(TRAINING), size=(phase < 2).sum())
    shown[-1] = 0
    n = len(all_circuits)
    groups = ("afferents", "hidden", "outputs", "interneurons")
    of_groups = {f"{group}.fired": np.full(n, -1000.0) for group in groups}
    of_groups |= {f"{group}.window": np.array(p.network.window) for group in groups}
    return of_groups | {
        "pattern.values": np.array(known)[shown],
        "goal.values": goals[shown],
        "phase.values": phase.astype(float),
        "schedule.n_windows": np.array(round(p.network.pattern / p.network.window)),
        "basal.w": weights[0],
        "feedback.w": weights[1],
        "forward.w": weights[2],
        "feedback.sal": np.array([float(name == "SAL") for name, _ in all_circuits]),
        "feedback.copies": np.array([float(name == "BP") for name, _ in all_circuits]),
    }
