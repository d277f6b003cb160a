"""How far a workflow is, read from trees of results made by hand."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from runner.status import Failure, describe, status

NOW = datetime(2026, 1, 2, 12).timestamp()
NAME = "sal/phase_plane"


def write(file, text, age=5.0):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, (NOW - age, NOW - age))
    return file


def tables(results, chunk, points, seconds=10.0, scale="quick"):
    runs = [{"point": point, "cpu_s": 1.0, "wall_s": seconds} for point in points]
    write(results / scale / NAME / "recordings" / str(chunk) / "cost.json", json.dumps(runs))


def log(results, chunk, text, age=5.0, scale="quick"):
    return write(results / "logs" / scale / NAME / f"simulate-{chunk}.log", text, age)


@pytest.fixture
def results(tmp_path):
    """Return results of six jobs of two points each, of which none has started."""
    points = [{"point": n, "build": "a" if n < 6 else "b"} for n in range(12)]
    plan = {"points": points, "chunks": [[2 * k, 2 * k + 1] for k in range(6)]}
    for scale in ("quick", "sweep-mine"):
        write(tmp_path / scale / NAME / "plan.json", json.dumps(plan))
    (tmp_path / "builds" / NAME / "a").mkdir(parents=True)
    return tmp_path


def of(results, scale="quick"):
    return status(NAME, scale, results, NOW)


def test_nothing_is_planned(tmp_path):
    assert of(tmp_path).points == 0


def test_nothing_has_started(results):
    found = of(results)
    assert (found.points, found.done, found.running, found.failed, found.waiting) == (12, 0, 0, 0, 12)
    assert found.builds == (1, 2)
    assert found.left(3.0) == 36.0


def test_every_kind_of_job(results):
    tables(results, 0, [0, 1])
    log(results, 0, "point 0 done, 1 of 2, 1.00 CPU s\npoint 1 done, 2 of 2, 1.00 CPU s\n")
    log(results, 1, "point 2 done, 1 of 2, 1.00 CPU s\npoint 3: 40 % simulated, about 20 s left\n")
    broken = log(results, 2, f"{NAME} at scale quick, point 4: neurons.v is not finite (NaN or infinite) at the end\n")
    gone = log(results, 3, "point 6 done, 1 of 2, 1.00 CPU s\npoint 7: 10 % simulated\n", age=3600)
    trace = log(results, 4, 'Traceback (most recent call last):\n  File "x.py"\nMemoryError\n')
    found = of(results)
    assert (found.points, found.done, found.running, found.failed, found.waiting) == (12, 2, 2, 6, 2)
    assert (found.jobs, found.simulated) == (1, 1)
    assert found.left(99.0) == 3 * 10.0
    assert found.failures == [
        Failure(4, "neurons.v is not finite (NaN or infinite) at the end", broken),
        Failure(7, "no word since 2026-01-02 11:00: killed, or its node is gone", gone),
        Failure(8, "MemoryError", trace),
    ]
    assert not found.complete


def test_a_retry_that_has_begun_is_no_failure(results):
    log(results, 0, "")
    assert (of(results).running, of(results).failed) == (2, 0)


def test_tables_of_an_older_plan_do_not_count(results):
    tables(results, 0, [0, 1, 2])
    assert of(results).done == 0


def test_the_log_of_tables_that_are_made_again_is_no_failure(results):
    log(results, 0, "point 0 done, 1 of 2, 1.00 CPU s\npoint 1 done, 2 of 2, 1.00 CPU s\n", age=9999)
    assert (of(results).failed, of(results).waiting) == (0, 12)


@pytest.mark.parametrize(("scale", "last"), [("quick", "score.json"), ("sweep-mine", "provenance.json")])
def test_complete(results, scale, last):
    for chunk in range(6):
        tables(results, chunk, [2 * chunk, 2 * chunk + 1], scale=scale)
    assert not of(results, scale).complete
    write(results / scale / NAME / last, "{}")
    assert of(results, scale).complete


def test_what_is_printed(results):
    tables(results, 0, [0, 1])
    log(results, 1, "point 2 done, 1 of 2, 1.00 CPU s\n")
    said = f"{NAME} at scale quick, point 5: recording 'spikes' is empty\n"
    file = log(results, 2, f"point 4 done, 1 of 2, 1.00 CPU s\n{said}")
    said = describe([of(results)], "quick", "--scale quick", lambda _: 1.0, NOW)
    assert said.splitlines() == [
        "quick              points    done running  failed waiting  programs",
        "sal/phase_plane        12       2       2       2       6  1 of 2",
        "1 jobs run; at this rate all points are simulated at 2026-01-02 12:01",
        "",
        "failed: 1 (a scheduler may still try again)",
        "sal/phase_plane, point 5: recording 'spikes' is empty",
        f"  log    {file}",
        "  again  python -m runner.point sal/phase_plane --scale quick --point 5",
    ]


def test_before_the_first_point_the_expected_cost_counts(results):
    said = describe([of(results)], "quick", "--scale quick", lambda _: 600.0, NOW)
    assert said.splitlines()[-1] == "no job runs; 2 core hours are left"


def test_a_long_list_of_failures_is_cut(results):
    for chunk in range(6):
        log(results, chunk, f"{NAME} at scale quick, point {2 * chunk}: no\n")
    said = describe([of(results)], "quick", "--scale quick", lambda _: 1.0, NOW, listed=2)
    assert said.splitlines()[-1] == "... and 4 more" and said.count("  again  ") == 2


def test_command_line(results, tmp_path):
    root = Path(__file__).resolve().parents[2]
    (tmp_path / "mine.yaml").write_text("experiment: sal/phase_plane\nsweep: {synapses.eta: [0.1]}\n", encoding="utf-8")
    log(results, 0, f"{NAME} at scale sweep-mine, point 1: no\n", scale="sweep-mine")

    def said(*arguments):
        command = [sys.executable, "-m", "runner.status", "--results", str(results), *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    assert f"  again  python -m runner.point {NAME} --sweep" in said("--sweep", str(tmp_path / "mine.yaml"))
    assert "gle/lag_line" in said("--scale", "quick")
    assert said("--scale", "paper").strip() == f"{results / 'paper'}: nothing is planned yet"
    assert "unknown key" in said("--sweep", str(write(tmp_path / "bad.yaml", "wish: x\n")))
