r"""E-prop for an LSTM, with synthetic gradients (e-prop 3) in their online form: blocks of a single step.

Reference: Bellec et al. (2019), ``bellec2019``, e-prop 3. One time step is one step of the sequence. With :math:`E` the
loss of a sequence, :math:`\delta c^t = dE/dc^t` and :math:`L^t = dE/dh^t`, all of them total derivatives,

.. math::
    L^t &= \partial E^t / \partial h^t + \sum_{p} W_p^\top b_p^{t+1}, \quad
    b_p^{t+1} = \delta c^{t+1} \partial c^{t+1} / \partial z_p \; (p = i, g, f), \quad
    b_o^{t+1} = L^{t+1} \partial h^{t+1} / \partial z_o \\
    \delta c^t &= L^t \, \partial h^t / \partial c^t + f^{t+1} \delta c^{t+1} \\
    dE/dW_p &= \sum_t L^t \, (\partial h^t / \partial c^t) \, \epsilon_p^t
             = \sum_t \delta c^t \, \partial c^t / \partial W_p, \quad
    \epsilon_p^t = f^t \epsilon_p^{t-1} + \partial c^t / \partial W_p

where :math:`z_p` is the drive of a gate. What step t+1 sends back is unknown at step t. A network with one layer of
rectifying units reads :math:`h^t` and guesses :math:`\delta c^{t+1}`; its target is what the second line makes of its
own next guess. The published form leaves out :math:`b_o`; ``through_output`` guesses :math:`L^{t+1}` too, after which
all three lines are exact for a network that guesses right.

The two sums of the third line are equal, but only the first of them needs no guess for what lies within a cell:
``carry`` 1 takes the first (eligibility traces), 0 the second (truncation to one step, with a synthetic gradient).
``synthetic`` 0 leaves out all guesses.

Everything runs in the slot ``groups``, and step t-1 is completed in step t. Orders: -20 the task; -19 activities are
sent; -18 drives of gates, of readouts (for t-1) and of the guessing network; -17 rectifying units; -16 guesses and
readouts; -15 gates and cells; -14 what is sent back; -13 learning signals for t-1; -12 errors of the guessing network;
-11 gradients; -10 the task decides whether weights change; -9 to -7 they change, at the event ``learn``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from models.base import Model, Step, param
from models.optimisers import LINE, adam

GATES = "igfo"  # input gate, candidate (tanh), forget gate, output gate


@dataclass(frozen=True)
class RuleParams:
    """Which rule learns, and how gradients become changes of weights; every task has these."""

    carry: float = param(
        1.0, "1: eligibility traces are carried along, 0: cut in every step", r"a_e", "paper, e-prop 3"
    )
    synthetic: float = param(1.0, "1: with synthetic gradients, 0: without", r"a_s", "paper, e-prop 3")
    recurrent: float = param(1.0, "1: gates learn, 0: only the readout does", r"a_r", "our design")
    through_output: float = param(0.0, "1: guesses also go back through output gates", r"a_o", "paper: not")
    n_batch: int = param(
        16, "sequences, or symbols of a text, between two changes of weights", r"n_\mathrm{batch}", "our design"
    )
    eta: float = param(3e-3, "learning rate of gates and readout", r"\eta", "our design")
    eta_guess: float = param(3e-3, "learning rate of the guessing network", r"\eta_s", "our design")
    beta_m: float = param(0.9, "Adam: decay of the mean of the gradient", r"\beta_1", "TensorFlow")
    beta_s: float = param(0.999, "Adam: decay of the mean of its square", r"\beta_2", "TensorFlow")
    epsilon: float = param(1e-8, "Adam: smallest denominator", r"\epsilon", "TensorFlow")


@dataclass(frozen=True)
class SenderParams:
    """What the units stand for."""

    n_in: int = param(5, "units that stand for inputs, the first ones", r"n_\mathrm{in}", "our design")


SYMBOLS = {
    "x": "x",
    "s": "s",
    "a": "a",
    "drive": "z",
    **{f"drive_{p}": f"z_{p}" for p in GATES},
    **{f"back_{p}": f"b_{p}" for p in GATES},
    **{f"to_{p}": rf"\partial c / \partial z_{p}" for p in "igf"},
    **{f"elig_{p}": rf"\epsilon_{p}" for p in "igf"},
    **{f"w_{p}": f"W_{p}" for p in GATES},
    **{
        f"{kind}_{p}": f"{symbol}_{p}"
        for kind, symbol in (("grad", "G"), ("mean", "m"), ("square", "v"))
        for p in GATES
    },
    "grad": "G",
    "mean": "m",
    "square": "v",
    "w": "W",
    "c": "c",
    "h": "h",
    "slope": r"\partial h / \partial c",
    "opening": r"\partial h / \partial z_o",
    "learning_signal": "L",
    "guess_c": r"\hat{\delta c}",
    "guess_h": r"\hat{L}",
    "r": "r",
    "y": "y",
    "err": r"\delta",
}

# What cells, and what the presynaptic units of plastic synapses, read of the task.
SWITCH_LINKS = """awake : 1 (linked)
    valid : 1 (linked)
    carry : 1 (linked)
    synthetic : 1 (linked)
    recurrent : 1 (linked)
    through_output : 1 (linked)"""
RATE_LINKS = """due : 1 (linked)
    next_rate : 1 (linked)
    next_rate_guess : 1 (linked)
    beta_m : 1 (linked)
    beta_s : 1 (linked)
    epsilon : 1 (linked)
    n_batch : integer (linked)"""
# What every task has.
TASK = """
    due : 1                                      # 1 if weights change in this step
    awake : 1                                    # 0 in the pause before a sequence: cells are reset, nothing is sent
    valid : 1                                    # 1 if the step that is completed belongs to a sequence
    updates : integer                            # changes of weights so far
    next_rate : 1                                # learning rate of the next change, with the correction of Adam
    next_rate_guess : 1                          # the same for the guessing network
    cost : 1                                     # loss of the completed step, all readouts
