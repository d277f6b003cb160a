"""The whole workflow in a copy of the repository: what runs, what runs again, and what survives a kill."""

import ast
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from analysis.tables import checksum, read_folder
from runner.fingerprint import sources
from runner.sweep import planned
from tests.conftest import EXPERIMENTS, ROOT, jobs_of

FURTHER = [
    name for name in EXPERIMENTS if not planned(name, "quick").builds.keys() <= planned(name, "smoke").builds.keys()
]
OF_POINTS = {"plan", "simulate", "observe", "provenance", "draw", "score"}
SLOW = """
name: {name}
experiment: sal/phase_plane
scale: smoke
sweep: {{inputs.w_12: [1.4]}}
set: {{run.duration: 1200 s, network.dt: 0.4 ms}}
"""


def of(rules, *experiments):
    """Return the expected jobs; the report belongs to no experiment."""
    return {(rule, experiment) for rule in set(rules) - {"report"} for experiment in experiments} | (
        {("report", "")} if "report" in rules else set()
    )


# -- dry runs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", ["smoke", "quick", "paper"])
def test_dry_run_of_a_scale(repository, scale, tmp_path):
    # In a folder without results, so that every job is announced.
    said = repository.snakemake("--dry-run", "--directory", str(tmp_path), scale).stdout
    assert set(jobs_of(said)) == of({*OF_POINTS, "build", "document", "report"}, *EXPERIMENTS)


def test_dry_run_of_papers_experiments_and_scales(repository, tmp_path):
    here = ("--directory", str(tmp_path))
    papers = repository.jobs(*here, "eprop", "gle", "gupta", "sal")
    assert papers == of({*OF_POINTS, "build"}, *EXPERIMENTS)
    assert repository.jobs(*here, *EXPERIMENTS) == papers
    of_paper = [experiment for experiment in EXPERIMENTS if experiment.startswith("sal/")]
    assert repository.jobs(*here, "sal") == of({*OF_POINTS, "build"}, *of_paper)
    said = repository.snakemake("--dry-run", *here, "gle/lag_line", "--config", "scale=paper").stdout
    assert set(jobs_of(said)) == of({*OF_POINTS, "build"}, "gle/lag_line")
    assert "at scale paper" in said and "at scale quick" not in said


@pytest.mark.parametrize("how", ["--config", "--configfile"])
def test_dry_run_of_a_sweep(repository, tmp_path, how):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "name: mine\nexperiment: sal/phase_plane\nscale: smoke\nsweep: {network.n_pairs: [20, 30]}\n", encoding="utf-8"
    )
    arguments = ("--config", f"sweep={file}") if how == "--config" else ("--configfile", str(file))
    said = repository.snakemake("--dry-run", "--directory", str(tmp_path), "sweep", *arguments).stdout
    jobs = jobs_of(said)
    assert set(jobs) == of({"plan", "build", "simulate", "observe", "provenance"}, "sal/phase_plane")
    assert jobs.count(("build", "sal/phase_plane")) == 2
    assert "at scale sweep-mine" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "scal=quick"], "--config: scal: unknown key; did you mean 'scale'?"),
        (["--config", "scale=quik"], "--config: scale: unknown scale 'quik'; did you mean 'quick'?"),
        (["--config", "chunk_seconds=abc"], "--config: chunk_seconds: needs a number of seconds, got 'abc'"),
        (["--config", "chunk_seconds=0"], "chunk_seconds: 0: must be a positive number of seconds"),
        (["--config", "sweep=none.yaml"], "none.yaml: file: does not exist"),
        (["--config", "seeds=3"], "--configfile: experiment: missing"),
        (["--configfile", "{file}"], "{file}: synapses.eta: given twice (lines 2 and 3); keep one of them"),
        (["--config", "sweep={file}"], "{file}: synapses.eta: given twice (lines 2 and 3); keep one of them"),
    ],
)
def test_bad_configurations_give_one_line(repository, tmp_path, arguments, message):
    file = tmp_path / "mine.yaml"
    file.write_text("sweep:\n  synapses.eta: [0.1]\n  synapses.eta: [0.2]\nexperiment: sal/phase_plane\n")
    arguments = [argument.format(file=file) for argument in arguments]
    done = repository.snakemake("sal", "--dry-run", "--quiet", "all", *arguments, check=False)
    assert done.returncode
    assert done.stdout.strip().splitlines()[-1] == message.format(file=file)
    assert "Traceback" not in done.stdout and 'File "' not in done.stdout


