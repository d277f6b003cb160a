r"""E-prop 3: an LSTM learns in blocks of a few steps, from the block, traces of its past, and a guess of its future.

Reference: Bellec et al. (2019), ``bellec2019``, e-prop 3. With :math:`E` the loss of a sequence,
:math:`\delta^t = dE/dc^t` and :math:`L^t = dE/dh^t`, all of them total derivatives, a block of the steps 1 to T has

.. math::
    L^t &= \partial E^t / \partial h^t + \sum_p W_p^\top b_p^{t+1}, \quad
    b_p^t = \delta^t \, \partial c^t / \partial z_p \; (p = i, g, f), \quad
    b_o^t = L^t \, \partial h^t / \partial z_o \\
    \delta^t &= L^t \, \partial h^t / \partial c^t + f^{t+1} \delta^{t+1} \\
    \epsilon_p^t &= f^t \epsilon_p^{t-1} + \partial c^t / \partial W_p, \quad
    dE/dW_p = \sum_t L^t \, (\partial h^t / \partial c^t) \, \epsilon_p^t, \quad
    dE/dW_o = \sum_t L^t \, \partial h^t / \partial W_o

where :math:`z_p` is the drive of a gate. At the border :math:`\delta^{T+1}` is unknown: a network with one layer of
rectifying units guesses it from :math:`h^T`, nothing is known of :math:`L^{T+1}`, and :math:`b_o^{T+1} = 0`. The guess
is trained towards the :math:`\delta^1` of the next block, and towards 0 at the end of a sequence.

One trace for each synapse is enough. With :math:`\delta'`, for which the block has no future,

.. math::
    \delta'^t = L^t \, \partial h^t / \partial c^t + f^{t+1} \delta'^{t+1}, \; \delta'^{T+1} = 0: \quad
    dE/dW_p = f^1 \delta'^1 \epsilon_p^0 + \sum_t \delta'^t \, \partial c^t / \partial W_p

Without ``carry`` traces are cut at the border; what a cell passes on to itself is guessed then, too (:math:`\delta` in
the place of :math:`\delta'`). Without ``synthetic`` there are no guesses.

*Time.* A block takes 2T ticks of the clock: T forward, then T backward, of which the first also looks one step ahead.
``slot`` is the step of the block that a tick is about; what the way back needs of it is kept in variables that end in
its number. Going forward, a step of the block before is overwritten; then it enters the traces, so that these hold
:math:`\epsilon^0` on the way back. A batch is as many copies of all neurons, which share the weights.

Everything runs in the slot ``groups``. Orders: -32 to -28, once per block, weights change; -25 and -24 the task; -23
inputs; -22 activities are sent; -21 drives; -20 gates, cells, rectifying units; -19 and -18 guesses, and outputs are
sent; -17 to -14 readouts; -13 their errors are sent; -12 what comes from beyond the border; -11 it is sent back; -10
and -9 learning signals; -8 gradients and traces; -7 the task counts.
"""

from functools import partial

from models.base import Model, Step
from models.eprop.lstm_schedule import GATES, RATE_LINKS, SYMBOLS
from models.optimisers import LINE, batch_adam

learn = partial(batch_adam, of="_post", number="n_copies")


def plastic(name: str = "") -> str:
    """Return the equations of a weight that learns, which all copies share."""
    return f"""
    w{name} : 1                                        # weight
    grad{name} : 1                                     # gradient of the block so far, summed over copies
    mean{name} : 1                                     # Adam: running mean of the gradient
    square{name} : 1                                   # Adam: running mean of its square"""


def slots(n_block: int, *names: str) -> str:
    """Return the equations of what is kept of every step of a block."""
    return "\n    ".join(f"{name}_{k} : 1" for name in names for k in range(1, n_block + 1))


def recall(n_block: int, *names: str) -> str:
    """Return the statements that find what was kept of the step that this tick is about."""
    terms = ((name, (f"int(slot == {k}) * {name}_{k}" for k in range(1, n_block + 1))) for name in names)
    return LINE.join(f"{name}_then = {' + '.join(sums)}" for name, sums in terms)


def keep(n_block: int, *names: str) -> str:
    """Return the statements that keep, on the way forward, what this step is; 0 behind the end of a sequence."""
    lines = []
    for k in range(1, n_block + 1):
        now = f"(1 - backward) * int(slot == {k})"
        lines += [f"{name}_{k} = {now} * forward * {name} + (1 - {now}) * {name}_{k}" for name in names]
    return LINE.join(lines)


