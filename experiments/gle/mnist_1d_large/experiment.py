"""The deep network of `experiments.gle.mnist_1d` with more neurons; sizes are in ``config.yaml``."""

from experiments.gle.mnist_1d.experiment import FINAL, OBJECTS, Inputs, Structure, network

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]
