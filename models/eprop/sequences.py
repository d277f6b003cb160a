"""Tasks for an LSTM that learns with e-prop 3: copy-repeat with its curriculum, and the next symbol of a text.

Reference: Bellec et al. (2019), ``bellec2019``, e-prop 3. For the order of everything, and for the ticks of a block,
see `models.eprop.lstm_blocks`. All copies are shown sequences of the same length, at the same time.

Tables (TimedArrays) are read at ``number * dt``.
"""

from dataclasses import dataclass

from models.base import Model, Step, param
from models.eprop.lstm_schedule import PHASE, RATE_LINKS, RATES, SYMBOLS, TASK, RuleParams

CURRICULUM = "copy-repeat of the literature on synthetic gradients"


@dataclass(frozen=True)
class CopyParams(RuleParams):
    """The rule, the table of bits, and when a length counts as solved."""

    n_bits: int = param(3, "bits of a vector", r"n_b", CURRICULUM)
    n_rows: int = param(1000, "vectors in the table, which is repeated", r"n_r", "our design")
    count: float = param(0.25, "input that stands for one repetition", r"x_R", "our design")
    criterion: float = param(0.15, "bits below which a batch counts as solved", r"E^*", CURRICULUM)
    watch: int = param(10**9, "tick from which everything is recorded", r"k_w", "our design")


@dataclass(frozen=True)
class TextParams(RuleParams):
    """The rule, and what every copy reads of the table of symbols."""

    n_each: int = param(1000, "symbols that a copy reads", r"n_k", "our design")
    n_report: int = param(250, "symbols of a copy over which the loss is averaged", r"n_r", "our design")


# Inputs and readouts read these of the task.
PLACE_LINKS = """place : integer (linked)
    n_vectors : integer (linked)
    n_repeats : integer (linked)
    first_row : integer (linked)
    n_bits : integer (linked)
    n_rows : integer (linked)
    forward : 1 (linked)
    watched : 1 (linked)
    copy : integer (constant)                    # which sequence of the batch
    channel : integer (constant)                 # which input or readout of the copy"""
BIT = "bits_of((row * n_bits + clip(channel, 0, n_bits - 1)) * dt + dt / 4)"

copy_task = Model(
    name="copy_repeat",
    text="Start marker, N vectors, the number R; then the vectors are asked for, R times, and an end marker. Another "
    "batch that is good enough makes R larger, or N if they are equal",
    source="bellec2019, copy-repeat",
    params=CopyParams,
    equations=f"""
    {TASK}
    due : 1                                      # 1 in the last tick of a batch
    done : integer                               # steps of the sequence that are over
    place : integer                              # step of the sequence, from 1
    level : integer                              # how often the sequences have become longer
    n_vectors : integer                          # N
    n_repeats : integer                          # R
    first_row : integer                          # of the table of bits, in this batch
    length : integer                             # steps of the sequence
    sequences : integer                          # sequences that are over
    loss_sum : 1                                 # loss of the batch so far
    asked : 1                                    # outputs that were asked for in the batch
    bits : 1                                     # loss of the batch that is over, per output
    solved : 1                                   # 1 if it was good enough
    length_seen : 1                              # length of its sequences
    watched : 1                                  # 1 if everything is recorded
    """,
    code={"events": {"judged": "due > 0.5"}},
    steps=(
        RATES,
        PHASE,
        Step(
            "advance",
            """
            n_vectors = 1 + (level + 1) // 2
            n_repeats = 1 + level // 2
            length = (n_repeats + 1) * n_vectors + 3
            forward = (1 - backward) * int(done < length)
            fresh = forward * int(done == 0)
            begun = begins * fresh + (1 - begins) * begun
            ahead = border * int(done < length)
            ended = border * int(done == length) + (1 - border) * ended
            place = done + 1
            done += int(forward > 0.5)
            watched = forward * int(timestep(t, dt) >= watch)
            """,
            when="groups",
            order=-24,
        ),
        Step(
            "judge",
            """
            over = int(phase == 2 * n_block - 1) * int(done == length)
            due = over
            sequences += over * n_copies
            loss_sum += forward * total_loss
            asked += forward * int(place > n_vectors + 2) * (n_bits + 1) * n_copies
            bits = (1 - due) * bits + due * loss_sum / (log(2.0) * clip(asked, 1, inf))
            solved = due * int(bits < criterion)
            length_seen = length
            first_row = (first_row + over * n_vectors * n_copies) % n_rows
            done = (1 - over) * done
            level += int(solved > 0.5)
            loss_sum *= 1 - due
            asked *= 1 - due
            """,
            when="groups",
            order=-7,
        ),
    ),
    symbols={**SYMBOLS, "place": "k", "n_vectors": "N", "n_repeats": "R", "length": "T", "bits": "E"},
)

copy_input = Model(
    name="copy_input",
    text="Bits of the vectors, start marker, and the number of repetitions",
    source="bellec2019, copy-repeat",
    equations=f"""
    x : 1                                        # input
    {PLACE_LINKS}
    count : 1 (linked)
    """,
    code={"events": {"watched_step": "watched > 0.5"}},
    steps=(
        Step(
            "show",
            f"""
            row = (first_row + copy * n_vectors + clip(place - 2, 0, n_vectors - 1)) % n_rows
            x = int(place > 1) * int(place < n_vectors + 2) * int(channel < n_bits) * {BIT}
            x += int(channel == n_bits) * int(place == 1)
            x += int(channel == n_bits + 1) * int(place == n_vectors + 2) * count * n_repeats
            """,
            when="groups",
            order=-23,
        ),
    ),
    links=("task",),
    symbols=SYMBOLS,
)

