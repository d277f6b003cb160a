"""Arm movements: the family, its code, and what the configuration of the experiment asks for."""

import numpy as np
import pytest

from base.values import Values
from experiments.eprop.arm import inputs as arm
from experiments.eprop.arm.movements import end_point, movements, population
from runner.binary import RunError
from runner.experiment import load
from runner.planning import plan
from runner.simulate import drawn


def test_the_hand_is_where_geometry_says():
    """Stretched, bent at a right angle, folded; the second angle is relative to the first link."""
    angles = np.array([[0, 0], [0, np.pi / 2], [np.pi / 2, 0], [np.pi / 2, -np.pi / 2], [1.0, np.pi]])
    np.testing.assert_allclose(end_point(angles), [[1, 0], [0.5, 0.5], [0, 1], [0.5, 0.5], [0, 0]], atol=1e-12)


def test_movements_stay_within_reach():
    """Angles are sums of velocities, no joint turns by more than a right angle, and paths begin at the same place."""
    velocity, path = movements(np.random.default_rng(3), 50, 500, 0.001)
    turned = np.cumsum(velocity, axis=1) * 0.001
    assert np.abs(turned).max() <= np.pi / 2 + 1e-12
    assert (np.abs(turned).max(axis=1) > np.pi / 2 - 1e-9).mean() > 0.1  # those that were scaled
    np.testing.assert_allclose(path, end_point(turned + [0, np.pi / 2]), atol=1e-12)
    assert np.linalg.norm(path[:, 0] - 0.5, axis=1).max() < 0.1
    assert np.linalg.norm(path, axis=2).max() <= 1 + 1e-12


def test_population_code_is_tuned():
    """Probability is largest at the preferred place, follows a Gaussian, and is 0 in the first step."""
    path = np.array([[0.3, -0.2], [0.3, -0.2], [2.0, 0.0]])
    p = population(path, 100, 0.2, 1.4, 0.2)
    preferred = np.linspace(-1.4, 1.4, 100)
    assert p.shape == (3, 200) and not p[0].any()
    np.testing.assert_allclose(p[1, :100], 0.2 * np.exp(-((preferred - 0.3) ** 2) / 0.08))
    assert abs(preferred[p[1, 100:].argmax()] + 0.2) < 0.02
    assert abs(preferred[p[2, :100].argmax()] - 1) < 0.02  # clipped


def test_unseen_movements_are_the_same_for_all_rules():
    """One seed, any rule and number of exposures: fewer movements are the first ones of more."""
    paths, b = {}, np.random.default_rng(2).standard_normal((2, 100)) / 10
    for point in plan(load("eprop/arm"), "quick").points:
        if point["seed"] == 2:
            p = {**point["values"], "run.seed": 2}
            found = arm.arrays(Values(p), np.random.default_rng(2))
            key = p["inputs.rule"], p["inputs.feedback"], p["inputs.n_exposures"], p["inputs.eta_readout"]
            paths[key] = found["path.values"][: p["inputs.n_movements"] * 1000]
            expected = found["rec_out.w"].reshape(-1, 2).T if p["inputs.feedback"] == "symmetric" else b
            np.testing.assert_array_equal(found["feedback.b"], np.ravel(expected))
    assert len(paths) == 5
    for path in paths.values():
        np.testing.assert_array_equal(path, next(iter(paths.values()))[: path.size])


def test_the_network_is_that_of_meta_training():
    """What the configuration says of scale quick agrees with the settings of the parameter file."""
    about = arm.trained("quick")["about"]["settings"]
    for scale in ("smoke", "quick"):
        p = plan(load("eprop/arm"), scale).points[0]["values"]
        for name in ("n_rec", "n_module", "n_code", "n_steps", "dt"):
            assert p[f"network.{name}"] == about[name], name
        for name in ("recurrent", "module"):
            assert p[f"{name}.v_th"] == about["v_th"] and p[f"{name}.gamma"] == about["gamma"]
            assert round(p[f"{name}.t_ref"] / p["network.dt"]) == about["n_ref"]
        for name in ("recurrent.tau_m", "module.tau_m", "clock.tau_m", "joint.tau_out"):
            assert p[name] / p["network.dt"] == pytest.approx(about["tau"])
        assert p["protocol.eta"] == about["eta_inner"]
        assert (p["code.width"], p["code.p_peak"], p["inputs.span"]) == tuple(
            about[name] for name in ("width", "p_peak", "span")
        )


def test_without_parameters_one_line_says_how_to_make_them():
    """Full size must be trained first."""
    experiment = load("eprop/arm")
    point = plan(experiment, "paper").points[0]
    if (arm.TRAINED / "paper.npz").exists():
        pytest.skip("somebody has trained it")
    message = r"meta_training/paper.npz is missing; train it .* with: python -m \S+meta_training.train paper$"
    with pytest.raises(RunError, match=message):
        next(drawn(experiment.name, point))


def test_parameters_that_were_trained_anew_are_noticed(tmp_path, monkeypatch):
    """Otherwise results of the old ones would be kept."""
    (tmp_path / "quick.npz").write_bytes((arm.TRAINED / "quick.npz").read_bytes() + b"\0")
    monkeypatch.setattr(arm, "TRAINED", tmp_path)
    with pytest.raises(ValueError, match="quick.npz was trained anew; write its digest"):
        arm.trained("quick")


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"inputs.rule": "eprop_3"}, "inputs.rule 'eprop_3' is none of: eprop_2, eprop_1"),
        ({"inputs.feedback": "none"}, "inputs.feedback 'none' is none of: random, symmetric"),
        ({"inputs.n_exposures": 0}, "inputs.n_exposures is 0; it must be at least 1"),
        ({"network.n_rec": 50}, "inputs.parameters quick was trained with {'n_in': 10, 'n_rec': 100, 'n_module': 60}"),
    ],
)
def test_what_cannot_be_run_is_refused(changed, message):
    """With one line that says what to change."""
    p = {**plan(load("eprop/arm"), "quick").points[0]["values"], **changed}
    with pytest.raises(ValueError, match=message):
        arm.arrays(Values(p), np.random.default_rng(1))
