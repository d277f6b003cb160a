"""E-prop 2: a second network looks at target and network, and one trial is enough to learn an arm movement.

Reference: Bellec et al. (2019), ``bellec2019``, e-prop 2, and a program of its authors. In a training trial the error
module, itself a network of LIF neurons, sees spikes that encode the target, the spikes of the network and its input.
Its filtered spikes are projected to the neurons of the network: their learning signals. Weights change once, when the
trial is over. All weights of the error module, and those with which every movement starts, come from an outer loop that
is no part of this file. For trials and the order of a step see `models.eprop.arm`.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param
from models.eprop.arm import LINKS, PROGRAM, SYMBOLS


@dataclass(frozen=True)
class NeuronParams:
    """Parameters of the neurons of network and error module."""

    tau_m: Quantity = param(20 * ms, "time constant of membrane and filtered spikes", r"\tau_m", PROGRAM)
    v_th: float = param(0.4, "firing threshold", r"v_\mathrm{th}", PROGRAM)
    t_ref: Quantity = param(5 * ms, "a neuron may fire again this long after a spike", r"t_\mathrm{ref}", PROGRAM)
    gamma: float = param(0.3, "height of the pseudo-derivative", r"\gamma", PROGRAM)


neuron = Model(
    name="learning_lif",
    text="Neuron of the network that learns, with its learning signal",
    source="bellec2019, eqs. of LIF neurons",
    params=NeuronParams,
    equations=f"""
    dv/dt = -v / tau_m : 1                                               # membrane voltage
    dz_bar/dt = -z_bar / tau_m : 1                                       # filtered spikes
    I : 1                                                                # input of this step
    above = v - v_th : 1                                                 # voltage above the threshold
    wait : 1                                                             # steps that remain refractory
    psi : 1                                                              # pseudo-derivative at the end of the step
    trace : 1                                                            # filtered spikes at the end of the step
    n_spikes : 1                                                         # spikes of this trial
    rate : 1                                                             # spikes per step of the last trial
    signal_module : 1                                                    # what the error module projects
    signal_readout : 1                                                   # what the error of the readout projects
    by_module : boolean (linked)                                         # which of them teaches
    eta : 1 (linked)                                                     # learning rate
    eta_out : 1 (linked)                                                 # learning rate of output weights
    renewed : 1 (linked)                                                 # 1 if another movement begins
    tau_out : second (linked)                                            # time constant of the readout filter
    learning_signal : 1                                                  # learning signal
    dz_out/dt = -z_out / tau_out : 1                                     # spikes through the readout filter
    {LINKS}
    """,
    code={
        "threshold": "above > 0 and wait < 0.5",
        "reset": """
            v -= v_th
            z_bar += 1
            wait = timestep(t_ref, dt) - 1
            n_spikes += 1
            z_out += 1
            """,
        "method": "exact",
        "events": {"watched_spike": "above > 0 and wait < 0.5 and watched * training > 0.5"},
    },
    steps=(
        Step(
            "integrate",
            """
            v += I
            I = 0
            learning_signal = int(by_module) * signal_module + int(not by_module) * signal_readout
            """,
            when="after_groups",
            order=0,
        ),
        Step("rates", "rate = n_spikes / n_steps", when="after_resets", order=2, every="trial"),
        Step(
            "restart",
            """
            v = 0
            wait = 0
            z_bar = 0
            n_spikes = 0
            z_out = 0
            """,
            when="after_resets",
            order=9,
            every="trial",
        ),
        Step(
            "freeze",
            """
            psi = int(wait < 0.5) * gamma * clip(1 - abs(above) / v_th, 0, 1)
            wait -= 1
            trace = z_bar
            """,
            when="end",
            order=0,
        ),
    ),
    links=("protocol", "joint"),
    symbols=SYMBOLS,
)

module_neuron = Model(
    name="module_lif",
    text="Neuron of the error module; silent unless it is a training trial",
    source="bellec2019, eqs. of LIF neurons",
    params=NeuronParams,
    equations=f"""
    dv/dt = -v / tau_m : 1                                               # membrane voltage
    dz_bar/dt = -z_bar / tau_m : 1                                       # filtered spikes
    I : 1                                                                # input of this step
    above = v - v_th : 1                                                 # voltage above the threshold
    wait : 1                                                             # steps that remain refractory
    psi : 1                                                              # pseudo-derivative at the end of the step
    trace : 1                                                            # filtered spikes at the end of the step
    n_spikes : 1                                                         # spikes of this trial
    rate : 1                                                             # spikes per step of the last trial
    {LINKS}
    """,
    code={
        "threshold": "above > 0 and wait < 0.5 and training > 0.5",
        "reset": """
            v -= v_th
            z_bar += 1
            wait = timestep(t_ref, dt) - 1
            n_spikes += 1
            """,
        "method": "exact",
        "events": {"watched_spike": "above > 0 and wait < 0.5 and training > 0.5 and watched * training > 0.5"},
    },
    steps=(
        Step(
            "integrate",
            """
            v += I
            I = 0
            """,
            when="after_groups",
            order=0,
        ),
        Step("rates", "rate = n_spikes / n_steps", when="after_resets", order=2, every="trial"),
        Step(
            "restart",
            """
            v = 0
            wait = 0
            z_bar = 0
            n_spikes = 0
            """,
            when="after_resets",
            order=9,
            every="trial",
        ),
        Step(
            "freeze",
            """
            psi = int(wait < 0.5) * gamma * clip(1 - abs(above) / v_th, 0, 1)
            wait -= 1
            trace = z_bar
            """,
            when="end",
            order=0,
        ),
    ),
    links=("protocol",),
    symbols=SYMBOLS,
)

# The filter of e-prop 1 is that of the readout; e-prop 2 has none.
plastic = Model(
    name="one_shot_synapse",
    text="Plastic synapse: pseudo-derivative, presynaptic trace and learning signal; applied once per training trial",
    source="bellec2019, e-prop 2; e-prop 1 as a control",
    equations="""
    w : 1                                                                # weight
    w_start : 1 (constant)                                               # weight before a movement is learned
    mask : 1 (constant)                                                  # 1 if the weight learns, 0 if not
    elig : 1                                                             # eligibility trace
    change : 1                                                           # change of the weight so far
    """,
    code={"on_pre": "I_post += w"},
    steps=(
        Step(
            "eligibility",
            """
            elig = int(not by_module_post) * exp(-dt / tau_out_post) * elig + psi_post * trace_pre
            change -= eta_post * learning_signal_post * elig
            """,
            when="after_groups",
            order=1,
        ),
        Step(
            "learn",
            """
            w = renewed_post * w_start + (1 - renewed_post) * (w + due_post * mask * change)
            change = 0
            elig = 0
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

