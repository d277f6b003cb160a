"""Keys that all rules share: the task, how it is divided, and when is looked at what was learned."""

from dataclasses import dataclass

from models.base import param

DATA = ("digits8", "mnist", "iris_0", "iris_1", "iris_2")


@dataclass(frozen=True)
class Static:
    """A task without time."""

    data: str = param(
        "digits8",
        "digits8, mnist (5000 real digits of a package), or iris_0 to iris_2: one species against the others",
        "d",
        "our design",
        valid=f"one of {', '.join(DATA)}",
    )
    n_train: int = param(1000, "samples that are learned", r"n_\mathrm{train}", "our design", valid=">= 1")
    n_validation: int = param(300, "samples that choose epoch and parameters", r"n_\mathrm{val}", "our design", ">= 1")
    n_test: int = param(400, "samples that nothing is chosen by", r"n_\mathrm{test}", "our design", valid=">= 1")
    n_epochs: int = param(20, "passes through the training samples", "E", "our design", valid=">= 1")
    n_probe: int = param(200, "training samples whose update is compared with the gradient", "", "our design", ">= 1")


SEQUENCES = ("evidence", "mnist1d_4")


@dataclass(frozen=True)
class Temporal:
    """A task in time: sequences of single numbers, and their classes."""

    data: str = param(
        "evidence",
        "evidence: three cues, a delay, which side had more; mnist1d_4: the first four classes of MNIST-1D",
        "d",
        "our design",
        valid=f"one of {', '.join(SEQUENCES)}",
    )
    length: int = param(60, "numbers of a sequence", "T", "our design", valid=">= 40")
    n_train: int = param(1000, "sequences that are learned", r"n_\mathrm{train}", "our design", valid=">= 1")
    n_validation: int = param(
        400, "sequences that choose epoch and parameters", r"n_\mathrm{val}", "our design", ">= 1"
    )
    n_test: int = param(600, "sequences that nothing is chosen by", r"n_\mathrm{test}", "our design", valid=">= 1")
    n_epochs: int = param(20, "passes through the training sequences", "E", "our design", valid=">= 1")
    n_probe: int = param(50, "training sequences whose update is compared with the gradient", "", "our design", ">= 1")
