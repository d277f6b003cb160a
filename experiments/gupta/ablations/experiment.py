"""Two MNIST digits, shown to variants of the layered network."""

from dataclasses import dataclass

from models.base import param
from models.gupta.network import FINAL, OBJECTS, Structure, network

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs:
    """Which images are shown, how often, and which layers learn."""

    variant: str = param("full rule", "name of the variant; what it changes is in other keys", valid="any")
    digits: tuple = param((3, 5), "digit of class 0 and of class 1", r"c", "our design")
    frozen: tuple = param((0,), "layers that never learn; 0 is the input, which has nothing to learn")
    source: str = param("auto", "auto, real (the files in MNIST_DIR) or standin (5000 real digits of a package)")
    n_train: int = param(800, "training images, both classes together", r"n_\mathrm{train}", "our design")
    n_test: int = param(200, "test images, both classes together", r"n_\mathrm{test}", "our design")
    n_epochs: int = param(10, "passes through the training images", r"E", "our design")
