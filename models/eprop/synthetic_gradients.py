"""The network that guesses what a later step would send back, and what gates send back to cells: e-prop 3.

Reference: Bellec et al. (2019), ``bellec2019``, e-prop 3. The equations, and the order of everything, are explained in
`models.eprop.lstm`.
"""

from dataclasses import replace

from models.base import Model, Step
from models.eprop import lstm
from models.eprop.lstm import LEARN, RATE_LINKS, SYMBOLS, at_learn, learn

gates = replace(
    lstm.gates,
    equations=f"""{lstm.gates.equations}
    back_pre = w_i * back_i_post + w_g * back_g_post + w_f * back_f_post + w_o * back_o_post : 1 (summed)
    """,
    summed={**lstm.gates.summed, "back_pre": ("groups", -14)},
    deviations=("Guesses go back through the output gate if `through_output` is 1; in the paper they never do.",),
)

rectifier = Model(
    name="rectifier",
    text="Rectifying unit of the network that guesses gradients",
    source="bellec2019, e-prop 3: synthetic gradients",
    equations=f"""
    drive : 1                                    # drive
    r : 1                                        # activity
    r_before : 1                                 # a step ago
    miss : 1                                     # error of the guesses a step ago, sent back
    rate_guess : 1                               # learning rate
    {RATE_LINKS}
    """,
    code={"events": LEARN},
    steps=(
        Step(
            "rectify",
            """
            r_before = r
            r = clip(drive, 0, inf)
            rate_guess = next_rate_guess
            """,
            when="groups",
            order=-17,
        ),
    ),
    links=("task",),
    symbols=SYMBOLS,
)

guess_in = Model(
    name="guess_in",
    text="Weights onto the rectifying units",
    source="bellec2019, e-prop 3: synthetic gradients",
    equations="""
    w : 1                                        # weight
    grad : 1                                     # gradient of the batch so far
    mean : 1                                     # Adam: running mean of the gradient
    square : 1                                   # Adam: running mean of its square
    drive_post = w * a_pre : 1 (summed)
    """,
    code=at_learn(learn(rate="rate_guess")),
    steps=(Step("gradient", "grad += miss_post * a_before_pre", when="groups", order=-11),),
    summed={"drive_post": ("groups", -18)},
    symbols=SYMBOLS,
)

guess_out = Model(
    name="guess_out",
    text="Weights from the rectifying units to both guesses",
    source="bellec2019, e-prop 3: synthetic gradients",
    equations="""
    w_c : 1                                      # weight
    grad_c : 1                                   # gradient of the batch so far
    mean_c : 1                                   # Adam: running mean of the gradient
    square_c : 1                                 # Adam: running mean of its square
    w_h : 1                                      # weight
    grad_h : 1                                   # gradient of the batch so far
    mean_h : 1                                   # Adam: running mean of the gradient
    square_h : 1                                 # Adam: running mean of its square
    guess_c_post = w_c * r_pre : 1 (summed)
    guess_h_post = w_h * r_pre : 1 (summed)
    miss_pre = int(r_before_pre > 0) * (w_c * miss_c_post + w_h * miss_h_post) : 1 (summed)
    """,
    code=at_learn(f"""
            {learn("_c", rate="rate_guess")}
            {learn("_h", rate="rate_guess")}
            """),
    steps=(
        Step(
            "gradient",
            """
            grad_c += miss_c_post * r_before_pre
            grad_h += miss_h_post * r_before_pre
            """,
            when="groups",
            order=-11,
        ),
    ),
    summed={"guess_c_post": ("groups", -16), "guess_h_post": ("groups", -16), "miss_pre": ("groups", -12)},
    symbols=SYMBOLS,
)

MODELS = [gates, rectifier, guess_in, guess_out]
