"""Regression discontinuity design: feedback weights from what neurons cause when they nearly fire, or just so.

Reference: the comparison in Gierlich et al. (2025), ``gierlich2025``. Beside its membrane potential a neuron keeps one
that is not reset. When that comes close to the threshold, a window opens. When it closes, the change of what every
neuron of the next layer sent back is fitted against the largest potential: one line for windows with a spike, one for
those without. The jump between the lines at the threshold is the causal effect.
"""

from dataclasses import dataclass

from brian2 import Hz, Quantity, ms

from models.base import Model, Step, param


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the neuron and of its windows."""

    leak: Quantity = param(100 * Hz, "leak of the membrane", r"g_L", "authors' program", valid="> 0")
    coupling: Quantity = param(600 * Hz, "coupling of the dendrite", r"g_D", "authors' program", valid=">= 0")
    tau_slow: Quantity = param(10 * ms, "decay of the PSP", r"\tau_L", "authors' program", valid="> tau_fast")
    tau_fast: Quantity = param(3 * ms, "rise of the PSP", r"\tau_s", "authors' program", valid="> 0")
    v_th: float = param(1.0, "threshold", r"\theta", "authors' program", valid="> v_reset")
    v_reset: float = param(-1.0, "reset", r"v_\mathrm{r}", "authors' program", valid="any")
    t_ref: Quantity = param(
        3 * ms,
        "shortest interspike interval; the potential is not clamped",
        r"t_\mathrm{ref}",
        "authors' program",
        valid=">= 0",
    )
    near: float = param(
        0.1, "distance to the threshold that opens a window", r"\alpha", "authors' program", valid="> 0"
    )
    t_window: Quantity = param(30 * ms, "length of a window", "T", "authors' program", valid="> 0")


@dataclass(frozen=True)
class StimulusParams:
    """Parameters of the input."""

    rate: Quantity = param(
        20 * Hz, "rate of a source of an active input", r"r", "authors' program: 200 Hz of ten of them", valid=">= 0"
    )


@dataclass(frozen=True)
class InputParams:
    """Strength of the stimulus."""

    w: float = param(4.0, "weight of the stimulus", r"w_s", "authors' program", valid="any")


@dataclass(frozen=True)
class FeedbackParams:
    """Parameters of the regression."""

    eta: float = param(0.001, "learning rate of the lines", r"\eta", "authors' program", valid=">= 0")
    far: float = param(
        10.0, "largest distance to the threshold of a window that counts", "p", "authors' program", valid="> 0"
    )


SYMBOLS = {
    "v": "v",
    "free": "u",
    "top": r"u_\mathrm{max}",
    "drive": "D",
    "kernel": r"\kappa",
    "before": "R_0",
    "effect": r"\beta",
    "w": "B",
}
SOURCE = "gierlich2025, comparison with RDD"

neuron = Model(
    name="rdd_neuron",
    text="Leaky integrate-and-fire neuron with a potential that is not reset, and windows around the threshold",
    source=SOURCE,
    params=NeuronParams,
    equations="""
    drive = (g_slow - g_fast) * ms / (tau_slow - tau_fast) : 1          # dendrite
    dg_slow/dt = -g_slow / tau_slow : 1                                 # PSPs, slow part
    dg_fast/dt = -g_fast / tau_fast : 1                                 # PSPs, fast part
    kernel = (k_slow - k_fast) * ms / (tau_slow - tau_fast) : 1         # PSP of the own spikes
    dk_slow/dt = -k_slow / tau_slow : 1
    dk_fast/dt = -k_fast / tau_fast : 1
    kernel_sum : 1                                                      # sum of it over all steps
    v : 1                                                               # membrane potential
    free : 1                                                            # the same without reset, within a window
    top : 1                                                             # its largest value in the window
    fired : second                                                      # time of the last spike
    opened : second                                                     # start of the window
    open = t - opened < t_window + 0.5 * dt : boolean
    """,
    code={
        "threshold": "v > v_th and t - fired > t_ref - 0.5 * dt",
        "reset": "v = v_reset; fired = t; k_slow += 1; k_fast += 1",
        "events": {"opens": "not open and abs(v_th - free) <= near", "closes": "abs(t - opened - t_window) < 0.5 * dt"},
        "method": "exact",
    },
    steps=(
        Step(
            "integrate",
            """
            v += dt * (coupling * (drive - v) - leak * v)
            free = v + int(open) * (free + dt * (coupling * (drive - free) - leak * free) - v)
            top = clip(free, top, inf)
            kernel_sum += kernel
            """,
            when="groups",
            order=1,
        ),
        Step("open", "opened = t; top = free", when="resets", order=-1, event="opens"),
    ),
    symbols=SYMBOLS,
)

# The authors draw Poisson numbers: at 200 Hz the variance in a step of 1 ms is 0.2, and 0.16 of one source alone.
stimulus = Model(
    name="rdd_stimulus",
    text="Sources of the input of one neuron, which together may fire several times in a step; a random fifth of the "
    "inputs is active, chosen anew all the time",
    source=SOURCE,
    params=StimulusParams,
    equations="target : integer (constant)                                         # the input that it belongs to",
    code={"threshold": "active(t, target) > 0 and rand() < rate * dt"},
    symbols={"target": "j"},
)

drive = Model(
    name="rdd_drive",
    text="Stimulus of one neuron",
    source=SOURCE,
    params=InputParams,
    equations="""
    slow_left : 1 (shared, constant)                                    # PSP when it ends, slow part
    fast_left : 1 (shared, constant)                                    # ... fast part
    """,
    code={
        "on_pre": {
            "begins": "g_slow_post += w; g_fast_post += w",
            "ends": "g_slow_post -= w * slow_left; g_fast_post -= w * fast_left",
        }
    },
)

forward = Model(
    name="rdd_forward",
    text="Fixed forward synapse",
    source=SOURCE,
    equations="""
    w : 1                                                               # weight
    slow_left : 1 (shared, constant)                                    # PSP when it ends, slow part
    fast_left : 1 (shared, constant)                                    # ... fast part
    """,
    code={
        "on_pre": {
            "begins": "g_slow_post += w; g_fast_post += w",
            "ends": "g_slow_post -= w * slow_left; g_fast_post -= w * fast_left",
        }
    },
    symbols={"w": "W"},
)

memory = Model(
    name="rdd_memory",
    text="The PSP of a spike ends",
    source=SOURCE,
    equations="""
    slow_left : 1 (shared, constant)                                    # PSP when it ends, slow part
    fast_left : 1 (shared, constant)                                    # ... fast part
    """,
    code={"on_pre": {"ends": "k_slow_post -= slow_left; k_fast_post -= fast_left"}},
)

feedback = Model(
    name="rdd_feedback",
    text="Feedback weight: the jump between two regression lines, without an effect on the neurons",
    source=SOURCE,
    params=FeedbackParams,
    equations="""
    w : 1                                                               # weight
    before : 1                                                          # feedback when the window opened
    sum_before : 1                                                      # its sum until then
    above_1 : 1                                                         # slope and value at 0 of the line with a spike
    above_0 : 1
    below_1 : 1                                                         # ... without a spike
    below_0 : 1
    effect = (above_1 - below_1) * v_th_post + above_0 - below_0 : 1    # jump at the threshold
    """,
    code={
        "on_post": {
            "opening": "before = kernel_pre; sum_before = kernel_sum_pre",
            "closing": """
            change = (kernel_sum_pre - sum_before) * dt / t_window_post - before
            counts = int(abs(top_post - v_th_post) <= far)
            above = counts * int(top_post > v_th_post)
            below = counts - above
            error_above = above * eta * (above_1 * top_post + above_0 - change)
            error_below = below * eta * (below_1 * top_post + below_0 - change)
            above_1 -= error_above * top_post
            above_0 -= error_above
            below_1 -= error_below * top_post
            below_0 -= error_below
            """,
        },
        "on_event": {"opening": "opens", "closing": "closes"},
    },
    steps=(Step("adopt", "w += int(t > 0 * second) * (effect - w)", when="start", order=1, every="update"),),
    symbols=SYMBOLS,
)

MODELS = [neuron, stimulus, drive, forward, memory, feedback]
