"""Tasks for an LSTM that learns with e-prop: copy-repeat with its curriculum, and the next symbol of a text.

Reference: Bellec et al. (2019), ``bellec2019``, e-prop 3. For the order of everything see `models.eprop.lstm`. Readouts
of step t-1 are computed, compared and paid for in step t.

Tables (TimedArrays) are read at ``number * dt``.
"""

from dataclasses import dataclass, replace

from models.base import Model, Step, param
from models.eprop import readouts
from models.eprop.lstm import SYMBOLS, TASK, RuleParams, sender

CURRICULUM = "copy-repeat of the literature on synthetic gradients"


@dataclass(frozen=True)
class CopyParams(RuleParams):
    """The rule, the table of bits, and when a length counts as solved."""

    n_bits: int = param(3, "bits of a vector", r"n_b", CURRICULUM)
    n_rows: int = param(1000, "vectors in the table, which is repeated", r"n_r", "our design")
    count: float = param(0.25, "input that stands for one repetition", r"x_R", "our design")
    criterion: float = param(0.15, "bits below which a batch counts as solved", r"E^*", CURRICULUM)
    watch: int = param(10**9, "step from which everything is recorded", r"k_w", "our design")


@dataclass(frozen=True)
class TextParams(RuleParams):
    """The rule and the table of symbols."""

    n_report: int = param(2000, "symbols over which the loss is averaged", r"n_r", "our design")


# Units of the sender and readouts read these of the task.
PLACE_LINKS = """place : integer (linked)
    completed : integer (linked)
    n_vectors : integer (linked)
    n_repeats : integer (linked)
    first_row : integer (linked)
    n_bits : integer (linked)
    n_rows : integer (linked)"""

copy_task = Model(
    name="copy_repeat",
    text="Start marker, N vectors, the number R; then the vectors are asked for, R times, and an end marker. Another "
    "batch that is good enough makes R larger, or N if they are equal",
    source="bellec2019, copy-repeat",
    params=CopyParams,
    equations=f"""
    {TASK}
    place : integer                              # step within the sequence, from 1; 0: pause
    completed : integer                          # the step before
    level : integer                              # how often the sequences have become longer
    n_vectors : integer                          # N
    n_repeats : integer                          # R
    first_row : integer                          # of the table of bits, in this sequence
    length : integer                             # steps of the sequence
    sequences : integer                          # sequences that are over
    cost_sum : 1                                 # cost of the batch so far
    asked : 1                                    # outputs that were asked for in the batch
    bits : 1                                     # cost of the batch that is over, per output
    solved : 1                                   # 1 if it was good enough
    length_seen : 1                              # length of its sequences
    watched : 1                                  # 1 if everything is recorded
    """,
    code={"events": {"judged": "due > 0.5"}},
    steps=(
        Step(
            "advance",
            """
            completed = place
            n_vectors = 1 + (level + 1) // 2
            n_repeats = 1 + level // 2
            length = (n_repeats + 1) * n_vectors + 3
            place = (place + 1) % (length + 1)
            awake = int(place > 0)
            valid = int(completed > 0)
            watched = int(timestep(t, dt) >= watch)
            corrected = sqrt(1 - beta_s ** (updates + 1)) / (1 - beta_m ** (updates + 1))
            next_rate = eta * corrected
            next_rate_guess = eta_guess * corrected
            """,
            when="groups",
            order=-20,
        ),
        Step(
            "judge",
            """
            ends = int(place == 0)
            sequences += ends
            due = ends * int(sequences % n_batch == 0)
            cost_sum += cost
            asked += int(completed > n_vectors + 2) * (n_bits + 1)
            bits = (1 - due) * bits + due * cost_sum / (log(2.0) * clip(asked, 1, inf))
            solved = due * int(bits < criterion)
            length_seen = length
            first_row = (first_row + ends * n_vectors) % n_rows
            level += int(solved > 0.5)
            cost_sum *= 1 - due
            asked *= 1 - due
            updates += int(due > 0.5)
            """,
            when="groups",
            order=-10,
        ),
    ),
    symbols={**SYMBOLS, "place": "k", "n_vectors": "N", "n_repeats": "R", "length": "T", "bits": "E"},
)

