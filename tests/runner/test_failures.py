"""A point of a sweep that fails takes no other down: it becomes a row that says why, and how to run it again."""

import json
import sys

import pandas as pd
import pytest

from analysis import parts
from base.errors import BuildError, ConfigError
from base.points import Points
from base.tables import checksum, checksum_of, read_folder
from runner import build, simulate
from runner import plan as planner
from runner.binary import RunError, StoppedError
from runner.plans import Plans
from runner.programs import uncompiled
from runner.status import status
from runner.sweep import read_sweep

NAME = "sal/phase_plane"


def points_of(values):
    """Return points that differ in one key."""
    block = {"common": {"neurons.t_psp": 0.01}, "own": {"synapses.eta": values}, "builds": ["a"] * len(values)}
    return Points([block], [[1]])


PLAN = {
    "experiment": NAME,
    "scale": "sweep-mine",
    "points": points_of([0.1 * n for n in range(4)]),
    "chunks": [[0, 1], [2, 3]],
    "references": [],
    "jobs": {"recordings": {"aa": {"p0": 0, "p1": 1}, "bb": {"p2": 2, "p3": 3}}, "references": {}},
    "parts": [[0, 3], [3, 4]],
    "each": 1,
    "strict": False,
    "failures": [],
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
    rows = parts.failure_rows(PLAN, failed)
    assert [*rows] == ["point", "seed", "synapses.eta", "reason", "command"]
    assert rows["command"][1] == f"{PLAN['again']} --point 3"


@pytest.mark.parametrize(
    ("error", "lenient"), [(RunError("x"), False), (StoppedError("x"), False), (StoppedError("x"), True)]
)
def test_plain_scales_are_strict_and_whoever_is_stopped_is_not_to_blame(monkeypatch, error, lenient):
    monkeypatch.setattr(simulate, "run_point", runs([1], error))
    with pytest.raises(type(error), match=f"{NAME} at scale sweep-mine, point 1: x"):
        simulate.run_points(PLAN, [0, 1, 2], None, {} if lenient else None)


def job(tmp_path, monkeypatch, bad, name, plan=PLAN):
    """Run one simulation job."""
    folder = tmp_path / "sweep-mine" / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.json").write_text(json.dumps({**plan, "command": "snakemake"}, default=Points.content))
    monkeypatch.setattr(simulate, "run_point", runs(bad, RunError("w is not finite")))
    monkeypatch.setattr(simulate, "open_program", lambda build: None)
    arguments = ["--plan", folder / "plan.json", "--chunk", name, "--build", tmp_path / "builds" / NAME / "a"]
    monkeypatch.setattr(sys, "argv", ["simulate", *map(str, arguments), "--out", str(folder / "recordings" / name)])
    simulate.main()


def observation(tmp_path, monkeypatch, plan=PLAN):
    """Run the observation jobs with a figure that cannot observe a value of 0.2; return the tables."""
    folder = tmp_path / "sweep-mine" / NAME
    (tmp_path / "figure.py").write_text(
        "def observe(recordings):\n"
        "    if 0.2 in set(recordings['points']['synapses.eta']):\n"
        "        raise ValueError('nothing to fit')\n"
        "    return {'ends': recordings['weights'][['w']]}\n"
        "def draw(tables, fig): ...\n"
    )
    build = tmp_path / "builds" / NAME / "a"
    build.mkdir(parents=True, exist_ok=True)
    facts = {"device": "cpp_standalone", "compiler": "g++", "flags": "", "cpu_s": 1, "wall_s": 1}
    (build / "build.json").write_text(json.dumps(facts))
    (folder / "plan.json").write_text(json.dumps({**plan, "command": "snakemake"}, default=Points.content))

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["parts", "--plan", str(folder / "plan.json"), *map(str, arguments)])
        parts.main()

    for part in range(len(plan["parts"])):
        run("--part", part, "--figure", tmp_path / "figure.py", "--out", folder / "parts" / str(part))
    out = folder / "observations"
    run("--builds", tmp_path / "builds", "--out", out, "--provenance", folder / "provenance.json")
    assert checksum_of(out) == checksum(read_folder(out))
    return read_folder(out)


def test_tables_are_made_without_the_failures(tmp_path, monkeypatch):
    for name in ("aa", "bb"):
        job(tmp_path, monkeypatch, [1], name)
    tables = observation(tmp_path, monkeypatch)
    assert [*tables["ends"]["synapses.eta"]] == pytest.approx([0.0, 0.3])
    assert [*tables["failures"]["point"]] == [1, 2]
    assert [*tables["failures"]["reason"]] == ["w is not finite", "observe: ValueError: nothing to fit"]
    assert [*tables["failures"]["command"]] == [f"{PLAN['again']} --point {n}" for n in (1, 2)]
    made = json.loads((tmp_path / "sweep-mine" / NAME / "provenance.json").read_text(encoding="utf-8"))
    assert (made["runs"]["n"], made["runs"]["failed"]) == (3, 2)
    assert made["checksum"] == checksum(tables)


