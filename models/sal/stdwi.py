"""Spike-timing-dependent weight inference: feedback weights from the spikes of a driven layer.

Reference: the comparison in Gierlich et al. (2025), ``gierlich2025``. Stimulated integrate-and-fire neurons drive a
second layer; each spike of the second layer compares a fast and a slow trace of the spikes of the first.
"""

from dataclasses import dataclass

from brian2 import Hz, Quantity, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class StimulusParams:
    """Parameters of the Poisson input."""

    rate: Quantity = param(200 * Hz, "rate of an active input", r"r", "authors' program", valid=">= 0")


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the neuron and of its traces."""

    tau_m: Quantity = param(20 * ms, "membrane time constant", r"\tau_m", "authors' program", valid="> 0")
    tau_slow: Quantity = param(10 * ms, "decay of the PSP", r"\tau_1", "authors' program", valid="> tau_fast")
    tau_fast: Quantity = param(3 * ms, "rise of the PSP", r"\tau_2", "authors' program", valid="> 0")
    tau_x: Quantity = param(10 * ms, "time constant of the fast trace", r"\tau_x", "authors' program", valid="> 0")
    tau_y: Quantity = param(200 * ms, "time constant of the slow trace", r"\tau_y", "authors' program", valid="> 0")
    v_th: float = param(1.0, "threshold", r"v_\mathrm{th}", "authors' program", valid="> v_reset")
    v_reset: float = param(-1.0, "reset", r"v_\mathrm{r}", "authors' program", valid="any")


@dataclass(frozen=True)
class InputParams:
    """Strength of the stimulus."""

    w: float = param(10.0, "weight of the stimulus", r"w_s", "authors' program", valid="any")


@dataclass(frozen=True)
class FeedbackParams:
    """Parameters of learning."""

    eta: float = param(0.02, "learning rate", r"\eta", "authors' program", valid=">= 0")
    decay: float = param(
        0.002, "decay of the weight at every spike", r"\lambda", "authors' program", valid=">= 0, <= 1"
    )


SYMBOLS = {"v": "v", "g_slow": "g_1", "g_fast": "g_2", "x": "x", "y": "y", "w": "B", "current": "I"}
SOURCE = "gierlich2025, comparison with STDWI"

stimulus = Model(
    name="poisson_stimulus",
    text="Poisson spikes of a random fifth of the inputs, chosen anew all the time",
    source="gierlich2025, comparison with RDD and STDWI",
    params=StimulusParams,
    code={"threshold": "active(t, i) > 0 and rand() < rate * dt"},
)

neuron = Model(
    name="stdwi_neuron",
    text="Leaky integrate-and-fire neuron with PSPs that rise and decay",
    source=SOURCE,
    params=NeuronParams,
    equations="""
    v : 1                                                    # membrane potential
    current = (g_slow - g_fast) * ms / (tau_slow - tau_fast) : 1
    dg_slow/dt = -g_slow / tau_slow : 1                      # PSPs, slow part
    dg_fast/dt = -g_fast / tau_fast : 1                      # PSPs, fast part
    dx/dt = -x / tau_x : 1                                   # fast trace of the own spikes
    dy/dt = -y / tau_y : 1                                   # slow trace
    """,
    code={"threshold": "v > v_th", "reset": "v = v_reset; x += 1; y += tau_x / tau_y", "method": "exact"},
    steps=(Step("integrate", "v += dt / tau_m * (current - 2 * v)", when="groups", order=1),),
    symbols=SYMBOLS,
)

drive = Model(
    name="stdwi_drive",
    text="Stimulus of one neuron",
    source=SOURCE,
    params=InputParams,
    code={"on_pre": "g_slow_post += w; g_fast_post += w"},
)

forward = Model(
    name="stdwi_forward",
    text="Fixed forward synapse",
    source=SOURCE,
    equations="w : 1                                                    # weight",
    code={"on_pre": "g_slow_post += w; g_fast_post += w"},
    symbols={"w": "W"},
)

feedback = Model(
    name="stdwi_feedback",
    text="Feedback weight, without an effect on the neurons: it only learns",
    source=SOURCE,
    params=FeedbackParams,
    equations="w : 1                                                    # weight",
    code={"on_pre": "w += eta * (x_post - y_post) - decay * w"},
    symbols=SYMBOLS,
)

MODELS = [stimulus, neuron, drive, forward, feedback]
