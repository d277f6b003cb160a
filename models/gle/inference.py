"""Generalized latent equilibrium without errors: what a trained network does, in code that every device can run.

Reference: Ellenberger et al. (2026), ``ellenberger2024``. The neurons are those of `models.gle.latent_equilibrium`
without their error neurons. Rates and slopes are set by a step at the start of a time step, from the drive of the step
before (docs/devices.md): a rate is there one time step later than in that file, and is the same otherwise.
"""

from models.base import Model, Step

DYNAMICS = "ellenberger2024, network dynamics"
# The order of slots that every device has.
SCHEDULE = ["start", "synapses", "groups", "thresholds", "resets", "end"]
SYMBOLS = {
    "tau_m": r"\tau^\mathrm{m}",
    "tau_r": r"\tau^\mathrm{r}",
    "linear": r"\lambda",
    "b": "b",
    "s": r"\sum_j W_{ij} r_j",
    "u": "u",
    "udot": r"\dot{u}",
    "r": "r",
    "w": "W",
    "s_post": r"\sum_j W_{ij} r_j",
}


series = Model(
    name="gle_input",
    text="Input neuron that shows a time series, one value in every time step.",
    source="our design",
    equations="r : 1                                        # rate",
    steps=(Step("show", "r = samples(t)", when="start", order=0),),
    symbols={"r": "r_0"},
)

# In the first time step there is no step before: all rates are 0, as where the network was trained.
neuron = Model(
    name="gle_representation",
    text="Representation neuron: its voltage is low-passed, its rate looks ahead.",
    source=DYNAMICS,
    equations="""
    tau_m : second (constant)                    # low-pass of the voltage
    tau_r : second (constant)                    # look-ahead of the rate
    linear : 1 (constant)                        # 1: linear transfer function, 0: tanh
    b : 1 (constant)                             # bias
    s : 1                                        # drive from the layer below
    du/dt = udot : 1                             # voltage
    udot : hertz                                 # its slope, from rates of the step before
    r : 1                                        # rate
    """,
    code={"method": "euler"},
    steps=(
        Step(
            "rates",
            """
            udot = int(timestep(t, dt) > 0) * (s + b - u) / tau_m
            u_hat = u + tau_r * udot
            r = linear * u_hat + (1 - linear) * tanh(u_hat)
            """,
            when="start",
            order=0,
        ),
    ),
    symbols=SYMBOLS,
)

synapse = Model(
    name="gle_fixed",
    text="Connection with a fixed weight.",
    source=DYNAMICS,
    equations="""
    w : 1 (constant)                             # weight
    s_post = w * r_pre : 1 (summed)
    """,
    symbols=SYMBOLS,
)

MODELS = [series, neuron, synapse]
