"""What all rules share: the check of the command line, plans and paths. Needs no Brian2."""

import json
import os
import sys
import threading
import time
from functools import cache
from pathlib import Path

sys.path.insert(0, workflow.basedir)
if "flags" in config:
    # Jobs inherit it.
    os.environ.update(LOCAL_CREDIT_FLAGS=str(config["flags"]))

from runner import devices
from runner.comparison import Asked, words
from base.catalogue import SCALES, check_targets, names
from base.errors import ConfigError, Told, nearest, of_system
from base.groups import folders
from runner.fingerprint import code
from runner.jobs import measured, set_back, share_environment
from runner.plans import CHUNK_SECONDS, LIMIT, Plans, asked, targets_of
from runner.progress import Lines
from runner.sweep import declaration, user_of

OTHER = {"--lint", "--unlock"}  # what Snakemake does without running anything
SHOWN = (
    "figure.svg",
    "score.json",
    "provenance.json",
)  # the final files of an experiment
PAPERS = sorted({exp.split("/")[0] for exp in names()})
# Relative, so that a repository that was moved or copied with its results has nothing to redo.
BASE = Path(os.path.relpath(workflow.basedir))
share_environment(this_python=not workflow.deployment_settings.deployment_method)


wildcard_constraints:
    scale="smoke|quick|paper|sweep-[\\w.-]+",
    exp="[a-z0-9_]+/[a-z0-9_]+",
    paper="[a-z0-9_]+",
    key="[0-9a-f]{16}",
    chunk="[0-9a-f]+",
    part="[0-9]+",


@cache
def comparison():
    """Return what is to be compared."""
    return Asked.of(asked_for)


try:
    asked_for = declaration(
        map(Path, workflow.overwrite_configfiles), workflow.config_settings.config
    )
    SCALE = asked_for.get("scale", "quick")
    if SCALE not in SCALES:
        raise ConfigError(
            asked_for["file"],
            "scale",
            f"unknown scale '{SCALE}'; {nearest(str(SCALE), SCALES)}",
        )
    seconds = asked_for.get("chunk_seconds", CHUNK_SECONDS)
    limit = asked_for.get("limit", LIMIT)
    for key, value, unit in (
        ("chunk_seconds", seconds, "seconds"),
        ("limit", limit, "CPU hours"),
    ):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ConfigError(
                "--config", key, f"needs a number of {unit}, got {value!r}"
            )
    DEVICE = asked_for.get("device")  # None: that of each configuration
    if DEVICE is not None:
        devices.device(DEVICE).ready()
    USER = user_of(asked_for)
    plan = Plans(
        Path("results"),
        DEVICE,
        float(seconds),
        USER,
        make=workflow.is_main_process,
        limit=float(limit),
    )
    if workflow.is_main_process:
        targets = targets_of(sys.argv[1:])
        check_targets(targets, USER is not None)
        if "compare" in targets:
            comparison()  # says what is wrong before anything is started
        if not (OTHER & set(sys.argv[1:]) or workflow.output_settings.dryrun):
            late = set_back(
                [
                    Path("results"),
                    *(BASE / room for room in ("experiments", "models", "analysis")),
                ],
                time.time(),
            )
            if late:
                print(
                    f"{late} files were dated in the future; they are dated as of now",
                    file=sys.stderr,
                )
        wanted = asked(targets, SCALE, USER) if not OTHER & set(sys.argv[1:]) else []
        # All at once, so that a wrong key stops the workflow before its first job, and not behind a traceback.
        plan.ensure(wanted)
        if not workflow.output_settings.dryrun:
            Lines.show(wanted, plan, quiet=workflow.output_settings.quiet or ())
except Told as error:
    sys.exit(str(error))
except OSError as error:
    sys.exit(of_system(error))
except KeyboardInterrupt:
    sys.exit("stopped; the same command goes on")


