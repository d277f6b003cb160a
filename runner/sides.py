"""Two states of the code, side by side on this machine: git worktrees that each say what their code means.

One side is `runner.meaning`, run with the code of its checkout; both share the programs that they compile.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import MappingProxyType
from typing import Any

from base.catalogue import ROOT
from base.errors import Told
from runner.programs import differing


class Refused(Told):
    """Nothing can be compared."""


def git(*arguments: str, index: Path | None = None) -> str:
    """Return what git says, with an index of its own if one is given.

    Raises
    ------
    Refused
        With git's own word.
    """
    try:
        environment = {**os.environ, **({"GIT_INDEX_FILE": str(index)} if index else {})}
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise Refused("git: not found; two states of the code are compared by git worktrees") from None
    if done.returncode:
        raise Refused(f"git {arguments[0]}: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout.strip()


@contextmanager
def worktree(revision: str) -> Iterator[Path]:
    """Yield a checkout of a revision, which goes away at the end."""
    with tempfile.TemporaryDirectory(prefix="local-credit-") as scratch:
        folder = Path(scratch) / "base"
        git("worktree", "add", "--detach", str(folder), revision)
        try:
            yield folder
        finally:
            git("worktree", "remove", "--force", str(folder))


@contextmanager
def ended(sides: Sequence["Side"]) -> Iterator[None]:
    """End what the sides have started when the block ends, whatever ends it."""
    try:
        yield
    finally:
        for process in [process for side in sides for process in side.running.values()]:
            process.kill()
            process.wait()


def here(committed: bool) -> AbstractContextManager[Path]:
    """Return a checkout of what is committed here, or this checkout with its uncommitted changes."""
    return worktree("HEAD") if committed else nullcontext(ROOT)


class Side:
    """A checkout that says what its code means.

    Parameters
    ----------
    name : str
        Named in errors.
    folder : Path
        Root of the checkout.
    python : str
        Interpreter, with the packages that are pinned there.
    scratch : Path
        Folder of what it says.
    builds : Path
        Folder of compiled programs; both sides share it.
    names : Mapping
        Names in its programs to those that count as the same.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        python: str,
        scratch: Path,
        builds: Path,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.name, self.folder, self.python, self.scratch, self.builds = name, folder, python, scratch, builds
        self.renamed = [f"{old}={new}" for old, new in names.items()]
        self.running: dict[Path, subprocess.Popen[str]] = {}

    def ask(self, what: str, scale: str, experiments: Sequence[str]) -> Path:
        """Start to say something; `answer` waits for it."""
        out = self.scratch / f"{self.name}.{what}.{scale}.json"
        command = [self.python, "-m", "runner.meaning", what, scale, *experiments]
        command += ["--builds", str(self.builds), "--out", str(out)]
        command += ["--renamed", *self.renamed] if self.renamed else []
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "LOCAL_CREDIT_CACHE": str(self.builds)}
        environment |= {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}  # as the jobs of the workflow
        self.running[out] = subprocess.Popen(
            command, cwd=self.folder, env=environment, text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        return out

    def answer(self, out: Path) -> dict[str, dict[str, Any]]:
        """Return what was said: scale to experiment to answer.

        Raises
        ------
        Refused
            It failed.
        """
        process = self.running.pop(out)
        _, said = process.communicate()
        if process.returncode:
            raise Refused(f"{self.name}: runner.meaning failed: {said.strip().splitlines()[-1] if said else 'no word'}")
        found: dict[str, dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
        return found


class Answers:
    """What both sides said, as far as it was asked.

    Parameters
    ----------
    sides : sequence of Side
        The base, and this checkout.
    """

    def __init__(self, sides: Sequence[Side]) -> None:
        self.sides = sides
        self.found: dict[tuple[str, str, str], tuple[dict[str, Any], dict[str, Any]]] = {}

    def ask(self, what: str, wanted: Iterable[tuple[str, str]]) -> None:
        """Ask both sides at a time for something about (experiment, scale)."""
        scales: dict[str, set[str]] = {}
        for experiment, scale in wanted:
            scales.setdefault(scale, set()).add(experiment)
        for scale, experiments in scales.items():
            print(f"{what} at scale {scale}: {len(experiments)} experiments", file=sys.stderr, flush=True)
            outs = [side.ask(what, scale, sorted(experiments)) for side in self.sides]
            before, now = (side.answer(out)[scale] for side, out in zip(self.sides, outs, strict=True))
            self.found |= {(what, name, scale): (before[name], now[name]) for name in experiments}

    def difference(self, what: str, experiment: str, scale: str) -> str:
        """Say in which respect the sides differ; nothing if they are the same."""
        before, now = self.found[what, experiment, scale]
        for side, answer in (("base", before), ("here", now)):
            if "error" in answer:
                return f"{what} could not be made ({side}: {answer['error']})"
        if before == now:
            return ""
        if what == "programs":
            files = {file for key in {*before, *now} for file in differing(before.get(key, {}), now.get(key, {}))}
            return f"another program ({', '.join(sorted(files)[:3])})"
        of = "points" if what == "inputs" else what
        return f"other {what} ({of} {', '.join(differing(before, now)[:3])})"
