"""Write the static report: figures, score against the papers, equations, parameters, cost. A pure function of files."""

import argparse
import json
import math
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from analysis.score import OUTCOMES, SCALES
from base.catalogue import names
from base.errors import ConfigError, one_line
from base.yaml_files import read_yaml

SYMBOLS = {"match": "✓", "close": "≈", "differs": "✗", "not run": "–"}
MEANING = {
    "smoke": "seconds per experiment: shows that everything runs, not that the numbers are right",
    "quick": "minutes per experiment: fewer seeds and shorter runs than in the papers",
    "paper": "sizes, durations and numbers of seeds as published",
}


# -- reading files -----------------------------------------------------------------------------------------------------


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file; a missing or unreadable one is empty, because a report has to show what is there.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its content.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def read_config(path: Path) -> dict[str, Any]:
    """Read a ``config.yaml``; a missing or unreadable one is empty.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        Its content.
    """
    try:
        return read_yaml(path)
    except ConfigError:
        return {}


def references(path: Path) -> dict[str, dict[str, str]]:
    """Read a BibTeX file that has one field per line.

    Parameters
    ----------
    path : Path
        ``references.bib``.

    Returns
    -------
    dict
        Key to fields, in the order of the file, with ``cite`` (authors in short form and year) and ``where`` (journal,
        volume, pages, identifier).
    """
    found = {}
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    for key, body in re.findall(r"^@\w+\{([^,\s]+),\n(.*?)^\}", text, re.MULTILINE | re.DOTALL):
        fields = dict(re.findall(r"^\s*(\w+)\s*=\s*\{(.*)\},?\s*$", body, re.MULTILINE))
        fields = {name: value.replace("{", "").replace("}", "") for name, value in fields.items()}
        names = [author.split(",")[0] for author in fields.get("author", key).split(" and ")]
        short = names[0] + " et al." if len(names) > 2 else " and ".join(names)
        parts = [f"{fields.get('journal', '')} {fields.get('volume', '')}".strip(), fields.get("pages", "")]
        parts += [f"doi:{fields['doi']}"] if "doi" in fields else []
        parts += [f"arXiv:{fields['eprint']}"] if "eprint" in fields else []
        cite = f"{short} ({fields.get('year', 'undated')})"
        found[key] = {**fields, "cite": cite, "where": ", ".join(part for part in parts if part)}
    return found


# -- texts -------------------------------------------------------------------------------------------------------------


def number(value: float | None, digits: int = 4) -> str:
    """Write a number, a power of ten as such, and a missing one as NaN.

    Parameters
    ----------
    value : float or None
        The number; None stands for NaN or infinity in JSON.
    digits : int
        Significant digits.

    Returns
    -------
    str
        For example ``0.1234``, ``1.2 × 10⁻⁵`` or ``NaN``.
    """
    if value is None:
        return "NaN"
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    if exponent:
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{mantissa} × 10{power}".replace("-", "−")
    return mantissa.replace("-", "−")


def numbers(values: Any, kind: str = "") -> str:
    """Write one number, a short list, or the outline of a long one.

    Parameters
    ----------
    values : float, list or None
        Reported or observed values.
    kind : str
        Kind of the target: exact values have more digits, a sample of a distribution is summarised.

    Returns
    -------
    str
        A short text.
    """
    values = [] if values is None else values if isinstance(values, list) else [values]
    known = [value for value in values if value is not None]
    if kind == "distribution" and len(known) > 1:
        return f"{number(float(np.mean(known)))} ± {number(float(np.std(known, ddof=1)), 2)} (n = {len(known)})"
    shown = [number(value, 7 if kind == "exact" else 4) for value in values]
    return ", ".join(shown) if len(shown) <= 5 else f"{', '.join(shown[:3])}, … {shown[-1]} ({len(shown)} values)"


def seconds(value: float | None) -> str:
    """Write a duration.

    Parameters
    ----------
    value : float or None
        Duration in seconds.

    Returns
    -------
    str
        For example ``0.35 s``, ``12 s``, ``3 min 20 s`` or ``2.1 h``; a dash if unknown.
    """
    if not isinstance(value, int | float):
        return "–"
    if value < 9.95:
        return f"{value:.2g} s"
    if value < 99.5:
        return f"{value:.0f} s"
    value = round(value)
    if value < 5400:
        return f"{value // 60:.0f} min {value % 60:.0f} s"
    return f"{value / 3600:.1f} h"


