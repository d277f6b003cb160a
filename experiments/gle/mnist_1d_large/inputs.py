"""Sequences, their order, time constants, and initial weights: those of `experiments.gle.mnist_1d`."""

from experiments.gle.mnist_1d.inputs import dataset, inputs

__all__ = ["dataset", "inputs"]
