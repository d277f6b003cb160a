"""What survives a kill: nothing half-written, and a second call goes on."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from base.tables import checksum, read_folder
from tests.conftest import jobs_of, of

SAL = "sal/phase_plane"
SLOW = """
name: {name}
experiment: sal/phase_plane
scale: smoke
sweep: {{inputs.w_12: [1.4]}}
set: {{run.duration: 1200 s, network.dt: 0.4 ms}}
"""


def processes():
    """Return (pid, parent, command line) of all processes."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                found.append((int(entry.name), parent, (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()))
            except (OSError, UnicodeDecodeError):
                continue
    return found


def descendants(pid):
    """Return (pid, command line) of all processes that a process has started."""
    children = [(child, line) for child, parent, line in processes() if parent == pid]
    return children + [found for child, _ in children for found in descendants(child)]


def wait_for_simulation(pid, seconds=60):
    """Return the descendants as soon as the compiled program runs."""
    end = time.time() + seconds
    while time.time() < end:
        found = descendants(pid)
        if any("/main --results_dir" in line for _, line in found):
            time.sleep(1.0)
            return descendants(pid)
        time.sleep(0.1)
    pytest.fail("no simulation was started")


def start(workflow, *arguments):
    """Start Snakemake in a process group of its own."""
    return subprocess.Popen(
        workflow.command(*arguments),
        cwd=workflow.folder,
        env=workflow.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def stop(process, found):
    """Kill what is left of a workflow."""
    for pid in [process.pid, *(pid for pid, _ in found)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()
    process.stdout.close()


@pytest.fixture(scope="module")
def undisturbed(smoke, tmp_path_factory):
    """Return the checksum of the slow sweep when nothing happens to it."""
    copy = smoke.copy(tmp_path_factory.mktemp("undisturbed") / "repository")
    (copy.folder / "slow.yaml").write_text(SLOW.format(name="slow"), encoding="utf-8")
    copy.snakemake("sweep", "--config", "sweep=slow.yaml")
    return outcome(copy)


def outcome(workflow):
    """Return the checksums of recordings and observations of the slow sweep."""
    folder = workflow.folder / "results" / "sweep-slow" / SAL
    (recorded,) = (folder / "recordings").iterdir()
    return checksum(read_folder(recorded)), checksum(read_folder(folder / "observations"))


@pytest.fixture
def slow(smoke, tmp_path):
    """Return a copy in which the slow sweep can be killed."""
    copy = smoke.copy(tmp_path / "repository")
    (copy.folder / "slow.yaml").write_text(SLOW.format(name="slow"), encoding="utf-8")
    return copy


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the processes of a job in /proc (Linux)")
@pytest.mark.parametrize("victim", ["runner.simulate", "/main --results_dir"])
def test_a_killed_simulation_is_repeated(slow, undisturbed, victim):
    process, found = start(slow, "sweep", "--config", "sweep=slow.yaml"), []
    try:
        found = wait_for_simulation(process.pid)
        for pid, line in found:
            if victim in line and "bash" not in line:
                os.kill(pid, signal.SIGKILL)
        said, _ = process.communicate(timeout=60)
        assert process.returncode != 0, said
    finally:
        stop(process, found)
    assert not list((slow.folder / "results" / "sweep-slow" / SAL).glob("recordings/[!.]*"))
    if victim.startswith("/main"):
        assert "point 0: the program ended with status -9" in said
    slow.snakemake("sweep", "--config", "sweep=slow.yaml")
    assert outcome(slow) == undisturbed


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds the processes of a job in /proc (Linux)")
def test_a_killed_workflow_goes_on_after_unlock(slow, undisturbed):
    process, found = start(slow, "sweep", "--config", "sweep=slow.yaml"), []
    try:
        found = wait_for_simulation(process.pid)
        os.killpg(process.pid, signal.SIGKILL)
    finally:
        stop(process, found)
    assert not list((slow.folder / "results" / "sweep-slow" / SAL).glob("recordings/[!.]*"))
    locked = slow.snakemake("sweep", "--config", "sweep=slow.yaml", check=False)
    assert locked.returncode and "--unlock" in locked.stdout
    slow.snakemake("--unlock", "sweep", "--config", "sweep=slow.yaml")
    said = slow.snakemake("sweep", "--config", "sweep=slow.yaml").stdout
    assert set(jobs_of(said)) == of({"simulate", "observe"}, SAL)
    assert outcome(slow) == undisturbed