def test_a_bad_experiment_gives_one_line_and_leaves_no_lock(smoke, tmp_path):
    copy = smoke.copy(tmp_path / "copy")
    copy.edit("experiments/sal/phase_plane/config.yaml", "run: {duration: 900 s}", "run: {duration: 20 mV}")
    done = copy.snakemake("smoke", check=False)
    assert done.returncode
    reason = "run.duration: '20 mV' has the wrong unit; needs s, for example '20 ms'"
    assert done.stdout.strip().splitlines()[-1] == f"experiments/sal/phase_plane/config.yaml: {reason}"
    copy.edit("experiments/sal/phase_plane/config.yaml", "run: {duration: 20 mV}", "run: {duration: 900 s}")
    assert set(jobs_of(copy.snakemake("smoke").stdout)) <= of({"document", "report"}, SAL)  # the file is newer


# -- end to end --------------------------------------------------------------------------------------------------------


def test_smoke_ends_with_a_report(smoke):
    if hasattr(smoke, "said"):
        assert set(jobs_of(smoke.said)) == of({*OF_POINTS, "build", "document", "report"}, *EXPERIMENTS)
        assert jobs_of(smoke.said).count(("build", "sal/phase_plane")) == 1
    results = smoke.folder / "results" / "smoke"
    assert (results / "report" / "index.html").stat().st_size > 10_000
    for experiment in EXPERIMENTS:
        assert (results / experiment / "figure.svg").stat().st_size > 1000
        assert (results / experiment / "figure.png").stat().st_size > 1000
        assert json.loads((results / experiment / "score.json").read_text("utf-8"))["targets"]
    assert not list((smoke.folder / "results").rglob(".*.new")), "scratch is left"


def test_a_second_call_runs_nothing(smoke):
    assert "Nothing to be done" in smoke.snakemake("smoke").stdout
    # The builds serve the next scale, unless that has further structures.
    assert {job for job in smoke.jobs("quick") if job[0] == "build"} <= of({"build"}, *FURTHER)


# -- what an edit makes run again --------------------------------------------------------------------------------------

SAL = "sal/phase_plane"
USERS = [
    name for name in EXPERIMENTS if ROOT / "models/sal.py" in sources(ROOT / "experiments" / name / "experiment.py")
]
EDITS = {
    "equation": (
        "models/sal.py",
        "(1 + tau_ref / dt * exp(-u))",
        "(1 + 2 * tau_ref / dt * exp(-u))",
        of({*OF_POINTS, "build", "document", "report"}, *USERS),
    ),
    "comment in an equation": (
        "models/sal.py",
        "# firing probability per step",
        "# probability of a spike in a step",
        of({"document", "report"}, *USERS),
    ),
    "docstring of a model": ("models/sal.py", '"""Parameters of', None, of({"document", "report"}, *USERS)),
    "network": (
        "experiments/sal/phase_plane/experiment.py",
        'when="end", order=0, name="weights"',
        'when="end", order=1, name="weights"',
        of({*OF_POINTS, "build", "document", "report"}, SAL),
    ),
    "inputs": (
        "experiments/sal/phase_plane/inputs.py",
        "-1000.0",
        "-2000.0",
        of({*OF_POINTS, "report"}, SAL),
    ),
    "draw": ("experiments/sal/phase_plane/figure.py", "def draw(", "draw", of({"draw", "report"}, SAL)),
    "observe": (
        "experiments/sal/phase_plane/figure.py",
        "def observe(",
        "observe",
        of({"observe", "provenance", "draw", "score", "report"}, SAL),
    ),
    "value": (
        "experiments/sal/phase_plane/config.yaml",
        "synapses: {eta",
        None,
        of({*OF_POINTS, "document", "report"}, SAL),
    ),
    "structure": (
        "experiments/sal/phase_plane/config.yaml",
        "n_pairs: 20",
        "n_pairs: 21",
        of({*OF_POINTS, "build", "document", "report"}, SAL),
    ),
    "caption": (
        "experiments/sal/phase_plane/config.yaml",
        "title: Two",
        "title: The two",
        of({"document", "report"}, SAL),
    ),
    "targets": ("experiments/sal/phase_plane/targets.yaml", "", None, of({"score", "draw", "report"}, SAL)),
}


