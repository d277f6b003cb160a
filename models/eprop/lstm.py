r"""E-prop 1 for an LSTM: the learning signal of a cell is what the readouts send it of their present error.

Reference: Bellec et al. (2019), ``bellec2019``, eligibility traces of the LSTM. One time step is one step of the
sequence. With :math:`z_p` the drive of a gate, and :math:`L^t` what stands for :math:`dE/dh^t`,

.. math::
    \epsilon_p^t &= f^t \epsilon_p^{t-1} + \partial c^t / \partial W_p, \quad
    dE/dW_p = \sum_t L^t \, (\partial h^t / \partial c^t) \, \epsilon_p^t \; (p = i, g, f), \quad
    dE/dW_o = \sum_t L^t \, \partial h^t / \partial W_o

What is sent back through recurrent weights is left out; `models.eprop.lstm_blocks` has it.

Everything runs in the slot ``groups``, and step t-1 is completed in step t. Orders: -20 the task; -19 activities are
sent; -18 drives of gates, and of readouts (for t-1); -16 readouts; -15 gates and cells; -14 what readouts send back;
-13 learning signals for t-1; -11 gradients; -10 the task decides whether weights change; -9 to -7 they change, at the
event ``learn``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from models.base import Model, Step, param
from models.optimisers import batch_adam

GATES = "igfo"  # input gate, candidate (tanh), forget gate, output gate


@dataclass(frozen=True)
class RuleParams:
    """Which rule learns, and how gradients become changes of weights; every task has these."""

    carry: bool = param(
        True, "eligibility traces are carried along; if not, cut in every step", r"a_e", "paper, e-prop 1"
    )
    recurrent: bool = param(True, "gates learn; if not, only the readout does", r"a_r", "our design")
    n_batch: int = param(16, "sequences between two changes of weights", r"n_\mathrm{batch}", "our design")
    eta: float = param(3e-3, "learning rate of gates and readout", r"\eta", "our design")
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
    **{f"dc_d{p}": rf"\partial c / \partial z_{p}" for p in "igf"},
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
    "dh_dc": r"\partial h / \partial c",
    "dh_do": r"\partial h / \partial z_o",
    "learning_signal": "L",
    "y": "y",
    "err": r"\delta",
}

# What cells, and what the presynaptic units of plastic synapses, read of the task.
SWITCH_LINKS = """sequence_on : 1 (linked)
    carry : boolean (linked)
    recurrent : boolean (linked)"""
RATE_LINKS = """due : 1 (linked)
    next_rate : 1 (linked)
    beta_m : 1 (linked)
    beta_s : 1 (linked)
    epsilon : 1 (linked)
    n_batch : integer (linked)"""
# What every task has.
TASK = """
    due : 1                                      # 1 if weights change in this step
    sequence_on : 1                              # 0 in the pause before a sequence: cells are reset, nothing is sent
    valid : 1                                    # 1 if the step that is completed belongs to a sequence
    updates : integer                            # changes of weights so far
    next_rate : 1                                # learning rate of the next change, with the correction of Adam
    total_loss : 1                               # loss of the completed step, all readouts
"""
# The event at which weights change belongs to the presynaptic units: it takes no time in other steps.
LEARN = {"learn": "due > 0.5"}
learn = partial(batch_adam, of="_pre", number="n_batch")


def at_learn(code: str) -> dict[str, dict[str, str]]:
    """Return the arguments of synapses whose weights change at the event ``learn``."""
    return {"on_pre": {"learn": code}, "on_event": {"learn": "learn"}}


def sender(stimulus: str, variables: str = "", events: Mapping[str, str] | None = None) -> Model:
    """Return the units that everything reads: inputs, the outputs of all cells, and a bias unit, which is always 1.

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
        text="Inputs of this step, outputs of all cells in the step before, and a bias unit, which is always 1",
        source="bellec2019, LSTM",
        params=SenderParams,
        equations=f"""
    x : 1                                        # input
    s : 1                                        # what gates read
    s_before : 1                                 # a step ago
    a : 1                                        # what the readout of the step before reads
    h : 1 (linked)                               # output of the cell that the unit stands for
    from_readout : 1                             # sent back by readouts
    rate : 1                                     # learning rate, which synapses cannot read from the task
    sequence_on : 1 (linked)
    {RATE_LINKS}
    {variables}
    """,
        code={"events": {**LEARN, **(events or {})}},
        steps=(
            Step(
                "send",
                f"""
            s_before = s
            {stimulus}
            a = int(i >= n_in) * int(i < N - 1) * h + int(i == N - 1)
            s = sequence_on * (a + int(i < n_in) * x)
            rate = next_rate
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
    source="bellec2019, eqs. of the LSTM and of eligibility traces",
    equations=f"""
    drive_i : 1                                  # drive of the input gate
    drive_g : 1                                  # drive of the candidate
    drive_f : 1                                  # drive of the forget gate
    drive_o : 1                                  # drive of the output gate
    c : 1                                        # cell state
    h : 1                                        # output
    dc_di : 1                                    # dc/d(drive_i)
    dc_dg : 1                                    # dc/d(drive_g)
    dc_df : 1                                    # dc/d(drive_f)
    kept : 1                                     # dc/dc of the step before: the forget gate
    dh_dc : 1                                    # dh/dc
    dh_do : 1                                    # dh/d(drive_o)
    dh_dc_before : 1                             # a step ago
    dh_do_before : 1                             # a step ago
    memory : 1                                   # share of an eligibility trace that stays
    from_readout : 1 (linked)                    # what all readouts send back to this cell
    learning_signal : 1                          # what stands for dE/dh of the step before
    signal_c : 1                                 # factor of the traces of i, g and f
    signal_o : 1                                 # factor of the trace of o
    {SWITCH_LINKS}
    """,
    steps=(
        Step(
            "advance",
            """
            dh_dc_before = dh_dc
            dh_do_before = dh_do
            gate_i = 1 / (1 + exp(-drive_i))
            gate_g = tanh(drive_g)
            gate_f = 1 / (1 + exp(-drive_f))
            gate_o = 1 / (1 + exp(-drive_o))
            dc_di = sequence_on * gate_g * gate_i * (1 - gate_i)
            dc_dg = sequence_on * gate_i * (1 - gate_g**2)
            dc_df = sequence_on * c * gate_f * (1 - gate_f)
            kept = sequence_on * gate_f
            memory = int(carry) * kept
            c = kept * c + sequence_on * gate_i * gate_g
            h = gate_o * tanh(c)
            dh_dc = gate_o * (1 - tanh(c)**2)
            dh_do = gate_o * (1 - gate_o) * tanh(c)
            """,
            when="groups",
            order=-15,
        ),
        Step(
            "complete",
            """
            learning_signal = from_readout
            signal_c = int(recurrent) * learning_signal * dh_dc_before
            signal_o = int(recurrent) * learning_signal * dh_do_before
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
            elig_i = memory_post * elig_i + dc_di_post * s_pre
            elig_g = memory_post * elig_g + dc_dg_post * s_pre
            elig_f = memory_post * elig_f + dc_df_post * s_pre
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
    source="bellec2019, e-prop 1",
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

total_loss = Model(
    name="total_loss",
    text="Adds up the losses of all readouts.",
    source="our design",
    equations="total_loss_post = cross_entropy_pre : 1 (summed)",
    summed={"total_loss_post": ("groups", -15)},
    symbols=SYMBOLS,
)

MODELS = [cells, gates, output, total_loss]
