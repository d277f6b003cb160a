"""What benchmarks ask for is within the ranges of the parameters; they take too long to be run here."""

import numpy as np
import pytest

from benchmarks import dense_training, eprop_vs_braintrace, eprop_vs_nest, gle_vs_torch

CALLS = {
    "dense_training": lambda: dense_training.points(dense_training.NAME, "paper", dense_training.TRIALS, {}),
    "dense_training, LSTM": lambda: dense_training.points(dense_training.LSTM, "quick", dense_training.BATCHES, {}),
    "eprop_vs_braintrace": lambda: dense_training.points(
        dense_training.NAME, "paper", (1, 1), {**eprop_vs_braintrace.GIVEN, "network.n_rec": 600}
    ),
    **{
        f"eprop_vs_nest, {task}": lambda of=of: eprop_vs_nest.planned_point(*of)
        for task, of in eprop_vs_nest.TASKS.items()
    },
    "gle_vs_torch": lambda: gle_vs_torch.points(100, 32),
}


@pytest.mark.parametrize("benchmark", CALLS)
def test_a_benchmark_can_be_planned(benchmark):
    assert all(CALLS[benchmark]())


@pytest.mark.parametrize("task", eprop_vs_nest.TASKS)
def test_what_nest_is_given(tmp_path, task):
    name, values, _ = eprop_vs_nest.TASKS[task]
    point, _ = eprop_vs_nest.planned_point(name, values, 5)
    eprop_vs_nest.for_nest(name, point, 5, tmp_path / "task.npz")
    given = np.load(tmp_path / "task.npz")
    assert given["spikes"].any() and given["w_in"].shape == given["spikes"].shape[1:] + given["w_rec"].shape[1:]


def test_the_task_of_dense_training():
    (point, _), _ = dense_training.points(dense_training.NAME, "paper", (1, 1), {"network.n_rec": 30})
    _, w, shown = dense_training.task(point)
    assert shown["x"].shape == (1000, len(w["in"])) and w["rec"].shape == (30, 30)
