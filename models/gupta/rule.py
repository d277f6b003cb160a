"""A local, spike-timing-based learning rule for layered networks, designed from the abstract's principles.

Only the abstract of Gupta (2020), ``gupta2020`` in references.bib, is known: no errors are sent, the rule uses local
information that captures spike timing, and it derives from spike-timing-dependent plasticity and neuronal association.
Every equation and every number below is a design of this repository from those principles, none is quoted from the
paper.

A stimulus is a volley of single spikes, the stronger the earlier. Layer l fires in window l of a presentation, every
neuron at most once; the earliness of its spike plays the role of an activation. In training a teacher spike at
stimulus onset tells one assembly of neurons in every layer to fire as early as possible. There is one assembly a class.

All quantities are dimensionless, and weights change sign freely (no Dale's law). `network` supplies two lookup tables
as TimedArrays: one entry a presentation (``order``, ``labels``, ``training``, ``watched``) and ``pattern``, one row a
sample; both are read at ``number * dt``, so that an entry takes one time step of the table, whatever it lasts in the
simulation.
"""

from dataclasses import dataclass

from models.base import Model, Step, param

ABSTRACT_ONLY = "Designed from the principles of the abstract; the update formula of the paper is not known."


@dataclass(frozen=True)
class ScheduleParams:
    """Length of a window and of a presentation."""

    n_levels: int = param(20, "time steps of a window: levels of earliness", r"N_q", "our design", valid=">= 1")
    n_steps: int = param(
        84, "time steps of a presentation: four windows and a gap", r"N_p", "our design", valid=">= 4 n_levels, <= 1e8"
    )


@dataclass(frozen=True)
class NeuronParams:
    """Gain of the layered neurons, and the learning rate of their biases."""

    beta: float = param(
        1.0, "gain of the sigmoid that turns voltage into earliness", r"\beta", "our design", valid="> 0"
    )
    eta_b: float = param(0.1, "learning rate of the biases", r"\eta_b", "our design, IRIS", valid=">= 0")
    n_layers: int = param(
        3, "layers behind the input; the last one is read out", r"L", "our design", valid=">= 1, <= 3"
    )


@dataclass(frozen=True)
class SynapseParams:
    """Plasticity of the feed-forward weights."""

    eta: float = param(0.1, "learning rate of the weights", r"\eta", "our design, IRIS", valid=">= 0")
    x_th: float = param(
        0.1,
        "earliness from which on a presynaptic spike counts as early",
        r"x_\mathrm{th}",
        "our design",
        valid=">= 0, <= 1",
    )
    w_max: float = param(5.0, "largest size of a weight", r"w_\mathrm{max}", "our design, IRIS", valid="> 0")
    graded: bool = param(
        True,
        "whether a change depends on how early the presynaptic spike was, or only on whether it was",
        "g",
        "our design; switched off in an ablation",
    )


@dataclass(frozen=True)
class AssociationParams:
    """What the teacher wants."""

    lead: float = param(
        0.0,
        "how much earlier than the first time step of its window a neuron should fire",
        r"\ell",
        "our design",
        valid=">= 0, <= 1",
    )


@dataclass(frozen=True)
class InterneuronParams:
    """How many members of an assembly may learn."""

    k_1: int = param(2, "spikes that end learning in an assembly of layer 1", r"k_1", "our design, IRIS", valid=">= 1")
    k_2: int = param(2, "spikes that end learning in an assembly of layer 2", r"k_2", "our design, IRIS", valid=">= 1")
    k_3: int = param(1, "spikes that end learning in an assembly of layer 3", r"k_3", "our design", valid=">= 1")


schedule = Model(
    name="gupta_schedule",
    text="Clock of the presentations: which sample, which label, and what a spike at this time step is worth.",
    source="gupta2020, abstract; our design",
    equations="""
    presentation : integer (shared)   # number of the presentation
    onset : boolean (shared)          # first time step of a presentation
    window : integer (shared)         # number of the window; layer l fires in window l
    tick : integer (shared)           # time step within the window
    ear : 1 (shared)                  # earliness of a spike at this time step
    logit : 1 (shared)                # its inverse sigmoid
    row : integer (shared)            # sample that is shown
    label : integer (shared)          # its class
    learning : boolean (shared)       # whether the teacher speaks and synapses are plastic
    watch : boolean (shared)          # whether spikes are recorded
    """,
    params=ScheduleParams,
    steps=(
        Step(
            "advance",
            """
            presentation = timestep(t, dt) // n_steps
            onset = timestep(t, dt) % n_steps == 0
            window = (timestep(t, dt) % n_steps) // n_levels
            tick = (timestep(t, dt) % n_steps) % n_levels
            ear = 1 - (tick + 0.5) / n_levels
            logit = log(ear / (1 - ear))
            row = int(order(presentation * dt))
            label = int(labels(presentation * dt))
            learning = training(presentation * dt) > 0.5
            watch = watched(presentation * dt) > 0.5
            """,
            when="before_start",
            order=0,
        ),
    ),
    symbols={"ear": r"e", "label": r"y", "presentation": r"m"},
    deviations=(ABSTRACT_ONLY,),
)

