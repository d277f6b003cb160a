"""The arrays of networks whose STDP amplitudes are noisy."""

import numpy as np

from base.values import Values
from experiments.sal.common.sampling_inputs import DECAY, SAL, WAKE_SLEEP, arrays

ARMS = (WAKE_SLEEP, SAL, DECAY)


def noise(p: Values, level: float) -> tuple[float, float]:
    """Return the noise of the initial weights and of the STDP amplitudes."""
    return p.inputs.sigma_init, level


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of all networks: see `experiments.sal.common.sampling_inputs`."""
    return arrays(p, rng, ARMS, lambda level: noise(p, level))