"""
# The event at which weights change belongs to the presynaptic units: it takes no time in other steps.
LEARN = {"learn": "due > 0.5"}


def learn(name: str = "", rate: str = "rate") -> str:
    """Return the statements that apply the gradient of a weight: Adam in the form of TensorFlow.

    Parameters
    ----------
    name : str
        Suffix of the weight, of its gradient and of its running means.
    rate : str
        Which learning rate of the presynaptic unit.
    """
    step = adam(
        f"w{name}",
        f"slope{name}",
        f"mean{name}",
        f"square{name}",
        rate=f"{rate}_pre",
        beta_1="beta_m_pre",
        beta_2="beta_s_pre",
        epsilon="epsilon_pre",
    )
    return LINE.join((f"slope{name} = grad{name} / n_batch_pre", step, f"grad{name} = 0"))


def at_learn(code: str) -> dict[str, dict[str, str]]:
    """Return the arguments of synapses whose weights change at the event ``learn``."""
    return {"on_pre": {"learn": code}, "on_event": {"learn": "learn"}}


def sender(stimulus: str, variables: str = "", events: Mapping[str, str] | None = None) -> Model:
    """Return the units that everything reads: inputs, the outputs of all cells, and a unit that is always 1.

    Parameters
    ----------
    stimulus : str
        Code that sets ``x``, the input of unit ``i``.
    variables : str
        Equations of what that code reads from the task.
    events : Mapping, optional
        Events besides ``learn``.
    """
    return Model(
        name="sender",
        text="Inputs of this step, outputs of all cells in the step before, and a unit that is always 1",
        source="bellec2019, LSTM",
        params=SenderParams,
        equations=f"""
    x : 1                                        # input
    s : 1                                        # what gates read
    s_before : 1                                 # a step ago
    a : 1                                        # what the readout of the step before and the guessing network read
    a_before : 1                                 # a step ago
    h : 1 (linked)                               # output of the cell that the unit stands for
    back : 1                                     # sent back by gates
    from_readout : 1                             # sent back by readouts
    rate : 1                                     # learning rate, which synapses cannot read from the task
    rate_guess : 1                               # the same for the guessing network
    awake : 1 (linked)
    {RATE_LINKS}
    {variables}
    """,
        code={"events": {**LEARN, **(events or {})}},
        steps=(
            Step(
                "send",
                f"""
            s_before = s
            a_before = a
            {stimulus}
            a = int(i >= n_in) * int(i < N - 1) * h + int(i == N - 1)
            s = awake * (a + int(i < n_in) * x)
            rate = next_rate
            rate_guess = next_rate_guess
            """,
                when="groups",
                order=-19,
            ),
        ),
        links=("task",),
        symbols=SYMBOLS,
    )


cells = Model(
    name="lstm",
    text="Long short-term memory without peepholes, with the learning signal of the step before",
    source="bellec2019, eqs. of the LSTM, of eligibility traces and of e-prop 3",
    equations=f"""
    drive_i : 1                                  # drive of the input gate
    drive_g : 1                                  # drive of the candidate
    drive_f : 1                                  # drive of the forget gate
    drive_o : 1                                  # drive of the output gate
    c : 1                                        # cell state
    h : 1                                        # output
    to_i : 1                                     # dc/d(drive_i)
    to_g : 1                                     # dc/d(drive_g)
    to_f : 1                                     # dc/d(drive_f)
    kept : 1                                     # dc/dc of the step before: the forget gate
    slope : 1                                    # dh/dc
    opening : 1                                  # dh/d(drive_o)
    slope_before : 1                             # a step ago
    opening_before : 1                           # a step ago
    memory : 1                                   # share of an eligibility trace that stays
    guess_c : 1                                  # guess of dE/dc of this step, made from the output of the step before
    guess_h : 1                                  # guess of dE/dh of this step
    guess_c_before : 1                           # a step ago
    guess_h_before : 1                           # a step ago
    back_i : 1                                   # guess of dE/d(drive_i)
    back_g : 1                                   # guess of dE/d(drive_g)
    back_f : 1                                   # guess of dE/d(drive_f)
    back_o : 1                                   # guess of dE/d(drive_o)
    back : 1 (linked)                            # what all gates send back to this cell
    from_readout : 1 (linked)                    # what all readouts send back to this cell
    learning_signal : 1                          # dE/dh of the step before
    signal_c : 1                                 # factor of the traces of i, g and f
    signal_o : 1                                 # factor of the trace of o
    miss_c : 1                                   # error of the guess of dE/dc of the step before
    miss_h : 1                                   # error of the guess of dE/dh of the step before
    {SWITCH_LINKS}
    """,
    steps=(
        Step(
            "advance",
            """
            slope_before = slope
            opening_before = opening
            gate_i = 1 / (1 + exp(-drive_i))
            gate_g = tanh(drive_g)
            gate_f = 1 / (1 + exp(-drive_f))
            gate_o = 1 / (1 + exp(-drive_o))
            to_i = awake * gate_g * gate_i * (1 - gate_i)
            to_g = awake * gate_i * (1 - gate_g**2)
            to_f = awake * c * gate_f * (1 - gate_f)
            kept = awake * gate_f
            memory = carry * kept
            c = kept * c + awake * gate_i * gate_g
            h = gate_o * tanh(c)
            slope = gate_o * (1 - tanh(c)**2)
            opening = gate_o * (1 - gate_o) * tanh(c)
            back_i = synthetic * guess_c * to_i
            back_g = synthetic * guess_c * to_g
            back_f = synthetic * guess_c * to_f
            back_o = synthetic * through_output * guess_h * opening
            """,
            when="groups",
            order=-15,
        ),
        Step(
            "complete",
            """
            learning_signal = from_readout + back
            later = synthetic * kept * guess_c
            signal_c = recurrent * (learning_signal * slope_before + (1 - carry) * later)
            signal_o = recurrent * learning_signal * opening_before
            miss_c = valid * (guess_c_before - learning_signal * slope_before - later)
            miss_h = valid * (guess_h_before - learning_signal)
            guess_c_before = guess_c
            guess_h_before = guess_h
            """,
            when="groups",
            order=-13,
        ),
    ),
    links=("task",),
    symbols=SYMBOLS,
)

gates = Model(
    name="gates",
    text="Weights of all four gates with their eligibility traces; that of the output gate lasts a single step",
    source="bellec2019, eligibility traces of the LSTM",
    equations="""
    w_i : 1                                      # weight
    grad_i : 1                                   # gradient of the batch so far
    mean_i : 1                                   # Adam: running mean of the gradient
    square_i : 1                                 # Adam: running mean of its square
    w_g : 1                                      # weight
    grad_g : 1                                   # gradient of the batch so far
    mean_g : 1                                   # Adam: running mean of the gradient
    square_g : 1                                 # Adam: running mean of its square
    w_f : 1                                      # weight
    grad_f : 1                                   # gradient of the batch so far
    mean_f : 1                                   # Adam: running mean of the gradient
    square_f : 1                                 # Adam: running mean of its square
    w_o : 1                                      # weight
    grad_o : 1                                   # gradient of the batch so far
    mean_o : 1                                   # Adam: running mean of the gradient
    square_o : 1                                 # Adam: running mean of its square
    elig_i : 1                                   # eligibility vector: dc/d(w_i) within the cell
    elig_g : 1                                   # the same for w_g
    elig_f : 1                                   # the same for w_f
    drive_i_post = w_i * s_pre : 1 (summed)
    drive_g_post = w_g * s_pre : 1 (summed)
    drive_f_post = w_f * s_pre : 1 (summed)
    drive_o_post = w_o * s_pre : 1 (summed)
    """,
    code=at_learn(f"""
            {learn("_i")}
            {learn("_g")}
            {learn("_f")}
            {learn("_o")}
            """),
    steps=(
        Step(
            "eligibility",
            """
            grad_i += signal_c_post * elig_i
            grad_g += signal_c_post * elig_g
            grad_f += signal_c_post * elig_f
            grad_o += signal_o_post * s_before_pre
            elig_i = memory_post * elig_i + to_i_post * s_pre
            elig_g = memory_post * elig_g + to_g_post * s_pre
            elig_f = memory_post * elig_f + to_f_post * s_pre
            """,
            when="groups",
            order=-11,
        ),
    ),
    summed={f"drive_{p}_post": ("groups", -18) for p in GATES},
    symbols=SYMBOLS,
)

output = Model(
    name="output",
    text="Weights of the readout, which send its error back",
    source="bellec2019, e-prop 3",
    equations="""
    w : 1                                        # weight
    grad : 1                                     # gradient of the batch so far
    mean : 1                                     # Adam: running mean of the gradient
    square : 1                                   # Adam: running mean of its square
    y_post = w * a_pre : 1 (summed)
    from_readout_pre = w * err_post : 1 (summed)
    """,
    code=at_learn(learn()),
    steps=(Step("gradient", "grad += err_post * a_pre", when="groups", order=-11),),
    summed={"y_post": ("groups", -18), "from_readout_pre": ("groups", -14)},
    symbols=SYMBOLS,
)

account = Model(
    name="account",
    text="Adds up what all readouts cost.",
    source="our design",
    equations="cost_post = price_pre : 1 (summed)",
    summed={"cost_post": ("groups", -15)},
    symbols=SYMBOLS,
)

MODELS = [cells, gates, output, account]
