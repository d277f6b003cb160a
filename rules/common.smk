"""What all rules share: plans, paths and the check of the command line."""

import json
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path


sys.path.insert(0, workflow.basedir)

from runner.experiment import SCALES, load, names, read_yaml
from runner.fingerprint import code, digest, sources
from runner.quantities import ConfigError, nearest
from runner.records import column
from runner.sweep import SWEEP_KEYS, plain, plan, planned, read_sweep

# Relative, so that a repository that was moved or copied with its results has nothing to redo.
BASE = Path(os.path.relpath(workflow.basedir))
PYTHON = "python -m"
if not workflow.deployment_settings.deployment_method:
    # Jobs use the Python that runs Snakemake, whether or not its environment is activated.
    os.environ["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    )
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [workflow.basedir, os.environ.get("PYTHONPATH")])
)


wildcard_constraints:
    scale="smoke|quick|paper|sweep-[A-Za-z0-9_-]+",
    exp="[a-z0-9_]+/[a-z0-9_]+",
    key="[0-9a-f]{16}",
    chunk="[0-9]+",


def refuse(error):
    """Stop with the one line that says what to change."""
    sys.exit(f"error: {error}")  # Snakemake would put a traceback around any other exception


try:
    for key in config:
        if key not in SWEEP_KEYS | {"chunk_seconds"}:
            raise ConfigError(
                "--config",
                key,
                f"unknown key; {nearest(key, SWEEP_KEYS | {'chunk_seconds'})}",
            )
    for file in workflow.overwrite_configfiles:
        read_yaml(Path(file))  # Snakemake keeps the last of two equal keys without a word
    SCALE = config.get("scale", "quick")
    if SCALE not in SCALES:
        raise ConfigError(
            "--config", "scale", f"unknown scale '{SCALE}'; {nearest(SCALE, SCALES)}"
        )
    CHUNK_SECONDS = config.get("chunk_seconds", 20)
    if isinstance(CHUNK_SECONDS, bool) or not isinstance(CHUNK_SECONDS, int | float):
        raise ConfigError("--config", "chunk_seconds", f"needs a number of seconds, got {CHUNK_SECONDS!r}")
    USER = None
    declared = {k: v for k, v in config.items() if k != "chunk_seconds"}
    if set(declared) - {"scale"}:
        in_file = set(declared) <= {"scale", "sweep"} and isinstance(config["sweep"], str)
        USER = read_sweep(config["sweep"] if in_file else declared)
        if in_file and "scale" in config:
            USER = replace(USER, scale=SCALE)
        USER_PLAN = plan(
            load(USER.experiment), USER.scale, USER, chunk_seconds=CHUNK_SECONDS
        )
except ConfigError as error:
    refuse(error)


def plan_of(wildcards):
    """Return the plan of an experiment at a scale, or of the sweep of the user."""
    try:
        if wildcards.scale.startswith("sweep-"):
            if USER is None or wildcards.scale != USER_PLAN.scale:
                raise ConfigError(
                    "--config", "sweep", f"missing for results/{wildcards.scale}"
                )
            return USER_PLAN
        return planned(wildcards.exp, wildcards.scale, CHUNK_SECONDS)
    except ConfigError as error:
        refuse(error)


def folder(exp):
    """Return the folder of an experiment."""
    return BASE / "experiments" / exp


def plan_arguments(wildcards):
    """Return the arguments with which a job repeats a plan."""
    if wildcards.scale.startswith("sweep-"):
        return f"--scale {USER.scale} --sweep {shlex.quote(USER.text())}"
    return f"--scale {wildcards.scale}"


def structure_of(wildcards):
    """Return the structural values of a build, as JSON text."""
    scales = {scale: planned(wildcards.exp, scale, CHUNK_SECONDS) for scale in SCALES}
    for found in [*scales.values(), *([USER_PLAN] if USER is not None else [])]:
        if wildcards.key in found.builds:
            return shlex.quote(json.dumps(plain(found.builds[wildcards.key])))
    refuse(f"{wildcards.exp}: no scale uses build {wildcards.key}")


def of_figure(exp, *without):
    """Return the digest of the figure code of an experiment, without some of its functions."""
    return code(folder(exp) / "figure.py", without)
