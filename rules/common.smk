"""What all rules share: plans, paths and the check of the command line."""

import json
import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, workflow.basedir)
if "flags" in config:
    # Before the runner is imported; jobs inherit it.
    os.environ.update(LOCAL_CREDIT_FLAGS=str(config["flags"]))

from runner import devices
from runner.experiment import SCALES, check_targets, load, names, read_yaml
from runner.fingerprint import code, corpora, digest, sources
from runner.guards import guards, of_observation
from runner.jobs import measured, share_environment
from runner.quantities import ConfigError, nearest
from runner.records import column
from runner.sweep import CHUNK_SECONDS as DEFAULT_CHUNK_SECONDS
from runner.sweep import SWEEP_KEYS, plain, plan, planned, read_sweep

JOB_KEYS = {"chunk_seconds", "device", "flags"}  # how jobs are made, not what is run
# Relative, so that a repository that was moved or copied with its results has nothing to redo.
BASE = Path(os.path.relpath(workflow.basedir))
share_environment(this_python=not workflow.deployment_settings.deployment_method)


wildcard_constraints:
    scale="smoke|quick|paper|published|sweep-[A-Za-z0-9_-]+",
    exp="[a-z0-9_]+/[a-z0-9_]+",
    key="[0-9a-f]{16}",
    chunk="[0-9]+",


try:
    for key in config:
        if key not in SWEEP_KEYS | JOB_KEYS:
            raise ConfigError(
                "--config", key, f"unknown key; {nearest(key, SWEEP_KEYS | JOB_KEYS)}"
            )
    for file in workflow.overwrite_configfiles:
        # Snakemake keeps the last of two equal keys without a word.
        read_yaml(Path(file))
    SCALE = config.get("scale", "quick")
    if SCALE not in SCALES:
        raise ConfigError(
            "--config", "scale", f"unknown scale '{SCALE}'; {nearest(SCALE, SCALES)}"
        )
    CHUNK_SECONDS = config.get("chunk_seconds", DEFAULT_CHUNK_SECONDS)
    if isinstance(CHUNK_SECONDS, bool) or not isinstance(CHUNK_SECONDS, int | float):
        raise ConfigError(
            "--config",
            "chunk_seconds",
            f"needs a number of seconds, got {CHUNK_SECONDS!r}",
        )
    DEVICE = config.get("device")  # None: that of each configuration
    if DEVICE is not None:
        devices.ready(devices.device(DEVICE).name)
    USER = None
    declared = {k: v for k, v in config.items() if k not in JOB_KEYS}
    if set(declared) - {"scale"}:
        in_file = set(declared) <= {"scale", "sweep"} and isinstance(
            config["sweep"], str
        )
        USER = read_sweep(config["sweep"] if in_file else declared)
        if in_file and "scale" in config:
            USER = replace(USER, scale=SCALE)
        USER_PLAN = plan(
            load(USER.experiment),
            USER.scale,
            USER,
            chunk_seconds=CHUNK_SECONDS,
            device=DEVICE,
        )
    if workflow.is_main_process:
        # All at once, so that a wrong key stops the workflow before its first job, and not behind a traceback.
        check_targets(sys.argv[1:])
        for name in names():
            for scale in SCALES:
                planned(name, scale, CHUNK_SECONDS, DEVICE)
except ConfigError as error:
    sys.exit(str(error))


def plan_of(wildcards):
    """Return the plan of an experiment at a scale, or of the sweep of the user."""
    if wildcards.scale.startswith("sweep-"):
        if USER is None or wildcards.scale != USER_PLAN.scale:
            raise ConfigError(
                "--config", "sweep", f"missing for results/{wildcards.scale}"
            )
        return USER_PLAN
    return planned(wildcards.exp, true_scale(wildcards), CHUNK_SECONDS, DEVICE)


def true_scale(wildcards):
    """Return the scale of results: what is published was run at scale paper."""
    return "paper" if wildcards.scale == "published" else wildcards.scale


def published(exp):
    """Return the files that are shipped with an experiment: tables of a run at scale paper, and their provenance."""
    return sorted((folder(exp) / "published").glob("*"))


def folder(exp):
    """Return the folder of an experiment."""
    return BASE / "experiments" / exp


def corpora_of(wildcards):
    """Return where the data are that the points are shown: other folders, other results."""
    variables = corpora(folder(wildcards.exp) / "inputs.py")
    return {name: os.environ.get(name, "") for name in variables}


def plan_arguments(wildcards):
    """Return the arguments with which a job repeats a plan."""
    on = f" --device {DEVICE}" if DEVICE else ""
    if wildcards.scale.startswith("sweep-"):
        return f"--scale {USER.scale} --sweep {shlex.quote(USER.text())}{on}"
    return f"--scale {wildcards.scale}{on}"


def structure_of(wildcards):
    """Return the structural values of a build, as JSON text, and its device."""
    scales = [planned(wildcards.exp, scale, CHUNK_SECONDS, DEVICE) for scale in SCALES]
    for found in [*scales, *([USER_PLAN] if USER is not None else [])]:
        if wildcards.key in found.builds:
            structure = json.dumps(plain(found.builds[wildcards.key]))
            return f"{shlex.quote(structure)} --device {found.device}"
    raise ConfigError(
        "results/builds", wildcards.key, f"no scale of {wildcards.exp} uses it"
    )


def build_of(wildcards):
    """Return the folder of the program that a chunk runs."""
    plan = plan_of(wildcards)
    point = plan.points[plan.chunks[int(wildcards.chunk)][0]]
    return f"results/builds/{wildcards.exp}/{point['build']}"


def minutes(wildcards, attempt):
    """Return the run time to ask a scheduler for: five times what is expected, more after a failure."""
    plan = plan_of(wildcards)
    before, _ = measured(wildcards.scale, wildcards.exp)
    seconds = len(plan.chunks[int(wildcards.chunk)]) * max(plan.cost["point"], before)
    return attempt * max(5, int(5 * seconds / 60))


def megabytes(wildcards, attempt):
    """Return the memory to ask a scheduler for: twice what earlier jobs needed, more after a failure."""
    _, before = measured(wildcards.scale, wildcards.exp)
    return attempt * max(2000, int(2 * before))


def recordings_of(wildcards):
    """Return the recordings of all chunks."""
    n = len(plan_of(wildcards).chunks)
    return [
        f"results/{wildcards.scale}/{wildcards.exp}/recordings/{k}" for k in range(n)
    ]


def swept_columns(wildcards):
    """Return what the user sweeps: the experiment is observed once for each combination of these values."""
    if not wildcards.scale.startswith("sweep-"):
        return []
    plan = plan_of(wildcards)
    return [column(key, plan.units.get(key, ("", 1))[0]) for key in plan.swept]


def sources_of(wildcards):
    """Return the files whose text the report shows."""
    exp = folder(wildcards.exp)
    return [exp / "config.yaml", *map(os.path.relpath, sources(exp / "experiment.py"))]


def of_all(*files):
    """Return an input function: these files of every experiment."""
    return lambda w: [
        f"results/{w.scale}/{exp}/{file}" for exp in names() for file in files
    ]


def experiment_files(exp, scale):
    """Return the final files of one experiment."""
    return [
        f"results/{scale}/{exp}/{name}"
        for name in ("figure.svg", "score.json", "provenance.json")
    ]
