"""Plans on disk: which of them still hold, and how the others are made. Needs no Brian2.

A plan (``results/<scale>/<experiment>/plan.json``) says all that the workflow has to know of an experiment. It holds as
long as its stamp does: the bytes of all code and configuration that could have a say in it, and the tools. So a call
that changes nothing reads files, and Brian2 is loaded, in a process of its own, only when something has changed.
"""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from base.catalogue import OF_SWEEPS, ROOT, SCALES, joined, names
from base.errors import ConfigError
from base.points import read_plan, with_points
from runner.devices import DEFAULT, DEVICES
from runner.devices.toolchain import recipe
from runner.fingerprint import digest
from runner.sweep import Sweep

CHUNK_SECONDS = 30.0  # how long a job should last, unless asked otherwise
LIMIT = 100.0  # CPU hours that a sweep may cost without a word of the user
ROOMS = ("base", "models", "dense", "references", "datasets", "runner", "analysis")
KINDS = ("*.py", "*.h", "*.yaml", "*.npz", "templates/*")
VARIABLES = ("LOCAL_CREDIT_FLAGS", "GENN_PATH", "GENN_PYTHON", "CUDA_PATH")


@cache
def _bytes(folder: Path) -> str:
    """Return a digest of all code, configurations and weights in a folder."""
    total = hashlib.sha256()
    for file in sorted({file for kind in KINDS for file in folder.rglob(kind)}):
        total.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return total.hexdigest()


@dataclass
class Plans:
    """The plans of a workflow.

    Parameters
    ----------
    results : Path
        Folder of all results.
    device : str or None
        Name of the device; None is that of each configuration.
    chunk_seconds : float
        How long one job should last.
    user : Sweep or None
        The sweep of the user.
    make : bool
        Whether plans that do not hold are made anew; jobs only read.
    limit : float
        CPU hours that the user's sweep may cost.
    """

    results: Path
    device: str | None = None
    chunk_seconds: float = CHUNK_SECONDS
    user: Sweep | None = None
    make: bool = True
    limit: float = LIMIT
    read: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def file(self, scale: str, experiment: str) -> Path:
        """Return where a plan is."""
        return self.results / scale / experiment / "plan.json"

    def stamp(self, scale: str, experiment: str) -> str:
        """Return the digest of all that could have a say in a plan.

        Raises
        ------
        ConfigError
            There is no compiler.
        """
        places = [*(ROOT / room for room in ROOMS), ROOT / "experiments" / experiment.split("/")[0]]
        return digest(
            scale,
            experiment,
            [_bytes(place) for place in places],
            (ROOT / "requirements.txt").read_text(encoding="utf-8"),
            sys.version,
            [version("brian2"), version("numpy")],
            {name: os.environ.get(name) for name in VARIABLES},
            recipe() if DEVICES[self.device or DEFAULT].program else "",
            self.device,
            self.chunk_seconds,
            self.user.text() if self.user else "",
            [file.read_text(encoding="utf-8") for file in self.user.tables()] if self.user else [],
        )

    def holds(self, scale: str, experiment: str) -> bool:
        """Return whether a plan is there and still holds."""
        try:
            plan = json.loads(self.file(scale, experiment).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        if plan.get("stamp") != self.stamp(scale, experiment):
            return False
        self.read[scale, experiment] = with_points(plan)
        return True

    def ensure(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Make the plans that are missing or do not hold.

        Parameters
        ----------
        wanted : iterable of tuple of str
            Scale, or ``sweep-<name>``, and experiment.

        Raises
        ------
        ConfigError
            The first thing that is wrong with a configuration, in one line.
        """
        stale: dict[str, list[str]] = {}
        for scale, experiment in dict.fromkeys(wanted):
            if not self.holds(scale, experiment):
                stale.setdefault(scale, []).append(experiment)
        for scale, experiments in stale.items():
            self._make(scale, experiments)

    def _make(self, scale: str, experiments: Sequence[str]) -> None:
        command = [sys.executable, "-m", "runner.plan", *experiments, "--results", str(self.results)]
        command += ["--chunk-seconds", repr(self.chunk_seconds)]
        sweep = self.user.text() if self.user and scale.startswith("sweep-") else None
        # Lists may be longer than a command line.
        command += ["--sweep", "-", "--limit", repr(self.limit)] if sweep else ["--scale", scale]
        command += ["--device", self.device] if self.device else []
        # The same order of sets in every process: Brian2 writes the same program.
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
        done = subprocess.run(
            command, env=environment, input=sweep, stdout=sys.stderr, stderr=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise PlanError(done.stderr.strip() or f"runner.plan ended with status {done.returncode}")

    def __call__(self, scale: str, experiment: str) -> dict[str, Any]:
        """Return a plan; makes it if it is missing or does not hold, and if that is wanted.

        Raises
        ------
        ConfigError
            Something is wrong with the configuration.
        """
        if (scale, experiment) not in self.read:
            if self.make:
                self.ensure([(scale, experiment)])
            file = self.file(scale, experiment)
            if (scale, experiment) not in self.read:
                self.read[scale, experiment] = read_plan(file)
        return self.read[scale, experiment]


class PlanError(ConfigError):
    """What the planner said."""

    def __init__(self, said: str) -> None:
        Exception.__init__(self, said)


def targets_of(words: Sequence[str]) -> list[str]:
    """Return the targets among the words of a command line of Snakemake, which reads them itself only later."""
    from snakemake.cli import get_argument_parser

    return list(get_argument_parser().parse_known_args(words)[0].targets or ())


def asked(targets: Iterable[str], scale: str, user: Sweep | None) -> list[tuple[str, str]]:
    """Return the plans that a command line needs.

    Parameters
    ----------
    targets : iterable of str
        Its targets (`targets_of`): scales, papers, experiments, ``sweep``, files of results. None is scale quick.
    scale : str
        Scale of papers and experiments.
    user : Sweep or None
        The sweep of the user.

    Returns
    -------
    list of tuple of str
        Scale and experiment, each once, in order.
    """
    targets = list(targets)
    found: list[tuple[str, str]] = []
    for target in targets:
        parts = Path(target).parts
        if target in SCALES or (len(parts) == 3 and parts[0] == "results" and parts[1] in SCALES):
            of = target if target in SCALES else parts[1]
            found += [(of, name) for name in names()]
        elif target in OF_SWEEPS and user is not None:
            found.append((f"sweep-{user.name}", user.experiment))
        elif len(parts) > 3 and parts[0] == "results" and parts[1] in SCALES and "/".join(parts[2:4]) in names():
            found.append((parts[1], "/".join(parts[2:4])))
        else:
            found += [(scale, name) for name in names() if target in (name, name.split("/")[0])]
    if not targets:
        return [("quick", name) for name in names()]
    found += [(of, other) for of, name in found if of in SCALES for other in joined(name)]
    return list(dict.fromkeys(found))
