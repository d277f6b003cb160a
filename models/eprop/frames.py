"""E-prop with input that is a current, constant during a frame, and one answer per frame.

Reference: Bellec et al. (2020), ``bellec2020``, phoneme recognition. Neurons, plasticity and schedule are those of
`models.eprop.spiking`. Features reach the neurons in the step in which they are shown, so the presynaptic trace of a
feature is its value, filtered as the membrane filters it. The first step of a trial has no input, because it also
completes the trial before.
"""

from dataclasses import dataclass, replace

from models.base import Model, Step, param
from models.eprop import readouts, spiking, trials


@dataclass(frozen=True)
class ReadoutParams(readouts.ReadoutParams):
    """How the table of labels is read, and whether answers are recorded."""

    answers: bool = param(False, "the answer to every frame is recorded", r"a_y", "our design")


features = Model(
    name="features",
    text="Features of speech, a table with one row per frame, as currents",
    source="bellec2020, phoneme recognition",
    params=spiking.InputParams,
    equations=f"""
    dz_bar/dt = -z_bar / tau_m : 1                                       # presynaptic trace
    trace : 1                                                            # presynaptic trace at the end of the step
    x : 1                                                                # value in this step
    channel : integer (constant)                                         # column of the table
    k = timestep(t, dt) : integer (shared)                               # step
    tau_m : second (linked)
    normalised : 1 (linked)
    {trials.LINKS}
    """,
    code={"method": "exact", "events": {"watched_step": "watched > 0.5"}},
    steps=(
        Step(
            "show",
            """
            row = (k // n_bin) % n_rows
            x = pattern((row * n_channels + channel) * dt + dt / 4) * int(k % n_steps > 0)
            """,
            when="start",
            order=0,
        ),
        Step("filter", "z_bar += (1 - normalised * exp(-dt / tau_m)) * x", when="after_groups", order=0),
        Step("freeze", "trace = z_bar", when="end", order=0),
        Step("restart", "z_bar = 0", when="after_resets", order=9, every="trial"),
    ),
    links=("schedule", "recurrent"),
    symbols={**trials.SYMBOLS, "x": "x"},
)

feature_synapse = replace(
    spiking.adaptive_synapse,
    name="feature_synapse",
    text="Plastic synapse from a feature onto neurons that may have an adaptive threshold",
    equations=spiking.adaptive_synapse.equations + "I_post = w * x_pre : 1 (summed)      # current of all features",
    code={},
    summed={"I_post": ("start", 1)},  # before spikes add to it
)

classifier = replace(
    readouts.classifier,
    name="framewise",
    text="Leaky readout of class probabilities that answers once per frame; the table holds the class of the step in "
    "which it answers, and a negative number everywhere else",
    params=ReadoutParams,
    equations=f"""
    {readouts.classifier.equations}
    rank : 1                                                             # classes with a larger readout
    hits : 1                                                             # right answers of this trial
    """,
    code={
        **readouts.classifier.code,
        "events": {
            **readouts.classifier.code["events"],
            "answer": "answers and goal > -0.5 and rank < 0.5",
        },
    },
    steps=(
        *readouts.classifier.steps,
        Step(
            "count",
            "hits += int(k >= 0) * int(abs(goal - i) < 0.5) * int(rank < 0.5)",
            when="groups",
            order=-5,
        ),
        Step("recount", "hits = 0", when="after_resets", order=10, every="trial"),
    ),
    symbols={**trials.SYMBOLS, "rank": r"n_>"},
)

# Of equal readouts the first one is ahead, so that there is one answer.
pool = replace(
    readouts.pool,
    name="softmax_and_rank",
    text="Common denominator of the class probabilities, and rank of every class",
    equations=f"""
    {readouts.pool.equations}
    rank_post = int(y_pre > y_post) + int(y_pre == y_post) * int(i < j) : 1 (summed)    # classes with a larger readout
    """,
    summed={"total_post": ("groups", -7), "rank_post": ("groups", -7)},
)

MODELS = [features, feature_synapse, classifier, pool]
