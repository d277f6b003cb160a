"""Sweeps on a real SLURM of two nodes, with everything that happens to jobs on a cluster.

Takes minutes, most of them waiting, and starts daemons; therefore only with LOCAL_CREDIT_SLURM=1, which also installs
SLURM where it is missing (apt, root).
"""

import getpass
import json
import os
import re
import shutil
import signal
import subprocess
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from base.tables import checksum, read_folder
from tests.cluster.slurm import NODES, Slurm, Unavailable, install, wait
from tests.conftest import ROOT, jobs_of

EXPERIMENTS = {
    "sal/phase_plane": ("smoke: {seeds: 1,", "smoke: {seeds: 4,"),
    "gupta/iris": ("smoke: {seeds: 1,", "smoke: {seeds: 4,"),
}
TABLES = [f"results/smoke/{experiment}/provenance.json" for experiment in EXPERIMENTS]
# Two points in a job, and a job may last as many minutes as it has been tried.
JOBS = ["--config", "scale=smoke", "chunk_seconds=0.1", "--set-resources", "simulate:runtime=attempt"]
# A small cluster without accounting, and little patience; the rest is what the profile says.
SITE = [
    "--slurm-no-account",
    *("--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2"),
]


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    """Return a running SLURM."""
    if os.environ.get("LOCAL_CREDIT_SLURM") != "1":
        pytest.skip("takes minutes and starts daemons; LOCAL_CREDIT_SLURM=1 python -m pytest tests/cluster runs it")
    try:
        plugin = version("snakemake-executor-plugin-slurm")
    except PackageNotFoundError:
        pytest.skip("no executor for SLURM; pip install --no-deps -r requirements-cluster.txt")
    assert f"snakemake-executor-plugin-slurm=={plugin}" in (ROOT / "requirements-cluster.txt").read_text("utf-8")
    try:
        install()
        with Slurm(tmp_path_factory.mktemp("slurm")) as cluster:
            yield cluster
    except Unavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def sweeps(repository, tmp_path_factory):
    """Return the checksums of two sweeps that ran locally, and a copy of the repository in which they have not run."""
    local = repository.copy(tmp_path_factory.mktemp("local") / "repository")
    for experiment, (old, new) in EXPERIMENTS.items():
        local.edit(f"experiments/{experiment}/config.yaml", old, new)
    local.snakemake(*TABLES)
    remote = local.copy(tmp_path_factory.mktemp("remote") / "repository")
    for experiment in EXPERIMENTS:
        shutil.rmtree(remote.folder / "results" / "smoke" / experiment)
    shutil.rmtree(remote.folder / "results" / "builds" / "sal")
    return outcome(local), remote


def outcome(workflow):
    """Return the checksum of the tables of each experiment, as computed now and as recorded in the provenance."""
    results, found = workflow.folder / "results" / "smoke", {}
    for experiment in EXPERIMENTS:
        found[experiment] = checksum(read_folder(results / experiment / "observations"))
        provenance = json.loads((results / experiment / "provenance.json").read_text("utf-8"))
        assert provenance["checksum"] == found[experiment]
    return found


def finished(slurm):
    """Return (job, state, node, minutes) of all jobs that SLURM has ended, in order."""
    lines = (slurm.folder / "jobs.txt").read_text("utf-8").splitlines()
    facts = [dict(re.findall(r"(\w+)=(\S*)", line)) for line in lines]
    return [(fact["JobId"], fact["JobState"], fact["NodeList"], fact["TimeLimit"]) for fact in facts]


def hang(slurm, node):
    """Stop a simulation on a node, as a file system that does not answer would, and return its SLURM job."""
    found = []

    def there():
        found[:] = [pid for pid, where in slurm.processes("-m runner.simulate") if where == node]
        return found

    wait(f"simulation on {node}", there, 900)
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
    environment = (Path("/proc") / str(found[0]) / "environ").read_bytes().decode()
    return re.search(r"SLURM_JOB_ID=(\d+)", environment)[1]


def on_slurm(slurm, workflow, *arguments):
    """Return the command line that hands the jobs of a copy of the repository to SLURM, and its environment."""
    command = workflow.command(*arguments, *SITE)
    command[command.index("profiles/default")] = "profiles/slurm"
    path = f"{workflow.folder / 'profiles/slurm/without-accounting'}{os.pathsep}{slurm.environment['PATH']}"
    return command, {**workflow.environment, "SLURM_CONF": slurm.environment["SLURM_CONF"], "PATH": path}


