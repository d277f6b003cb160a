"""What is known of pairs of weights exactly, and paired tests of arms, on made recordings."""

import numpy as np
import pandas as pd
import pytest

from analysis.points import values
from experiments.sal.common.boltzmann import student
from experiments.sal.common.sampling_inputs import DECAY, SAL, WAKE_SLEEP, conditions
from experiments.sal.common.sampling_networks import laws, paired, rises

ARMS = (WAKE_SLEEP, SAL, DECAY)
N, RECORDS, EVERY, LAMBDA = 3, 4, 10, 1e-2
POINT = {
    "point": 0,
    "seed": 1,
    "network.n_neurons": N,
    "network.record_ms": 100.0,
    "schedule.n_every": EVERY,
    "synapses.decay": LAMBDA,
    "synapses.w_max": 2.0,
    "inputs.n_targets": 1,
    "inputs.n_initial": 1,
    "inputs.n_levels": 1,
    "inputs.step": 0.5,
}


def made(cut=0.0):
    """Weights that follow the law, but for SAL, which adds the opposite to both of a pair; one weight may be at 2."""
    rng, rows = np.random.default_rng(1), []
    pre, post = np.nonzero(1 - np.eye(N, dtype=int))
    for network, one in enumerate(conditions(values(POINT), ARMS)):
        a = student(one["initial"], 0.0, 0.5, N)["a_hebb"]
        w = student(one["initial"], 0.1, 0.5, N)["w"]
        for record in range(RECORDS):
            if record:
                same = np.triu(rng.normal(0, 0.1, (N, N)), 1)
                w = (w + a * (same + same.T)) * (1 - LAMBDA * (one["arm"] == DECAY)) ** EVERY
                w = w + (one["arm"] == SAL) * (same - same.T)
            shown = w.copy()
            shown[0, 1] += cut
            index = network * len(pre) + np.arange(len(pre))
            rows.append(pd.DataFrame({"point": 0, "t_ms": 100.0 * record, "index": index, "w": shown[post, pre]}))
    return {"weights": pd.concat(rows, ignore_index=True), "points": pd.DataFrame([POINT])}


def test_laws_hold_for_wake_sleep_and_decay_and_not_for_sal():
    table = laws(made(), ARMS, lambda p, level: (0.1, 0.5)).set_index("arm")
    # What was learned between records decays as well here, which keeps the law, too.
    assert (table["pairs"] == 3).all() and (table["moved"] > 0.05).all()
    assert table.loc[[WAKE_SLEEP, DECAY], "deviation"].max() < 1e-14
    assert table.loc[SAL, "deviation"] > 0.01


def test_laws_leave_out_pairs_that_were_cut():
    table = laws(made(cut=2.0), ARMS, lambda p, level: (0.1, 0.5)).set_index("arm")
    assert (table["pairs"] == 2).all()
    assert table.loc[[WAKE_SLEEP, DECAY], "deviation"].max() < 1e-14


def ends():
    """Five targets; with SAL the divergence is half that of wake-sleep learning, and twice that of decay."""
    rows = [
        {"point": 0, "level": 0.5, "arm": arm, "target": target, "initial": 1, "divergence": (1 + target) * factor}
        for arm, factor in ((WAKE_SLEEP, 2.0), (SAL, 1.0), (DECAY, 0.5))
        for target in range(5)
    ]
    return pd.DataFrame(rows)


def test_pairs_are_targets():
    table = paired(ends()).set_index("against")
    assert table.loc[WAKE_SLEEP, "ratio"] == pytest.approx(2) and table.loc[WAKE_SLEEP, "p_value"] == 1 / 32
    assert table.loc[DECAY, "ratio"] == pytest.approx(0.5) and table.loc[DECAY, "p_value"] == 1


def test_rise_is_from_the_minimum():
    end = ends()
    course = pd.concat([end.assign(cycle=1, divergence=end["divergence"] / 4), end.assign(cycle=2)])
    assert rises({"course": course, "end": end})["rise"].to_numpy() == pytest.approx(4)
