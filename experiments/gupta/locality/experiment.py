"""Two MNIST digits, learned by all layers at once or by one after the other."""

from dataclasses import dataclass

from models.base import param
from models.gupta.network import FINAL, OBJECTS, Structure, network

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs:
    """Which images are shown, how often, and which layers learn when."""

    protocol: str = param(
        "at once",
        "at once, other later weights (at once, from other weights), or layer by layer",
        valid="one of at once, other later weights, layer by layer",
    )
    digits: tuple = param((3, 5), "digit of class 0 and of class 1", r"c", "our design")
    source: str = param("auto", "auto, real (the files in MNIST_DIR) or standin (5000 real digits of a package)")
    n_train: int = param(800, "training images, both classes together", r"n_\mathrm{train}", "our design")
    n_test: int = param(200, "test images, both classes together", r"n_\mathrm{test}", "our design")
    n_epochs: int = param(10, "passes through the training images, of every layer", r"E", "our design")