output = Model(
    name="output_synapse",
    text="Synapse onto a readout, which e-prop 1 changes",
    source="bellec2019, e-prop 1",
    equations="""
    w : 1                                                                # weight
    w_start : 1 (constant)                                               # weight before a movement is learned
    w_change : 1                                                         # change of the weight so far
    """,
    code={"on_pre": "I_post += w"},
    steps=(
        Step("gradient", "w_change -= eta_out_pre * err_post * z_out_pre", when="after_resets", order=0),
        Step(
            "learn",
            """
            w = renewed_pre * w_start + (1 - renewed_pre) * (w + due_pre * w_change)
            w_change = 0
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

fixed = Model(
    name="fixed_synapse",
    text="Synapse that stays as the outer loop made it",
    source="bellec2019, e-prop 2",
    equations="w : 1                                                     # weight",
    code={"on_pre": "I_post += w"},
    symbols=SYMBOLS,
)

projection = Model(
    name="projection",
    text="Learning signals from the filtered spikes of the error module",
    source="bellec2019, e-prop 2",
    equations="""
    w : 1                                                                # weight
    signal_module_post = w * trace_pre : 1 (summed)                      # learning signal
    """,
    symbols=SYMBOLS,
)


@dataclass(frozen=True)
class FeedbackParams:
    """Parameters of the feedback weights of e-prop 1."""

    symmetric: bool = param(False, "feedback changes as the output weights do", r"a", "our design")


feedback = Model(
    name="feedback",
    text="Learning signals of e-prop 1 from the errors of the readouts",
    source="bellec2019, e-prop 1",
    params=FeedbackParams,
    equations="""
    b : 1                                                                # feedback weight
    b_start : 1 (constant)                                               # before a movement is learned
    b_change : 1                                                         # change of the weight so far
    signal_readout_post = b * err_pre : 1 (summed)                       # learning signal
    """,
    steps=(
        Step(
            "gradient", "b_change -= int(symmetric) * eta_out_post * err_pre * z_out_post", when="after_resets", order=0
        ),
        Step(
            "learn",
            """
            b = renewed_post * b_start + (1 - renewed_post) * (b + due_post * b_change)
            b_change = 0
            """,
            when="after_resets",
            order=4,
            every="trial",
        ),
    ),
    symbols=SYMBOLS,
)

MODELS = [neuron, module_neuron, plastic, output, fixed, projection, feedback]