def end_timers():
    """End what would look at jobs again up to a minute after the last one (see profiles/default/config.yaml)."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


def plan_of(wildcards):
    """Return the plan of an experiment at a scale, or of the sweep of the user."""
    if wildcards.scale.startswith("sweep-"):
        if USER is None or wildcards.scale != f"sweep-{USER.name}":
            raise ConfigError(
                "--config", "sweep", f"missing for results/{wildcards.scale}"
            )
    return plan(wildcards.scale, wildcards.exp)


def said_of(exp, key):
    """Return what the plan of an experiment says at every scale; one that is at hand serves."""
    at_hand = [found for (_, name), found in plan.read.items() if name == exp]
    return (at_hand or [plan(SCALE, exp)])[0][key]


def of_paper(paper):
    """Return the experiments of a paper."""
    return [exp for exp in names() if exp.startswith(f"{paper}/")]


def published_of(paper):
    """Return the files that are shipped with the experiments of a paper, and what they are scored against."""
    tables = sorted((BASE / "experiments" / paper).glob("*/published/*"))
    shown = {file.parent.parent for file in tables}
    return [*tables, *sorted(exp / "targets.yaml" for exp in shown)]


def folder(exp):
    """Return the folder of an experiment."""
    return BASE / "experiments" / exp


def corpora_of(wildcards):
    """Return where the data are that the points are shown: other folders, other results."""
    return {name: os.environ.get(name, "") for name in plan_of(wildcards)["corpora"]}


def number_of(wildcards, kind="recordings"):
    """Return the number of a chunk in the lists of its plan; those of a sweep have names."""
    return folders(plan_of(wildcards), kind).index(wildcards.chunk)


def build_of(wildcards):
    """Return the folder of the program that a chunk runs."""
    plan = plan_of(wildcards)
    point = plan["points"][plan["chunks"][number_of(wildcards)][0]]
    return f"results/builds/{wildcards.exp}/{point['build']}"


def minutes(wildcards, attempt, of="point"):
    """Return the run time to ask a scheduler for: five times what is expected, more after a failure."""
    plan = plan_of(wildcards)
    kind, chunks = (
        ("recordings", plan["chunks"])
        if of == "point"
        else ("references", plan["references"])
    )
    before = measured(wildcards.scale, wildcards.exp)[0] if of == "point" else 0
    points = len(chunks[number_of(wildcards, kind)])
    return attempt * max(5, int(5 * points * max(plan["cost"][of], before) / 60))


def megabytes(wildcards, attempt):
    """Return the memory to ask a scheduler for: twice what earlier jobs needed, more after a failure."""
    _, before = measured(wildcards.scale, wildcards.exp)
    return attempt * max(2000, int(2 * before))


def tables_of(wildcards, kind):
    """Return the folders of all recordings, or of all references."""
    return [
        f"results/{wildcards.scale}/{wildcards.exp}/{kind}/{name}"
        for name in folders(plan_of(wildcards), kind)
    ]


@cache
def folders_of_parts(scale, exp, kind):
    """Return for every part of a sweep the folders that hold its points."""
    made = plan(scale, exp)
    part = [
        number
        for number, (first, last) in enumerate(made["parts"])
        for _ in range(first, last)
    ]
    found = [{} for _ in made["parts"]]
    for name, job in made["jobs"][kind].items():
        for point in job.values():
            found[part[point]][f"results/{scale}/{exp}/{kind}/{name}"] = None
    return [list(of) for of in found]


def part_of(wildcards, kind):
    """Return the folders that hold the points of a part of a sweep."""
    plan_of(wildcards)
    of_parts = folders_of_parts(wildcards.scale, wildcards.exp, kind)
    return of_parts[int(wildcards.part)]


def sources_of(paper):
    """Return the files whose text the report shows."""
    files = [BASE / file for exp in of_paper(paper) for file in said_of(exp, "sources")]
    return sorted({*files, *(folder(exp) / "config.yaml" for exp in of_paper(paper))})
