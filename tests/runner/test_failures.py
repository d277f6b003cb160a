"""A point of a sweep that fails takes no other down: it becomes a row that says why, and how to run it again."""

import json
import sys

import pandas as pd
import pytest

from analysis import observe
from base.errors import BuildError, ConfigError
from base.tables import read_folder
from runner import plan as planner
from runner import simulate
from runner.binary import RunError, StoppedError
from runner.plans import Plans
from runner.records import failures_table
from runner.status import status
from runner.sweep import read_sweep

NAME = "sal/phase_plane"
PLAN = {
    "experiment": NAME,
    "scale": "sweep-mine",
    "points": [
        {"point": n, "seed": 1, "build": "a", "values": {"synapses.eta": 0.1 * n, "neurons.t_psp": 0.01}}
        for n in range(4)
    ],
    "chunks": [[0, 1], [2, 3]],
    "units": {"neurons.t_psp": ["ms", 0.001]},
    "swept": ["synapses.eta"],
    "columns": ["synapses.eta"],
    "again": f"python -m runner.point {NAME} --sweep mine.yaml --scale smoke",
}


def runs(bad, error):
    """Return a stand-in for `run_point` in which some points fail."""

    def run_point(experiment, point, program):
        if point["point"] in bad:
            raise error
        return {"weights": pd.DataFrame({"point": [point["point"]], "w": [1.0]})}, {"cpu_s": 1.0, "wall_s": 1.0}

    return run_point


def test_the_others_go_on(monkeypatch):
    monkeypatch.setattr(simulate, "run_point", runs([1, 3], RunError("w is not finite")))
    failed = {}
    tables, costs = simulate.run_points(PLAN, [0, 1, 2, 3], None, failed)
    assert [*tables["weights"]["point"]] == [*tables["points"]["point"]] == [cost["point"] for cost in costs] == [0, 2]
    assert failed == {1: "w is not finite", 3: "w is not finite"}
    rows = failures_table(PLAN, failed)
    assert [*rows] == ["point", "seed", "synapses.eta", "reason", "command"]
    assert rows["command"][1] == f"{PLAN['again']} --point 3"


@pytest.mark.parametrize(
    ("error", "lenient"), [(RunError("x"), False), (StoppedError("x"), False), (StoppedError("x"), True)]
)
def test_plain_scales_are_strict_and_whoever_is_stopped_is_not_to_blame(monkeypatch, error, lenient):
    monkeypatch.setattr(simulate, "run_point", runs([1], error))
    with pytest.raises(type(error), match=f"{NAME} at scale sweep-mine, point 1: x"):
        simulate.run_points(PLAN, [0, 1, 2], None, {} if lenient else None)


def job(tmp_path, monkeypatch, bad, chunk):
    """Run one simulation job."""
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    monkeypatch.setattr(simulate, "run_point", runs(bad, RunError("w is not finite")))
    monkeypatch.setattr(simulate, "open_program", lambda build: None)
    out = tmp_path / "sweep-mine" / NAME / "recordings" / str(chunk)
    arguments = ["--plan", tmp_path / "plan.json", "--chunk", chunk, "--build", tmp_path, "--out", out]
    monkeypatch.setattr(sys, "argv", ["simulate", *map(str, arguments)])
    simulate.main()
    return out


def observation(tmp_path, monkeypatch, chunks):
    """Run the observation job with a figure that cannot observe point 2."""
    (tmp_path / "figure.py").write_text(
        "def observe(recordings):\n"
        "    if 2 in set(recordings['points']['point']):\n"
        "        raise ValueError('nothing to fit')\n"
        "    return {'ends': recordings['weights'][['w']]}\n"
        "def draw(tables, fig): ...\n"
    )
    build = tmp_path / "builds" / NAME / "a"
    build.mkdir(parents=True)
    facts = {"device": "cpp_standalone", "compiler": "g++", "flags": "", "cpu_s": 1, "wall_s": 1}
    (build / "build.json").write_text(json.dumps(facts))
    (tmp_path / "plan.json").write_text(json.dumps({**PLAN, "command": "snakemake"}))
    arguments = ["--figure", tmp_path / "figure.py", "--recordings", *chunks, "--by", "synapses.eta"]
    arguments += ["--plan", tmp_path / "plan.json", "--builds", tmp_path / "builds"]
    arguments += ["--out", tmp_path / "out", "--provenance", tmp_path / "provenance.json"]
    monkeypatch.setattr(sys, "argv", ["observe", *map(str, arguments)])
    observe.main()


def test_tables_are_made_without_the_failures(tmp_path, monkeypatch):
    chunks = [job(tmp_path, monkeypatch, [1], chunk) for chunk in (0, 1)]
    observation(tmp_path, monkeypatch, chunks)
    tables = read_folder(tmp_path / "out")
    assert [*tables["ends"]["synapses.eta"]] == pytest.approx([0.0, 0.3])
    assert [*tables["failures"]["point"]] == [1, 2]
    assert [*tables["failures"]["reason"]] == ["w is not finite", "observe: ValueError: nothing to fit"]
    assert [*tables["failures"]["command"]] == [f"{PLAN['again']} --point {n}" for n in (1, 2)]
    runs = json.loads((tmp_path / "provenance.json").read_text(encoding="utf-8"))["runs"]
    assert (runs["n"], runs["failed"]) == (3, 2)


def test_status_counts_failures(tmp_path, monkeypatch):
    for chunk in (0, 1):
        job(tmp_path, monkeypatch, [1], chunk)
    (tmp_path / "plan.json").rename(tmp_path / "sweep-mine" / NAME / "plan.json")
    found = status(NAME, "sweep-mine", tmp_path, 0.0)
    assert (found.done, found.failed, found.waiting, found.complete) == (3, 1, 0, False)
    assert [(one.point, one.reason) for one in found.failures] == [(1, "w is not finite")]


def test_when_all_fail_there_are_no_tables(tmp_path, monkeypatch):
    chunks = [job(tmp_path, monkeypatch, range(4), chunk) for chunk in (0, 1)]
    with pytest.raises(SystemExit) as end:
        observation(tmp_path, monkeypatch, chunks)
    assert str(end.value) == f"{NAME} at scale sweep-mine: every point failed; point 0: w is not finite"
    assert not (tmp_path / "out").exists()


def test_a_structure_that_makes_no_network_is_a_failure(tmp_path, monkeypatch):
    def generate(experiment, structure, project, traces=None, device=None):
        if bad(structure["network.n_pairs"]):
            raise BuildError("too many pairs")
        (project / "manifest.json").write_text("{}")

    monkeypatch.setattr(planner, "generate", generate)
    declared = {"name": "mine", "experiment": NAME, "scale": "smoke", "sweep": {"network.n_pairs": [3, 4, 5]}}
    user = read_sweep(declared)
    plans = Plans(tmp_path, user=user)
    experiment = planner.load(NAME)
    made = planner.plan(experiment, "smoke", user)
    bad = lambda n: n == 4  # noqa: E731 - changed below
    found = planner.content(experiment, made, user, tmp_path, plans.stamp("sweep-mine", NAME))
    assert found["chunks"] == [[0], [2]] and len(found["chunk_digests"]) == 2
    assert [(row["point"], row["reason"]) for row in found["failures"]] == [(1, "too many pairs")]
    json.dumps(found)
    bad = lambda n: True  # noqa: E731
    with pytest.raises(ConfigError, match="^too many pairs$"):
        planner.content(experiment, made, user, tmp_path / "other", "")
