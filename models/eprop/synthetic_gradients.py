"""The network that guesses, at the border of a block, the gradient of what follows: synthetic gradients of e-prop 3.

Reference: Bellec et al. (2019), ``bellec2019``, e-prop 3. The equations, and the order of everything, are explained in
`models.eprop.lstm_blocks`. This network runs twice in a block, on a clock of its own: at the start, for the guess that
is trained on this block, and at the border, for the guess that is used.
"""

from models.base import Model, Step
from models.eprop.lstm_blocks import learn, plastic
from models.eprop.lstm_schedule import RATE_LINKS, SYMBOLS

rectifier = Model(
    name="rectifier",
    text="Rectifying unit of the network that guesses gradients",
    source="bellec2019, e-prop 3: synthetic gradients",
    equations=f"""
    drive : 1                                    # drive
    r : 1                                        # activity
    r_start : 1                                  # half a block ago: at its start
    back_start : 1                               # error of the guess that was made at the start, sent back
    back_end : 1                                 # error of the guess at the end of a sequence, sent back
    {RATE_LINKS}
    """,
    steps=(
        Step(
            "rectify",
            """
            r_start = r
            r = clip(drive, 0, inf)
            """,
            when="groups",
            order=-20,
        ),
    ),
    links=("task",),
    symbols=SYMBOLS,
)

guesser = Model(
    name="guesser",
    text="Guesses of dE/dc, and by how much they miss: at the end of a sequence there is nothing to come",
    source="bellec2019, e-prop 3: synthetic gradients",
    equations=f"""
    guess : 1                                    # guess of dE/dc of the next step
    guess_start : 1                              # half a block ago: at its start
    total : 1 (linked)                           # dE/dc of the first step of the block that is over
    guess_error_start : 1                        # error of the guess that was made before it
    guess_error_end : 1                          # error of the guess after it, if the sequence is over
    begun : 1 (linked)
    ended : 1 (linked)
    {RATE_LINKS}
    """,
    steps=(
        Step(
            "compare",
            """
            guess_error_start = (1 - begun) * (guess_start - total)
            guess_error_end = ended * guess
            """,
            when="groups",
            order=-31,
        ),
        Step("go_on", "guess_start = guess", when="groups", order=-20),
    ),
    links=("task",),
    symbols=SYMBOLS,
)

guess_in = Model(
    name="guess_in",
    text="Weights onto the rectifying units",
    source="bellec2019, e-prop 3: synthetic gradients",
    equations=f"""
    {plastic()}
    drive_post = w * a_pre : 1 (summed)
    """,
    steps=(
        Step(
            "gradient",
            "grad += int(r_start_post > 0) * back_start_post * a_start_pre + int(r_post > 0) * back_end_post * a_pre",
            when="groups",
            order=-29,
            every="block",
        ),
        Step("learn", learn(rate="rate_guess"), when="groups", order=-28, every="block"),
    ),
    summed={"drive_post": ("groups", -21)},
    symbols=SYMBOLS,
)

guess_out = Model(
    name="guess_out",
    text="Weights from the rectifying units to the guesses",
    source="bellec2019, e-prop 3: synthetic gradients",
    equations=f"""
    {plastic()}
    guess_post = w * r_pre : 1 (summed)
    back_start_pre = w * guess_error_start_post : 1 (summed)
    back_end_pre = w * guess_error_end_post : 1 (summed)
    """,
    steps=(
        Step(
            "gradient",
            "grad += guess_error_start_post * r_start_pre + guess_error_end_post * r_pre",
            when="groups",
            order=-29,
            every="block",
        ),
        Step("learn", learn(rate="rate_guess"), when="groups", order=-28, every="block"),
    ),
    summed={"guess_post": ("groups", -19), "back_start_pre": ("groups", -30), "back_end_pre": ("groups", -30)},
    symbols=SYMBOLS,
)

MODELS = [rectifier, guesser, guess_in, guess_out]
