"""What benchmarks ask for is within the ranges of the parameters; they take too long to be run here."""

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
    "gle_vs_torch": lambda: gle_vs_torch.points(100),
}


@pytest.mark.parametrize("benchmark", CALLS)
def test_a_benchmark_can_be_planned(benchmark):
    assert all(CALLS[benchmark]())
