"""Say what experiments are going to cost, or write their plans and programs for the jobs that run them.

python -m runner.plan sal/phase_plane                          points, builds, jobs and cost
python -m runner.plan sal/phase_plane --sweep my.yaml          the same for a sweep
python -m runner.plan --all                                    checks the configurations of all experiments and scales
"""

import argparse
import gc
import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from base.catalogue import ROOT, SCALES, joined, names
from base.errors import BuildError, ConfigError, nearest, one_line
from base.files import atomic, read_json
from base.points import Points
from runner import variants
from runner.build import generate
from runner.build_key import build_key
from runner.devices import DEVICES
from runner.devices.toolchain import recipe
from runner.experiment import Experiment, load
from runner.fingerprint import code, corpora, digest, sources
from runner.groups import chunks, cut, parts, regroup
from runner.guards import guards
from runner.planning import Plan, plan
from runner.plans import CHUNK_SECONDS, LIMIT, PlanError, Plans
from runner.price import Price, allow, describe, of_plan, priced
from runner.programs import WIRING, program_key
from runner.quantities import plain
from runner.records import column
from runner.sweep import Sweep, read_sweep


def program_of(
    experiment: Experiment,
    structure: dict[str, Any],
    device: str,
    results: Path,
    refused: dict[str, str] | None = None,
) -> str:
    """Return the key of the program of one structure; where contents decide, its sources are generated.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    structure : dict
        ``network.*`` keys and their values.
    device : str
        Name of the device.
    results : Path
        Folder of all results: the sources go to ``generated/<experiment>/<key>``, and beside them what the network is
        made of, and a file for every state of the code (`runner.build_key.build_key`) that is known to write this
        program.
    refused : dict, optional
        Takes the key and the reason of a structure that makes no network.

    Returns
    -------
    str
        Digest of what the program says and of how it is compiled; where a device is not known by its contents, or
        refuses the network (its build will say why), that of the code.
    """
    source = build_key(experiment, structure, device=device)
    if not DEVICES[device].program:
        return source
    folder = results / "generated" / experiment.name
    known = folder / "by-code" / source
    key = known.read_text(encoding="utf-8") if known.exists() else ""
    if (folder / "networks" / f"{key}.json").exists():
        return key
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new.") as scratch:
        project = Path(scratch) / "project"
        project.mkdir()
        try:
            generate(experiment, structure, project, device=device)
        except BuildError as error:
            print(error, flush=True)
            if refused is not None:
                refused[source] = str(error)
            return source
        key = program_key(project, recipe())
        with atomic(folder / "networks" / f"{key}.json") as file:
            shutil.copyfile(project / WIRING, file)
        if not (folder / key).exists() and not (results / "builds" / experiment.name / key).exists():
            project.rename(folder / key)
    with atomic(known) as file:
        file.write_text(key, encoding="utf-8")
    return key


def content(experiment: Experiment, planned: Plan, user: Sweep | None, results: Path, stamp: str) -> dict[str, Any]:
    """Return all that the workflow has to know of an experiment, as JSON-like data.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    planned : Plan
        Its plan, with builds named by their code.
    user : Sweep or None
        The sweep of the user.
    results : Path
        Folder of all results.
    stamp : str
        Of `runner.plans.Plans.stamp`.
    """
    refused: dict[str, str] = {}
    programs = {
        key: program_of(experiment, structure, planned.device, results, refused if user else None)
        for key, structure in planned.builds.items()
    }
    if len(refused) == len(programs):
        raise PlanError(next(iter(refused.values())))
    if refused and user and user.failures == "stop":
        raise PlanError(next(iter(refused.values())))
    # Points without a program are failures from the start; the others of a sweep are run.
    points = planned.points.renamed(programs.__getitem__)
    failed = (
        {n: refused[key] for n in range(len(points)) if (key := planned.points.build_of(n)) in refused}
        if refused
        else {}
    )
    chunks = [[number for number in chunk if number not in failed] for chunk in planned.chunks]
    planned = replace(planned, chunks=[chunk for chunk in chunks if chunk])
    figure = experiment.folder / "figure.py"
    options = user.options() if user else f"--config scale={planned.scale}"
    device = "" if planned.device == experiment.device else f" device={planned.device}"
    again = f"{user.option()} --scale {user.scale}" if user else f"--scale {planned.scale}"
    others = variants.sources(planned.builds.values())
    shown = [*map(str, sources(experiment.folder / "experiment.py")), *others]
    made = {
        **planned.content(),
        "points": points,
        "builds": {programs[key]: plain(structure) for key, structure in planned.builds.items()},
        "cost": planned.cost,
        "command": f"snakemake --profile profiles/default {'sweep' if user else experiment.name} {options}{device}",
        "again": f"python -m runner.point {experiment.name} {again}{device.replace(' device=', ' --device ')}",
        "columns": [_column(planned, key) for key in planned.swept if key not in planned.conditions],
        "guards": guards(experiment, () if user else planned.points),
        "presented_by": digest(code(figure, "draw", "SIZE"), code(ROOT / "analysis" / "present.py", "present")),
        "corpora": corpora(experiment.folder / "inputs.py"),
        "sources": [os.path.relpath(file, ROOT) for file in shown],
        "stamp": stamp,
        "joins": list(joined(experiment.name)),
        "variants": others,
    }
    of = of_sweep(planned, user, programs, failed, made["corpora"], results) if user else of_scale(planned)
    return {**made, **of}


