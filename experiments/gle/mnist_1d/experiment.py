"""A deep network of lagged and look-ahead neurons classifies sequences that it sees one number at a time."""

from dataclasses import dataclass

import numpy as np
from brian2 import Network, Quantity, ms

from experiments.gle.mnist_1d.inputs import N_LAYERS
from models.base import param
from models.gle import copies


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_hidden: int = param(53, "neurons of a hidden layer", "H", "authors' program, 15k parameters")
    n_classes: int = param(10, "classes", "K", "data")
    n_copies: int = param(100, "copies of the network, each with its own sample", "B", "authors' program")
    n_steps: int = param(360, "time steps of a sample", "T", "authors' program")
    n_samples: int = param(5000, "samples in the table", "S", "data: 4000 and 1000")
    n_taught: int = param(40, "batches of an epoch that are taught", "", "authors' program: 4000 samples")
    n_unseen: int = param(10, "batches of an epoch that are only looked at", "", "authors' program: 1000 samples")
    n_epochs: int = param(150, "epochs in the table", "", "authors' program")
    bits: int = param(64, "of a number: 32 or 64", "", "authors' program: 32")
    dt: Quantity = param(0.2 * ms, "time step", r"\Delta t", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """What `inputs` draws from."""

    n_slow: int = param(36, "neurons of a hidden layer that only look back", r"H_s", "authors' program, 15k")
    tau: Quantity = param(1.2 * ms, "longest time constant", r"\tau", "authors' program")
    epochs: int = param(150, "epochs", "", "authors' program")


OBJECTS = copies.objects(N_LAYERS)
FINAL = copies.learned(N_LAYERS)


def network(p: Structure) -> Network:
    """Build all copies of the network, and the weights that they share.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        That of `models.gle.copies.build`.

    Raises
    ------
    ValueError
        Numbers have other than 32 or 64 bits.
    """
    precision = {32: np.float32, 64: np.float64}
    if p.bits not in precision:
        raise ValueError(f"network.bits is {p.bits}, but must be 32 or 64")
    sizes = [p.n_hidden] * (N_LAYERS - 1) + [p.n_classes]
    return copies.build(p, OBJECTS, sizes, dtype=precision[p.bits])
