"""The interface for notebooks gives the tables of the workflow, and loads Brian2 only when it is used."""

import subprocess
import sys

import pytest

import runner
from base.errors import ConfigError
from base.tables import checksum_of
from runner.experiment import load
from runner.planning import plan

RUN = """
import sys
import runner
assert "brian2" not in sys.modules
from runner import load, run
from base.tables import checksum
found = run("sal/phase_plane", scale="smoke")
assert list(found.recordings) == ["weights", "final", "points"], found
print(checksum(found.observed))
other = run("sal/phase_plane", {"synapses.eta": 0.1}, seed=3, scale="smoke", quiet=True).recordings["points"]
assert set(other["seed"]) == {3} and set(other["synapses.eta"]) == {0.1}
from brian2 import get_device
assert type(get_device()).__name__ == "RuntimeDevice"
"""


def test_tables_of_the_workflow(smoke):
    """Also without a compilation: the programs are those of the workflow."""
    builds = smoke.folder / "results" / "builds" / "sal" / "phase_plane"
    before = sorted(builds.iterdir())
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(command, cwd=smoke.folder, env=smoke.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == checksum_of(
        smoke.folder / "results" / "smoke" / "sal" / "phase_plane" / "observations"
    )
    assert [line.split(",")[0] for line in done.stderr.split("\n") if line] == [
        f"sal/phase_plane: {n} of 2 points" for n in range(3)
    ]
    assert sorted(builds.iterdir()) == before


def test_one_seed():
    planned = plan(load("sal/phase_plane"), "paper", seed=7)
    assert [point["seed"] for point in planned.points] == [7, 7]
    assert [point["seed"] for point in plan(load("sal/phase_plane"), "paper").points] == [*range(1, 11)] * 2
    with pytest.raises(ConfigError, match="seed: must lie between 1 and"):
        plan(load("sal/phase_plane"), "paper", seed=0)


def test_only_what_is_offered():
    assert runner.load is load
    with pytest.raises(AttributeError, match="no attribute 'rum'"):
        _ = runner.rum


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("sal/phase_plan", {}, "did you mean 'sal/phase_plane'"),
        ("sal/phase_plane", {"synapses.etta": 1}, "did you mean 'synapses.eta'"),
        ("sal/phase_plane", {"neurons.tau_plus": 3}, "3 has no unit"),
    ],
)
def test_errors_are_one_line(name, values, told):
    with pytest.raises(ConfigError, match=told) as error:
        runner.run(name, values, scale="smoke")
    assert "\n" not in str(error.value)
