"""Learning an arm movement from one trial: movements and their trials, input, code of the target, joints and arm.

Reference: Bellec et al. (2019), ``bellec2019``, e-prop 2, and a program of its authors. The networks that look at all
this are in `models.eprop.one_shot`.

The order within a step is that of `models.eprop.trials`: spikes found at the end of step t-1 are delivered at the start
of step t, and step t-1 of readout, arm and plasticity is completed during step t. Successive trials belong to one
movement: one with the initial weights, then the training trials, then one with what was learned; then the weights go
back. The first step of a trial has no input spikes.

Tables (TimedArrays) are read at ``number * dt``, so that an entry takes one time step of the table.
"""

from dataclasses import dataclass

from brian2 import Quantity, ms

from models.base import Model, Step, param

PROGRAM = "authors' program of e-prop 2"


@dataclass(frozen=True)
class ProtocolParams:
    """Trials, and how what was gathered in a training trial becomes a change of weights."""

    n_steps: int = param(500, "steps of one trial", "T", PROGRAM)
    n_exposures: int = param(1, "training trials of one movement", r"n_e", PROGRAM)
    watch: int = param(4, "movements at the beginning that are recorded in detail", r"n_w", "our design")
    by_module: bool = param(True, "the error module teaches; if not, the error of the readout does", "M", "our design")
    eta: float = param(1e-4, "learning rate of input and recurrent weights", r"\eta", PROGRAM)
    eta_out: float = param(0.0, "learning rate of output weights; e-prop 2 leaves them", r"\eta_\mathrm{out}", PROGRAM)


@dataclass(frozen=True)
class ClockParams:
    """How the table of input spikes is read."""

    n_channels: int = param(5, "columns of the table", r"n_c", "our design")
    tau_m: Quantity = param(20 * ms, "time constant of the presynaptic trace", r"\tau_m", PROGRAM)


@dataclass(frozen=True)
class CodeParams:
    """Tuning of the neurons that encode the target."""

    width: float = param(0.2, "width of their tuning, in lengths of the arm", r"\sigma", PROGRAM)
    p_peak: float = param(0.2, "probability of a spike per step at the preferred place", r"p_\mathrm{max}", PROGRAM)
    given: bool = param(False, "their spikes are read from a table", r"g", "our design, for tests")


@dataclass(frozen=True)
class JointParams:
    """Parameters of the readouts."""

    tau_out: Quantity = param(20 * ms, "time constant of the readout filter", r"\tau_\mathrm{out}", PROGRAM)


@dataclass(frozen=True)
class ArmParams:
    """Where the arm is before a movement."""

    length: float = param(0.5, "length of a link; the stretched arm has length 1", r"\ell", PROGRAM)
    start_1: float = param(0.0, "angle of the first joint, rad", r"\varphi_1^0", PROGRAM)
    start_2: float = param(1.5707963267948966, "angle of the second joint, rad", r"\varphi_2^0", PROGRAM)


SYMBOLS = {
    "v": "v",
    "z_out": r"\bar{z}^\mathrm{out}",
    "I": "I",
    "z_bar": r"\bar{z}",
    "trace": r"\bar{z}^t",
    "psi": r"\psi'",
    "signal_module": r"\hat{L}^\mathrm{module}",
    "signal_readout": r"\hat{L}^\mathrm{readout}",
    "learning_signal": r"\hat{L}",
    "y": r"\omega",
    "err": r"\delta",
    "w": "w",
    "w_start": r"w^0",
    "w_change": r"\Delta w",
    "b": "B",
    "b_start": "B^0",
    "b_change": r"\Delta B",
    "elig": r"\bar{e}",
    "change": r"\Delta w",
    "phi_1": r"\varphi_1",
    "phi_2": r"\varphi_2",
    "x_1": "x",
    "x_2": "y",
    "preferred": r"\mu",
    "p": "p",
    "k": "k",
}

# What the groups know of the protocol, all shared.
LINKS = """n_steps : integer (linked)
    movement : integer (linked)
    training : 1 (linked)
    due : 1 (linked)
    watched : 1 (linked)"""

protocol = Model(
    name="protocol",
    text="Trials of one movement: before learning, training trials, after learning; then the weights go back",
    source="bellec2019, e-prop 2",
    params=ProtocolParams,
    equations="""
    trial = timestep(t, dt) : integer (shared)                           # trials that are over
    place : integer (shared)                                             # of the trial that begins, within its movement
    movement : integer (shared)                                          # to which it belongs
    training : 1 (shared)                                                # 1 in a training trial
    due : 1 (shared)                                                     # 1 if a training trial has just ended
    renewed : 1 (shared)                                                 # 1 if another movement begins
    watched : 1 (shared)                                                 # whether the trial is recorded in detail
    activity : 1                                                         # mean rate of the trial that ended
    module_activity : 1                                                  # the same of the error module
    """,
    steps=(
        Step(
            "advance",
            """
            place = trial % (n_exposures + 2)
            movement = trial // (n_exposures + 2)
            training = int(place > 0) * int(place <= n_exposures)
            due = int(place > 1)
            renewed = int(place == 0)
            watched = int(movement < watch) * int(place < 2 or place > n_exposures)
            """,
            when="after_resets",
            order=1,
        ),
    ),
    symbols=SYMBOLS,
)

