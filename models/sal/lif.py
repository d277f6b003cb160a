"""Leaky integrate-and-fire neurons for spike-based alignment learning (SAL), calibrated to a logistic activation.

Reference of the rule: Gierlich et al. (2025), ``gierlich2025``. Neurons on a membrane are our extension. Weights and
biases are log-odds, as in ``models/sal/alignment.py``; `offset` and `slope` turn them into voltages.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms, mV

from models.base import Model, Step, param
from models.sal import alignment


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the integrate-and-fire neuron."""

    tau_ref: Quantity = param(
        10 * ms, "refractory period, area of a PSP", r"\tau_\mathrm{ref}", "as in Fig. 2d", valid=">= network.dt"
    )
    sigma: Quantity = param(4 * mV, "s.d. of the voltage without a threshold", r"\sigma", "choice", valid=">= 0")
    v_threshold: Quantity = param(-50 * mV, "threshold", r"\vartheta", "choice", valid="> v_reset")
    v_reset: Quantity = param(
        -52 * mV, "voltage during the refractory period", r"V_\mathrm{reset}", "choice", valid="any"
    )
    t_psp: Quantity = param(
        10 * ms, "length of a rectangular synaptic current", r"t_\mathrm{psp}", "choice", valid=">= network.dt"
    )


neuron = Model(
    name="lif_neuron",
    text="Integrate-and-fire neuron with white noise; its synaptic current is rectangular, exponential or alpha-shaped",
    source="our extension of gierlich2025",
    params=NeuronParams,
    equations="""
    dv/dt = (offset + slope * (b + input) - v) / tau_m + sigma * sqrt(2 / tau_m) * xi : volt (unless refractory)
    drise/dt = -rise / tau_syn : 1                                           # exponential current, first stage
    dfall/dt = (rise - fall) / tau_syn : 1                                   # alpha-shaped current, second stage
    psp : 1                                                                  # current that others see
    b : 1                                                                    # bias, log-odds
    input : 1                                                                # sum of the currents, log-odds
    offset : volt (constant)                                                 # voltage at log-odds 0
    slope : volt (constant)                                                  # voltage per unit of log-odds
    tau_m : second (constant)                                                # membrane time constant
    tau_syn : second (constant)                                              # time constant of the current
    square : 1                                                               # 1: rectangular current
    single : 1                                                               # 1: exponential current
    twice : 1                                                                # 1: alpha-shaped current
    last : second                                                            # last spike before this time step
    n_spikes : 1                                                             # spikes so far
    """,
    code={
        "threshold": "v > v_threshold",
        "reset": """
        v = v_reset
        rise += tau_ref / tau_syn
        last = t
        n_spikes += 1
        """,
        "refractory": "tau_ref",
        "method": "euler",
    },
    steps=(
        Step(
            "shape",
            f"""
            box = {alignment.BOX}
            psp = square * box + single * rise + twice * fall
            """,
            when="start",
            order=0,
        ),
    ),
    symbols={
        **alignment.SYMBOLS,
        "v": "v",
        "offset": "v_0",
        "slope": r"\alpha",
        "tau_m": r"\tau_\mathrm{m}",
        "box": r"\kappa_\square",
        "single": "q_1",
        "twice": "q_2",
        "fall": "g_2",
    },
)

MODELS = [neuron]
