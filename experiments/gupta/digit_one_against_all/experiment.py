"""One digit against the nine others, shown to the layered network."""

from dataclasses import dataclass

from models.base import param
from models.gupta.network import FINAL, OBJECTS, Structure, network

__all__ = ["FINAL", "OBJECTS", "Inputs", "Structure", "network"]


@dataclass(frozen=True)
class Inputs:
    """Which images are shown, and how often."""

    one: int = param(3, "digit that is told apart from the others", "c", "author's slides", ">= 0, <= 9")
    source: str = param("auto", "auto, real (the files in MNIST_DIR) or standin (5000 real digits of a package)")
    n_train: int = param(
        792,
        "training images: half are the digit, a ninth of the rest each other",
        r"n_\mathrm{train}",
        "our design",
        "multiple of 18",
    )
    n_test: int = param(198, "test images, divided likewise", r"n_\mathrm{test}", "our design", "multiple of 18")
    n_epochs: int = param(10, "passes through the training images", r"E", "our design")
