"""A sweep that grows, is cut otherwise or is killed runs its new points only, and ends with the same tables."""

import json
import os
import re
import shutil
import time

import pytest

from base.tables import checksum, read_folder
from tests.conftest import jobs_of
from tests.workflow.test_faults import descendants, start, stop

SAL = "sal/phase_plane"
SWEEP = """
experiment: sal/phase_plane
scale: smoke
seeds: {seeds}
set: {{run.duration: 6 s}}
sweep:
  synapses.eta: {{from: 0.01, to: 1, n: {n}, scale: log}}
  inputs.both: {both}
"""
SMALL = {"n": 3, "seeds": 2, "both": "[true]"}
LARGE = {"n": 5, "seeds": 3, "both": "[false, true]"}


@pytest.fixture
def run(repository, tmp_path):
    """Return a function that runs a sweep in an empty folder, and says which points were simulated."""
    # The program is compiled once for all tests.
    builds = repository.folder / "results" / "builds"
    builds.mkdir(parents=True, exist_ok=True)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "builds").symlink_to(builds)

    def of(name, *more, check=True, **values):
        (tmp_path / f"{name}.yaml").write_text(SWEEP.format(**values))
        command = ("sweep", "--directory", str(tmp_path), "--config", f"sweep={tmp_path / name}.yaml", *more)
        shutil.rmtree(tmp_path / "results" / "logs" / f"sweep-{name}", ignore_errors=True)
        said = repository.snakemake(*command, check=check).stdout
        logs = (tmp_path / "results" / "logs" / f"sweep-{name}").glob("**/simulate-*.log")
        return said, sum(len(re.findall("^point .* done", log.read_text(), re.MULTILINE)) for log in logs)

    of.folder = tmp_path / "results"
    return of


def outcome(run, name):
    """Return the checksum of the tables of a sweep, as it is written down and as it is."""
    folder = run.folder / f"sweep-{name}" / SAL
    made = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    found = checksum(read_folder(folder / "observations"))
    assert made["checksum"] == found
    return made["runs"]["n"], found


def test_only_new_points_are_run_and_the_tables_are_those_of_one_run(run):
    assert run("grown", "chunk_seconds=0.1", **SMALL)[1] == 6
    # New values between the old ones, more seeds, another key, larger jobs.
    assert run("grown", "chunk_seconds=0.2", **LARGE)[1] == 30 - 6
    said, points = run("grown", "chunk_seconds=5", **LARGE)
    assert points == 0 and ("simulate", SAL) not in jobs_of(said)
    assert run("once", **LARGE)[1] == 30
    assert outcome(run, "grown") == outcome(run, "once") and outcome(run, "once")[0] == 30
    # What is not wanted any more is not in the tables, and is not lost.
    assert run("grown", **SMALL)[1] == 0
    assert run("once", **SMALL)[1] == 0
    assert outcome(run, "grown") == outcome(run, "once") and outcome(run, "once")[0] == 6


def test_a_name_belongs_to_one_sweep(run, tmp_path):
    run("mine", "--dry-run", **SMALL)  # the plan is what belongs to the sweep
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "mine"
    (tmp_path / "other" / "mine.yaml").write_text(SWEEP.format(**LARGE))
    said, points = run("mine", f"sweep={other}.yaml", check=False, **SMALL)
    taken = f"{other}.yaml: name: 'mine' is taken: results of {tmp_path}/mine.yaml are in results/sweep-mine/{SAL}"
    assert f"{taken}; choose another name, or delete them" in said and points == 0


def test_ten_kills_lose_no_finished_job(run, repository, tmp_path):
    values = {**LARGE, "n": 10}
    run("once", **values)
    (tmp_path / "killed.yaml").write_text(SWEEP.format(**values))
    where = ["--directory", str(tmp_path), "--config", f"sweep={tmp_path}/killed.yaml"]
    folder = run.folder / "sweep-killed" / SAL / "recordings"
    done, unseen = set(), set()
    for k in range(10):
        # Without a lock, which would cost a start of Snakemake for every kill; that one can unlock is another test.
        process = start(repository, "sweep", "--nolock", *where, f"chunk_seconds={0.1 + 0.02 * k}")
        time.sleep(3 + 0.5 * k)
        stop(process, descendants(process.pid))
        now = {(file.stat().st_mtime, file.parent.name) for file in folder.glob("*/content.json")}
        # What was running is done again, even where its tables have just appeared: Snakemake had not seen them. It may
        # take more than one start until it is.
        assert done - now <= unseen
        unseen |= set(sorted(now - done)[-os.cpu_count() :])
        done = now
    run("killed", **values)
    assert outcome(run, "killed") == outcome(run, "once")
