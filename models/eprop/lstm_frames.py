r"""E-prop 1 for an LSTM that classifies frames: feedback that is symmetric, random or adaptive.

Reference: Bellec et al. (2020), ``bellec2020``, phoneme recognition. Cells and eligibility traces are those of
`models.eprop.lstm`, where the order of everything is explained. The learning signal is the error of this frame alone:

.. math::
    L_j^t = \sum_k B_{jk} (\pi_k^t - \pi_k^{*,t}), \quad dE/dW_p = \sum_t L^t \, (\partial h^t / \partial c^t) \,
    \epsilon_p^t \; (p = i, g, f), \quad dE/dW_o = \sum_t L^t \, \partial h^t / \partial W_o

One time step is one frame, and between two sequences there is one step of pause, in which the last frame is completed
and cells are reset. Readouts of step t-1 are computed, compared in step t. Tables (TimedArrays) are read
at ``number * dt``.
"""

from dataclasses import dataclass, replace

from models.base import Model, Step, param
from models.eprop import frames as eprop_frames
from models.eprop import lstm
from models.eprop.lstm import SYMBOLS, TASK, RuleParams, at_learn, gates, learn, sender


@dataclass(frozen=True)
class FrameParams(RuleParams):
    """The rule, how tables are read, and what is recorded."""

    epsilon: float = param(1e-5, "Adam: smallest denominator", r"\epsilon", "authors' code")
    n_steps: int = param(100, "frames of a sequence", "T", "our design")
    n_rows: int = param(1000, "frames in the table, which is repeated", r"n_r", "our design")
    decay: float = param(0.3, "factor by which the learning rate falls, now and then", r"d_\eta", "authors' code")
    n_decay: int = param(500, "changes of weights until it falls", r"n_\eta", "authors' code")
    watch: int = param(0, "sequences, from the first on, of which everything is recorded", r"n_w", "our design")
    answers: bool = param(False, "the answer to every frame is recorded", r"a_y", "our design")


@dataclass(frozen=True)
class FeedbackParams:
    """Whether feedback weights change."""

    follows: bool = param(
        False, "feedback weights change as the output weights do; if not, they are fixed", r"a_B", "authors' code"
    )


task = Model(
    name="frames",
    text="Counts frames and sequences, and the loss of their classification",
    source="bellec2020, phoneme recognition",
    params=FrameParams,
    equations=f"""
    {TASK}
    place : integer                              # frame of the sequence, from 1; 0: pause
    row : integer                                # of the table
    completed : integer                          # frame of the step before
    row_before : integer                         # row of the step before
    sequences : integer                          # sequences that are over
    correct : 1                                  # 1 if the answer to the completed frame is right
    asked : 1                                    # 1 if that frame has a label
    loss_sum : 1                                 # loss of the batch so far
    correct_sum : 1                              # right answers of the batch so far
    asked_sum : 1                                # frames with a label in the batch so far
    loss : 1                                     # cross-entropy of the batch that is over, mean per frame, nats
    error : 1                                    # share of its frames that were classified wrongly
    watched : 1                                  # 1 if everything is recorded
    """,
    code={"events": {"judged": "due > 0.5"}},
    steps=(
        Step(
            "advance",
            """
            completed = place
            row_before = row
            place = (place + 1) % (n_steps + 1)
            row = (sequences * n_steps + clip(place - 1, 0, n_steps)) % n_rows
            sequence_on = int(place > 0)
            valid = int(completed > 0)
            watched = int(sequences < watch)
            corrected = sqrt(1 - beta_s ** (updates + 1)) / (1 - beta_m ** (updates + 1))
            next_rate = eta * decay ** (updates // n_decay) * corrected
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
            loss_sum += total_loss
            correct_sum += correct
            asked_sum += asked
            loss = (1 - due) * loss + due * loss_sum / n_batch
            error = (1 - due) * error + due * (1 - correct_sum / clip(asked_sum, 1, inf))
            loss_sum *= 1 - due
            correct_sum *= 1 - due
            asked_sum *= 1 - due
            updates += int(due > 0.5)
            """,
            when="groups",
            order=-10,
        ),
    ),
    symbols={**SYMBOLS, "place": "k", "loss": "E", "row": "r"},
)

