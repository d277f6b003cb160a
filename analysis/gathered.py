"""What the report shows of one experiment: gathered from its files, empty where they are missing."""

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from analysis.mathematics import mathematics
from analysis.texts import number, numbers, read_config, read_json, resolved, seconds, settings, text, where
from base.catalogue import names
from base.origins import ORIGINS, by_group

CODE = {
    "config.yaml": "values, scales, sweep",
    "experiment.py": "network",
    "inputs.py": "what it is shown",
    "reference.py": "what else solves the task",
    "figure.py": "tables and figure",
    "targets.yaml": "what is tested",
    "README.md": "differences",
}


def _cell(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Turn one scored target into the texts of its row; ``deviation`` stays a number, or None."""
    kind = entry.get("kind", "")
    observed = numbers(entry.get("observed"), kind)
    if entry.get("other"):
        observed += f" (other: {numbers(entry['other'])})"
    if entry.get("control"):
        observed += f" (must fail: {numbers(entry['control'])})"
    row: dict[str, Any] = {
        key: str(entry.get(key) or "") for key in ("name", "claim", "kind", "source", "tolerance", "note")
    }
    row |= {"origin": str(entry["origin"]), "whose": ORIGINS[entry["origin"]].label}
    row["group"] = ORIGINS[entry["origin"]].group
    row["tolerance"] = re.sub(r"-?\d[\d.]*(?:e[+-]?\d+)?", lambda found: number(float(found[0])), row["tolerance"])
    row |= {"reported": numbers(entry.get("reported"), kind) or "–", "observed": observed or "–"}
    deviation = entry.get("deviation")
    known = isinstance(deviation, int | float) and math.isfinite(deviation)
    return {**row, "outcome": str(entry.get("outcome")), "deviation": deviation if known else None}


def _facts(provenance: Mapping[str, Any], build: Mapping[str, Any], runs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what made the results, as name and text."""
    versions = ", ".join(f"{name} {version}" for name, version in (provenance.get("versions") or {}).items())
    flags = provenance.get("flags")
    commit = provenance.get("commit")
    rows = {
        "commit": f"{commit} with uncommitted changes" if commit and provenance.get("dirty") is True else commit,
        "created": provenance.get("created"),
        "data": "; ".join(" ".join(map(str, item.values())) for item in provenance.get("data") or []),
        "device": provenance.get("device"),
        "versions": versions,
        "compiler": provenance.get("compiler"),
        "flags": " ".join(flags) if isinstance(flags, list) else flags,
        "processor": provenance.get("cpu"),
        "build": ", ".join(build.get("keys") or []) or build.get("key"),
        "wall time": f"compiling {seconds(build.get('wall_s'))}, simulating {seconds(runs.get('wall_s'))}",
        "sha256 of the tables": provenance.get("checksum"),
    }
    return [(name, str(value or "–")) for name, value in rows.items() if name not in ("data", "device") or value]


def _wiring(name: str, results: Path, keys: Iterable[str]) -> dict[str, Any]:
    """Read what the network is made of: of the first program that was run, as it was planned or built."""
    for key in keys:
        for file in (
            results / "generated" / name / "networks" / f"{key}.json",
            results / "builds" / name / key / "network.json",
        ):
            if found := read_json(file):
                return found
    return {}


def commands(name: str, scale: str, provenance: Mapping[str, Any], copies: bool = False) -> list[tuple[str, str]]:
    """List what can be typed to do it again, as meaning and command.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.
    scale : str
        Scale of the results.
    provenance : Mapping
        What made them; may be empty.
    copies : bool
        Whether neurons are copies that share synapses, which needs the compiled program: there is nothing to debug.

    Returns
    -------
    list of tuple of str
        A sweep is shown where a number of a neuron or a synapse was simulated: over that, and half of it.
    """
    made = str(provenance.get("command") or f"snakemake --profile profiles/default {name} --config scale={scale}")
    again = f"python -m runner.point {name} --scale {scale} --point 0"
    found = [("Reproduce", made)]
    if swept := _example(provenance):
        file = f"experiment: {name}\nscale: {scale}\nsweep: {{{swept}}}"
        does = [f"python -m runner.plan {name} --sweep mine.yaml   # what it costs"]
        does += ["snakemake --profile profiles/default sweep --config sweep=mine.yaml"]
        found += [("Sweep", "\n".join([f"cat > mine.yaml <<END\n{file}\nEND", *does]))]
    found += [("One point again, everything recorded", f"{again} --traces")]
    if not copies:
        debugged = again.replace("python -m", "python -m pdb -m", 1)
        found += [("In a debugger, without a compiler", f"{debugged} --device numpy")]
    return found


def _example(provenance: Mapping[str, Any]) -> str:
    """Return a key with two values as a sweep declares them, rather a learning rate; nothing without numbers."""
    units = provenance.get("units") or {}
    numbers_of = {
        key: value
        for key, value in (provenance.get("parameters") or {}).items()
        if key.split(".")[0] not in ("run", "network", "inputs") and isinstance(value, float) and value > 0
    }
    for key in sorted(numbers_of, key=lambda key: not key.split(".")[-1].startswith("eta")):
        unit, size = units.get(key, ("", 1))
        return f"{key}: [{', '.join(f'{part * numbers_of[key] / size:g} {unit}'.strip() for part in (1, 0.5))}]"
    return ""


def other_scales(results: Path, scale: str, scales: Iterable[str]) -> dict[str, Path]:
    """Return the reports of other scales that are beside this one."""
    pages = {other: results / other / "report" / "index.html" for other in scales if other != scale}
    return {other: page for other, page in pages.items() if page.is_file()}


def experiment(name: str, scale: str, results: Path, folder: Path) -> dict[str, Any]:
    """Gather everything the report shows of one experiment. What is missing is empty.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.
    scale : str
        Scale of the results, or ``published``: what was run at full size and shipped.
    results, folder : Path
        The folders ``results`` and ``experiments``.

    Returns
    -------
    dict
        Names as the templates use them.
    """
    place = results / scale / name
    config = read_config(folder / name / "config.yaml")
    scored = read_json(place / "score.json")
    shipped = scale == "published"
    provenance = read_json((folder / name / "published" if shipped else place) / "provenance.json")
    paper = config.get("paper")
    paper = paper if isinstance(paper, Mapping) else {}
    entries = scored.get("targets", [])
    used = {**settings(config, scale), **resolved(provenance)}
    readme = folder / name / "README.md"
    build, runs = provenance.get("build") or {}, provenance.get("runs") or {}
    files = {kind: place / f"figure.{kind}" for kind in ("svg", "png")}
    anchor = name.replace("/", "-")
    wiring = {} if shipped else _wiring(name, results, build.get("keys") or [])
    stem = anchor + ("-published" if shipped else "")
    return {
        "name": name,
        "family": name.split("/")[0],
        "page": f"experiments/{anchor}.html",
        "stem": stem,
        "title": str(config.get("title") or name),
        "text": str(config.get("text") or ""),
        "notice": str(config.get("notice") or ""),
        "paper": str(paper.get("key", "")),
        "figure": ", ".join(part for part in (where(paper), text(paper.get("version") or "")) if part),
        "full": str(config.get("full") or ""),
        "files": {kind: path for kind, path in files.items() if path.is_file()},
        "pictures": {kind: f"figures/{stem}.{kind}" for kind, path in files.items() if path.is_file()},
        "targets": [_cell(entry) for entry in entries],
        "counts": by_group(entries),
        "ran": bool(provenance or entries),
        "mathematics": mathematics(
            {} if shipped else read_json(results / "documents" / f"{name}.json"), used, provenance
        ),
        "wiring": wiring,
        "programs": len(build.get("keys") or []),
        "readme": readme.read_text(encoding="utf-8").strip() if readme.is_file() else "",
        "code": {file: meaning for file, meaning in CODE.items() if (folder / name / file).is_file()},
        "commit": str(provenance.get("commit") or "")[:10],
        "dirty": provenance.get("dirty") is True,
        "created": str(provenance.get("created") or ""),
        "device": str(provenance.get("device") or ""),
        "facts": _facts(provenance, build, runs) if provenance else [],
        "cost": {"build": build.get("cpu_s"), "runs": runs.get("cpu_s"), "n": runs.get("n")},
        "command": str(provenance.get("command") or f"snakemake --profile profiles/default {name}"),
        "commands": commands(name, scale, provenance, any(one["copies"] > 1 for one in wiring.get("synapses", ()))),
    }


def experiments(scale: str, results: Path, folder: Path) -> list[dict[str, Any]]:
    """Gather all experiments of a scale; what was run at full size and shipped stands beside what was run here.

    Parameters
    ----------
    scale : str
        Scale of the results.
    results, folder : Path
        The folders ``results`` and ``experiments``.

    Returns
    -------
    list of dict
        What `experiment` returned, with ``published``.
    """
    found = []
    for name in names(folder):
        item = experiment(name, scale, results, folder)
        item["published"] = experiment(name, "published", results, folder) if scale != "paper" else {}
        found.append(item)
    return found
