"""What the tests share: a copy of the repository, its run at scale smoke, and compiled programs, each made once."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from brian2 import BrianLogger
from filelock import FileLock

# Tests of refused networks leave objects that never were in one.
BrianLogger.suppress_name("unused_brian_object")

ROOT = Path(__file__).resolve().parent.parent
EXPERIMENTS = tuple(sorted(f"{f.parts[-3]}/{f.parts[-2]}" for f in (ROOT / "experiments").glob("*/*/config.yaml")))
SECRET = "this-must-not-be-written-anywhere"  # a value in the environment of every workflow that the tests start

VERBS = {
    "compiling": "build",
    "simulating": "simulate",
    "computing references of": "refer",
    "observing": "observe",
    "presenting": "present",
    "documenting": "document",
}
OF_POINTS = {"simulate", "observe", "present"}  # rules of one experiment after its build
REFERRING = [name for name in EXPERIMENTS if (ROOT / "experiments" / name / "reference.py").exists()]
PAPERS = tuple(sorted({experiment.split("/")[0] for experiment in EXPERIMENTS}))


class Workflow:
    """The workflow in one copy of the repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def copy(self, folder: Path) -> "Workflow":
        """Return a copy with all results and what Snakemake knows about them."""
        return Workflow(shutil.copytree(self.folder, folder, symlinks=True))

    def command(self, *arguments: str) -> list[str]:
        """Return the command line."""
        return [sys.executable, "-m", "snakemake", "--profile", "profiles/default", *arguments]

    @property
    def environment(self) -> dict[str, str]:
        """Environment of the process: nothing that leads back to the repository under test."""
        inherited = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LOCAL_CREDIT_CACHE")}
        # Corpora of this machine must not change what the tests see.
        inherited = {k: v for k, v in inherited.items() if not k.endswith("_DIR") and k != "STANDIN_TEXT"}
        return {**inherited, "LOCAL_CREDIT_SECRET": SECRET}

    def snakemake(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        """Run Snakemake and return what it said, all of it in `stdout`."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if check and done.returncode:
            pytest.fail(f"snakemake {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout[-5000:]}")
        return done

    def python(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run a module of the copy, for example ``runner.point``."""
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def jobs(self, *arguments: str) -> set[tuple[str, str]]:
        """Return (rule, experiment) of every job that a call would run."""
        said = self.snakemake("--dry-run", *arguments).stdout
        return {job for job in jobs_of(said)}

    def plan(self, scale: str, experiment: str) -> dict:
        """Return the plan of an experiment, which the last call has made."""
        return json.loads((self.folder / "results" / scale / experiment / "plan.json").read_text(encoding="utf-8"))

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the only occurrence of a text in a file."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file}: {old!r} occurs {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")


def jobs_of(said: str) -> list[tuple[str, str]]:
    """Return (rule, experiment) of every job that Snakemake announced."""
    verbs = "|".join(VERBS)
    found = re.findall(rf"^Job \d+: ({verbs}) ([\w/]+)", said, flags=re.MULTILINE)
    jobs = [(VERBS[verb], experiment) for verb, experiment in found]
    shipped = re.findall(r"^Job \d+: presenting what is published with (\w+)", said, flags=re.MULTILINE)
    jobs = [job for job in jobs if job != ("present", "what")] + [("published", paper) for paper in shipped]
    return jobs + [("report", "")] * len(re.findall(r"^Job \d+: writing the report", said, flags=re.MULTILINE))


def of(rules, *experiments):
    """Return the expected jobs; the report belongs to no experiment."""
    return {(rule, experiment) for rule in set(rules) - {"report"} for experiment in experiments} | (
        {("report", "")} if "report" in rules else set()
    )


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Return a function that makes a folder in one of the processes of a test run, and shares it with the others."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with FileLock(f"{folder}.lock"):
            if not done.exists():
                make(folder)
                done.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def repository(once: Callable) -> Workflow:
    """Return the workflow in a copy of the repository, without any results at first."""

    def copy(folder: Path) -> None:
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)

    return Workflow(once("repository", copy))


@pytest.fixture(scope="session")
def smoke(repository: Workflow, once: Callable) -> Workflow:
    """Return the workflow after a run of all experiments at scale smoke. Do not change anything in it: `copy` it."""

    def run(folder: Path) -> None:
        # Builds of many experiments go side by side; one of them alone would use two compilers.
        said = repository.snakemake("smoke", "--set-threads", "build=1").stdout
        folder.mkdir()
        (folder / "said.txt").write_text(said, encoding="utf-8")

    repository.said = (once("smoke", run) / "said.txt").read_text(encoding="utf-8")
    return repository


@pytest.fixture(scope="session")
def built(smoke: Workflow) -> Callable:
    """Return a function: name of an experiment to its compiled program of scale smoke, found by the key made here."""
    from runner.binary import CompiledProgram

    def program(experiment: str) -> CompiledProgram:
        (key,) = smoke.plan("smoke", experiment)["builds"]
        return CompiledProgram(smoke.folder / "results" / "builds" / experiment / key)

    return program


@pytest.fixture(scope="session")
def toy(repository: Workflow, once: Callable):
    """Return the compiled toy; the precompiled header is shared with the builds of the workflow."""
    from runner.binary import CompiledProgram

    cache = repository.folder / "results" / "builds"

    def build(folder: Path) -> None:
        # Another process: the device of Brian2 is global.
        done = subprocess.run(
            [sys.executable, "-m", "tests.toy.experiment", str(folder)],
            cwd=ROOT,
            env={**os.environ, "LOCAL_CREDIT_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    return CompiledProgram(once("toy", build))


@pytest.fixture
def toy_values() -> Callable:
    """Return a function that gives the arguments of the toy, with changes by key."""
    values = {
        "run.seed": 1,
        "run.duration": 1.0,
        "cells.tau": 0.02,
        "cells.sigma": 1.0,
        "cells.theta": 0.5,
        "cells.noisy": True,
        "cells.factor": 1,
        "links.w": np.arange(1.0, 5.0),
        "decays.tau": 0.5,
        "decays.x": np.ones(500),
        "drive.values": np.linspace(0, 1, 10),
    }
    return lambda changes=None: {**values, **(changes or {})}