features = sender(
    "x = int(i < n_in) * pattern((row * n_in + clip(i, 0, n_in - 1)) * dt + dt / 4)",
    """
    row : integer (linked)
    watched : 1 (linked)
    forget : 1 (constant)                        # share of output and feedback weights that is lost per update
    """,
    {"watched_step": "watched > 0.5"},
)

cells = replace(
    lstm.cells,
    text="Long short-term memory without peepholes; the learning signal is the error of the readout, and nothing else",
    source="bellec2019, eqs. of the LSTM, of eligibility traces and of e-prop 1",
    equations=f"{lstm.cells.equations}\n    watched : 1 (linked)",
    code={"events": {"watched_step": "watched > 0.5"}},
)

output = replace(
    lstm.output,
    text="Weights of the readout, and weights that send its error back",
    source="bellec2019, e-prop 1: random and symmetric feedback; adaptive as in bellec2020",
    params=FeedbackParams,
    equations="""
    w : 1                                        # weight
    grad : 1                                     # gradient of the batch so far
    mean : 1                                     # Adam: running mean of the gradient
    square : 1                                   # Adam: running mean of its square
    b : 1                                        # feedback weight
    y_post = w * a_pre : 1 (summed)
    from_readout_pre = b * err_post : 1 (summed)
    """,
    code=at_learn(f"""
            {learn()}
            b -= int(follows) * rate_pre * mean / (sqrt(square) + epsilon_pre)
            w *= 1 - forget_pre
            b *= 1 - int(follows) * forget_pre
            """),
    symbols={**SYMBOLS, "b": "B"},
)

readout = Model(
    name="framewise",
    text="Softmax readouts of all classes, with their cross-entropy; the table holds the class of every frame, and a "
    "negative number where there is none",
    source="bellec2020, phoneme recognition",
    equations="""
    y : 1                                        # readout of the step before
    total : 1                                    # sum of exp(y) over all readouts
    rank : 1                                     # classes with a larger readout
    p : 1                                        # probability of this class
    label : 1                                    # class of the frame, negative if it has none
    goal : 1                                     # 1 for the class of the frame
    due_answer : 1                               # 1 if the frame is asked for and this class is the answer
    err : 1                                      # derivative of the cross-entropy, mean per frame
    cross_entropy : 1                            # cross-entropy, mean per frame, nats
    correct : 1                                  # 1 if the answer is this class, and right
    counted : 1                                  # 1 if this class is asked for
    valid : 1 (linked)
    watched : 1 (linked)
    answers : boolean (linked)
    n_steps : integer (linked)
    row_before : integer (linked)
    """,
    code={"events": {"watched_step": "watched > 0.5", "answer": "answers and due_answer > 0.5"}},
    steps=(
        Step(
            "compare",
            """
            label = target(row_before * dt + dt / 4)
            asked = valid * int(label > -0.5)
            goal = int(abs(label - i) < 0.5)
            p = exp(y) / total
            err = asked * (p - goal) / n_steps
            cross_entropy = asked * goal * (log(total) - y) / n_steps
            due_answer = asked * int(rank < 0.5)
            correct = goal * due_answer
            counted = goal * asked
            """,
            when="groups",
            order=-16,
        ),
    ),
    links=("task",),
    symbols={**SYMBOLS, "p": r"\pi", "goal": r"\pi^*", "rank": r"n_>"},
)

total_loss = replace(
    lstm.total_loss,
    text="Adds up the losses of all readouts, and whether the answer is right.",
    equations="""
    total_loss_post = cross_entropy_pre : 1 (summed)
    correct_post = correct_pre : 1 (summed)
    asked_post = counted_pre : 1 (summed)
    """,
    summed=dict.fromkeys(("total_loss_post", "correct_post", "asked_post"), ("groups", -15)),
)

pool = replace(eprop_frames.pool, summed={"total_post": ("groups", -17), "rank_post": ("groups", -17)})

MODELS = [task, features, cells, gates, output, readout, total_loss]