def of_scale(planned: Plan) -> dict[str, Any]:
    """Return what only the plan of a scale says: what its jobs depend on."""
    return {
        "chunk_digests": [planned.chunk_digest(number) for number in range(len(planned.chunks))],
        "reference_digests": [planned.reference_digest(number) for number in range(len(planned.references))],
    }


def of_sweep(
    planned: Plan,
    user: Sweep,
    programs: Mapping[str, str],
    failed: Mapping[int, str],
    corpora: Iterable[str],
    results: Path,
) -> dict[str, Any]:
    """Return what only the plan of a sweep says: its jobs know their points by content.

    Parameters
    ----------
    planned : Plan
        The plan.
    user : Sweep
        The sweep.
    programs : Mapping
        Key of each build to that of its program.
    failed : Mapping
        Numbers of points without a program to the reason.
    corpora : iterable of str
        Environment variables that decide which data are shown.
    results : Path
        Folder of all results: what is in ``recordings`` and ``references`` is not computed again.
    """
    folder = results / planned.scale / planned.experiment
    data = {name: os.environ.get(name, "") for name in corpora}
    wanted = {content: n for content, n in planned.contents(programs, data).items() if n not in failed}
    size = planned.sizes

    def cut_points(numbers: list[int]) -> list[list[int]]:
        return chunks(numbers, planned.points.build_of, size["point"])

    def cut_groups(numbers: list[int]) -> list[list[int]]:
        return cut(numbers, size["reference"])

    groups = {group[0]["point"]: [one["point"] for one in group] for group in planned.groups}
    jobs = {
        "recordings": regroup(wanted, folder / "recordings", cut_points),
        "references": regroup(planned.reference_contents(data), folder / "references", cut_groups),
    }
    observed = parts(len(planned.points), planned.each, size["point"])
    order = {number: content for content, number in wanted.items()}
    return {
        "sweep": user.content(),
        "strict": user.failures == "stop",
        "each": planned.each,
        "conditions": planned.conditions,
        "jobs": jobs,
        "chunks": [list(job.values()) for job in jobs["recordings"].values()],
        "references": [[groups[first] for first in job.values()] for job in jobs["references"].values()],
        "chunk_digests": list(jobs["recordings"]),
        "reference_digests": list(jobs["references"]),
        "parts": observed,
        # A part is made again when one of its points, or the number of one, is another.
        "part_digests": [digest(a, [order.get(n) for n in range(a, b)], planned.swept) for a, b in observed],
        "own": {_column(planned, key): _displayed(planned, key) for key in planned.own},
        "log": [_column(planned, key) for key in planned.log],
        "along": [_column(planned, key) for key in planned.along],
        "looked_at_by": digest(
            code(ROOT / "analysis" / "look.py", "looked_at", "page", "main"),
            code(ROOT / "experiments" / planned.experiment / "figure.py", "sweep"),
        ),
        "failures": [{"point": number, "reason": reason} for number, reason in failed.items()],
    }


def _column(planned: Plan, key: str) -> str:
    """Return the column of tables in which a key stands."""
    return column(key, planned.units.get(key, ("", 1))[0])


def _displayed(planned: Plan, key: str) -> Any:
    """Return what a swept key is without the sweep, as tables show it."""
    value = planned.own[key]
    return value / planned.units[key][1] if key in planned.units else value


def check_name(user: Sweep, file: Path) -> None:
    """Refuse to write over the results of another sweep of the same name.

    Parameters
    ----------
    user : Sweep
        The sweep.
    file : Path
        Its plan; need not be there.

    Raises
    ------
    ConfigError
        The plan is that of a sweep that is declared elsewhere, and says something else.
    """
    before = read_json(file).get("sweep") if file.exists() else None
    if not before or before["file"] == user.file:
        return
    same = [{k: v for k, v in one.items() if k not in ("file", "scale")} for one in (before, user.content())]
    if same[0] != same[1] and (before["file"].startswith("--") or Path(before["file"]).exists()):
        where = f"results of {before['file']} are in {file.parent}"
        raise ConfigError(user.file, "name", f"'{user.name}' is taken: {where}; choose another name, or delete them")