neuron = Model(
    name="gupta_neuron",
    text="Non-leaky neuron that fires at most once, when the falling threshold of its window meets its voltage.",
    source="gupta2020, abstract; our design",
    equations="""
    layer : integer (constant)                            # 0 is the input
    V : 1                                                 # voltage; of an input neuron, the intensity of the stimulus
    b : 1                                                 # bias
    a : 1                                                 # earliness of the own spike, 0 without one
    A : 1                                                 # wanted earliness, 0 without association
    learns : boolean (constant)                           # False freezes its weights and its bias
    inhibited : boolean                                   # the assembly has already had its k spikes
    plastic : boolean                                     # fired before the inhibition came
    theta = logit / beta : 1                              # falling threshold: V >= theta is sigmoid(beta V) >= ear
    reached = (layer == 0 and V >= ear) or (layer > 0 and V >= theta) : boolean
    fires = window == layer and a == 0 and reached : boolean
    onset : boolean (linked)
    window : integer (linked)
    tick : integer (linked)
    ear : 1 (linked)
    logit : 1 (linked)
    row : integer (linked)
    label : integer (linked)
    learning : boolean (linked)
    watch : boolean (linked)
    """,
    params=NeuronParams,
    code={
        "threshold": "fires",
        "reset": "a = ear; plastic = not inhibited",
        "events": {
            "onset": "onset",
            "stimulus": "onset and layer == 0",
            "learn": "learning and learns and plastic and layer > 0 and window == layer + 1 and tick == 0",
            "readout": "layer == n_layers and window == layer + 1 and tick == 1",
            "watched_spike": "fires and watch",
        },
    },
    steps=(
        Step(
            "rest",
            "V = b; a = 0; A = 0; inhibited = False; plastic = False",
            when="start",
            order=0,
            event="onset",
        ),
        Step("stimulate", "V = pattern(row * dt, i)", when="start", order=1, event="stimulus"),
        Step("adapt", "b += eta_b * (A - a)", when="resets", order=1, event="learn"),
    ),
    links=("schedule",),
    symbols={"V": r"V_j", "b": r"b_j", "a": r"a_j", "A": r"A_j", "theta": r"\theta", "ear": r"e", "layer": r"l"},
    deviations=(ABSTRACT_ONLY,),
)

synapse = Model(
    name="gupta_synapse",
    text="Feed-forward synapse: adds its weight times the earliness, and learns from spike times and association.",
    source="gupta2020, abstract; our design",
    equations="""
    w : 1                                                 # weight
    timing = int(graded) * (a_pre - x_th) + int(not graded) * (int(a_pre > x_th) - 0.5) : 1   # > 0: LTP if wanted
    """,
    params=SynapseParams,
    code={
        "on_pre": {"volley": "V_post += w * ear_pre"},
        "on_post": {"plasticity": "w = clip(w + eta * (A_post - a_post) * timing, -w_max, w_max)"},
        "on_event": {"volley": "spike", "plasticity": "learn"},
    },
    symbols={"w": r"w_{ij}", "timing": r"\tau_i"},
    deviations=(ABSTRACT_ONLY, "Weights change sign freely: there are no excitatory and inhibitory neurons."),
)

teacher = Model(
    name="gupta_teacher",
    text="Class neuron: in training it fires at stimulus onset and carries the label, never an error.",
    source="gupta2020, abstract; our design",
    equations="""
    fires = onset and learning and i == label : boolean
    onset : boolean (linked)
    label : integer (linked)
    learning : boolean (linked)
    watch : boolean (linked)
    """,
    code={"threshold": "fires", "reset": "", "events": {"watched_spike": "fires and watch"}},
    deviations=(ABSTRACT_ONLY,),
    links=("schedule",),
)

association = Model(
    name="gupta_association",
    text="Teacher synapse: its assembly should fire as early as the teacher did.",
    source="gupta2020, abstract; our design",
    params=AssociationParams,
    code={"on_pre": "A_post = ear_post + lead"},
    deviations=(ABSTRACT_ONLY,),
)

interneuron = Model(
    name="gupta_interneuron",
    text="Interneuron of one assembly of one layer: fires in the time step after the k-th spike of its assembly.",
    source="gupta2020, abstract; our design",
    equations="""
    layer : integer (constant)                            # layer of its assembly
    count : integer                                       # spikes of its assembly so far
    done : boolean                                        # has fired in this presentation
    k = k_1 * int(layer == 1) + k_2 * int(layer == 2) + k_3 * int(layer == 3) : integer
    fires = count >= k and not done : boolean
    onset : boolean (linked)
    watch : boolean (linked)
    """,
    params=InterneuronParams,
    code={"threshold": "fires", "reset": "done = True", "events": {"watched_spike": "fires and watch"}},
    steps=(Step("rest", "count = count * int(not onset); done = done and not onset", when="start", order=0),),
    links=("schedule",),
    symbols={"k": r"k_l", "count": r"c"},
    deviations=(ABSTRACT_ONLY,),
)

recruitment = Model(
    name="gupta_recruitment",
    text="Synapse from the members of an assembly to its interneuron.",
    source="gupta2020, abstract; our design",
    code={"on_pre": "count_post += 1"},
    deviations=(ABSTRACT_ONLY,),
)

inhibition = Model(
    name="gupta_inhibition",
    text="Synapse from an interneuron to its assembly: blocks plasticity, not firing, in the slower members.",
    source="gupta2020, abstract; our design",
    code={"on_pre": "inhibited_post = True"},
    deviations=(ABSTRACT_ONLY,),
)

MODELS = [schedule, neuron, synapse, teacher, association, interneuron, recruitment, inhibition]
