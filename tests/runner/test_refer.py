"""References: which points share one, what decides them, and what a broken one says."""

import ast
import re
from types import SimpleNamespace

import numpy as np
import pytest
from pandas import DataFrame

from base.catalogue import ROOT, names
from base.errors import ConfigError
from runner import refer, sharing
from runner.binary import RunError
from runner.experiment import load
from runner.planning import plan
from runner.sweep import Sweep


def seeds(planned):
    """Return seed and feedback of the points of every group."""
    return [[(one["seed"], one["values"]["inputs.feedback"]) for one in group] for group in planned.groups]


def test_points_that_differ_in_shared_keys_have_one_reference():
    planned = plan(load("eprop/phonemes_lstm"), "quick")
    groups = planned.groups
    assert sorted(point["point"] for group in groups for point in group) == [p["point"] for p in planned.points]
    for group in groups:
        assert len({point["seed"] for point in group}) == 1
        assert len({point["values"]["inputs.n_train"] for point in group}) == 1
        assert len({point["values"]["inputs.feedback"] for point in group}) == len(group) > 1


def test_what_a_user_sweeps_is_not_shared():
    sweep = Sweep("-", "mine", "eprop/phonemes_lstm", "smoke", {}, {"inputs.feedback": ["symmetric", "random"]}, 2)
    planned = plan(load("eprop/phonemes_lstm"), "smoke", sweep)
    assert seeds(planned) == [[(1, "symmetric")], [(2, "symmetric")], [(1, "random")], [(2, "random")]]


def test_an_experiment_without_references_has_none():
    planned = plan(load("sal/phase_plane"), "smoke")
    assert planned.references == [] and refer.refer("sal/phase_plane", planned.groups) == {}


def test_references_are_cut_into_jobs_by_their_cost(monkeypatch):
    experiment = load("gupta/iris")
    experiment.config["cost"] = {**experiment.config["cost"], "reference": {"quick": "20 s"}}
    planned = plan(experiment, "quick", chunk_seconds=60)
    assert {len(chunk) for chunk in planned.references} == {3}
    assert len({planned.reference_digest(k) for k in range(len(planned.references))}) == len(planned.references)


@pytest.mark.parametrize("name", [name for name in names() if (ROOT / "experiments" / name / "reference.py").exists()])
def test_shared_keys_are_keys(name):
    plan(load(name), "smoke")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('SHARED = ("inputs.fedback",)', "unknown key; did you mean 'inputs.feedback'"),
        ("SHARED = tuple(KEYS)", "must be a tuple of keys, written out"),
    ],
)
def test_wrong_shared_keys_are_refused(tmp_path, monkeypatch, text, said):
    file = tmp_path / "reference.py"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sharing, "ROOT", tmp_path)
    experiment = SimpleNamespace(folder=tmp_path, check_key=load("eprop/phonemes").check_key)
    with pytest.raises(ConfigError, match=f"reference.py.*{re.escape(said)}"):
        sharing.references(experiment, [], (), 1)


POINTS = [{"point": k, "seed": k + 1, "values": {"inputs.n": 3}} for k in range(2)]


def test_tables_name_point_and_seed(monkeypatch):
    def reference(p, rng):
        assert rng.random() == np.random.default_rng(p.run.seed).random()
        return {"found": DataFrame({"n": [p.inputs.n], "of": [len(p.run.seeds)]})}

    monkeypatch.setattr(refer.importlib, "import_module", lambda _: SimpleNamespace(reference=reference))
    apart = refer.refer("a/b", [[point] for point in POINTS])["found"]
    assert apart.to_dict("list") == {"point": [0, 1], "seed": [1, 2], "n": [3, 3], "of": [1, 1]}
    assert refer.refer("a/b", [POINTS])["found"].to_dict("list") == {"point": [0], "seed": [1], "n": [3], "of": [2]}


def test_a_broken_reference_says_where(monkeypatch):
    def reference(p, rng):
        return p.inputs.m

    monkeypatch.setattr(refer.importlib, "import_module", lambda _: SimpleNamespace(reference=reference))
    with pytest.raises(
        RunError, match=r"^a/b, point 0: reference.py: a/b: inputs.m: no parameter; did you mean 'inputs.n'\?$"
    ):
        refer.refer("a/b", [POINTS])


# What these do in `observe` starts from recordings: trained weights are attacked or differentiated, weights that were
# recorded are compared with those that were given.
EVALUATE = {"eprop/gradient_checks", "gupta/adversarial", "sal/deep_alignment", "sal/microcircuit"}


@pytest.mark.parametrize("name", sorted(set(names()) - EVALUATE))
def test_figures_train_nothing(name):
    """What a figure imports neither loads data nor trains; that is the work of ``reference.py``."""
    tree = ast.parse((ROOT / "experiments" / name / "figure.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {module for module in modules if module.split(".")[0] in ("datasets", "sklearn", "torch")}
    calls = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and hasattr(node.func, "attr")}
    assert "default_rng" not in calls