def sender(n_block: int) -> Model:
    """Return the units that everything reads: inputs, the outputs of all cells, and a bias unit, which is always 1."""
    return Model(
        name="sender",
        text="Inputs of this step, outputs of all cells in the step before, and a bias unit, which is always 1",
        source="bellec2019, LSTM",
        equations=f"""
    x : 1 (linked)                               # input that the unit stands for, if it does
    h : 1 (linked)                               # output of the cell that it stands for, if it does
    is_x : 1 (constant)                          # 1 if it stands for an input
    is_h : 1 (constant)                          # 1 if it stands for a cell
    s : 1                                        # what gates read
    s_then : 1                                   # the same in the step that this tick is about
    a : 1                                        # what readout and guessing network read
    a_start : 1                                  # the same before the block
    back : 1                                     # sent back by gates
    from_readout : 1                             # sent back by readouts
    slot : integer (linked)
    backward : 1 (linked)
    forward : 1 (linked)
    fresh : 1 (linked)
    begins : 1 (linked)
    {slots(n_block, "s")}
    """,
        steps=(
            Step(
                "send",
                f"""
            {recall(n_block, "s")}
            s = is_x * x + (1 - fresh) * is_h * a + (1 - is_x) * (1 - is_h)
            {keep(n_block, "s")}
            a_start = begins * a + (1 - begins) * a_start
            """,
                when="groups",
                order=-22,
            ),
            Step("hand_on", "a = is_h * h + (1 - is_x) * (1 - is_h)", when="groups", order=-18),
        ),
        links=("task",),
        symbols=SYMBOLS,
    )


KEPT = ("dc_di", "dc_dg", "dc_df", "kept", "dh_dc", "dh_do", "error")


