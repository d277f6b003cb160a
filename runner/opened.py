"""The program of one structure for use in this process: that of the workflow, made if it is not there."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runner.binary import Program
from runner.build import build
from runner.build_key import build_key
from runner.devices import DEVICES, open_program
from runner.experiment import Experiment
from runner.plan import program_of


@contextmanager
def opened(
    experiment: Experiment,
    structure: Mapping[str, Any],
    device: str,
    results: Path,
    traces: Mapping[str, Any] | None = None,
) -> Iterator[Program]:
    """Yield the program of one structure, that of the workflow; made if it is not there.

    Parameters
    ----------
    experiment, structure, device, results
        See `program_of`.
    traces : Mapping, optional
        Arguments of `runner.devices.network.add_traces`: a program of its own.

    Raises
    ------
    BuildError, ConfigError
        As `runner.build.build`.
    """
    os.environ.setdefault("LOCAL_CREDIT_CACHE", str(results / "builds"))  # as the rules of the workflow do
    key = build_key(experiment, structure, traces, device)
    key = key if traces else program_of(experiment, dict(structure), device, results)
    kept = DEVICES[device].kept
    with tempfile.TemporaryDirectory() as scratch:
        folder = (results / "builds" if kept else Path(scratch)) / experiment.name / key
        if not folder.exists():
            print(f"{'compiling' if kept else 'making'} {experiment.name}", flush=True)
            build(experiment, structure, folder, traces=traces, device=device)
        yield open_program(folder)