def test_tables_do_not_show_in_which_job_or_under_which_number_a_point_was_run(tmp_path, monkeypatch):
    for name in ("aa", "bb"):
        job(tmp_path, monkeypatch, [1], name)
    # The same points under other numbers, of which one is new and one is not wanted any more.
    points = points_of([0.1 * old for old in (3, 1, 0)] + [0.4])
    known = {"aa": {"p1": 1, "p0": 2}, "bb": {"p3": 0}, "cc": {"p4": 3}}
    later = {**PLAN, "points": points, "chunks": [[1, 2], [0], [3]], "parts": [[0, 4]]}
    later["jobs"] = {"recordings": known, "references": {}}
    job(tmp_path, monkeypatch, [], "cc", later)
    extended = observation(tmp_path, monkeypatch, later)
    assert [*extended["ends"]["synapses.eta"]] == pytest.approx([0.3, 0.0, 0.4])
    assert [*extended["failures"]["point"]] == [1]
    assert extended["failures"]["command"][0] == f"{PLAN['again']} --point 1"
    once = {**later, "chunks": [[0, 1, 2, 3]], "parts": [[0, 1], [1, 4]]}
    once["jobs"] = {"recordings": {"dd": {"p3": 0, "p1": 1, "p0": 2, "p4": 3}}, "references": {}}
    job(tmp_path, monkeypatch, [1], "dd", once)
    assert checksum(observation(tmp_path, monkeypatch, once)) == checksum(extended)


def test_status_counts_failures(tmp_path, monkeypatch):
    for name in ("aa", "bb"):
        job(tmp_path, monkeypatch, [1], name)
    found = status(NAME, "sweep-mine", tmp_path, 0.0)
    assert (found.done, found.failed, found.waiting, found.complete) == (3, 1, 0, False)
    assert [(one.point, one.reason) for one in found.failures] == [(1, "w is not finite")]


def test_when_all_fail_there_are_no_tables(tmp_path, monkeypatch):
    for name in ("aa", "bb"):
        job(tmp_path, monkeypatch, range(4), name)
    with pytest.raises(SystemExit) as end:
        observation(tmp_path, monkeypatch)
    assert str(end.value) == f"{NAME} at scale sweep-mine: every point failed; point 0: w is not finite"
    assert not (tmp_path / "sweep-mine" / NAME / "observations").exists()


def test_the_strict_mode_ends_with_the_first_failure(tmp_path, monkeypatch):
    with pytest.raises(SystemExit) as end:
        job(tmp_path, monkeypatch, [1], "aa", {**PLAN, "strict": True})
    assert str(end.value) == f"{NAME} at scale sweep-mine, point 1: w is not finite"
    job(tmp_path, monkeypatch, [], "bb", {**PLAN, "strict": True})
    job(tmp_path, monkeypatch, [], "aa")
    with pytest.raises(SystemExit, match="ValueError: nothing to fit"):
        observation(tmp_path, monkeypatch, {**PLAN, "strict": True})


def test_a_program_that_does_not_compile_is_a_failure_of_its_points(tmp_path, monkeypatch):
    results = tmp_path
    (results / "sweep-mine" / NAME).mkdir(parents=True)
    (results / "generated" / NAME / "a").mkdir(parents=True)
    plan = {**PLAN, "builds": {"a": {}}, "device": "cpp_standalone", "command": "snakemake"}
    (results / "sweep-mine" / NAME / "plan.json").write_text(json.dumps(plan, default=Points.content))

    def refuse(said):
        def compiled(target, sources, device, jobs):
            raise BuildError(f"compilation failed: {said}")

        monkeypatch.setattr(build, "compiled", compiled)
        monkeypatch.setattr(sys, "argv", ["build", NAME, "a", "--results", str(results)])
        build.main()

    for said in ("No space left on device", "internal compiler error: Killed"):
        with pytest.raises(SystemExit, match=said):
            refuse(said)
    refuse("x.cpp: error: expected ;")
    reason = uncompiled(results / "builds" / NAME / "a")
    assert reason.startswith("compilation failed: x.cpp: error: expected ;; to compile it again, delete ")
    job(tmp_path, monkeypatch, [], "aa", plan)
    rows = read_folder(results / "sweep-mine" / NAME / "recordings" / "aa")["failures"]
    assert [*rows["point"]] == [0, 1] and [*rows["reason"]] == [reason] * 2
    with pytest.raises(SystemExit, match="point 0: compilation failed"):
        job(tmp_path, monkeypatch, [], "aa", {**plan, "strict": True})
    # What a scale asks for, too, must compile.
    (results / "quick" / NAME).mkdir(parents=True)
    (results / "quick" / NAME / "plan.json").write_text(json.dumps({"builds": {"a": {}}, "device": "cpp_standalone"}))
    with pytest.raises(SystemExit, match="expected ;"):
        refuse("x.cpp: error: expected ;")


def test_a_structure_that_makes_no_network_is_a_failure(tmp_path, monkeypatch):
    def generate(experiment, structure, project, traces=None, device=None):
        if bad(structure["network.n_pairs"]):
            raise BuildError("too many pairs")
        for name in ("manifest.json", "network.json"):
            (project / name).write_text("{}")

    monkeypatch.setattr(planner, "generate", generate)
    declared = {"name": "mine", "experiment": NAME, "scale": "smoke", "sweep": {"network.n_pairs": [3, 4, 5]}}
    user = read_sweep(declared)
    plans = Plans(tmp_path, user=user)
    experiment = planner.load(NAME)
    made = planner.plan(experiment, "smoke", user)
    bad = lambda n: n == 4  # noqa: E731 - changed below
    found = planner.content(experiment, made, user, tmp_path, plans.stamp("sweep-mine", NAME))
    assert found["chunks"] == [[0], [2]] and len(found["chunk_digests"]) == 2
    assert found["parts"] == [(0, 3)]
    assert [(row["point"], row["reason"]) for row in found["failures"]] == [(1, "too many pairs")]
    json.dumps(found, default=Points.content)
    bad = lambda n: True  # noqa: E731
    with pytest.raises(ConfigError, match="^too many pairs$"):
        planner.content(experiment, made, user, tmp_path / "other", "")