# Input spikes of step t+1 are found at the end of step t.
clock = Model(
    name="clock",
    text="Input neurons that fire at fixed times of every trial, group after group",
    source="bellec2019, e-prop 2",
    params=ClockParams,
    equations=f"""
    dz_bar/dt = -z_bar / tau_m : 1                                       # presynaptic trace
    trace : 1                                                            # presynaptic trace at the end of the step
    fires : 1                                                            # 1 if there is a spike in the next step
    channel : integer (constant)                                         # column of the table
    k = timestep(t, dt) + 1 : integer (shared)                           # step, one ahead
    {LINKS}
    """,
    code={
        "threshold": "fires > 0.5",
        "reset": "z_bar += 1",
        "method": "exact",
        "events": {"watched_spike": "fires > 0.5 and watched * training > 0.5"},
    },
    steps=(
        Step(
            "fire",
            "fires = pattern(((k % n_steps) * n_channels + channel) * dt + dt / 4) * int(k % n_steps > 0)",
            when="before_thresholds",
            order=0,
        ),
        Step("freeze", "trace = z_bar", when="end", order=0),
        Step("restart", "z_bar = 0", when="after_resets", order=9, every="trial"),
    ),
    links=("protocol",),
    symbols=SYMBOLS,
)

code = Model(
    name="population_code",
    text="Poisson neurons with Gaussian tuning to one coordinate of the target; silent unless it is a training trial",
    source="bellec2019, e-prop 2",
    params=CodeParams,
    equations=f"""
    preferred : 1 (constant)                                             # preferred place
    coordinate : integer (constant)                                      # which coordinate
    place_now : 1                                                        # place of the target
    p : 1                                                                # probability of a spike
    fires : 1                                                            # 1 if there is a spike in the next step
    k = timestep(t, dt) + 1 : integer (shared)                           # step, one ahead
    {LINKS}
    """,
    code={
        "threshold": "fires > 0.5",
        "reset": "fires = 0",
        "events": {"watched_spike": "fires > 0.5 and watched * training > 0.5"},
    },
    steps=(
        Step(
            "fire",
            """
            row = movement * n_steps + k % n_steps
            place_now = clip(path((row * 2 + coordinate) * dt + dt / 4), -1, 1)
            tuned = p_peak * exp(-0.5 * ((place_now - preferred) / width) ** 2)
            p = int(given) * given_spikes((row * N + i) * dt + dt / 4) + int(not given) * tuned
            fires = int(rand() < p) * int(k % n_steps > 0) * int(training > 0.5)
            """,
            when="before_thresholds",
            order=0,
        ),
    ),
    links=("protocol",),
    symbols=SYMBOLS,
)

joint = Model(
    name="joint",
    text="Leaky readout: angular velocity of a joint, in rad/s, with its error",
    source="bellec2019, e-prop 2",
    params=JointParams,
    equations=f"""
    dy/dt = -y / tau_out : 1                                             # angular velocity, rad/s
    velocity = y * Hz : Hz                                               # the same, with its unit
    I : 1                                                                # input of this step
    goal : 1                                                             # angular velocity of the target
    err : 1                                                              # error
    loss : 1                                                             # squared error, mean over a trial
    k = timestep(t, dt) - 1 : integer (shared)                           # step that is completed
    {LINKS}
    """,
    code={"method": "exact", "events": {"watched_step": "watched > 0.5"}},
    steps=(
        Step(
            "read",
            """
            y += I
            I = 0
            row = movement * n_steps + clip(k, 0, inf) % n_steps
            goal = turning((row * 2 + i) * dt + dt / 4)
            err = int(k >= 0) * (y - goal)
            loss += err ** 2 / n_steps
            """,
            when="groups",
            order=-8,
        ),
        Step("restart", "y = 0\nloss = 0", when="after_resets", order=9, every="trial"),
    ),
    links=("protocol",),
    symbols=SYMBOLS,
)

arm = Model(
    name="arm",
    text="Arm with two joints; the second angle is relative to the first link",
    source="bellec2019, e-prop 2",
    params=ArmParams,
    equations=f"""
    dphi_1/dt = omega_1 : 1                                              # angle of the first joint
    dphi_2/dt = omega_2 : 1                                              # angle of the second joint
    omega_1 : Hz (linked)                                                # angular velocity of the first joint
    omega_2 : Hz (linked)                                                # angular velocity of the second joint
    x_1 = length * (cos(phi_1) + cos(phi_1 + phi_2)) : 1                 # end point
    x_2 = length * (sin(phi_1) + sin(phi_1 + phi_2)) : 1                 # end point
    goal_1 : 1                                                           # where it should be
    goal_2 : 1                                                           # where it should be
    miss : 1                                                             # squared distance, mean over a trial
    k = timestep(t, dt) - 1 : integer (shared)                           # step that is completed
    {LINKS}
    """,
    code={"method": "euler", "events": {"watched_step": "watched > 0.5"}},
    steps=(
        Step(
            "compare",
            """
            row = movement * n_steps + clip(k, 0, inf) % n_steps
            goal_1 = path(row * 2 * dt + dt / 4)
            goal_2 = path((row * 2 + 1) * dt + dt / 4)
            miss += int(k >= 0) * ((x_1 - goal_1) ** 2 + (x_2 - goal_2) ** 2) / n_steps
            """,
            when="groups",
            order=-5,
        ),
        Step(
            "restart",
            """
            phi_1 = start_1
            phi_2 = start_2
            miss = 0
            """,
            when="after_resets",
            order=9,
            every="trial",
        ),
    ),
    links=("protocol",),
    symbols=SYMBOLS,
)

module_rate = Model(
    name="module_rate",
    text="Mean rate of the error module, once per trial",
    source="our design",
    equations="module_activity_post = rate_pre / N_pre : 1 (summed)          # mean rate of the trial that ended",
    summed={"module_activity_post": ("after_resets", 3)},
    symbols=SYMBOLS,
)

MODELS = [protocol, clock, code, joint, arm, module_rate]
