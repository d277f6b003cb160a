"""What the inputs of all e-prop 3 experiments have in common: rules, weights, and what no run may do."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pandas import DataFrame

from base.values import Values
from experiments.eprop.common.protocol import glorot

RULES = {  # traces are carried, synthetic gradients, gates learn
    "e-prop 3": (True, True, True),
    "synthetic gradient": (False, True, True),
    "traces": (True, False, True),
    "truncated": (False, False, True),
    "readout": (False, False, False),
}
LARGEST = 1e3  # weights that grow beyond this never come back


def rule(p: Values) -> dict[str, Any]:
    """Return the switches of the rule that ``inputs.rule`` names, and the sizes that the task knows.

    Raises
    ------
    ValueError
        Unknown rule.
    """
    if p.inputs.rule not in RULES:
        raise ValueError(f"inputs.rule '{p.inputs.rule}' is none of: {', '.join(RULES)}")
    carry, synthetic, recurrent = RULES[p.inputs.rule]
    switches = {"task.carry": carry, "task.synthetic": synthetic, "task.recurrent": recurrent}
    return {**switches, "task.n_block": p.network.n_block, "task.n_copies": p.network.n_copies}


def ticks(p: Values, n_steps: int) -> int:
    """Return the ticks of the clock that so many steps take: a block goes back as it came, and then weights change."""
    return 2 * p.network.n_block * (n_steps // p.network.n_block) + 1


def weights(p: Values, rng: np.random.Generator) -> dict[str, Any]:
    """Draw the initial weights; the network that guesses gradients starts with guesses of 0.

    Parameters
    ----------
    p : Values
        Resolved keys of the experiment.
    rng : numpy.random.Generator
        Generator of the point.

    Returns
    -------
    dict
        Weights in the order of the synapses, the last presynaptic unit holds the biases.
    """
    n_in, n_rec, n_out, n_guess = p.network.n_in, p.network.n_rec, p.network.n_out, p.network.n_guess
    n_send = n_in + n_rec + 1
    drawn: dict[str, Any] = {}
    for gate in "igfo":
        w = rng.uniform(-1, 1, (n_send, n_rec)) * glorot(n_in + n_rec, n_rec)
        w[-1] = 1.0 if gate == "f" else 0.0
        drawn[f"gates.w_{gate}"] = w.ravel()
    # The scale for rectifying units is that of He et al.
    for name, n_post, largest in (
        ("output.w", n_out, glorot(n_rec, n_out)),
        ("guess_in.w", n_guess, np.sqrt(6 / n_rec)),
    ):
        w = rng.uniform(-1, 1, (n_send, n_post)) * largest
        w[:n_in], w[-1] = 0.0, 0.0  # inputs are not read
        drawn[name] = w.ravel()
    return {**drawn, "guess_out.w": np.zeros(n_guess * n_rec)}


def check(recorded: Mapping[str, DataFrame]) -> None:
    """Refuse a run whose weights grow without bounds.

    Parameters
    ----------
    recorded : Mapping
        Recordings of one run.

    Raises
    ------
    ValueError
        They do.
    """
    largest = recorded["final"].groupby("variable")["value"].agg(lambda values: values.abs().max())
    if not largest.max() < LARGEST:
        raise ValueError(f"the weights diverge: {largest.idxmax()} reaches {largest.max():.3g}; lower task.eta")