copy_readout = Model(
    name="bernoulli",
    text="Sigmoid readouts of all bits and of the end marker, with their cross-entropy",
    source="bellec2019, copy-repeat",
    equations=f"""
    y : 1                                        # readout
    p : 1                                        # probability of a 1
    goal : 1                                     # what is asked for
    within : 1                                   # 1 if something is asked for
    err : 1                                      # derivative of the cross-entropy
    cross_entropy : 1                            # cross-entropy, nats
    {PLACE_LINKS}
    {RATE_LINKS}
    """,
    code={"events": {"watched_step": "watched > 0.5"}},
    steps=(
        Step(
            "compare",
            f"""
            within = forward * int(place > n_vectors + 2)
            number = clip(place - n_vectors - 3, 0, inf)
            copying = int(number < n_vectors * n_repeats)
            row = (first_row + copy * n_vectors + int(number) % n_vectors) % n_rows
            goal = copying * int(channel < n_bits) * {BIT}
            goal += (1 - copying) * int(channel == n_bits)
            p = 1 / (1 + exp(-y))
            err = within * (p - goal)
            cross_entropy = within * (clip(y, 0, inf) - goal * y + log(1 + exp(-abs(y))))
            """,
            when="groups",
            order=-14,
        ),
    ),
    links=("task",),
    symbols={**SYMBOLS, "p": r"\pi", "goal": r"\pi^*"},
)

text_task = Model(
    name="text",
    text="Counts the symbols of a text that never ends, and the loss of their prediction",
    source="bellec2019, prediction of words; here of characters",
    params=TextParams,
    equations=f"""
    {TASK}
    done : integer                               # symbols of each copy that were shown
    number : integer                             # of the present symbol
    loss_sum : 1                                 # loss since the last report
    bits : 1                                     # loss per symbol in the last report
    reported : 1                                 # 1 if there is a report in this tick
    """,
    code={"events": {"report": "reported > 0.5"}},
    steps=(
        RATES,
        PHASE,
        Step(
            "advance",
            """
            forward = 1 - backward
            fresh = forward * int(done == 0)
            begun = begins * fresh + (1 - begins) * begun
            ahead = border
            done += int(forward > 0.5)
            number = done - int(forward > 0.5)
            """,
            when="groups",
            order=-24,
        ),
        Step(
            "judge",
            """
            loss_sum += forward * total_loss
            reported = forward * int(done % n_report == 0)
            bits = (1 - reported) * bits + reported * loss_sum / (log(2.0) * n_report * n_copies)
            loss_sum *= 1 - reported
            """,
            when="groups",
            order=-7,
        ),
    ),
    symbols={**SYMBOLS, "number": "k", "bits": "E"},
)

SYMBOL_LINKS = """number : integer (linked)
    n_each : integer (linked)
    forward : 1 (linked)
    copy : integer (constant)                    # which stretch of the text
    channel : integer (constant)                 # which symbol"""

text_input = Model(
    name="text_input",
    text="One input for each symbol",
    source="bellec2019, prediction of words; here of characters",
    equations=f"""
    x : 1                                        # input
    {SYMBOL_LINKS}
    """,
    steps=(
        Step(
            "show",
            "x = int(abs(symbols((copy * n_each + number) * dt + dt / 4) - channel) < 0.5)",
            when="groups",
            order=-23,
        ),
    ),
    links=("task",),
    symbols=SYMBOLS,
)

text_readout = Model(
    name="next_symbol",
    text="Softmax readouts of all symbols, with their cross-entropy",
    source="bellec2019, prediction of words; here of characters",
    equations=f"""
    y : 1                                        # readout
    odds : 1                                     # exp(y)
    total : 1                                    # sum of the odds of all readouts
    p : 1                                        # probability of this symbol
    goal : 1                                     # 1 for the symbol that comes next
    err : 1                                      # derivative of the cross-entropy
    cross_entropy : 1                            # cross-entropy, nats
    {SYMBOL_LINKS}
    {RATE_LINKS}
    """,
    steps=(
        Step("weigh", "odds = exp(y)", when="groups", order=-16),
        Step(
            "compare",
            """
            goal = int(abs(symbols((copy * n_each + number + 1) * dt + dt / 4) - channel) < 0.5)
            p = odds / total
            err = forward * (p - goal)
            cross_entropy = forward * goal * (log(total) - y)
            """,
            when="groups",
            order=-14,
        ),
    ),
    links=("task",),
    symbols={**SYMBOLS, "p": r"\pi", "goal": r"\pi^*", "odds": r"\exp y"},
)

pool = Model(
    name="pool",
    text="Common denominator of the probabilities of the symbols",
    source="bellec2019, prediction of words; here of characters",
    equations="total_post = odds_pre : 1 (summed)",
    summed={"total_post": ("groups", -15)},
    symbols=SYMBOLS,
)

MODELS = [copy_task, copy_input, copy_readout, text_task, text_input, text_readout, pool]
