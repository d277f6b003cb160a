"""Trials of equal length that follow each other within one run, and how a gradient becomes a change of weights.

Reference: Bellec et al. (2019), ``bellec2019``, and programs of its authors. ``schedule`` ticks once per trial and says
whether weights change then, and by how much; the other groups link its variables. A batch is a number of successive
trials after which the weights change once. One step behind the last trial completes it.
"""

from dataclasses import dataclass

from models.base import Model, Step, param
from models.optimisers import adam

# Spikes that are found at the end of a step are delivered at the start of the next one.
SCHEDULE = ["start", "synapses", "groups", "resets", "thresholds", "end"]
TUTORIAL = "authors' tutorial"


@dataclass(frozen=True)
class ScheduleParams:
    """Trials, batches, and how a gradient becomes a change of weights."""

    n_steps: int = param(1000, "steps of one trial", "T", TUTORIAL)
    n_batch: int = param(1, "trials of one batch", r"n_\mathrm{batch}", TUTORIAL)
    watch: int = param(1, "trials at the beginning and at the end that are recorded in detail", r"n_w", "our design")
    n_trials: int = param(1, "trials of the run", r"n_\mathrm{trials}", TUTORIAL)
    eta: float = param(1e-4, "learning rate", r"\eta", TUTORIAL)
    eta_factor: float = param(1.0, "factor of the learning rate after every period", r"q_\eta", "no decay")
    eta_period: int = param(100, "updates of such a period", r"n_\eta", "our design")
    adam: float = param(0.0, "1: Adam, 0: gradient descent", "A", TUTORIAL)
    beta_m: float = param(0.9, "Adam: decay of the mean of the gradient", r"\beta_1", "TensorFlow")
    beta_s: float = param(0.999, "Adam: decay of the mean of its square", r"\beta_2", "TensorFlow")
    epsilon: float = param(1e-8, "Adam: smallest denominator", r"\epsilon", "TensorFlow")
    forget: float = param(
        0.0, "share of output and feedback weights that is lost per update", r"\lambda", "authors' code, adaptive"
    )


SYMBOLS = {
    "v": "v",
    "a": "a",
    "I": "I",
    "z_bar": r"\bar{z}",
    "z_out": r"\bar{z}^\mathrm{out}",
    "trace": r"\bar{z}^{t-1}",
    "psi": r"\psi",
    "learning_signal": "L",
    "rate_error": "R",
    "beta": r"\beta",
    "y": "y",
    "bias": "b",
    "p": r"\pi",
    "err": r"\delta",
    "w": "w",
    "b": "B",
    "e": "e",
    "elig_a": r"\epsilon^a",
    "elig_bar": r"\bar{e}",
    "elig_sum": r"\sum_t e",
    "grad": "G",
    "slope": r"\bar{G}",
    "grad_mean": "m",
    "grad_square": "s",
    "k": "k",
}

# What the groups know of the schedule, all shared.
LINKS = """n_steps : integer (linked)
    n_batch : integer (linked)
    due : 1 (linked)
    beta_m : 1 (linked)
    beta_s : 1 (linked)
    epsilon : 1 (linked)
    step_sgd : 1 (linked)
    step_adam : 1 (linked)
    forget : 1 (linked)
    watched : 1 (linked)"""

schedule = Model(
    name="schedule",
    text="Trials and batches: one tick per trial tells all others whether weights change, and by how much",
    source="bellec2019; Adam in the form of TensorFlow",
    params=ScheduleParams,
    equations="""
    trial = timestep(t, dt) : integer (shared)                           # trials that are over
    update : integer (shared)                                            # updates so far, this one included
    due : 1 (shared)                                                     # 1 if weights change now
    eta_now : 1 (shared)                                                 # learning rate of this update
    step_sgd : 1 (shared)                                                # factor of the gradient
    step_adam : 1 (shared)                                               # factor of the normalised gradient
    watched : 1 (shared)                                                 # whether the trial is recorded in detail
    activity : 1                                                         # mean rate of the trial that ended
    """,
    steps=(
        Step(
            "advance",
            """
            update = trial // n_batch
            due = int(trial > 0) * int(trial % n_batch == 0)
            eta_now = due * eta * eta_factor ** ((update - 1) // eta_period)
            step_sgd = (1 - adam) * eta_now
            step_adam = adam * eta_now * sqrt(1 - beta_s ** update) / (1 - beta_m ** clip(update, 1, inf))
            watched = int(trial < watch or trial >= n_trials - watch)
            """,
            when="after_resets",
            order=1,
        ),
    ),
    symbols=SYMBOLS,
)


def descend(variable: str, of: str = "", prefix: str = "") -> str:
    """Return the statements that change a weight along ``slope``, the gradient of a batch: gradient descent or Adam.

    Parameters
    ----------
    variable : str
        The weight.
    of : str
        Suffix of the neuron that knows the schedule: ``_pre`` or ``_post`` in synapses.
    prefix : str
        Of the names of the running means.
    """
    return adam(
        variable,
        "slope",
        f"{prefix}grad_mean",
        f"{prefix}grad_square",
        rate=f"step_adam{of}",
        beta_1=f"beta_m{of}",
        beta_2=f"beta_s{of}",
        epsilon=f"epsilon{of}",
        due=f"due{of}",
        plain=f"step_sgd{of}",
    )


MODELS = [schedule]
