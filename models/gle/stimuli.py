"""What a network of generalized latent equilibrium is shown: samples of a table one after the other, or sines.

Reference: Ellenberger et al. (2026), ``ellenberger2024``, and the authors' program. For the order of a time step see
`models.gle.latent_equilibrium`.
"""

from dataclasses import dataclass

from brian2 import Hz, Quantity

from models.base import Model, Step, param
from models.gle.latent_equilibrium import SYMBOLS


@dataclass(frozen=True)
class SinesParams:
    """Frequencies."""

    omega_1: Quantity = param(490 * Hz, "first angular frequency", r"\omega_1", "authors' program: 0.49")
    omega_2: Quantity = param(1070 * Hz, "second angular frequency", r"\omega_2", "authors' program: 1.07")
    omega_3: Quantity = param(1980 * Hz, "third angular frequency", r"\omega_3", "authors' program: 1.98")


# A row of the table belongs to the sample of this presentation, and to how much of it has been shown.
stimulus = Model(
    name="stimulus",
    text="Input: `order` says which sample is shown when, for `shown` steps; a sample is `rows` rows of a table.",
    source="authors' program, inputs",
    equations="r : 1                                        # rate",
    steps=(
        Step(
            name="step",
            code="""
            row = int(order(t)) * rows + timestep(t, dt) % shown * rows // shown
            r = samples(row * dt, i)
            """,
            when="groups",
            order=-3,
        ),
    ),
    symbols=SYMBOLS,
)

sines = Model(
    name="sines",
    text="Input neuron, the sum of three sines.",
    source="ellenberger2024, Fig. 6",
    params=SinesParams,
    equations="r : 1                                        # rate",
    steps=(
        Step(
            name="step",
            code="r = sin(omega_1 * t) + sin(omega_2 * t) + sin(omega_3 * t)",
            when="groups",
            order=-3,
        ),
    ),
    symbols=SYMBOLS,
)

MODELS = [stimulus, sines]
