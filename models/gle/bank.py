r"""Generalized latent equilibrium behind a bank of lags: fixed cascades, and Adam after more than one time step.

Reference: Ellenberger et al. (2026), ``ellenberger2024``, MNIST-1D with a static bank (Figs. 9c and 10f). The neurons
and synapses of the network that learns are those of `models.gle.batch`. Added to its order of a time step: in the slot
``groups``, -4 ``<bank>_forget`` when a presentation starts; -1 ``<bank>_filter``; 3 ``<bank>_rates``. In the slot
``start``, on the clock of Adam, 4 ``<schedule>_count`` and 5 ``<synapses>_adam``: they end the interval before.
"""

from dataclasses import replace

from models.base import Model, Step
from models.gle import batch
from models.gle.latent_equilibrium import DYNAMICS, SYMBOLS

# Like all neurons, a stage reads the rate that the one before it had in the step before; the first one reads the input
# of this step. Synapses of the last stage must see its old rate until they have learned, hence `r` beside `r_4`.
channel = Model(
    name="channel",
    text="A channel of the bank: a cascade of four linear neurons with equal time constants; nothing of it learns.",
    source=f"{DYNAMICS}; Fig. 9c",
    equations="""
    tau_m : second (constant)                    # low-pass of all stages
    tau_r : second (constant)                    # look-ahead of their rates
    x : 1 (linked)                               # rate of the input
    du_1/dt = udot_1 : 1                         # voltages
    du_2/dt = udot_2 : 1
    du_3/dt = udot_3 : 1
    du_4/dt = udot_4 : 1
    udot_1 : hertz                               # their slopes, from rates of the step before
    udot_2 : hertz
    udot_3 : hertz
    udot_4 : hertz
    r_1 : 1                                      # rates
    r_2 : 1
    r_3 : 1
    r_4 : 1
    r : 1                                        # rate of the last stage, as the network reads it
    """,
    code={"method": "euler"},
    steps=(
        Step(
            name="forget",
            code="""
            u_1 = 0
            u_2 = 0
            u_3 = 0
            u_4 = 0
            r_1 = 0
            r_2 = 0
            r_3 = 0
            r = 0
            """,
            when="groups",
            order=-4,
            every="presentation",
        ),
        Step(
            name="filter",
            code="""
            udot_1 = (x - u_1) / tau_m
            udot_2 = (r_1 - u_2) / tau_m
            udot_3 = (r_2 - u_3) / tau_m
            udot_4 = (r_3 - u_4) / tau_m
            r_1 = u_1 + tau_r * udot_1
            r_2 = u_2 + tau_r * udot_2
            r_3 = u_3 + tau_r * udot_3
            r_4 = u_4 + tau_r * udot_4
            """,
            when="groups",
            order=-1,
        ),
        Step(name="rates", code="r = r_4", when="groups", order=3),
    ),
    symbols={
        **SYMBOLS,
        "x": "r_0",
        **{f"{name}_{k}": f"{symbol}_{k}" for k in range(1, 5) for name, symbol in (("u", "u"), ("r", "r"))},
        **{f"udot_{k}": rf"\dot{{u}}_{k}" for k in range(1, 5)},
    },
)

# What was taught in the interval that ends is known before the first step of the next one says anything new.
schedule = replace(
    batch.schedule,
    text="Counts steps of Adam, one at the end of every interval, and lowers the learning rate on a plateau.",
    steps=(
        Step(name="teach", code="due = teach(t)", when="groups", order=-4),
        Step(name="count", code="n_adam += due", when="start", order=4, every="interval"),
        *(step for step in batch.schedule.steps if step.name == "plateau"),
    ),
)


def collecting(model: Model) -> Model:
    """Let synapses collect their gradient over an interval, at whose end Adam takes a step.

    Parameters
    ----------
    model : Model
        Synapses of `models.gle.batch`, with Adam in every time step.

    Returns
    -------
    Model
        The same on the clock ``interval``; with an interval of one time step, the same weights.
    """
    steps = (
        replace(step, when="start", order=5, every="interval") if step.name == "adam" else step for step in model.steps
    )
    return replace(model, steps=tuple(steps))


biases, input_projection, dense = (collecting(model) for model in (batch.biases, batch.input_projection, batch.dense))

MODELS = [channel, schedule, biases, input_projection, dense]