def edit(copy, what):
    """Make one of the edits."""
    file, old, new, _ = EDITS[what]
    path = copy.folder / file
    text = path.read_text(encoding="utf-8")
    if what in ("draw", "observe"):
        # A statement at the beginning of the body, after the docstring.
        (function,) = (node for node in ast.parse(text).body if getattr(node, "name", "") == new)
        lines = text.splitlines(keepends=True)
        lines.insert(function.body[0].end_lineno, "    changed = 1\n    del changed\n")
        text = "".join(lines)
    elif what == "targets":
        text += "\n"
    elif what == "docstring of a model":
        text = text.replace('"""Parameters of', '"""All parameters of', 1)
    elif what == "value":
        text = text.replace("run: {duration: 900 s}", "run: {duration: 900 s}\nneurons: {t_psp: 9.2 ms}", 1)
    else:
        assert text.count(old) == 1
        text = text.replace(old, new)
    assert text != path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def edited(smoke, tmp_path_factory):
    """Return a copy in which files are edited and put back."""
    return smoke.copy(tmp_path_factory.mktemp("edited") / "repository")


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_reruns_exactly_what_depends_on_it(edited, what):
    file, _, _, expected = EDITS[what]
    path = edited.folder / file
    before, times = path.read_text(encoding="utf-8"), path.stat()
    edit(edited, what)
    try:
        assert edited.jobs("smoke") == expected
    finally:
        path.write_text(before, encoding="utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_an_edited_equation_runs_through_once(smoke, tmp_path):
    copy = smoke.copy(tmp_path / "copy")
    edit(copy, "equation")
    # One of the experiments that use the equation is enough.
    of_smoke = (SAL, "--config", "scale=smoke")
    said = copy.snakemake(*of_smoke).stdout
    assert set(jobs_of(said)) == of({*OF_POINTS, "build"}, SAL)
    assert "Nothing to be done" in copy.snakemake(*of_smoke).stdout
    tables = [checksum(read_folder(w.folder / "results/smoke" / SAL / "observations")) for w in (smoke, copy)]
    assert tables[0] != tables[1]
    # Back again: the old program is still there, and the tables are what they were.
    (copy.folder / "models/sal.py").write_text((smoke.folder / "models/sal.py").read_text("utf-8"), encoding="utf-8")
    said = copy.snakemake(*of_smoke).stdout
    assert set(jobs_of(said)) == of(OF_POINTS, SAL)
    assert checksum(read_folder(copy.folder / "results/smoke" / SAL / "observations")) == tables[0]


# -- kills -------------------------------------------------------------------------------------------------------------


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
    return checksum(read_folder(folder / "recordings" / "0")), checksum(read_folder(folder / "observations"))


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
    assert not (slow.folder / "results" / "sweep-slow" / SAL / "recordings" / "0").exists()
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
    assert not (slow.folder / "results" / "sweep-slow" / SAL / "recordings" / "0").exists()
    locked = slow.snakemake("sweep", "--config", "sweep=slow.yaml", check=False)
    assert locked.returncode and "--unlock" in locked.stdout
    slow.snakemake("--unlock", "sweep", "--config", "sweep=slow.yaml")
    said = slow.snakemake("sweep", "--config", "sweep=slow.yaml").stdout
    assert set(jobs_of(said)) == of({"simulate", "observe", "provenance"}, SAL)
    assert outcome(slow) == undisturbed
