"""Learning curves, as those of `experiments.gle.mnist_1d`."""

from experiments.gle.mnist_1d.figure import SIZE, draw, observe

__all__ = ["SIZE", "draw", "observe"]
