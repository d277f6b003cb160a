"""The chain of `gle/lag_line` on a substrate whose time constants, weights and rates are not exact."""

from dataclasses import dataclass

from brian2 import Network

from experiments.gle.lag_line import experiment as lag_line
from models.base import param
from models.gle import chain

Structure = lag_line.Structure
OBJECTS = {**lag_line.OBJECTS, "student": chain.perturbed}
FINAL = lag_line.FINAL + [f"student.f_{part}" for part in chain.PARTS]


@dataclass(frozen=True)
class Inputs(lag_line.Inputs):
    """What is not exact, and by how much."""

    perturbed: str = param(
        "nothing",
        "nothing, look-ahead, feedback, noise or spread",
        "",
        "our design",
        valid="one of nothing, look-ahead, feedback, noise, spread",
    )
    strength: float = param(
        1.0, "factor of the look-ahead, feedback weight, s.d. of the noise or of the factors", "", "our design"
    )


def network(p: Structure) -> Network:
    """Build the network of `gle/lag_line` with the perturbed student."""
    return lag_line.network(p, OBJECTS)
