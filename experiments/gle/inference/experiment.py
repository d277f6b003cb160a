"""A trained network predicts a chaotic series: inference alone, on every device."""

from dataclasses import dataclass

from brian2 import Network, Quantity, StateMonitor, ms

from models.base import param
from models.gle import inference
from models.gle.feedforward import feedforward, parts

N_LAYERS = 4


@dataclass(frozen=True)
class Structure:
    """What changes the compiled program."""

    n_layer: int = param(40, "neurons of each hidden layer", "n", "gle/mackey_glass")
    n_horizons: int = param(6, "outputs, one for each horizon", r"n_h", "gle/mackey_glass")
    n_series: int = param(20000, "values of the series", r"n_x", "gle/mackey_glass")
    dt: Quantity = param(0.2 * ms, "time step, one unit of the series", r"\Delta t", "gle/mackey_glass")


@dataclass(frozen=True)
class Inputs:
    """What is predicted."""

    n_test: int = param(3000, "values that are shown", r"n_\mathrm{test}", "gle/mackey_glass")


OBJECTS = parts(N_LAYERS)
FINAL: list[str] = []


def network(p: Structure) -> Network:
    """Build input, three hidden layers, and one output for each horizon.

    Parameters
    ----------
    p : Structure
        Sizes and time step.

    Returns
    -------
    Network
        Groups ``input``, ``layer_1`` to ``layer_4``; timed array ``samples``; monitor ``predictions``.
    """
    objects = feedforward(OBJECTS, (N_LAYERS - 1) * [p.n_layer] + [p.n_horizons], p.dt, p.n_series)
    top = objects[f"layer_{N_LAYERS}"]
    predictions = StateMonitor(top, "r", record=True, when="end", order=0, name="predictions")
    together = Network(*objects.values(), predictions)
    together.schedule = inference.SCHEDULE
    return together
