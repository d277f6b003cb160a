"""The arrays of networks whose learning rule is noisy."""

import numpy as np

from base.values import Values
from experiments.sal.common.sampling_inputs import SAL, WAKE_SLEEP, arrays

ARMS = (WAKE_SLEEP, SAL)


def inputs(p: Values, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the arrays of all networks: see `experiments.sal.common.sampling_inputs`."""
    return arrays(p, rng, ARMS, lambda level: (p.inputs.sigma_init, level))