def test_tables_of_a_troubled_cluster_are_those_of_a_quiet_computer(slurm, sweeps, tmp_path):
    expected, remote = sweeps
    command, environment = on_slurm(slurm, remote, *TABLES, *JOBS)
    log = tmp_path / "snakemake.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=remote.folder,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        # One job hangs until its time is over. Another runs on the node that dies.
        late = hang(slurm, NODES[0])
        slurm.say("scontrol", "update", f"nodename={NODES[0]}", "state=drain", "reason=test")
        lost = hang(slurm, NODES[1])
        slurm.say("scontrol", "update", f"nodename={NODES[1]}", "state=down", "reason=test")
        wait("end of the lost job", lambda: (lost, "NODE_FAIL", NODES[1], "1") in finished(slurm))
        # The controller is away for longer than Snakemake's plugin is patient by default.
        slurm.stop_controller()
        time.sleep(20)
        slurm.start_controller()
        slurm.say("scontrol", "update", f"nodename={','.join(NODES)}", "state=resume")
        process.wait(timeout=600)
    except BaseException:
        print(log.read_text("utf-8")[-5000:])
        raise
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    said = log.read_text("utf-8")
    assert process.returncode == 0, said[-5000:]

    jobs = finished(slurm)
    assert (late, "TIMEOUT", NODES[0], "1") in jobs, "killed by its time limit"
    assert f"SLURM-job '{late}' failed, SLURM status is: 'TIMEOUT'" in said
    assert [minutes for _, state, _, minutes in jobs if state == "COMPLETED" and minutes == "2"], "retried with more"
    assert {state for job, state, *_ in jobs if job == lost} >= {"NODE_FAIL", "COMPLETED"}, "queued again by SLURM"

    assert {("build", "sal/phase_plane"), ("simulate", "gupta/iris")} <= set(jobs_of(said))
    assert outcome(remote) == expected
    assert "Nothing to be done" in remote.snakemake(*TABLES, *JOBS[:3]).stdout


SWEEP = """
name: grown
experiment: gle/lag_line
scale: smoke
conditions: own
set: {run.duration: 100 ms}
sweep: {student.gamma: [%s]}
"""


def test_a_sweep_fails_grows_and_is_killed(slurm, sweeps, tmp_path):
    """A point fails, Snakemake is killed, the sweep is unlocked and extended: the tables of an undisturbed run.

    The second half is run as job arrays, while somebody else runs the same sweep from a checkout of theirs.
    """
    _, remote = sweeps
    local, theirs = remote.copy(tmp_path / "local"), remote.copy(tmp_path / "theirs")
    longer = "1, 10, 1.0e+6, 20, 30"
    for workflow, values in ((local, longer), (theirs, longer), (remote, "1, 10, 1.0e+6")):
        (workflow.folder / "grown.yaml").write_text(SWEEP % values, encoding="utf-8")
    of_sweep = ["sweep", "--config", "sweep=grown.yaml", "chunk_seconds=0.1"]
    local.snakemake(*of_sweep)

    command, environment = on_slurm(slurm, remote, *of_sweep)
    with (tmp_path / "killed.log").open("w") as out:
        process = subprocess.Popen(
            command, cwd=remote.folder, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    done = remote.folder / "results" / "sweep-grown" / "gle" / "lag_line" / "recordings"
    try:
        wait("first recordings", lambda: list(done.glob("*/cost.json")), 900)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    slurm.say("scancel", "--state=PENDING", "--user", getpass.getuser())

    def run(*more):
        return subprocess.run(
            [*command, *more], cwd=remote.folder, env=environment, capture_output=True, text=True, check=False
        )

    refused = run()
    assert refused.returncode and "--unlock" in refused.stdout + refused.stderr
    assert run("--unlock").returncode == 0
    # Longer by two values, while what was running when Snakemake was killed may still run.
    (remote.folder / "grown.yaml").write_text(SWEEP % longer, encoding="utf-8")
    with (tmp_path / "theirs.log").open("w") as out:
        arguments, their_environment = on_slurm(slurm, theirs, *of_sweep)
        beside = subprocess.Popen(
            arguments, cwd=theirs.folder, env=their_environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        ended = run("--slurm-array-jobs", "simulate, observe_part")
        assert ended.returncode == 0, (ended.stdout + ended.stderr)[-5000:]
        assert beside.wait(timeout=900) == 0, (tmp_path / "theirs.log").read_text("utf-8")[-5000:]
    finally:
        beside.kill()
        beside.wait()
    assert "ArrayTaskId=" in (slurm.folder / "jobs.txt").read_text("utf-8")

    folders = [one.folder / "results" / "sweep-grown" / "gle" / "lag_line" for one in (local, remote, theirs)]
    tables = [read_folder(folder / "observations") for folder in folders]
    lost = [one.pop("failures") for one in tables]
    assert all((one["student.gamma"] == 1e6).all() and list(lost[0]["point"]) == list(one["point"]) for one in lost)
    assert len({checksum(one) for one in tables}) == 1
    assert all((folder / "index.html").exists() for folder in folders)