def _write(arguments: tuple[Plans, str, str]) -> str:
    """Write the plan of one experiment; return what is wrong with it. Runs in a process of its own."""
    plans, scale, name = arguments
    log = plans.results / "logs" / scale / name / "plan.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    try:
        if plans.user:
            check_name(plans.user, plans.file(scale, name))
        experiment = load(name)
        base = plans.user.scale if plans.user else scale
        planned = plan(experiment, base, plans.user, chunk_seconds=plans.chunk_seconds, device=plans.device)
        made = content(experiment, planned, plans.user, plans.results, plans.stamp(scale, name))
        if plans.user:
            allow(made, plans.results, plans.limit)
        found = json.dumps(made, default=Points.content)
    except ConfigError as error:
        return str(error)
    except Exception as error:
        traceback.print_exc()
        return f"{name}: {type(error).__name__}: {' '.join(str(error).split())}; the whole story is in {log}"
    file = plans.file(scale, name)
    if not file.exists() or file.read_text(encoding="utf-8") != found:
        with atomic(file) as out:
            out.write_text(found, encoding="utf-8")
    return ""


def write(plans: Plans, scale: str, experiments: Iterable[str]) -> None:
    """Write plans, side by side.

    Parameters
    ----------
    plans : Plans
        Where, and how.
    scale : str
        Scale, or ``sweep-<name>``.
    experiments : iterable of str
        ``<paper>/<experiment>``.

    Raises
    ------
    ConfigError
        The first thing that is wrong.
    """
    tasks = [(plans, scale, name) for name in experiments]
    jobs = min(len(tasks), os.cpu_count() or 1, 4)
    sys.stdout.flush()
    # Forked: Brian2 is loaded once, and need not be looked through for garbage before every network.
    gc.freeze()
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as pool:
        for wrong in pool.map(_write, tasks):
            if wrong:
                pool.shutdown(cancel_futures=True)
                raise PlanError(wrong)


def check_all() -> None:
    """Plan every experiment at every scale, and say what is wrong.

    Raises
    ------
    ConfigError
        The first thing that is wrong.
    """
    for name in names():
        for scale in SCALES:
            plan(load(name), scale)
    print(f"{len(names())} experiments, {len(SCALES)} scales: nothing wrong")


@one_line()
def main() -> None:
    """Command line of the planner."""
    parser = argparse.ArgumentParser(
        prog="python -m runner.plan", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("experiments", nargs="*", metavar="experiment", help="<paper>/<experiment>")
    parser.add_argument("--all", action="store_true", help="check all experiments at all scales")
    parser.add_argument("--scale", help="default: that of the sweep, or quick")
    parser.add_argument("--sweep", help="sweep of your own: YAML file, or JSON text; - reads the text from stdin")
    parser.add_argument("--chunk-seconds", type=float, default=CHUNK_SECONDS, help="how long one job should last")
    parser.add_argument("--device", choices=DEVICES, help="default: that of the configuration")
    parser.add_argument("--limit", type=float, default=LIMIT, help="CPU hours that a sweep which is written may cost")
    parser.add_argument("--results", type=Path, help="write plans and sources of programs into this folder")
    args = parser.parse_args()
    if not args.experiments and not args.all:
        parser.error("name an experiment, or give --all")
    if args.all:
        check_all()
    for name in args.experiments:
        if name not in names():
            raise ConfigError("experiments", name, f"unknown experiment; {nearest(name, names())}")
    user: Sweep | None = (
        read_sweep(sys.stdin.read() if args.sweep == "-" else args.sweep) if args.sweep is not None else None
    )
    for name in args.experiments:
        if user and name != user.experiment:
            raise ConfigError(user.file, "experiment", f"is {user.experiment}, but {name} is asked for")
    scale = args.scale or (user.scale if user else "quick")
    if args.results and args.experiments:
        label = f"sweep-{user.name}" if user else scale
        write(Plans(args.results, args.device, args.chunk_seconds, user, limit=args.limit), label, args.experiments)
        return
    for name in args.experiments:
        experiment = load(name)
        planned = plan(experiment, scale, user, chunk_seconds=args.chunk_seconds, device=args.device)
        print(describe(planned, _price(experiment, planned, user) if user else None))


def _price(experiment: Experiment, planned: Plan, user: Sweep, results: Path = Path("results")) -> Price:
    """Return what a sweep costs here; which points are new is asked only where some were run."""
    folder = results / planned.scale / planned.experiment
    if (folder / "recordings").is_dir():
        return of_plan(content(experiment, planned, user, results, ""), results)
    usual = results / user.scale / planned.experiment
    return priced(len(planned.points), len(planned.builds), planned.cost, folder, usual)


if __name__ == "__main__":
    main()
