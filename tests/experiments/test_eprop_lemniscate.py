"""The lemniscate: its course, and what its configuration asks for."""

import numpy as np

from base.values import Values
from experiments.eprop.lemniscate import inputs as lemniscate
from references.eprop.spiking_gradients import Cells, forward, traces
from runner.devices.numpy import NumpyProgram
from runner.experiment import load
from runner.planning import plan
from runner.simulate import run_point


def test_the_pen_returns():
    """It starts and ends in the middle, crosses it once in between, and reaches both sides."""
    course = lemniscate.lemniscate(1258)
    assert course.shape == (1258, 2)
    np.testing.assert_allclose(course[[0, -1]], 0, atol=1e-12)
    assert np.count_nonzero(np.diff(np.sign(course[1:-1, 0]))) == 1
    np.testing.assert_allclose(np.abs(course).max(axis=0), 1, atol=1e-4)


def test_controls_differ_in_what_is_regularised():
    """Without feedback there is regularisation only if it is asked for."""
    strengths = {}
    for point in plan(load("eprop/lemniscate"), "paper").points:
        if point["seed"] == 1:
            p = {**point["values"], "run.seed": 1, "network.n_rec": 10, "inputs.n_adaptive": 10}
            drawn = lemniscate.arrays(Values(p))
            assert drawn["pattern.values"].size == p["network.n_pattern"] == p["network.n_steps"] * p["network.n_in"]
            strengths[p["inputs.feedback"], p["inputs.regularised"]] = drawn["recurrent.c_reg"]
    assert strengths == {("random", False): 150, ("symmetric", False): 150, ("none", False): 0, ("none", True): 150}


def test_probes_show_the_eligibility_traces():
    """What is recorded in the first trial equals the traces of a NumPy program, filtered as the readout."""
    experiment = load("eprop/lemniscate")
    experiment.config["sweep"] = None
    sizes = {"network.n_rec": 8, "inputs.n_adaptive": 8, "network.n_in": 6, "network.n_steps": 80}
    sizes |= {"network.n_pattern": 480, "network.n_target": 160, "network.n_answer": 80, "inputs.n_iterations": 2}
    planned = plan(experiment, "smoke", overrides={**sizes, "recurrent.v_th": 0.01, "inputs.p_spike": 0.2})
    point = planned.points[0]
    tables, _ = run_point(experiment.name, point, NumpyProgram(experiment.module, planned.builds[point["build"]]))
    found = tables["traces"].pivot_table(index="t_ms", columns="i", values="elig")
    p = {**point["values"], "run.seed": 1}
    drawn = lemniscate.arrays(Values(p))
    cells = Cells.of(Values(p), drawn["recurrent.beta"])
    w = {name: drawn[f"{name}.w"].reshape(-1, n) for name, n in (("in_rec", 8), ("rec_rec", 8), ("rec_out", 2))}
    w = {"in": w["in_rec"], "rec": w["rec_rec"], "out": w["rec_out"], "bias": 0.0}
    bar, expected = np.zeros((6, 8)), []
    for e in traces(cells, forward(cells, w, drawn["pattern.values"].reshape(80, 6))):
        bar = cells.kappa * bar + cells.gain_out * e["in"]
        expected.append(bar[np.arange(len(found.columns)), found.columns])
    # What is recorded belongs to the step before.
    np.testing.assert_allclose(found.to_numpy()[1:80], expected[:79], rtol=1e-9, atol=1e-14)
    assert np.abs(expected).max() > 0
