"""One iris species against the two others, shown to the layered network."""

from dataclasses import dataclass

from models.base import param
from models.gupta.network import FINAL, OBJECTS, Structure, network

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs:
    """Which rows are shown, and how often."""

    one: int = param(1, "species that is told apart from the others: 0, 1 or 2", "c", "author's slides", ">= 0, <= 2")
    n_train: int = param(105, "training rows, 35 of each species", r"n_\mathrm{train}", "our design", "multiple of 3")
    n_test: int = param(45, "test rows, 15 of each species", r"n_\mathrm{test}", "our design", "multiple of 3")
    n_epochs: int = param(50, "passes through the training rows", r"E", "our design")
