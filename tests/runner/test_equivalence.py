"""The compiled program and the NumPy target compute the same network, for every experiment."""

import numpy as np
import pytest

from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan
from runner.simulate import drawn, run_point


@pytest.fixture
def both(built, restored):
    """Return a function: experiment, point and overrides to the recordings of the program and of NumPy."""

    def of(name, overrides, number=0, seed=1):
        experiment = load(name)
        planned = plan(experiment, "smoke", overrides=overrides)
        point = {**planned.points[number], "seed": seed}
        compiled, _ = run_point(name, point, built(name))
        program = NumpyProgram(experiment.module, planned.builds[point["build"]])
        return compiled, run_point(experiment.name, point, program)[0]

    return of


@pytest.fixture
def restored():
    """Leave Brian2 on the device and the target it was on."""
    from brian2 import prefs, set_device

    target = prefs.codegen.target
    yield
    prefs.codegen.target = target
    set_device("runtime")


def assert_equal(compiled, reference, tolerance=1e-9):
    """Compare tables; a float may differ by `tolerance` of the largest value of its column (and variable)."""
    assert compiled.keys() == reference.keys()
    for name, table in compiled.items():
        other = reference[name]
        assert list(table.columns) == list(other.columns), name
        assert len(table) == len(other), name
        for column in table.columns:
            if table[column].dtype.kind == "f":
                scale = np.abs(other[column]).max()
                np.testing.assert_allclose(
                    table[column], other[column], rtol=tolerance, atol=tolerance * scale, err_msg=f"{name}.{column}"
                )
            else:
                assert table[column].tolist() == other[column].tolist(), f"{name}.{column}"


@pytest.mark.parametrize("number", [0, 2])
def test_eprop_sine_tutorial(both, number):
    # Two trials: the losses of the second are those of a network that has learned.
    compiled, reference = both("eprop/sine_tutorial", {"run.duration": "2.001 s"}, number)
    assert_equal(compiled, reference)
    losses = compiled["losses"].loss.to_numpy()
    assert len(losses) == 3 and losses[2] != losses[1] > 0


@pytest.mark.parametrize("number", [0, 1, 2])
def test_gle_lag_line(both, number):
    # Learning of the time constants is on from the first milliseconds.
    overrides = {"run.duration": "8 ms", "learned.t_learn": "2 ms", "learned.eta": 0.01}
    compiled, reference = both("gle/lag_line", overrides, number)
    assert_equal(compiled, reference)
    parameters = compiled["parameters"].pivot_table(index="t_ms", columns="index", values="value")
    assert (parameters.iloc[-1] != parameters.iloc[0]).sum() >= 2


def test_gupta_iris(both):
    experiment = load("gupta/iris")
    few = {"inputs.n_train": 4, "inputs.n_test": 2, "inputs.n_epochs": 1}
    compiled, reference = both("gupta/iris", few)
    assert_equal(compiled, reference)
    assert len(compiled["spikes"]) > 20 and compiled["readout"].learning.any()
    start = next(drawn("gupta/iris", {**plan(experiment, "smoke", overrides=few).points[0], "seed": 1}))["synapses.w"]
    final = compiled["final"]
    assert (final[final.variable == "synapses.w"].value.to_numpy() != start).any()


@pytest.mark.parametrize("biases", [(40.0, 40.0), (-40.0, 40.0)])
def test_sal_phase_plane_without_chance(both, biases):
    # Such biases leave nothing to chance: a neuron fires as soon as it can, or never.
    overrides = {"run.duration": "1.3 s", "inputs.b_1": biases[0], "inputs.b_2": biases[1]}
    compiled, reference = both("sal/phase_plane", overrides)
    assert_equal(compiled, reference)


def test_sal_phase_plane_in_distribution(both):
    # 20 pairs each: the mean change of both weights agrees within four standard errors.
    compiled, reference = both("sal/phase_plane", {"run.duration": "3.001 s", "synapses.eta": 1.0})

    def change(tables):
        weights = tables["weights"]
        end = weights[weights.t_ms == weights.t_ms.max()].w.to_numpy().reshape(-1, 2)
        return end - np.array([0.5, 1.5])

    ours, theirs = change(compiled), change(reference)
    assert ours.shape == theirs.shape == (20, 2)
    error = np.sqrt((ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / 20)
    assert (np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < 4 * error).all()
    assert (0.4 < ours.std(axis=0) / theirs.std(axis=0)).all() and (ours.std(axis=0) / theirs.std(axis=0) < 2.5).all()
