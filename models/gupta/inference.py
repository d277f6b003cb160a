"""The layered network of single spikes without learning, in code that every device can run.

Only the abstract of Gupta (2020), ``gupta2020``, is known; everything here is our design, see `models.gupta.rule`. The
neurons are those of that file without teacher, interneurons and plasticity. Each knows the time itself, set by a step
at the start of a time step, and a spike is delivered in the next one, with the earliness that it had (docs/devices.md).
"""

from dataclasses import dataclass

from models.base import Model, Step, param

# The order of slots that every device has.
SCHEDULE = ["start", "synapses", "groups", "thresholds", "resets", "end"]
ABSTRACT_ONLY = "Designed from the principles of the abstract."


@dataclass(frozen=True)
class NeuronParams:
    """Time, and the gain of the neurons."""

    n_levels: int = param(20, "time steps of a window: levels of earliness", r"N_q", "our design", valid=">= 1")
    n_steps: int = param(
        84, "time steps of a presentation: four windows and a gap", r"N_p", "our design", valid=">= 4 n_levels, <= 1e8"
    )
    beta: float = param(
        1.0, "gain of the sigmoid that turns voltage into earliness", r"\beta", "our design", valid="> 0"
    )


neuron = Model(
    name="gupta_fixed_neuron",
    text="Non-leaky neuron that fires at most once, when the falling threshold of its window meets its voltage.",
    source="gupta2020, abstract; our design",
    equations="""
    layer : integer (constant)                            # 0 is the input
    b : 1 (constant)                                      # bias
    V : 1                                                 # voltage; of an input neuron, the intensity of the stimulus
    a : 1                                                 # earliness of the own spike, 0 without one
    window : integer                                      # number of the window; layer l fires in window l
    ear : 1                                               # earliness of a spike at this time step
    told : 1                                              # and of one that arrives now
    theta : 1                                             # falling threshold: V >= theta is sigmoid(beta V) >= ear
    """,
    params=NeuronParams,
    code={
        "threshold": "window == layer and a == 0 and ((layer == 0 and V >= ear) or (layer > 0 and V >= theta))",
        "reset": "a = ear",
    },
    steps=(
        Step(
            "advance",
            """
            number = timestep(t, dt)
            since = number % n_steps
            onset = int(since == 0)
            V = onset * (b + pattern(number // n_steps * dt, i)) + (1 - onset) * V
            a = (1 - onset) * a
            told = ear
            window = since // n_levels
            ear = 1 - (since % n_levels + 0.5) / n_levels
            theta = log(ear / (1 - ear)) / beta
            """,
            when="start",
            order=0,
        ),
    ),
    symbols={"V": r"V_j", "b": r"b_j", "a": r"a_j", "theta": r"\theta", "ear": r"e", "layer": r"l", "told": r"e'"},
    deviations=(ABSTRACT_ONLY,),
)

synapse = Model(
    name="gupta_fixed_synapse",
    text="Feed-forward synapse: adds its weight times the earliness of the spike.",
    source="gupta2020, abstract; our design",
    equations="w : 1 (constant)                                      # weight",
    code={"on_pre": "V_post += w * told_post"},
    symbols={"w": r"w_{ij}"},
    deviations=(ABSTRACT_ONLY,),
)

MODELS = [neuron, synapse]
