"""A state of the code, and what it gives for an experiment: plan, models, tables, figure and score.

A state is a tree of git: that of a commit, of the working tree with all that is not committed, or of one of them with
another model for an object, as the configuration of the experiment may say. It is checked out for as long as something
must be asked of it, and runs its own workflow. What it gave is kept by content (``results/compare``): equal programs,
values, inputs and observation are never run twice, whatever commit is theirs.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from base.catalogue import ROOT
from base.errors import FileError
from base.files import atomic, read_json
from base.points import read_plan
from base.tables import checksum, read_folder
from runner.devices.toolchain import recipe
from runner.fingerprint import digest
from runner.plans import VARIABLES
from runner.sides import Refused, git, worktree
from runner.variants import OWN, SECTION

HERE = "working tree"
KEPT = Path("results/compare")


def snapshot() -> str:
    """Return the tree of all that is in the working tree and not ignored, committed or not; nothing is changed.

    Raises
    ------
    Refused
        A submodule is not as it was committed: a tree knows it only by its commit.
    """
    for line in git("status", "--porcelain=2", "--ignore-submodules=none").splitlines():
        kind, *words = line.split(" ")
        if kind in "12" and words[1][0] == "S" and words[1][1:] != "...":
            raise Refused(f"submodule {words[-1]}: differs from what is committed; commit or reset it first")
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        shutil.copyfile(ROOT / git("rev-parse", "--git-path", "index"), index)
        git("add", "--all", index=index)
        return git("write-tree", index=index)


@dataclass
class State:
    """A state of the code on a device.

    Parameters
    ----------
    name : str
        As it was asked for; named in errors and on the page.
    commit : str
        The commit that it is, or that it started from.
    tree : str
        Its tree.
    device : str or None
        Name of the device; None is that of each configuration.
    variant : str
        ``<object>=<model>``, which the tree has in the configuration of the experiment; nothing where it is as it was.
    """

    name: str
    commit: str
    tree: str
    device: str | None = None
    variant: str = ""
    folder: Path | None = field(default=None, repr=False)

    @classmethod
    def of(cls, revision: str | None, key: str = "base", device: str | None = None) -> "State":
        """Return the state of a revision; of the working tree without one.

        Raises
        ------
        Refused
            There is no such revision.
        """
        if not revision:
            return cls(HERE, git("rev-parse", "HEAD"), snapshot(), device)
        try:
            commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except (Refused, IndexError):
            raise Refused(f"--config: {key}: '{revision}' is no revision; `git log --oneline` names some") from None
        return cls(revision, commit, git("rev-parse", f"{commit}^{{tree}}"), device)

    def varied(self, experiment: str, name: str, model: str) -> "State":
        """Return the state in which an object of an experiment has another model, which its configuration says.

        Parameters
        ----------
        experiment : str
            ``<paper>/<experiment>``.
        name : str
            The object.
        model : str
            As in `runner.variants`; a file is relative to the working directory.

        Raises
        ------
        Refused
            The experiment, or its configuration, cannot have it.
        """
        config = f"experiments/{experiment}/config.yaml"
        if experiment not in self.experiments():
            raise Refused(f"--config: variants: {self} has no experiment '{experiment}'; say which with only=")
        if model == OWN:
            return replace(self, variant=f"{name}={model}")
        text = git("show", f"{self.tree}:{config}")
        if re.search(rf"^{SECTION}:", text, re.M):
            raise Refused(f"{config}: {SECTION}: is there already; remove it to compare variants")
        place, _, of = model.partition(":")
        where = f"{Path(place).resolve()}:{of}" if place.endswith(".py") else model
        with tempfile.TemporaryDirectory() as scratch:
            index, file = Path(scratch) / "index", Path(scratch) / "config.yaml"
            file.write_text(f"{text}\n{SECTION}: {{{name}: {json.dumps(where)}}}\n", encoding="utf-8")
            git("read-tree", self.tree, index=index)
            blob = git("hash-object", "-w", str(file))
            git("update-index", "--cacheinfo", f"100644,{blob},{config}", index=index)
            tree = git("write-tree", index=index)
        return replace(self, tree=tree, variant=f"{name}={model}")

    def __str__(self) -> str:
        of = f" with {self.variant}" if self.variant else ""
        return f"{self.name}{of} on {self.device}" if self.device else f"{self.name}{of}"

    @cached_property
    def store(self) -> Path:
        """Folder of what it says: one for each tree, device and environment."""
        tools = [recipe(), sys.version, version("brian2"), {name: os.environ.get(name) for name in VARIABLES}]
        file = Path(self.variant.partition("=")[2].partition(":")[0])  # outside of the tree, perhaps
        other = file.read_text(encoding="utf-8") if file.suffix == ".py" else ""
        return KEPT.resolve() / "states" / digest(self.tree, self.device, tools, *filter(None, [other]))

    def experiments(self) -> list[str]:
        """Return the experiments that it has."""
        files = git("ls-tree", "-r", "--name-only", self.tree, "experiments").splitlines()
        found = [Path(file).parts for file in files if file.endswith("/config.yaml")]
        return sorted("/".join(parts[1:3]) for parts in found if len(parts) == 4 and not parts[1].startswith("_"))

    @contextmanager
    def checkout(self) -> Iterator[Path]:
        """Yield a folder with its code, whose ``results`` are in the store; programs are shared by all states."""
        builds = Path("results/builds").resolve()
        builds.mkdir(parents=True, exist_ok=True)
        self.store.mkdir(parents=True, exist_ok=True)
        if not (self.store / "builds").is_symlink():
            (self.store / "builds").symlink_to(builds)
        with worktree(self.commit) as folder:
            git("-C", str(folder), "read-tree", "--reset", "-u", self.tree)
            (folder / "results").symlink_to(self.store)
            yield folder


@contextmanager
def checked_out(states: Iterable[State]) -> Iterator[None]:
    """Check states out while the block runs; those that need no code need no checkout."""
    with ExitStack() as stack:
        for state in states:
            state.folder = stack.enter_context(state.checkout())
        try:
            yield
        finally:
            for state in states:
                state.folder = None


def _start(state: State, *command: str) -> "subprocess.Popen[str]":
    """Start a program with the code of a state."""
    assert state.folder is not None
    environment = {**os.environ, "PYTHONPATH": str(state.folder), "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("LOCAL_CREDIT_CACHE", None)
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=state.folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def _end(state: State, process: "subprocess.Popen[str]", what: str) -> None:
    """Wait for a program; what it says first is the error."""
    said, told = process.communicate()
    if process.returncode:
        log = state.store / f"{what}.log"
        log.write_text(said + told, encoding="utf-8")
        lines = [line for line in told.splitlines() if line.strip()] or ["no word"]
        word = lines[-1] if "Traceback" in lines[0] else lines[0]
        raise Refused(f"{state}: {what} failed: {word}; the whole story is in {os.path.relpath(log)}")


def _at_once(states: Sequence[State], commands: Sequence[Sequence[str]], what: str) -> None:
    """Run a program of each state, side by side."""
    running = [_start(state, *command) for state, command in zip(states, commands, strict=True)]
    try:
        for state, process in zip(states, running, strict=True):
            _end(state, process, what)
    finally:
        for process in running:
            process.kill()
            process.wait()


def say(states: Sequence[State], experiments: Sequence[str], scale: str) -> None:
    """Let states say what they plan and what their models are, as far as they have not said it yet."""
    late = {}
    for state in states:
        wanted = [name for name in experiments if not (state.store / scale / name / "strings.json").exists()]
        if wanted:
            late[id(state)] = state, wanted
    if not late:
        return
    asked = [state for state, _ in late.values()]
    with checked_out(asked):
        device = [["--device", state.device] if state.device else [] for state in asked]
        plans = [
            ["-m", "runner.plan", *wanted, "--scale", scale, "--results", "results", *option]
            for (_, wanted), option in zip(late.values(), device, strict=True)
        ]
        _at_once(asked, plans, "plan")
        script = str(ROOT / "runner" / "strings.py")
        models = [["-P", script, *wanted, "--out", "results/strings.json"] for _, wanted in late.values()]
        _at_once(asked, models, "models")
    for state, wanted in late.values():
        found = read_json(state.store / "strings.json")
        for name in wanted:
            with atomic(state.store / scale / name / "strings.json") as file:
                file.write_text(json.dumps(found[name]), encoding="utf-8")


class Given:
    """What a state gives for one experiment at one scale.

    Parameters
    ----------
    state : State
        The state; has said its plan.
    experiment, scale : str
        Of what.
    """

    def __init__(self, state: State, experiment: str, scale: str) -> None:
        self.state, self.experiment, self.scale = state, experiment, scale
        self.plan: dict[str, Any] = read_plan(state.store / scale / experiment / "plan.json")
        self.strings: dict[str, Any] = read_json(state.store / scale / experiment / "strings.json")

    @property
    def guards(self) -> Mapping[str, str]:
        """What decides its numbers, part by part."""
        return self.plan.get("guards", {})

    @property
    def numbers(self) -> str:
        """Digest of all that decides its tables: programs, values, inputs, how they are run and observed."""
        parts = {part: self.guards.get(part) for part in ("values", "inputs", "runner", "observe", "versions")}
        data = {name: os.environ.get(name, "") for name in self.plan.get("corpora", ())}
        programs = [point["build"] for point in self.plan["points"]]
        return digest(self.experiment, self.scale, self.plan["device"], parts, programs, data)

    @property
    def shown(self) -> str:
        """Digest of what makes figure and score of the tables."""
        return digest(self.plan.get("presented_by"), self.guards.get("targets"), self.guards.get("score"))

    @property
    def tables(self) -> Path:
        """Folder of its tables, and of what made them."""
        return KEPT.resolve() / "found" / self.experiment / self.numbers

    @property
    def figure(self) -> Path:
        """Folder of its figure and its score."""
        return self.tables / self.shown

    def sources(self, program: str) -> Path | None:
        """Return the folder of the sources of a program; None if they are nowhere."""
        places = (self.state.store / "generated", self.state.store / "builds")
        return next((found for place in places if (found := place / self.experiment / program).is_dir()), None)

    def take(self, results: Path) -> bool:
        """Keep the tables of a run of the workflow, if they are of this state; return whether they were."""
        run = results / self.scale / self.experiment
        try:
            made, scored = read_json(run / "provenance.json"), read_json(run / "score.json")
            mine = scored["guards"] == self.guards and made["device"] == self.plan["device"]
            if not mine or made["checksum"] != checksum(read_folder(run / "observations")):
                return False
        except (FileError, KeyError, OSError):
            return False
        with atomic(self.tables, directory=True) as new:
            shutil.copytree(run / "observations", new / "observations")
            shutil.copyfile(run / "provenance.json", new / "provenance.json")
        return True


def run(given: Sequence[Given], cores: int) -> None:
    """Run what has no tables or no figure yet: the workflow of the state for the one, its drawing for the other.

    Parameters
    ----------
    given : sequence of Given
        Of any states.
    cores : int
        Number of processors.

    Raises
    ------
    Refused
        The workflow of a state fails.
    """
    late = [one for one in given if not one.figure.exists()]
    for one in late:
        if not one.tables.exists():
            one.take(Path("results"))
    by_state: dict[int, list[Given]] = {}
    for one in late:
        by_state.setdefault(id(one.state), []).append(one)
    for of_state in by_state.values():
        state = of_state[0].state
        with checked_out([state]):
            if wanted := [one for one in of_state if not one.tables.exists()]:
                _workflow(state, wanted, cores)
            for one in of_state:
                _present(one)


def _workflow(state: State, wanted: Sequence[Given], cores: int) -> None:
    """Run the workflow of a state, and keep its tables."""
    names, scale = [one.experiment for one in wanted], wanted[0].scale
    print(f"{state}: {', '.join(names)}: is run at scale {scale}", file=sys.stderr, flush=True)
    command = ["-m", "snakemake", "--profile", "profiles/default", "--cores", str(cores), "--quiet", "all"]
    config = [f"scale={scale}", *([f"device={state.device}"] if state.device else [])]
    _end(state, _start(state, *command, "--config", *config, "--", *names), "workflow")
    for one in wanted:
        if not one.take(state.store):
            raise Refused(f"{state}: {one.experiment}: its workflow left no tables that are its own; see {state.store}")
        for left in ("recordings", "references", "observations"):
            shutil.rmtree(state.store / scale / one.experiment / left, ignore_errors=True)


def _present(one: Given) -> None:
    """Draw and score the tables of a state with its own code."""
    if one.figure.exists():
        return
    with atomic(one.figure, directory=True) as new:
        command = ["-m", "analysis.present", "--experiment", f"experiments/{one.experiment}", "--scale", one.scale]
        command += ["--tables", str(one.tables / "observations"), "--provenance", str(one.tables / "provenance.json")]
        command += ["--guards", json.dumps(one.guards), "--out", str(new)]
        _end(one.state, _start(one.state, *command), "figure")
        assert one.state.folder is not None
        shutil.copyfile(one.state.folder / "experiments" / one.experiment / "targets.yaml", new / "targets.yaml")