def cells(n_block: int) -> Model:
    """Return the cells, with the way forward and the way back through a block of `n_block` steps."""
    return Model(
        name="lstm",
        text="Long short-term memory without peepholes, with its derivatives and learning signals",
        source="bellec2019, eqs. of the LSTM, of eligibility traces and of e-prop 3",
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
    error : 1                                    # dE/dh of the same step
    guess : 1 (linked)                           # guess of dE/dc of the step after the block
    back_i : 1                                   # dE/d(drive_i) of the step after
    back_g : 1                                   # dE/d(drive_g)
    back_f : 1                                   # dE/d(drive_f)
    back_o : 1                                   # dE/d(drive_o)
    later : 1                                    # what the step after sends back within the cell
    later_own : 1                                # the same, if the block has no future
    back : 1 (linked)                            # what all gates send back to this cell
    from_readout : 1 (linked)                    # what all readouts send back to this cell
    sent : 1                                     # what all gates have sent back
    learning_signal : 1                          # dE/dh
    total : 1                                    # dE/dc
    own : 1                                      # the same, if the block has no future
    signal_i : 1                                 # factors of what gates read, in the gradients
    signal_g : 1
    signal_f : 1
    signal_o : 1
    reach : 1                                    # factor of eligibility vectors in the gradients
    memory : 1                                   # share of an eligibility vector that stays
    into_i : 1                                   # what enters it
    into_g : 1
    into_f : 1
    slot : integer (linked)
    backward : 1 (linked)
    border : 1 (linked)
    forward : 1 (linked)
    fresh : 1 (linked)
    ahead : 1 (linked)
    carry : boolean (linked)
    synthetic : boolean (linked)
    recurrent : boolean (linked)
    {RATE_LINKS}
    {slots(n_block, *KEPT)}
    """,
        steps=(
            Step(
                "advance",
                """
            before = (1 - fresh) * c
            gate_i = (1 + tanh(drive_i / 2)) / 2
            gate_g = tanh(drive_g)
            gate_f = (1 + tanh(drive_f / 2)) / 2
            gate_o = (1 + tanh(drive_o / 2)) / 2
            dc_di = gate_g * gate_i * (1 - gate_i)
            dc_dg = gate_i * (1 - gate_g * gate_g)
            dc_df = before * gate_f * (1 - gate_f)
            kept = (1 - fresh) * gate_f
            c = forward * (gate_f * before + gate_i * gate_g) + (1 - forward) * c
            squashed = tanh(c)
            h = forward * gate_o * squashed + (1 - forward) * h
            dh_dc = gate_o * (1 - squashed * squashed)
            dh_do = gate_o * (1 - gate_o) * squashed
            """,
                when="groups",
                order=-20,
            ),
            Step(
                "look_ahead",
                """
            beyond = ahead * int(synthetic) * guess
            back_i = border * beyond * dc_di + (1 - border) * back_i
            back_g = border * beyond * dc_dg + (1 - border) * back_g
            back_f = border * beyond * dc_df + (1 - border) * back_f
            later = border * beyond * kept + (1 - border) * later
            """,
                when="groups",
                order=-12,
            ),
            Step(
                "listen",
                """
            error = from_readout
            sent = back
            """,
                when="groups",
                order=-10,
            ),
            Step(
                "look_back",
                f"""
            enters = int(carry) * (1 - backward)
            {recall(n_block, *KEPT)}
            {keep(n_block, *KEPT)}
            learning_signal = backward * (error_then + sent)
            total = backward * (learning_signal * dh_dc_then + later)
            own = backward * (learning_signal * dh_dc_then + int(carry) * later_own + int(not carry) * later)
            back_i = total * dc_di_then
            back_g = total * dc_dg_then
            back_f = total * dc_df_then
            back_o = learning_signal * dh_do_then
            later = total * kept_then
            later_own = own * kept_then
            signal_i = int(recurrent) * own * dc_di_then
            signal_g = int(recurrent) * own * dc_dg_then
            signal_f = int(recurrent) * own * dc_df_then
            signal_o = int(recurrent) * back_o
            reach = int(recurrent) * int(carry) * int(slot == 1) * later_own
            memory = backward + enters * kept_then
            into_i = enters * dc_di_then
            into_g = enters * dc_dg_then
            into_f = enters * dc_df_then
            """,
                when="groups",
                order=-9,
            ),
        ),
        links=("task",),
        symbols=SYMBOLS,
    )


gates = Model(
    name="gates",
    text="Weights of all four gates with their eligibility vectors; the output gate has none",
    source="bellec2019, eligibility traces of the LSTM",
    equations=f"""
    {plastic("_i")}
    {plastic("_g")}
    {plastic("_f")}
    {plastic("_o")}
    elig_i : 1                                   # eligibility vector of each copy: dc/d(w_i) within the cell
    elig_g : 1                                   # the same for w_g
    elig_f : 1                                   # the same for w_f
    drive_i_post = w_i * s_pre : 1 (summed)
    drive_g_post = w_g * s_pre : 1 (summed)
    drive_f_post = w_f * s_pre : 1 (summed)
    drive_o_post = w_o * s_pre : 1 (summed)
    back_pre = w_i * back_i_post + w_g * back_g_post + w_f * back_f_post + w_o * back_o_post : 1 (summed)
    """,
    code={"own": ("elig_i", "elig_g", "elig_f")},
    steps=(
        Step(
            "gradient",
            """
            grad_i += signal_i_post * s_then_pre + reach_post * elig_i
            grad_g += signal_g_post * s_then_pre + reach_post * elig_g
            grad_f += signal_f_post * s_then_pre + reach_post * elig_f
            grad_o += signal_o_post * s_then_pre
            elig_i = memory_post * elig_i + into_i_post * s_then_pre
            elig_g = memory_post * elig_g + into_g_post * s_then_pre
            elig_f = memory_post * elig_f + into_f_post * s_then_pre
            """,
            when="groups",
            order=-8,
        ),
        Step(
            "learn",
            f"""
            {learn("_i")}
            {learn("_g")}
            {learn("_f")}
            {learn("_o")}
            """,
            when="groups",
            order=-28,
            every="block",
        ),
    ),
    summed={**{f"drive_{p}_post": ("groups", -21) for p in GATES}, "back_pre": ("groups", -11)},
    symbols=SYMBOLS,
)

output = Model(
    name="output",
    text="Weights of the readout, which send its error back",
    source="bellec2019, e-prop 3",
    equations=f"""
    {plastic()}
    y_post = w * a_pre : 1 (summed)
    from_readout_pre = w * err_post : 1 (summed)
    """,
    steps=(
        Step("gradient", "grad += err_post * a_pre", when="groups", order=-8),
        Step("learn", learn(), when="groups", order=-28, every="block"),
    ),
    summed={"y_post": ("groups", -17), "from_readout_pre": ("groups", -13)},
    symbols=SYMBOLS,
)

total_loss = Model(
    name="total_loss",
    text="Adds up the losses of all readouts.",
    source="our design",
    equations="total_loss_post = cross_entropy_pre : 1 (summed)",
    summed={"total_loss_post": ("groups", -13)},
    symbols=SYMBOLS,
)

MODELS = [sender(4), cells(4), gates, output, total_loss]
