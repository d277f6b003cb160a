"""Ten MNIST digits, shown to the layered network."""

from dataclasses import dataclass

from models.base import param
from models.gupta.network import FINAL, OBJECTS, Structure, network

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs:
    """Which images are shown, and how often."""

    digits: tuple = param((0, 1, 2, 3, 4, 5, 6, 7, 8, 9), "digit of every class", r"c", "our extension")
    source: str = param("auto", "auto, real (the files in MNIST_DIR) or standin (5000 real digits of a package)")
    n_train: int = param(4000, "training images, all classes together", r"n_\mathrm{train}", "our extension")
    n_test: int = param(1000, "test images, all classes together", r"n_\mathrm{test}", "our extension")
    n_epochs: int = param(10, "passes through the training images", r"E", "our extension")
