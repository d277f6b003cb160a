"""A time series as the input of GLE layers, until the network listens to its own prediction.

Reference: Ellenberger et al. (2026), ``ellenberger2024``; the layers are those of `models.gle.latent_equilibrium`.
"""

from dataclasses import dataclass

from brian2 import Quantity, second

from models.base import Model, Step, param


@dataclass(frozen=True)
class SeriesParams:
    """When the series ends."""

    t_free: Quantity = param(1e6 * second, "from then on the input is the prediction", r"t_\mathrm{f}", "never")


series = Model(
    name="series",
    text="Input neuron that shows a time series, then what the network expects.",
    source="our design",
    params=SeriesParams,
    equations="""
    r : 1                                        # rate
    prediction : 1                               # prediction of the step before
    """,
    steps=(
        Step(
            name="step",
            code="""
            listens = int(timestep(t, dt) >= timestep(t_free, dt))
            r = (1 - listens) * samples(t) + listens * prediction
            """,
            when="groups",
            order=-3,
        ),
    ),
    symbols={"r": "r_0", "prediction": r"\hat{x}"},
)

loop = Model(
    name="loop",
    text="The prediction of the next value, for the input.",
    source="our design",
    equations="prediction_post = r_pre : 1 (summed)",
    summed={"prediction_post": ("groups", -4)},
    symbols={"prediction_post": r"\hat{x}"},
)

MODELS = [series, loop]