copy_sender = sender(
    """
            row = (first_row + clip(place - 2, 0, n_vectors)) % n_rows
            shown = int(place > 1) * int(place < n_vectors + 2) * int(i < n_bits)
            x = shown * bits_of((row * n_bits + clip(i, 0, n_bits - 1)) * dt + dt / 4)
            x += int(i == n_bits) * int(place == 1)
            x += int(i == n_bits + 1) * int(place == n_vectors + 2) * count * n_repeats
            """,
    PLACE_LINKS + "\n    count : 1 (linked)\n    watched : 1 (linked)",
    {"watched_step": "watched > 0.5"},
)

copy_readout = Model(
    name="bernoulli",
    text="Sigmoid readouts of all bits and of the end marker, with their cross-entropy",
    source="bellec2019, copy-repeat",
    equations=f"""
    y : 1                                        # readout of the step before
    p : 1                                        # probability of a 1
    goal : 1                                     # what is asked for
    within : 1                                   # 1 if something is asked for
    err : 1                                      # derivative of the cross-entropy
    price : 1                                    # cross-entropy, nats
    {PLACE_LINKS}
    watched : 1 (linked)
    """,
    code={"events": {"watched_step": "watched > 0.5"}},
    steps=(
        Step(
            "compare",
            """
            within = int(completed > n_vectors + 2)
            number = clip(completed - n_vectors - 3, 0, inf)
            copying = int(number < n_vectors * n_repeats)
            row = (first_row + int(number) % n_vectors) % n_rows
            goal = copying * int(i < n_bits) * bits_of((row * n_bits + clip(i, 0, n_bits - 1)) * dt + dt / 4)
            goal += (1 - copying) * int(i == n_bits)
            p = 1 / (1 + exp(-y))
            err = within * (p - goal)
            price = within * (clip(y, 0, inf) - goal * y + log(1 + exp(-abs(y))))
            """,
            when="groups",
            order=-16,
        ),
    ),
    links=("task",),
    symbols={**SYMBOLS, "p": r"\pi", "goal": r"\pi^*"},
)

text_task = Model(
    name="text",
    text="Counts the symbols of a text that never ends, and what their prediction costs",
    source="bellec2019, prediction of words; here of characters",
    params=TextParams,
    equations=f"""
    {TASK}
    number : integer                             # of the present symbol
    cost_sum : 1                                 # cost since the last report
    bits : 1                                     # cost per symbol in the last report
    reported : 1                                 # 1 if there is a report in this step
    """,
    code={"events": {"report": "reported > 0.5"}},
    steps=(
        Step(
            "advance",
            """
            number = timestep(t, dt)
            awake = 1
            valid = int(number > 0)
            corrected = sqrt(1 - beta_s ** (updates + 1)) / (1 - beta_m ** (updates + 1))
            next_rate = eta * corrected
            next_rate_guess = eta_guess * corrected
            """,
            when="groups",
            order=-20,
        ),
        Step(
            "judge",
            """
            due = valid * int(number % n_batch == 0)
            updates += int(due > 0.5)
            reported = valid * int(number % n_report == 0)
            cost_sum += cost
            bits = (1 - reported) * bits + reported * cost_sum / (log(2.0) * n_report)
            cost_sum *= 1 - reported
            """,
            when="groups",
            order=-10,
        ),
    ),
    symbols={**SYMBOLS, "number": "k", "bits": "E"},
)

text_sender = sender("x = int(abs(symbols(number * dt + dt / 4) - i) < 0.5)", "number : integer (linked)")

# The symbol of this step is what the readout of the step before should have predicted.
text_readout = Model(
    name="next_symbol",
    text="Softmax readouts of all symbols, with their cross-entropy",
    source="bellec2019, prediction of words; here of characters",
    equations="""
    y : 1                                        # readout of the step before
    total : 1                                    # sum of exp(y) over all readouts
    p : 1                                        # probability of this symbol
    goal : 1                                     # 1 for the symbol that is there
    err : 1                                      # derivative of the cross-entropy
    price : 1                                    # cross-entropy, nats
    valid : 1 (linked)
    number : integer (linked)
    """,
    steps=(
        Step(
            "compare",
            """
            goal = int(abs(symbols(number * dt + dt / 4) - i) < 0.5)
            p = exp(y) / total
            err = valid * (p - goal)
            price = -valid * goal * log(p)
            """,
            when="groups",
            order=-16,
        ),
    ),
    links=("task",),
    symbols={**SYMBOLS, "p": r"\pi", "goal": r"\pi^*"},
)

pool = replace(readouts.pool, summed={"total_post": ("groups", -17)})

MODELS = [copy_task, copy_sender, copy_readout, text_task, text_sender, text_readout]
