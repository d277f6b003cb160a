"""Digits are classified by instantaneous GLE neurons, whose errors are those of backpropagation."""

from dataclasses import dataclass

from brian2 import Network, Quantity, StateMonitor, ms

from models.base import param
from models.gle.layers import parts, stack

N_LAYERS = 3


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_0: int = param(64, "pixels", "n_0", "8 x 8 digits")
    n_1: int = param(50, "neurons of the first layer", "n_1", "our design")
    n_2: int = param(30, "neurons of the second layer", "n_2", "our design")
    n_3: int = param(10, "classes", "n_3", "our design")
    n_train: int = param(1400, "training images", r"n_\mathrm{train}", "our design")
    n_test: int = param(350, "test images", r"n_\mathrm{test}", "our design")
    n_epochs: int = param(30, "epochs in the table of images", "E", "our design")
    batch: int = param(10, "images between two steps of Adam; divides both numbers of images", r"n_b", "our design")
    shown: int = param(6, "time steps that an image is shown: twice the layers", r"n_x", "least that settles")
    dt: Quantity = param(0.2 * ms, "time step", r"\Delta t", "as on MNIST-1D")


@dataclass(frozen=True)
class Inputs:
    """Images and neurons."""

    data: str = param("digits", "digits or cifar10", "", "CIFAR-10: paper, figure 10g", valid="one of digits, cifar10")
    tau: Quantity = param(1.2 * ms, "membrane time constant and look-ahead of all neurons", r"\tau", "as on MNIST-1D")


OBJECTS = parts(N_LAYERS)
FINAL = [f"to_{k}.w" for k in range(1, N_LAYERS + 1)] + [f"layer_{k}.b" for k in range(1, N_LAYERS + 1)]


def network(p: Structure) -> Network:
    """Build three layers behind the pixels.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        The objects of `models.gle.layers.stack`, and monitor ``epochs`` of the output, one time step after each.
    """
    images = p.n_train + p.n_test
    objects = stack(
        OBJECTS,
        [p.n_0, p.n_1, p.n_2, p.n_3],
        p.dt,
        samples=images,
        presentations=p.n_epochs * images,
        shown=p.shown,
        interval=p.batch * p.shown * p.dt,
    )
    epochs = StateMonitor(
        objects["layer_3"],
        ["hits", "hits_unseen", "cost"],
        record=True,
        dt=images * p.shown * p.dt,
        when="end",
        order=0,
        name="epochs",
    )
    return Network(*objects.values(), epochs)
