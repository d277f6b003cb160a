"""What a sweep costs is said before it runs, and what costs more than is allowed asks first."""

import json
import subprocess
import sys

import pytest

from base.catalogue import ROOT
from base.errors import ConfigError
from runner.plans import Plans
from runner.price import Price, allow, of_a_point, of_plan
from runner.sweep import read_sweep

NAME = "gle/phase_shift"
SWEEP = {"name": "mine", "experiment": NAME, "scale": "smoke", "sweep": {"units.t_settle": ["1 ms", "2 ms"]}}
PLAN = {"experiment": NAME, "scale": "sweep-mine", "points": [{}] * 5, "builds": {"a": {}, "b": {}},
        "cost": {"build": 10.0, "point": 3600.0, "length": 0.5}, "sweep": {"file": "my.yaml", "scale": "smoke"},
        "jobs": {"recordings": {"one": {"x": 0, "y": 1}, "two": {"z": 2, "u": 3, "v": 4}}}}  # fmt: skip


def ran(folder, name, seconds, size):
    """Write what a job leaves."""
    job = folder / "recordings" / name
    job.mkdir(parents=True)
    (job / "content.json").write_text(json.dumps({str(k): k for k in range(len(seconds))}))
    (job / "cost.json").write_text(json.dumps([{"point": k, "cpu_s": s, "wall_s": s} for k, s in enumerate(seconds)]))
    left = size - sum(file.stat().st_size for file in job.iterdir())
    (job / "weights.parquet").write_bytes(b" " * left)


def test_only_what_is_new_costs(tmp_path):
    assert of_plan(PLAN, tmp_path) == Price(5, 2 * 10 + 5 * 3600, None)
    assert of_a_point(tmp_path) is None
    ran(tmp_path / "smoke" / NAME, "0", [1.0, 1.0], 2000)  # says what a point takes on disk, and no more
    assert of_plan(PLAN, tmp_path) == Price(5, 2 * 10 + 5 * 3600, 5 * 1000 * 0.5)
    ran(tmp_path / "sweep-mine" / NAME, "one", [1.0, 3.0], 6000)
    (tmp_path / "builds" / NAME / "a").mkdir(parents=True)
    assert of_plan(PLAN, tmp_path) == Price(3, 10 + 3 * 2, 3 * 3000)


def test_a_limit_says_what_it_would_cost_and_how_to_allow_it(tmp_path):
    allow(PLAN, tmp_path, 6)
    with pytest.raises(ConfigError) as told:
        allow(PLAN, tmp_path, 4)
    said = (
        "5 new points, 5.01 CPU hours, disk unknown before the first point: more than the 4 CPU hours that are allowed"
    )
    assert str(told.value) == f"my.yaml: limit: {said}; to allow it: --config limit=6"


def test_nothing_is_planned_beyond_the_limit(tmp_path):
    user = read_sweep(SWEEP)
    with pytest.raises(ConfigError, match=r"^--config: limit: 2 new points, .*; to allow it: --config limit=1$"):
        Plans(tmp_path, user=user, limit=1e-9)("sweep-mine", NAME)
    assert not list(tmp_path.glob("sweep-*/**/plan.json"))
    assert len(Plans(tmp_path, user=user)("sweep-mine", NAME)["points"]) == 2


def test_the_planner_says_what_is_new(tmp_path):
    command = [sys.executable, "-m", "runner.plan", NAME, "--sweep", json.dumps(SWEEP)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "  new          2   (2 new points, " in done.stdout
