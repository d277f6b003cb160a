"""E-prop 2 and its arm equal, to rounding, the PyTorch record and a plain NumPy loop."""

import numpy as np
import pytest

from experiments.eprop.arm import inputs as arm
from runner.experiment import load
from runner.numpy_device import NumpyProgram
from runner.simulate import run_point
from runner.sweep import plan

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
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment, planned.builds[point["build"]]))
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
    overrides = {"inputs.n_movements": n_shown, "network.n_given": spikes.size, "code.given": 1.0}
    tables, _, _ = run(monkeypatch, overrides, lambda _: {"given_spikes.values": spikes})
    found = by_step(tables["velocities"], "y", STEPS, 2)
    for number in range(n_shown):
        before, training, after = found[3 * number : 3 * number + 3]
        np.testing.assert_allclose(before, stored["check.before"], rtol=1e-9, atol=1e-9)
        np.testing.assert_array_equal(before, training)
        np.testing.assert_allclose(after, stored["check.after"][number], rtol=1e-9, atol=1e-9)
        assert np.abs(after - before).max() > 1
