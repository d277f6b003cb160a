"""Small classifiers of sequences on a substrate whose time constants, feedback weights and rates are not exact."""

from dataclasses import dataclass

from brian2 import Network, Quantity, ms

from experiments.gle.lag_bank.inputs import N_CHANNELS
from models.base import param
from models.gle import bank as gle_bank
from models.gle import copies, substrate

N_LAYERS = 4  # three hidden ones and the output


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_hidden: int = param(30, "neurons of a hidden layer", "H", "our design")
    n_classes: int = param(4, "classes", "K", "our design")
    n_copies: int = param(100, "copies of the network, each with its own sample", "B", "authors' program")
    n_steps: int = param(144, "time steps of a sample", "T", "our design")
    interval: int = param(1, "time steps between two steps of Adam; divides those of a sample", "n", "authors' program")
    n_samples: int = param(5000, "samples in the table", "S", "data: 4000 and 1000")
    n_taught: int = param(15, "batches of an epoch that are taught", "", "our design: 1500 samples")
    n_unseen: int = param(4, "batches of an epoch that are only looked at", "", "our design: 400 samples")
    n_epochs: int = param(12, "epochs in the table", "", "our design")
    dt: Quantity = param(0.5 * ms, "time step", r"\Delta t", "our design")


@dataclass(frozen=True)
class Inputs:
    """The network, what is not exact, and by how much."""

    design: str = param(
        "populations",
        "populations (as gle/mnist_1d) or bank (as gle/lag_bank)",
        "",
        "our design",
        valid="one of populations, bank",
    )
    perturbed: str = param(
        "nothing",
        "nothing, look-ahead, feedback, noise or spread",
        "",
        "our design",
        valid="one of nothing, look-ahead, feedback, noise, spread",
    )
    strength: float = param(
        1.0,
        "factor of look-aheads, random share of the feedback, s.d. of the noise or of the factors",
        "",
        "our design",
    )
    n_slow: int = param(20, "populations: neurons of a hidden layer that only look back", r"H_s", "our design")
    tau: Quantity = param(1.2 * ms, "populations: longest time constant", r"\tau", "authors' program")
    tau_max: Quantity = param(1.8 * ms, "bank: longest time constant", r"\tau_{10}", "authors' program")
    tau_behind: Quantity = param(2 * ms, "bank: time constants of the network behind it", r"\tau", "authors' program")
    epochs: int = param(12, "epochs", "", "our design")


OBJECTS = copies.objects(
    N_LAYERS,
    schedule=gle_bank.schedule,
    layers=(substrate.hidden, substrate.classes),
    synapses=(gle_bank.input_projection, gle_bank.collecting(substrate.dense), gle_bank.biases),
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
    sizes = [p.n_hidden] * (N_LAYERS - 1) + [p.n_classes]
    return copies.build(p, OBJECTS, sizes, interval=p.interval, n_channels=N_CHANNELS)
