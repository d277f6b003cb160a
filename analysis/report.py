"""Write the static report: figures, score against the papers, equations, parameters, cost. A pure function of files."""

import argparse
import json
import math
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from analysis.texts import (
    cite,
    number,
    numbers,
    read_config,
    read_json,
    references,
    resolved,
    seconds,
    settings,
    text,
    where,
)
from base.catalogue import SCALES, names
from base.errors import one_line
from base.origins import GROUPS, ORIGINS, OUTCOMES, by_group, ratio

SYMBOLS = {"match": "✓", "close": "≈", "differs": "✗", "not run": "–"}
MEANING = {
    "smoke": "seconds per experiment: shows that everything runs, not that the numbers are right",
    "quick": "minutes per experiment: fewer seeds and shorter runs than in the papers",
    "paper": "full size here; each experiment says what it shares with the publication and what is missing",
}


# -- one experiment ----------------------------------------------------------------------------------------------------


def _cell(entry: Mapping[str, Any]) -> dict[str, str]:
    """Turn one scored target into the texts of its row."""
    outcome = str(entry.get("outcome"))
    kind = entry.get("kind", "")
    observed = numbers(entry.get("observed"), kind)
    if entry.get("other"):
        observed += f" (other: {numbers(entry['other'])})"
    if entry.get("control"):
        observed += f" (must fail: {numbers(entry['control'])})"
    row = {key: str(entry.get(key) or "") for key in ("name", "claim", "kind", "source", "tolerance", "note")}
    row |= {"origin": str(entry["origin"]), "whose": ORIGINS[entry["origin"]].label}
    row["tolerance"] = re.sub(r"-?\d[\d.]*(?:e[+-]?\d+)?", lambda found: number(float(found[0])), row["tolerance"])
    row |= {"reported": numbers(entry.get("reported"), kind) or "–", "observed": observed or "–"}
    return {**row, "outcome": outcome, "symbol": SYMBOLS[outcome]}


def _same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal, numbers up to rounding; a sweep over one value is that value."""
    if isinstance(one, list) and len(one) == 1:
        return _same(one[0], other)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9)
    return one == other


def _parameters(
    rows: Iterable[Mapping[str, Any]], used: Mapping[str, str], provenance: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Add the value that was used to every row of a parameter table, and write the default in the same unit."""
    simulated, units = provenance.get("parameters") or {}, provenance.get("units") or {}
    table = []
    for row in rows:
        key = row["key"]
        default = f"{row['default']} {row['unit']}".strip()
        if isinstance(units.get(key), list) and isinstance(row.get("base"), int | float):
            default = f"{row['base'] / units[key][1]:g} {units[key][0]}"
        value = used.get(key) or default
        changed = key in simulated and not _same(simulated[key], row.get("base"))
        table.append({**row, "symbol": Markup(row["symbol"]), "default": default, "value": value, "changed": changed})
    return table


