"""The arrays of networks whose STDP amplitudes are noisy."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.sal.common.sampling_inputs import DECAY, SAL, WAKE_SLEEP, arrays

ARMS = (WAKE_SLEEP, SAL, DECAY)


def noise(p: Mapping[str, Any], level: float) -> tuple[float, float]:
    """Return the noise of the initial weights and of the STDP amplitudes."""
    return p["inputs.sigma_init"], level


def inputs(p: Mapping[str, Any], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of all networks: see `experiments.sal.common.sampling_inputs`."""
    return arrays(p, rng, ARMS, lambda level: noise(p, level))
