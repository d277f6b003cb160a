"""Ticks and blocks of e-prop 3, and the rule that learns: what every task of an LSTM that learns in blocks has.

Reference: Bellec et al. (2019), ``bellec2019``, e-prop 3; `models.eprop.lstm_blocks` explains blocks, their ticks
and the order of everything.
"""

from dataclasses import dataclass

from models.base import Step, param
from models.eprop.lstm import GATES
from models.eprop.lstm import SYMBOLS as OF_LSTM


@dataclass(frozen=True)
class RuleParams:
    """Which rule learns, and how gradients become changes of weights; every task has these."""

    n_block: int = param(4, "steps of a block", "T", "paper, e-prop 3")
    n_copies: int = param(32, "sequences of a batch", r"n_\mathrm{batch}", "our design", valid=">= 1")
    carry: bool = param(True, "traces reach back beyond the block; if not, they are cut", r"a_e", "paper, e-prop 3")
    synthetic: bool = param(True, "with synthetic gradients", r"a_s", "paper, e-prop 3")
    recurrent: bool = param(True, "gates learn; if not, only the readout does", r"a_r", "our design")
    eta: float = param(3e-3, "learning rate of gates and readout", r"\eta", "our design")
    eta_guess: float = param(1e-3, "learning rate of the guessing network", r"\eta_s", "our design")
    beta_m: float = param(0.9, "Adam: decay of the mean of the gradient", r"\beta_1", "TensorFlow")
    beta_s: float = param(0.999, "Adam: decay of the mean of its square", r"\beta_2", "TensorFlow")
    epsilon: float = param(1e-8, "Adam: smallest denominator", r"\epsilon", "TensorFlow")


SYMBOLS = {
    **OF_LSTM,
    "r": "r",
    **{f"back_{p}": f"b_{p}" for p in GATES},
    "kept": "f",
    "total": r"\delta",
    "own": r"\delta'",
    "guess": r"\hat\delta",
    "err": r"\partial E / \partial y",
}

# What every task has, and what it says of the present tick.
TASK = """
    phase : integer (shared)                     # tick of the block, from 0
    slot : integer (shared)                      # step of the block that the tick is about, from 1
    begins : 1 (shared)                          # 1 in the first tick of a block
    backward : 1 (shared)                        # 1 on the way back
    border : 1 (shared)                          # 1 in the first tick on the way back, which looks ahead
    forward : 1                                  # 1 if a step of the sequence is made
    fresh : 1                                    # 1 if it is the first one
    ahead : 1                                    # 1 at the border of a sequence that goes on
    begun : 1                                    # 1 if the sequence began with this block
    ended : 1                                    # 1 if the sequence ended with the block before the last border
    updates : 1 (shared)                         # changes of weights so far, this one included
    corrected : 1 (shared)                       # correction of Adam
    rate : 1 (shared)                            # learning rate, with this correction
    rate_guess : 1 (shared)                      # the same for the guessing network
    total_loss : 1                               # loss of the step, all readouts of all copies
"""
RATES = Step(
    "rates",
    """
    updates = clip(timestep(t, dt) // (2 * n_block), 1, inf)
    corrected = sqrt(1 - beta_s ** updates) / (1 - beta_m ** updates)
    rate = eta * corrected
    rate_guess = eta_guess * corrected
    """,
    when="groups",
    order=-32,
    every="block",
)
PHASE = Step(
    "phase",
    """
    phase = timestep(t, dt) % (2 * n_block)
    begins = int(phase == 0)
    backward = int(phase >= n_block)
    border = int(phase == n_block)
    slot = clip(phase + 1, 1, n_block) - clip(phase - n_block, 0, n_block)
    """,
    when="groups",
    order=-25,
)
# What the targets of plastic synapses read of the task.
RATE_LINKS = """rate : 1 (linked)
    rate_guess : 1 (linked)
    beta_m : 1 (linked)
    beta_s : 1 (linked)
    epsilon : 1 (linked)
    n_copies : integer (linked)"""