def _flat(section: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the entries of nested sections by dotted key."""
    for key, value in section.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def settings(config: Mapping[str, Any], scale: str) -> dict[str, str]:
    """Collect the values a config gives, as they are written, by dotted key.

    Parameters
    ----------
    config : Mapping
        Content of ``config.yaml``.
    scale : str
        Scale whose overrides apply.

    Returns
    -------
    dict
        Dotted key to text; a swept key lists its values.
    """
    chosen = (config.get("scales") or {}).get(scale) or {}
    sweep = chosen.get("sweep", config.get("sweep")) or {}
    other = ("title", "text", "notice", "paper", "scales", "cost", "sweep")
    layers = [{key: value for key, value in config.items() if key not in other}]
    layers += sweep if isinstance(sweep, list) else [sweep]
    layers += [{key: value for key, value in chosen.items() if key not in ("seeds", "sweep")}]
    found = {key: value for layer in layers for key, value in _flat(layer)}
    return {key: text(value) for key, value in found.items()}


def cite(source: str, papers: Mapping[str, Mapping[str, str]]) -> str:
    """Replace bibliography keys by short citations.

    Parameters
    ----------
    source : str
        For example ``bellec2020, eq. 1``.
    papers : Mapping
        What `references` returned.

    Returns
    -------
    str
        For example ``Bellec et al. (2020), eq. 1``.
    """
    return re.sub(r"\w+", lambda word: papers.get(word[0], {}).get("cite", word[0]), source)


def where(paper: Any) -> str:
    """Write where in a paper an experiment is.

    Parameters
    ----------
    paper : Any
        The section ``paper`` of a config; anything that is not a mapping gives nothing.

    Returns
    -------
    str
        For example ``figure 2d, 2e``; a place that is not a number is written as it is.
    """
    figure = text(paper.get("figure") or "") if isinstance(paper, Mapping) else ""
    return f"figure {figure}" if re.match(r"S?\d", figure) else figure


def text(value: Any) -> str:
    """Write a configured value: a list as its entries, a truth value as in YAML.

    Parameters
    ----------
    value : Any
        Number, text, truth value or list.

    Returns
    -------
    str
        A short text.
    """
    if isinstance(value, list):
        return ", ".join(text(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def resolved(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Write the parameters that were simulated, by dotted key, in the units of the config.

    Parameters
    ----------
    provenance : Mapping
        ``parameters`` holds numbers in SI base units, or lists of them for swept keys; ``units`` gives the name and the
        size of the unit of each key that has dimensions. Without a size the key is left out.

    Returns
    -------
    dict
        Dotted key to text.
    """
    found, units = {}, provenance.get("units") or {}
    for key, value in (provenance.get("parameters") or {}).items():
        unit = units.get(key, ("", 1))
        if isinstance(unit, str):
            continue
        values = value if isinstance(value, list) else [value]
        # Dividing by the size of the unit leaves rounding in the last digits; %g hides it.
        shown = [text(item / unit[1] if unit[0] else item) for item in values]
        found[key] = f"{', '.join(shown)} {unit[0]}".strip()
    return found


# -- one experiment ----------------------------------------------------------------------------------------------------


def count(entries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count outcomes, all four of them; one that this report does not know counts as not run.

    Parameters
    ----------
    entries : iterable of Mapping
        Entries of a score.

    Returns
    -------
    dict
        Outcome to number of targets.
    """
    outcomes = [entry.get("outcome") for entry in entries]
    counts: dict[str, int] = {outcome: outcomes.count(outcome) for outcome in OUTCOMES[:-1]}
    return {**counts, "not run": len(outcomes) - sum(counts.values())}


def _cell(entry: Mapping[str, Any]) -> dict[str, str]:
    """Turn one scored target into the texts of its row."""
    outcome = str(entry.get("outcome"))
    outcome = outcome if outcome in OUTCOMES else "not run"
    kind = entry.get("kind", "")
    observed = numbers(entry.get("observed"), kind)
    if entry.get("other"):
        observed += f" (other: {numbers(entry['other'])})"
    row = {key: str(entry.get(key) or "") for key in ("name", "claim", "kind", "source", "origin", "tolerance", "note")}
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
        "files": {kind: path for kind, path in files.items() if path.is_file()},
        "pictures": {kind: f"figures/{anchor}.{kind}" for kind, path in files.items() if path.is_file()},
        "targets": [_cell(entry) for entry in entries],
        "counts": count(entries),
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
    environment.filters |= {"seconds": seconds, "cite": lambda source: cite(source, papers)}
    return environment.get_template("report.html.j2").render(
        groups=groups,
        experiments=found,
        counts=count(entries),
        scored=sum(entry["outcome"] != "not run" for entry in entries),
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
