r"""Generalized latent equilibrium on spectrograms: an input of many bands, and a probe of what one copy does.

Reference: Ellenberger et al. (2026), ``ellenberger2024``, Google Speech Commands (Figs. 8e and 9a). The neurons and
synapses of the network that learns are those of `models.gle.batch`; populations differ only in their time constants,
which belong to neurons there. Order within a time step as there; a probe looks in the slot ``thresholds``, when all
rates of the step are known.
"""

from dataclasses import dataclass, replace

from models.base import Model, param
from models.gle import batch
from models.gle.latent_equilibrium import SYMBOLS


@dataclass(frozen=True)
class ProbeParams:
    """When a probe looks."""

    watch: int = param(10**9, "time step from which a probe records", r"n_w", "our design")


# Frames are centres of intervals: before the first centre, and after the last one, the input stays as it is there.
stimulus = replace(
    batch.stimulus,
    text="Input: `order` says which sample each copy is shown, and when; `n_frames` rows of `n_bands` numbers, "
    "interpolated over `shown` steps.",
    source="authors' program, Google Speech Commands: linear interpolation, as PyTorch does it",
    steps=(
        replace(
            batch.stimulus.steps[0],
            code="""
            place = clip((timestep(t, dt) % shown + 0.5) * n_frames / shown - 0.5, 0, n_frames - 1)
            frame = int(clip(floor(place), 0, n_frames - 2))
            row = (int(order(t, i // n_bands)) * n_frames + frame) * n_bands + i % n_bands
            r = samples(row * dt) + (place - frame) * (samples((row + n_bands) * dt) - samples(row * dt))
            """,
        ),
    ),
)

probe = Model(
    name="probe",
    text="Looks at neurons of one copy; it does nothing to them.",
    source="our design",
    params=ProbeParams,
    equations="r : 1 (linked)                               # rate of the neuron",
    code={"events": {"watched": "timestep(t, dt) >= watch"}},
    symbols=SYMBOLS,
)

MODELS = [stimulus, probe]