def _mathematics(
    content: Mapping[str, Any], used: Mapping[str, str], provenance: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Mark the formulas of ``document.json`` as HTML, sort the lines by kind, and add the values used."""
    objects: list[dict[str, Any]] = []
    shown: dict[str, str] = {}
    for item in content.get("objects", ()):
        rows = [{**row, "math": Markup(row["math"])} for row in item["equations"]]
        variables = [row for row in rows if row["kind"] == "variable"]
        steps = [
            {**block, "lines": [{**line, "math": Markup(line["math"])} for line in block["lines"]]}
            for block in item["steps"]
        ]
        sorted_rows = {
            "equations": [row for row in rows if row["kind"] != "variable"],
            "variables": [row for row in variables if "linked" not in row["flags"]],
            "linked": [row for row in variables if "linked" in row["flags"]],
        }
        parameters = _parameters(item["parameters"], used, provenance)
        # Two objects of one model differ in their parameters only.
        same_as = shown.setdefault(json.dumps([item["model"], item["equations"], item["steps"]]), item["object"])
        entry = {**item, **sorted_rows, "steps": steps, "parameters": parameters}
        objects.append({**entry, "same_as": same_as if same_as != item["object"] else ""})
    tables = {name: _parameters(content.get(name, ()), used, provenance) for name in ("structure", "inputs")}
    return {"objects": objects, **tables}


def _facts(provenance: Mapping[str, Any], build: Mapping[str, Any], runs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what made the results, as name and text."""
    versions = ", ".join(f"{name} {version}" for name, version in (provenance.get("versions") or {}).items())
    flags = provenance.get("flags")
    commit = provenance.get("commit")
    rows = {
        "commit": f"{commit} with uncommitted changes" if commit and provenance.get("dirty") is True else commit,
        "created": provenance.get("created"),
        "data": "; ".join(" ".join(map(str, item.values())) for item in provenance.get("data") or []),
        "versions": versions,
        "compiler": provenance.get("compiler"),
        "flags": " ".join(flags) if isinstance(flags, list) else flags,
        "processor": provenance.get("cpu"),
        "build": ", ".join(build.get("keys") or []) or build.get("key"),
        "wall time": f"compiling {seconds(build.get('wall_s'))}, simulating {seconds(runs.get('wall_s'))}",
        "sha256 of the tables": provenance.get("checksum"),
    }
    return [(name, str(value or "–")) for name, value in rows.items() if name != "data" or value]


def experiment(name: str, scale: str, results: Path, folder: Path) -> dict[str, Any]:
    """Gather everything the report shows of one experiment. What is missing is empty.

    Parameters
    ----------
    name : str
        ``<paper>/<experiment>``.
    scale : str
        Scale of the results.
    results, folder : Path
        The folders ``results`` and ``experiments``.

    Returns
    -------
    dict
        Names as the template uses them.
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
    facts = _facts(provenance, build, runs) if provenance else []
    files = {kind: place / f"figure.{kind}" for kind in ("svg", "png")}
    anchor = name.replace("/", "-") + ("-published" if shipped else "")
    return {
        "name": name,
        "anchor": anchor,
        "title": str(config.get("title") or name),
        "text": str(config.get("text") or ""),
        "notice": str(config.get("notice") or ""),
        "paper": str(paper.get("key", "")),
        "figure": ", ".join(part for part in (where(paper), text(paper.get("version") or "")) if part),
        "full": str(config.get("full") or ""),
        "files": {kind: path for kind, path in files.items() if path.is_file()},
        "pictures": {kind: f"figures/{anchor}.{kind}" for kind, path in files.items() if path.is_file()},
        "targets": [_cell(entry) for entry in entries],
        "counts": by_group(entries),
        "ran": bool(provenance or entries),
        "mathematics": _mathematics(
            {} if shipped else read_json(results / "documents" / f"{name}.json"), used, provenance
        ),
        "readme": readme.read_text(encoding="utf-8").strip() if readme.is_file() else "",
        "commit": str(provenance.get("commit") or "")[:10],
        "dirty": provenance.get("dirty") is True,
        "created": str(provenance.get("created") or ""),
        "facts": facts,
        "cost": {"build": build.get("cpu_s"), "runs": runs.get("cpu_s"), "n": runs.get("n")},
        "command": str(provenance.get("command") or f"snakemake --profile profiles/default {name}"),
    }


# -- the page ----------------------------------------------------------------------------------------------------------


def render(found: Sequence[Mapping[str, Any]], papers: Mapping[str, Mapping[str, str]], scale: str) -> str:
    """Fill the template.

    Parameters
    ----------
    found : sequence of Mapping
        What `experiment` returned, one per experiment.
    papers : Mapping
        What `references` returned.
    scale : str
        Scale of the results.

    Returns
    -------
    str
        HTML.
    """
    order = list(papers)
    keys = sorted(
        {item["paper"] for item in found}, key=lambda key: (order.index(key) if key in order else len(order), key)
    )
    groups = [
        {
            "cite": papers.get(key, {}).get("cite", key or "No paper named"),
            "title": papers.get(key, {}).get("title", ""),
            "where": papers.get(key, {}).get("where", ""),
            "experiments": [item for item in found if item["paper"] == key],
        }
        for key in keys
    ]
    entries = [entry for item in found for entry in item["targets"]]
    costs = [item["cost"] for item in found]
    total = {
        key: sum(cost[key] for cost in costs if isinstance(cost[key], int | float)) for key in ("build", "runs", "n")
    }
    commits = sorted({item["commit"] for item in found} - {""})
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"seconds": seconds, "ratio": ratio, "cite": lambda source: cite(source, papers)}
    return environment.get_template("report.html.j2").render(
        groups=groups,
        experiments=found,
        counts=by_group(entries),
        labels=GROUPS,
        origins=ORIGINS,
        ran=sum(item["ran"] for item in found),
        total=total,
        commits=commits,
        created=max((item["created"] for item in found), default=""),
        scale=scale,
        meaning=MEANING.get(scale, ""),
        symbols=SYMBOLS,
        outcomes=OUTCOMES,
    )


def write(scale: str, results: Path, folder: Path, out: Path, bibliography: Path) -> Path:
    """Write ``index.html`` and copy the figures beside it.

    Parameters
    ----------
    scale : str
        Scale of the results.
    results, folder : Path
        The folders ``results`` and ``experiments``.
    out : Path
        Folder to write.
    bibliography : Path
        ``references.bib``.

    Returns
    -------
    Path
        The page.
    """
    found = [experiment(name, scale, results, folder) for name in names(folder)]
    for item in found:
        # What was run at full size and shipped stands beside what was run here.
        item["published"] = experiment(item["name"], "published", results, folder) if scale != "paper" else {}
    page = render(found, references(bibliography), scale)
    shutil.rmtree(out / "figures", ignore_errors=True)  # a figure of an experiment that is gone must not stay
    (out / "figures").mkdir(parents=True)
    shown = [*found, *(item["published"] for item in found if item["published"])]
    for item in shown:
        for kind, path in item["files"].items():
            shutil.copyfile(path, out / item["pictures"][kind])
    partial = out / "index.html.part"
    partial.write_text(page, encoding="utf-8")
    return partial.replace(out / "index.html")


@one_line()
def main(arguments: Sequence[str] | None = None) -> None:
    """Write the static report of one scale."""
    parser = argparse.ArgumentParser(prog="python -m analysis.report", description=main.__doc__)
    parser.add_argument("--scale", required=True, choices=SCALES)
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of results (default: results)")
    parser.add_argument("--experiments", type=Path, default=Path("experiments"), help="folder of experiments")
    parser.add_argument("--references", type=Path, help="BibTeX file (default: beside experiments)")
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    options = parser.parse_args(arguments)
    if not options.experiments.is_dir():
        sys.exit(f"error: {options.experiments}: no such folder of experiments")
    bibliography = options.references or options.experiments.parent / "references.bib"
    print(write(options.scale, options.results, options.experiments, options.out, bibliography))


if __name__ == "__main__":
    main()
