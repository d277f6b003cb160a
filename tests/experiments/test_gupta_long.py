"""Compiled programs against the model of 20 levels, written as plain loops."""

import numpy as np
import pytest

from models.gupta.network import Structure
from runner.experiment import load
from runner.planning import plan
from runner.simulate import drawn, run_point
from tests.models.test_gupta import reference


@pytest.mark.parametrize(
    ("name", "protocol", "eta", "w_max", "k"),
    [
        # 1670 presentations last 70 s: beyond 64 s doubles are too coarse for Brian2's comparison of clocks.
        ("gupta/iris", {"n_train": 70, "n_test": 30, "n_epochs": 16}, 0.1, 5.0, (2, 2, 1)),
        ("gupta/digit_pairs", {"n_train": 10, "n_test": 4, "n_epochs": 1}, 0.3, 2.0, (5, 5, 1)),
    ],
)
def test_every_presentation_equals_the_reference(built, name, protocol, eta, w_max, k):
    """Voltages to 1e-12, spike times exactly, answers therefore too; learning and frozen."""
    overrides = {f"inputs.{key}": value for key, value in protocol.items()}
    planned = plan(load(name), "smoke", overrides=overrides)
    point = {**planned.points[0], "seed": 2}
    tables, _ = run_point(name, point, built(name))
    arrays = next(drawn(name, point))
    structure = Structure(
        **{key.split(".")[1]: v for key, v in point["values"].items() if key.startswith("network.n_")}
    )
    readout = tables["readout"]
    readout = readout[readout["round"] == 0] if "round" in readout else readout
    n = len(readout) // 2
    assert n == (protocol["n_train"] + protocol["n_test"]) * protocol["n_epochs"] + protocol["n_train"]
    v, a, w, b = reference(structure, arrays, n, eta=eta, w_max=w_max, k=k)
    np.testing.assert_allclose(readout["V"].to_numpy().reshape(-1, 2), v, rtol=0, atol=1e-12)
    np.testing.assert_allclose(readout["a"].to_numpy().reshape(-1, 2), a, rtol=0, atol=1e-15)
    learning = readout["learning"].to_numpy()[::2]
    assert learning.any() and not learning.all()
    assert (readout["t_ms"].max() > 64_000) == (name == "gupta/iris")
