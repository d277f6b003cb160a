"""A fixed bank of lags makes the past visible to an instantaneous network, which classifies sequences."""

from dataclasses import dataclass

from brian2 import Network, Quantity, ms

from experiments.gle.lag_bank.inputs import N_CHANNELS
from models.base import param
from models.gle import bank as gle_bank
from models.gle import copies

N_LAYERS = 3  # two hidden ones and the output


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_hidden: int = param(60, "neurons of a hidden layer", "H", "authors' program")
    n_classes: int = param(10, "classes", "K", "data")
    n_copies: int = param(100, "copies of the network, each with its own sample", "B", "authors' program")
    n_steps: int = param(360, "time steps of a sample", "T", "authors' program")
    interval: int = param(1, "time steps between two steps of Adam; divides those of a sample", "n", "authors' program")
    n_samples: int = param(5000, "samples in the table", "S", "data: 4000 and 1000")
    n_taught: int = param(40, "batches of an epoch that are taught", "", "authors' program: 4000 samples")
    n_unseen: int = param(10, "batches of an epoch that are only looked at", "", "authors' program: 1000 samples")
    n_epochs: int = param(150, "epochs in the table", "", "authors' program")
    dt: Quantity = param(0.2 * ms, "time step", r"\Delta t", "authors' program")


@dataclass(frozen=True)
class Inputs:
    """What `inputs` draws from."""

    bank: str = param(
        "lags",
        "lags, or none: every stage only copies",
        "",
        "authors' program; control of our own",
        valid="one of lags, none",
    )
    tau_max: Quantity = param(1.8 * ms, "longest time constant of the bank", r"\tau_{10}", "authors' program")
    tau: Quantity = param(2 * ms, "time constants of the network behind it", r"\tau", "authors' program")
    epochs: int = param(150, "epochs", "", "authors' program")


OBJECTS = copies.objects(
    N_LAYERS,
    schedule=gle_bank.schedule,
    synapses=(gle_bank.input_projection, gle_bank.dense, gle_bank.biases),
    bank=gle_bank.channel,
)
FINAL = copies.learned(N_LAYERS)


def network(p: Structure) -> Network:
    """Build all copies of bank and network, and the weights that they share.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        See `models.gle.copies.build`.
    """
    return copies.build(p, OBJECTS, [p.n_hidden, p.n_hidden, p.n_classes], interval=p.interval, n_channels=N_CHANNELS)
