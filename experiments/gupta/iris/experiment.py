"""Two iris species, shown to the layered network."""

from dataclasses import dataclass

from models.base import param
from models.gupta.network import FINAL, OBJECTS, Structure, network

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs:
    """Which data are shown, and how often."""

    first: int = param(1, "species of class 0: 0 setosa, 1 versicolor, 2 virginica", r"c_0", "our design")
    second: int = param(2, "species of class 1", r"c_1", "our design")
    n_train: int = param(70, "training samples, both classes together", r"n_\mathrm{train}", "our design")
    n_test: int = param(30, "test samples, both classes together", r"n_\mathrm{test}", "our design")
    n_epochs: int = param(50, "passes through the training samples", r"E", "our design")
    watched: int = param(
        0, "training sample whose spikes are recorded, once in every epoch", r"r_\mathrm{w}", "our choice"
    )
    epsilons: tuple = param((0.1, 0.2), "sizes of the perturbation, shares of the range", r"\epsilon", "our design")
